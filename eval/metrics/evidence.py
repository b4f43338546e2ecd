"""Was the evidence found? Reference contexts looked up in the passages, and passages reduced to their sources."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

from eval.questions import Place, Question
from eval.records import Passage

_MARKS = frozenset("*_#|`>~\\•‣◦▪●")
_NEIGHBOUR_CHARS = 200
"""Two passages of one document are neighbours if at most this many characters (a heading, a page break) lie between."""

_PLACE = re.compile(
    r"^(?P<source>.*?)(?:, (?:(?:p\.|slide) (?P<page>\d+)(?: \([^)]*\))?|cell \d+|[\d:.]+))?$", re.DOTALL
)


class _Kept(dict[int, int | None]):
    """For ``str.translate``: each character to itself or to nothing, decided when it is first met."""

    def __missing__(self, code: int) -> int | None:
        char = chr(code)
        # Pd: dashes, which are list bullets too; Cc and Cf: control characters, soft hyphens, zero-width spaces.
        left_out = char.isspace() or char in _MARKS or unicodedata.category(char) in {"Pd", "Cc", "Cf"}
        self[code] = None if left_out else code
        return self[code]


_KEPT = _Kept()


@lru_cache(maxsize=4096)
def squeeze(text: str) -> str:
    """What is compared: NFKC, case folded, without white space, dashes, bullets, Markdown marks and what is invisible.

    A reference context is a person's copy of a passage; it must still be found where a parser breaks lines, draws a
    table or sets emphasis differently.
    """
    return unicodedata.normalize("NFKC", text).casefold().translate(_KEPT)


def contexts_found(contexts: Sequence[str], passages: Sequence[Passage]) -> list[bool]:
    """For each reference context, whether it stands in one of the passages, or across neighbours of one document."""
    texts = _searchable(passages) if contexts else []
    return [any(squeeze(context) in text for text in texts) for context in contexts]


def evidence_recall(contexts: Sequence[str], passages: Sequence[Passage], k: int) -> float | None:
    """Share of the reference contexts found in the first k passages; None without contexts."""
    found = contexts_found(contexts, passages[:k])
    return sum(found) / len(found) if found else None


def evidence_hit(contexts: Sequence[str], passages: Sequence[Passage], k: int) -> float | None:
    """1 if all reference contexts are found in the first k passages, else 0; None without contexts."""
    found = contexts_found(contexts, passages[:k])
    return float(all(found)) if found else None


def evidence_rank(contexts: Sequence[str], passages: Sequence[Passage]) -> int | None:
    """How many passages must be read until all contexts are found; None if they never are, or there are none."""
    return next((k for k in range(1, len(passages) + 1) if evidence_hit(contexts, passages, k)), None)


def _searchable(passages: Sequence[Passage]) -> list[str]:
    """The passages, squeezed, and what neighbours among them make up together."""
    alone = [squeeze(f"{passage.lead}\n{passage.text}") for passage in passages]
    return alone + [squeeze(text) for text in _joined(passages)]


def _joined(passages: Sequence[Passage]) -> Iterable[str]:
    """Runs of two or more neighbours as one text."""
    run: list[Passage] = []
    for passage in sorted(passages, key=lambda each: (each.source, each.start, each.end)):
        if run and not _neighbours(run[-1], passage):
            yield from _together(run)
            run = []
        run.append(passage)
    yield from _together(run)


def _neighbours(before: Passage, after: Passage) -> bool:
    return before.source == after.source and after.start - before.end <= _NEIGHBOUR_CHARS


def _together(run: Sequence[Passage]) -> Iterable[str]:
    if len(run) < 2:
        return
    # Where passages overlap, the overlap is taken once.
    yield run[0].text + "".join(after.text[max(0, before.end - after.start) :] for before, after in pairwise(run))


def places_of(passage: Passage) -> list[Place]:
    """Where a passage stands: its own place, and those of the duplicates that were removed for its sake."""
    places = [Place(passage.source, passage.page)]
    for also in passage.also_in:
        match = _PLACE.match(also)
        if match:
            page = match["page"]
            places.append(Place(match["source"], int(page) if page else None))
    return places


def relevant_sources(question: Question) -> frozenset[str]:
    """The sources that must be found."""
    return frozenset(question.sources)


def ranked_sources(question: Question, passages: Sequence[Passage]) -> list[str]:
    """Sources by their first passage, each once, as metrics of ranked lists take them.

    A passage that stands in several documents counts for the one that is looked for. If a question has one source, the
    other places where its passage stands (``also_in``) count as that source; if it has several, nobody knows for which.
    """
    stands_for = {place.source: question.sources[0] for place in question.also_in if len(question.sources) == 1}
    ranked: dict[str, None] = {}
    for passage in passages:
        names = [stands_for.get(place.source, place.source) for place in places_of(passage)]
        for name in [name for name in names if name in question.sources] or names[:1]:
            ranked.setdefault(name)
    return list(ranked)
