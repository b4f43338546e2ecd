"""A sentence and a passage as they are compared: in terms, names, numbers and sentences."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.analyzer import FUNCTION_WORDS, Analyzer, load_kiwi
from rag.chunks import Chunk
from rag.extractive.segments import segments
from rag.grounding.figures import claimed, missing, stated
from rag.grounding.instructions import without_instructions
from rag.language import detect_language, has_hangul

_PUNCTUATION = re.compile(r"[\s*_`#>|“”\"'‘’.,:;!?()\[\]\ufdd0\ufdd1-]+")
_ENGLISH_NAME = re.compile(
    r"(?<![.!?:]\s)(?<!^)\b[A-Z][A-Za-z0-9-]+\b|\b(?:[A-Za-z]+[A-Z]|[A-Za-z]*\d+[A-Za-z]|[A-Za-z]+\d)[A-Za-z0-9-]*\b"
)
_MOST_READ = 200
"""Sentences of a passage that are read."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence as it is compared: its index terms in order, its names, its numbers."""

    text: str
    words: tuple[str, ...]
    names: tuple[str, ...]
    figures: frozenset[float]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A passage as it is compared.

    Attributes:
        squeezed: its text without white space and punctuation.
        sentences: each with its index terms.
        around: terms of its headings, which every sentence stands under.
        terms: all of them.
        figures: the numbers it holds, headings included.
        language: of its text.
    """

    squeezed: str
    sentences: tuple[tuple[str, frozenset[str]], ...]
    around: frozenset[str]
    terms: frozenset[str]
    figures: frozenset[float]
    language: str


def read_passage(chunk: Chunk, analyzer: Analyzer) -> Evidence:
    """Read a passage: its own text, its lead and its headings; what speaks to a model is left out."""
    body = without_instructions("\n".join(part for part in (chunk.lead, chunk.text) if part))
    headings = "\n".join(part for part in (chunk.title, *chunk.heading) if part)
    texts = [each.text.replace("\n", " ") for each in segments(body)][:_MOST_READ]
    *read, around = analyzer.analyze([*texts, headings])
    sentences = [(text, _content(terms.words)) for text, terms in zip(texts, read, strict=True)]
    above = _content(around.words)
    return Evidence(
        squeezed=_PUNCTUATION.sub("", body).lower(),
        sentences=tuple(sentences),
        around=above,
        terms=above.union(*(terms for _, terms in sentences)),
        figures=stated(f"{headings}\n{body}"),
        language=detect_language(body),
    )


def read_claim(sentence: str, analyzer: Analyzer) -> Claim:
    """Read a sentence."""
    words = [word for word in analyzer.analyze_one(sentence).words if word not in FUNCTION_WORDS]
    return Claim(sentence, tuple(words), names_in(sentence, analyzer), claimed(sentence))


def pairs(text: str) -> frozenset[str]:
    """Neighbouring characters: what is said in the same words has the same pairs, endings and particles included."""
    letters = _PUNCTUATION.sub("", text).lower()
    return frozenset(letters[start : start + 2] for start in range(max(0, len(letters) - 1)))


def verbatim(claim: Claim, passage: Evidence) -> bool:
    """Whether a claim stands in a passage word for word, white space and punctuation aside."""
    squeezed = _PUNCTUATION.sub("", claim.text).lower()
    return bool(squeezed) and squeezed in passage.squeezed


def misses_figures(claim: Claim, passage: Evidence) -> bool:
    """Whether a claim has a number that the passage has nowhere: one is enough, whatever else is the same."""
    return missing(claim.figures, passage.figures) > 0


def names_in(text: str, analyzer: Analyzer) -> tuple[str, ...]:
    """Names as they are squeezed: Kiwi's proper nouns and Latin words in Korean, capitals within a sentence in English.

    A capital that only begins a sentence makes no name, inner capitals and digits always do.
    """
    if has_hangul(text):
        tokens = load_kiwi(analyzer.user_words).tokenize(text)
        found = [token.form for token in tokens if token.tag in {"NNP", "SL"} and len(token.form) > 1]
    else:
        found = [match.group() for match in _ENGLISH_NAME.finditer(text)]
    return tuple(dict.fromkeys(squeezed for name in found if (squeezed := _PUNCTUATION.sub("", name).lower())))


def joined(passages: Sequence[Evidence]) -> Evidence:
    """Several passages as one: a sentence that two of them support together."""
    return Evidence(
        squeezed="\n".join(each.squeezed for each in passages),
        sentences=tuple(sentence for each in passages for sentence in each.sentences),
        around=frozenset().union(*(each.around for each in passages)),
        terms=frozenset().union(*(each.terms for each in passages)),
        figures=frozenset().union(*(each.figures for each in passages)),
        language=passages[0].language,
    )


def _content(words: Sequence[str]) -> frozenset[str]:
    return frozenset(words) - FUNCTION_WORDS
