"""Questions in one language on passages in the other: the term bridge knows how each calls the term.

The passage is one that defines the term, or whose heading is the term and nothing else and that begins with it.
"""

from collections.abc import Iterator

from eval.making.definitions import asked_what, definitions
from eval.making.headings import first_chunks
from eval.making.made import Made
from eval.making.passages import Passages, written
from eval.making.wording import TOPIC, worded
from eval.metrics.evidence import squeeze
from rag.chunks import Chunk
from rag.language import Language, detect_language, has_hangul


def made_crosslingual(passages: Passages, seed: int) -> Iterator[Made]:
    """A question for each definition, and for each section, of a term that has a name in the other language."""
    asked: set[str] = set()
    for each in definitions(passages):
        other = passages.names.foreign(each.name)
        if other and _is_foreign(each.sentence.text, other) and squeeze(each.name) not in asked:
            asked.add(squeeze(each.name))
            language: Language = "ko" if has_hangul(other) else "en"
            yield _made(asked_what(other, language, seed), language, each.sentence.chunk, each.sentence.text, each.name)
    for chunk, name, reference in first_chunks(passages, passages.chunks):
        other = passages.names.foreign(name)
        if not (other and _is_foreign(reference, other)) or squeeze(name) in asked:
            continue
        if any(written(each).search(reference) for each in (name, other)):
            asked.add(squeeze(name))
            language = "ko" if has_hangul(other) else "en"
            yield _made(worded(TOPIC[language], seed, term=other), language, chunk, reference, name)


def _is_foreign(text: str, name: str) -> bool:
    """Whether a text is in the other language than a name."""
    return (detect_language(text) == "ko") != has_hangul(name)


def _made(text: str, language: Language, chunk: Chunk, reference: str, name: str) -> Made:
    return Made("cross-lingual", text, language, chunk, reference, (reference,), about=name)
