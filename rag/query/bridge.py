"""The term bridge of a version: names that mean the same, so that a question with one finds passages with another.

``ingest.terms`` mines the pairs and writes them, with the index terms of each name, into the version's
``terms.json``; here they are read, and looked up in a question.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rag.errors import CorruptIndexError
from rag.query.expansion import Expansion

Name = tuple[str, ...]
"""The index terms of a name, in order; names with equal terms are one name."""

_LEAST_WEIGHT = 0.25
_MOST_NEIGHBOURS = 12
_MOST_NAMES = 6
"""Other names of one name, the surest first."""


@dataclass(frozen=True, slots=True)
class TermPair:
    """Two names of one term.

    Attributes:
        names: as they are written most often.
        terms: the index terms of each.
        score: how sure it is that they mean the same, in [0, 1].
        count: passages in which they stand for each other.
        sources: documents in which they do.
        how: in which ways, such as "parentheses" or "table"; "file" for the instructor's own.
        places: where, the first few.
    """

    names: tuple[str, str]
    terms: tuple[Name, Name]
    score: float
    count: int = 0
    sources: int = 0
    how: tuple[str, ...] = ()
    places: tuple[str, ...] = ()

    @property
    def key(self) -> frozenset[Name]:
        """Equal for the same two names, whichever comes first."""
        return frozenset(self.terms)


@dataclass(frozen=True, slots=True)
class TermPairs:
    """What a version knows of its terms.

    Attributes:
        used: pairs that expand questions, the surest first.
        unsure: pairs that were seen and are not used, since they score too low.
        forbidden: pairs that the instructor's file forbids.
    """

    used: tuple[TermPair, ...] = ()
    unsure: tuple[TermPair, ...] = ()
    forbidden: tuple[TermPair, ...] = ()

    def write(self, path: Path) -> None:
        """Write them as JSON, a pair a line."""
        groups = []
        for name in ("used", "unsure", "forbidden"):
            lines = ",\n".join(json.dumps(asdict(pair), ensure_ascii=False) for pair in getattr(self, name))
            groups.append(f'"{name}": [\n{lines}\n]')
        path.write_text("{" + ",\n".join(groups) + "}\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> "TermPairs":
        """Read them; none where the file is missing, as in a version that an older course-rag has built.

        Raises:
            CorruptIndexError: the file is not one of ours.
        """
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            return cls(*(tuple(map(_pair, values[name])) for name in ("used", "unsure", "forbidden")))
        except FileNotFoundError:
            return cls()
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise CorruptIndexError(
                f"{path} is not a list of terms ({error}).",
                remedy="Rebuild it: course-rag build FOLDER_WITH_DOCUMENTS --full",
            ) from error


class TermBridge:
    """Looks the names of terms up in a question."""

    def __init__(self, pairs: TermPairs | None = None) -> None:
        """Take the pairs of a version; none make a bridge that leads nowhere."""
        self.pairs = pairs or TermPairs()
        near = _neighbours(self.pairs.used)
        forbidden = {pair.key for pair in self.pairs.forbidden}
        self._others = {name: _others(name, near, forbidden) for name in near}
        self._lengths = sorted({len(name) for name in near}, reverse=True)

    @classmethod
    def open(cls, path: Path) -> "TermBridge":
        """The bridge of a version's ``terms.json``.

        Raises:
            CorruptIndexError: the file is not one of ours.
        """
        return cls(TermPairs.read(path))

    def expansions(self, words: Sequence[str], *, weight: float = 1.0) -> list[Expansion]:
        """Other names for the names that stand in a question.

        Where names overlap the longest counts. A name two pairs away (경사하강법 = gradient descent = GD) is worth the
        product of both scores; none is further away.

        Args:
            words: the question's index terms in order, as ``Terms.words``.
            weight: of a sure pair, in [0, 1]; 0 expands nothing.
        """
        if not weight:
            return []
        return [
            Expansion(of=name, to=other, weight=weight * sure, why="terms")
            for name in dict.fromkeys(self._names_in(words))
            for other, sure in self._others[name]
        ]

    def _names_in(self, words: Sequence[str]) -> Iterator[Name]:
        at = 0
        while at < len(words):
            spans = (tuple(words[at : at + length]) for length in self._lengths)  # the longest first
            found = next((span for span in spans if span in self._others), None)
            if found is not None:
                yield found
            at += len(found) if found is not None else 1


def _neighbours(pairs: Iterable[TermPair]) -> dict[Name, dict[Name, float]]:
    """The surest other names of each name."""
    near: dict[Name, dict[Name, float]] = {}
    for pair in sorted(pairs, key=lambda pair: -pair.score):
        for one, other in (pair.terms, pair.terms[::-1]):
            known = near.setdefault(one, {})
            if len(known) < _MOST_NEIGHBOURS:
                known.setdefault(other, pair.score)
    return near


def _others(
    name: Name, near: dict[Name, dict[Name, float]], forbidden: set[frozenset[Name]]
) -> tuple[tuple[Name, float], ...]:
    """Names one or two pairs away with their weights, the surest first."""
    weights = dict(near[name])
    for between, first in near[name].items():
        for other, second in near[between].items():
            if other != name and first * second > weights.get(other, 0.0):
                weights[other] = first * second
    sure = [
        (other, weight)
        for other, weight in weights.items()
        if weight >= _LEAST_WEIGHT and frozenset((name, other)) not in forbidden
    ]
    return tuple(sorted(sure, key=lambda each: (-each[1], each[0]))[:_MOST_NAMES])


def _pair(values: dict[str, Any]) -> TermPair:
    names, terms = values["names"], values["terms"]
    return TermPair(
        names=(str(names[0]), str(names[1])),
        terms=(tuple(map(str, terms[0])), tuple(map(str, terms[1]))),
        score=float(values["score"]),
        count=int(values["count"]),
        sources=int(values["sources"]),
        how=tuple(map(str, values["how"])),
        places=tuple(map(str, values["places"])),
    )
