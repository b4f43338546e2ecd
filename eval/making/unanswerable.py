"""Questions that the course does not answer, made from what it holds.

Two ways, each checked against every passage:

* ``unanswerable``   in which year a term was proposed, where no passage that names it, by whatever name, has a year; or
  by whom, where none has a word of proposing: the course knows the term, so a search finds much, and none of it answers
* ``left-out``       what a term means, or a section says, of a document that the index under test does not have. The
  index has it while the questions are made; they are for an index built without it. One word of the name, at least,
  stands nowhere in the rest of the course.
"""

import re
from collections.abc import Iterator

from eval.making.definitions import as_inside, asked_what, definition_in, definitions
from eval.making.headings import first_chunks
from eval.making.made import Made, pick
from eval.making.passages import SURE, Passages
from eval.making.wording import HEADING, PERSON, YEAR, worded
from eval.metrics.evidence import squeeze
from rag.chunks import Chunk
from rag.language import Language, detect_language, has_hangul

_YEAR = re.compile(r"(?<!\d)(?:1[4-9]\d\d|20\d\d)(?!\d)|['’]\d\ds?\b|\bcentur|세기|년대")
_PROPOSED = re.compile(
    r"제안|발표|소개된|소개되|논문|저자|개발한|개발된|개발했|만든|만들어진|창시|고안|발명|선보|공개|등장|이름을 따"
    r"|박사|교수|연구진|연구팀|et al|\bnamed after"
    r"|\b(?:propos|introduc|invent|present|publish|pioneer|develop|creat|author|paper|coined|research)\w*",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Za-z]+|[가-힣]+")
_LEAST_NAMED = 2
_MOST_NAMED = 60
"""A term that stands in more passages is a general word of the course, which nobody proposed."""

_SHORTEST = 3


def made_unanswerable(passages: Passages, seed: int) -> Iterator[Made]:
    """For each term that the course treats as one: who proposed it or when, if nothing that names it says so."""
    asked: set[str] = set()
    for name, article, chunk in _terms(passages):
        if squeeze(name) in asked:
            continue
        asked |= {squeeze(name), *(squeeze(other.name) for other in passages.names.of(name))}
        language = "ko" if has_hangul(name) else detect_language(chunk.text)
        named = _naming(name, passages)
        if not _LEAST_NAMED <= len(named) <= _MOST_NAMED:
            continue
        texts = [_whole(each) for each in named]
        ways = [way for way, given in ((YEAR, _YEAR), (PERSON, _PROPOSED)) if not any(map(given.search, texts))]
        if ways:
            templates = pick(ways, name, seed)[language]
            text = worded(templates, seed, term=name, article=article)
            yield _unanswerable(text, language, "unanswerable", name, chunk)


def _terms(passages: Passages) -> Iterator[tuple[str, str, Chunk]]:
    """Names that are worth asking about, each once, with the article they take and a passage that says so."""
    seen: set[str] = set()
    for each in definitions(passages):
        if squeeze(each.name) not in seen and len(each.name) >= _SHORTEST:
            seen.add(squeeze(each.name))
            yield each.name, each.article and "the ", each.sentence.chunk
    for chunk, name, _ in first_chunks(passages, passages.chunks):
        squeezed = squeeze(name)
        if squeezed in passages.names and squeezed not in seen and len(name) >= _SHORTEST:
            seen.add(squeezed)
            yield name, "", chunk
    for pair in passages.course.bridge.pairs.used:
        name = max(pair.names, key=lambda each: (has_hangul(each), len(each)))
        squeezed = squeeze(name)
        named = passages.naming(name) if pair.score >= SURE and _is_compound(name) and squeezed not in seen else []
        if named:
            seen.add(squeezed)
            yield as_inside(name, passages), "", named[0]


def _is_compound(name: str) -> bool:
    """Whether a name has several words: a single one is often a general word, which nobody proposed."""
    return 2 <= len(name.split()) <= 4


def made_left_out(passages: Passages, seed: int) -> Iterator[Made]:
    """For each term that a document which is left out defines or has a section on, and that no other passage names."""
    asked: set[str] = set()
    for name, article, chunk in _left_out_terms(passages):
        squeezed = squeeze(name)
        strange = [word for word in _WORD.findall(name) if len(word) >= _SHORTEST and not passages.naming(word)]
        if squeezed in asked or len(squeezed) < _SHORTEST or not strange or _others_named(name, passages):
            continue
        asked.add(squeezed)
        language = detect_language(chunk.text)
        if article is None:
            text = worded(HEADING[language], seed, term=name)
        else:
            text = asked_what(name, language, seed, article=article)
        yield _unanswerable(text, language, "left-out", name, chunk)


def _left_out_terms(passages: Passages) -> Iterator[tuple[str, str | None, Chunk]]:
    for sentence in (each for chunk in passages.left_out for each in passages.sentences_in(chunk)):
        found = definition_in(sentence, passages)
        if found:
            yield found.name, found.article, sentence.chunk
    for chunk, name, _ in first_chunks(passages, passages.left_out):
        yield name, None, chunk


def _others_named(name: str, passages: Passages) -> bool:
    """Whether any passage has another of a term's names."""
    return any(passages.naming(other.name) for other in passages.names.of(name))


def _naming(name: str, passages: Passages) -> list[Chunk]:
    """Passages that name a term, by this or another of its names, or have the rarest of its words."""
    others = [other.name for other in passages.names.of(name)]
    found = {chunk.id: chunk for each in (name, *others) for chunk in passages.naming(each)}
    words = [passages.naming(word) for word in name.split() if len(word) >= _SHORTEST]
    return list((found | {chunk.id: chunk for chunk in min(words, key=len, default=[])}).values())


def _whole(chunk: Chunk) -> str:
    return "\n".join((*chunk.heading, chunk.lead, chunk.text))


def _unanswerable(text: str, language: Language, kind: str, name: str, chunk: Chunk) -> Made:
    return Made(kind, text, language, None, about=name, note={"asked_of": chunk.source})
