"""What a section asks: its heading, its sentences and its glossed terms, each with the passages that answer.

The words that ask are taken out of the passage, since a question of a reader has other words than the answer; what is
left is matched by meaning alone. ``verbatim`` is the exception, a guard: a sentence must still find the passage it
stands in. Sections that are trained on and those that are held out are asked in the same ways.
"""

import random
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from ingest.terms.glosses import glosses_in
from ingest.training.adaptation.sections import Section
from ingest.training.adaptation.terms import without
from ingest.training.pairs import Pair
from rag.chunks import Chunk, embedded_text
from rag.sentences import split_sentences

Kind = Literal["heading", "sentence", "verbatim", "term"]
KINDS: tuple[Kind, ...] = get_args(Kind)

_SHORT = 24
_LONG = 300
_MOST_PASSAGES = 4
_PROSE = 0.6
_HELD_OUT_SENTENCES = 2
_HELD_OUT_TERMS = 3
_MOST_ASKED = 400


@dataclass(frozen=True)
class Probe:
    """A question made from a section.

    Attributes:
        kind: how it was made.
        text: the question.
        passages: texts that answer, as they are searched for this question.
        section: name of the section.
        names: of a term, both; a passage with either gives the answer away.
        hidden: positions of the chunks that ``passages`` stand for, or that give the answer away.
    """

    kind: Kind
    text: str
    passages: tuple[str, ...]
    section: str
    names: tuple[str, ...] = ()
    hidden: frozenset[int] = frozenset()


class Prober:
    """Makes the probes of sections; knows all chunks, to tell which of them give an answer away."""

    def __init__(self, chunks: Sequence[Chunk], sections: Sequence[Section]) -> None:
        """Take all chunks of the index and their sections."""
        self._chunks = chunks
        self._folded = [embedded_text(chunk).casefold() for chunk in chunks]
        self._tails = Counter(section.chunks[0].heading[-1] for section in sections if section.chunks[0].heading)

    def held_out(self, sections: Sequence[Section]) -> list[Probe]:
        """Questions on the sections that are held out: of each a heading, a few sentences and terms.

        Of very many sections so many are asked, drawn by their names, that the interval is narrow.
        """
        asked_of = sorted((each for each in sections if each.held_out), key=Section.drawn)[:_MOST_ASKED]
        found: list[Probe] = []
        for section in sorted(asked_of, key=lambda each: each.rows):
            asked = sorted(self._sentences(section), key=lambda probe: zlib.crc32(probe.text.encode()))
            whole = [probe for probe in asked if probe.kind == "verbatim"]
            probes = [*self._heading(section), *whole[:1]]
            probes += [probe for probe in asked if probe.kind == "sentence"][:_HELD_OUT_SENTENCES]
            probes += list(self._terms(section))[: 2 * _HELD_OUT_TERMS]
            found += [replace(probe, hidden=self._hidden(probe, section)) for probe in probes]
        return found

    def training(self, sections: Sequence[Section], rng: random.Random) -> dict[str, list[Pair]]:
        """Pairs of the sections that are not held out, by task; ``verbatim`` are a part of the sentences."""
        tasks: dict[str, list[Pair]] = {"headings": [], "sentences": [], "terms": []}
        for section in (each for each in sections if not each.held_out):
            tasks["headings"] += [_pair(probe, rng) for probe in self._heading(section)]
            sentences = list(self._sentences(section))
            tasks["sentences"] += [_pair(each, rng) for each in rng.sample(sentences, (len(sentences) + 1) // 2)]
            for found in (gloss for chunk in _prose(section) for gloss in glosses_in(chunk.text)):
                tasks["terms"].append(Pair(found.term, found.gloss, "\x00".join(found.key)))
            tasks["terms"] += [_pair(probe, rng) for probe in self._terms(section)]
        return {name: pairs for name, pairs in tasks.items() if pairs}

    def _heading(self, section: Section) -> Iterator[Probe]:
        """The heading, with the one above it where several sections are called so, finds the text below it."""
        path = section.chunks[0].heading
        if not path or sum(len(chunk.text) for chunk in section.chunks) < 2 * _SHORT:
            return
        words = 2 if self._tails[path[-1]] > 1 else 1
        text = " › ".join(path[-words:])
        if sum(map(str.isalpha, text)) < 2:
            return
        passages = tuple(embedded_text(replace(chunk, heading=path[:-words])) for chunk in section.chunks)
        yield Probe("heading", text, passages[:_MOST_PASSAGES], section.name)

    def _sentences(self, section: Section) -> Iterator[Probe]:
        """Each sentence finds what is left of its passage, and the passage with it."""
        for row, chunk in zip(section.rows, section.chunks, strict=True):
            if chunk.kind != "text":
                continue
            for start, end in split_sentences(chunk.text):
                sentence = chunk.text[start:end]
                left = f"{chunk.text[:start].rstrip()} {chunk.text[end:].lstrip()}".strip()
                if not _SHORT <= len(sentence) <= _LONG or len(left) < _SHORT or not _is_prose(sentence):
                    continue
                rest = (embedded_text(replace(chunk, text=left)), *self._others(section, row))
                yield Probe("sentence", sentence, rest[:_MOST_PASSAGES], section.name)
                yield Probe("verbatim", sentence, (embedded_text(chunk),), section.name)

    def _others(self, section: Section, row: int) -> Iterator[str]:
        pairs = zip(section.rows, section.chunks, strict=True)
        return (embedded_text(chunk) for other, chunk in pairs if other != row)

    def _terms(self, section: Section) -> Iterator[Probe]:
        """A term finds the passage in which only its gloss is left, and the other way round."""
        asked: set[str] = set()
        for chunk in _prose(section):
            for found in glosses_in(chunk.text):
                for name in (found.gloss, found.term):
                    left = without(embedded_text(chunk), name)
                    if name.casefold() not in asked and len(left) >= 2 * _SHORT:
                        asked.add(name.casefold())
                        yield Probe("term", name, (left,), section.name, found.key)

    def _hidden(self, probe: Probe, section: Section) -> frozenset[int]:
        """The section itself; what stands below its heading too, or whatever has one of the term's names."""
        if probe.kind == "heading":
            path, source = section.chunks[0].heading, section.chunks[0].source
            others = (c.source == source and c.heading[: len(path)] == path for c in self._chunks)
        else:
            others = (any(name in text for name in probe.names) for text in self._folded)
        return frozenset((*section.rows, *(row for row, hides in enumerate(others) if hides)))


def _pair(probe: Probe, rng: random.Random) -> Pair:
    return Pair(probe.text, rng.choice(probe.passages), probe.section)


def _prose(section: Section) -> Iterator[Chunk]:
    return (chunk for chunk in section.chunks if chunk.kind == "text")


def _is_prose(sentence: str) -> bool:
    return sum(each.isalpha() or each == " " for each in sentence) >= _PROSE * len(sentence)
