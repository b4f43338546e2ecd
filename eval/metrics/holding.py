"""Whether a passage holds what a sentence says, by words alone: no language model, no embedding, no course.

A sentence is held if it stands there word for word; or if none of its numbers is missing, one sentence of the passage
(or two neighbours) has at least ``SHARE`` of its content words, and that place negates what it negates. Words are those
of ``rag.analyzer``, so that another particle or ending is the same word. What this cannot see: a claim in other words
(judged as not held: the metric is a lower bound), a swapped name among equal words, and a claim in another language
than its passage, which is not judged at all. On ``course-documents.jsonl`` the evidence of a question holds 64% of the
98 reference answers in its language, which are written in other words; the evidence of another question none of 88.
"""

from collections.abc import Sequence

from eval.records import Passage
from rag.analyzer import FUNCTION_WORDS, Analyzer
from rag.chunks import Chunk
from rag.grounding.figures import claimed
from rag.grounding.polarity import polarity
from rag.grounding.reading import Claim, Evidence, joined, misses_figures, read_passage, verbatim
from rag.language import detect_language

SHARE = 0.7
"""Least share of a sentence's content words; that of ``rag.grounding.guard`` for code, not fitted to anything."""


class Holding:
    """Compares sentences with passages. Remembers what it has read: one object for one run."""

    def __init__(self, analyzer: Analyzer | None = None) -> None:
        """Take what makes words; the course's own words are not known here, so that old runs can be rescored."""
        self._analyzer = analyzer or Analyzer()
        self._read: dict[tuple[str, str, tuple[str, ...]], Evidence] = {}
        self._claims: dict[str, Claim] = {}

    def says_something(self, sentence: str) -> bool:
        """Whether there is a content word or a number in it that could be held by a passage."""
        claim = self._claim(sentence)
        return bool(claim.words or claim.figures)

    def held(self, sentence: str, passages: Sequence[Passage]) -> bool | None:
        """Whether the passages, together, hold a sentence; None if all of them are in another language."""
        claim, read = self._claim(sentence), [self._evidence(passage) for passage in passages]
        if any(verbatim(claim, each) for each in read):
            return True
        language = detect_language(sentence)
        same = [each for each in read if each.language == language]
        if not read or self._stands_in(claim, joined(same or read)):
            return bool(read)
        return False if same else None

    def _stands_in(self, claim: Claim, passage: Evidence) -> bool:
        if misses_figures(claim, passage):
            return False
        wanted = frozenset(claim.words)
        windows = [*passage.sentences, *_neighbours(passage.sentences)]
        best = max(windows, key=lambda each: len(wanted & (each[1] | passage.around)), default=None)
        if best is None or len(wanted & (best[1] | passage.around)) < SHARE * len(wanted):
            return False
        return polarity(claim.text, self._analyzer).against(polarity(best[0], self._analyzer)) == 0

    def _claim(self, sentence: str) -> Claim:
        if sentence not in self._claims:
            words = self._analyzer.analyze_one(sentence).words
            content = tuple(word for word in words if word not in FUNCTION_WORDS)
            self._claims[sentence] = Claim(sentence, content, (), claimed(sentence))
        return self._claims[sentence]

    def _evidence(self, passage: Passage) -> Evidence:
        key = (passage.lead, passage.text, passage.heading)
        if key not in self._read:
            self._read[key] = read_passage(
                Chunk("", passage.text, passage.source, "", heading=passage.heading, lead=passage.lead), self._analyzer
            )
        return self._read[key]


def _neighbours(sentences: Sequence[tuple[str, frozenset[str]]]) -> list[tuple[str, frozenset[str]]]:
    """Each sentence with the one after it: an answer joins what stands side by side."""
    return [(f"{one} {other}", a | b) for (one, a), (other, b) in zip(sentences, sentences[1:], strict=False)]
