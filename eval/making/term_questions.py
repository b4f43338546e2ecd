"""Questions on names: what an abbreviation stands for, and what a term is called in the other language.

The term bridge knows which names mean the same; a question is made where both stand in one sentence or table row, which
is the evidence, and in one passage only: of several, nobody could say which must be found. Pairs that are one name with
and without spaces ask nothing.
"""

import re
from collections.abc import Iterator

from eval.making.made import Made
from eval.making.passages import SURE, Passages, written
from eval.making.wording import CALLED, STANDS_FOR, worded
from eval.metrics.evidence import squeeze
from rag.chunks import Chunk
from rag.language import Language, has_hangul
from rag.query.bridge import TermPair

_LONGEST_CONTEXT = 400
_ABBREVIATION = re.compile(r"^[A-Z][A-Za-z0-9&/-]*[A-Z0-9][a-rt-z0-9]?$")
"""BLEU, LoRA; no plural such as LLMs."""


def made_term_questions(passages: Passages, seed: int) -> Iterator[Made]:
    """A question for each sure pair of names that stand together somewhere.

    An abbreviation with several long forms is left out: nobody could say which is asked for.
    """
    pairs = [pair for pair in passages.course.bridge.pairs.used if pair.score >= SURE and pair.how != ("file",)]
    long_forms: dict[str, set[str]] = {}
    for pair in pairs:
        short, long = _short_first(pair)
        long_forms.setdefault(squeeze(short), set()).add(squeeze(long))
    for pair in pairs:
        short, long = _short_first(pair)
        asked = _asked(pair, seed, ambiguous=len(long_forms[squeeze(short)]) > 1)
        place = _together(pair, passages) if asked else None
        if asked and place:
            text, language, reference = asked
            chunk, context = place
            yield Made("term", text, language, chunk, reference, (context,), about=f"{short} = {long}")


def _short_first(pair: TermPair) -> tuple[str, str]:
    one, other = sorted(pair.names, key=lambda name: (len(name), name))
    return one, other


def _asked(pair: TermPair, seed: int, *, ambiguous: bool) -> tuple[str, Language, str] | None:
    """Question, its language and the answer; None where a pair asks for nothing."""
    short, long = _short_first(pair)
    if has_hangul(short) == has_hangul(long):
        if ambiguous or "abbreviation" not in pair.how or not _ABBREVIATION.match(short) or len(long.split()) < 2:
            return None
        language: Language = "ko" if _asks_in_korean(pair) else "en"
        return worded(STANDS_FOR[language], seed, term=short), language, long
    korean, english = sorted(pair.names, key=has_hangul, reverse=True)
    if ambiguous or _ABBREVIATION.match(english) or has_hangul(english):
        return None
    if (len(korean) + len(english)) % 2:  # half of them in each direction, whatever else is in the course
        return worded(CALLED["ko"], seed, term=korean), "ko", english
    return worded(CALLED["en"], seed, term=english), "en", korean


def _asks_in_korean(pair: TermPair) -> bool:
    return sum(map(len, pair.names)) % 2 == 0


def _together(pair: TermPair, passages: Passages) -> tuple[Chunk, str] | None:
    """The passage with a line or sentence that holds both names, and that line; None if there are several such."""
    one, other = map(squeeze, pair.names)
    patterns = [written(name) for name in pair.names]
    found: list[tuple[Chunk, str]] = []
    for chunk, text in zip(passages.chunks, passages.squeezed, strict=True):
        if chunk.kind == "code" or one not in text or other not in text:
            continue
        sentences = [sentence.text for sentence in passages.sentences_in(chunk)]
        for line in sentences or chunk.text.split("\n"):
            if all(pattern.search(line) for pattern in patterns):
                found.append((chunk, line))
                break
        if len(found) > 1:
            return None
    return found[0] if found and len(found[0][1]) <= _LONGEST_CONTEXT else None
