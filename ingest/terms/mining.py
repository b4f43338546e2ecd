"""Passages to the pairs of a version."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ingest.terms.own import OwnTerms
from ingest.terms.scoring import LEAST, score
from ingest.terms.sightings import How, Sighting, sightings_in
from rag.analyzer import Analyzer
from rag.chunks import Chunk
from rag.language import has_hangul
from rag.query.bridge import Name, TermPair, TermPairs

VERSION = 1
"""Raise it when the pairs of any passages change: it is part of a build's fingerprint."""

_PLACES = 3
_MOST_COMPARED = 50
_MOST_OTHERS = 4
"""Pairs kept of one name, the surest ones."""


@dataclass(slots=True)
class _Seen:
    """What was seen of one pair."""

    spelled: tuple[Counter[str], Counter[str]] = field(default_factory=lambda: (Counter(), Counter()))
    sources: dict[How, set[str]] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    """The place of each passage, by its id."""

    @property
    def count(self) -> int:
        """Passages."""
        return len(self.places)


def mine(chunks: Sequence[Chunk], analyzer: Analyzer, own: OwnTerms | None = None) -> TermPairs:
    """The pairs of a course; the same passages give the same pairs.

    Names with equal index terms are one name, so capitals, plurals and hyphens make no difference. Kiwi knows some
    compounds as a whole, such as 경사하강법, and takes 경사 하강법 apart: there the two spellings are a pair.

    Args:
        chunks: all passages of a version.
        analyzer: of the version.
        own: what the instructor adds and forbids.
    """
    own = own or OwnTerms()
    found = list(_sightings(chunks))
    names = [name for _, each in found for name in (each.first, each.second)]
    joined = {name: name.replace(" ", "") for name in names if " " in name and has_hangul(name)}
    terms = index_terms(
        [*names, *joined.values(), *(name for pair in (*own.added, *own.forbidden) for name in pair)], analyzer
    )
    seen: dict[tuple[Name, Name], _Seen] = defaultdict(_Seen)
    for chunk, each in found:
        _count(seen, chunk, (each.first, each.second), each.how, terms)
        for name in {each.first, each.second} & joined.keys():
            _count(seen, chunk, (name, joined[name]), "spacing", terms)
    pairs = _scored(seen)
    added, forbidden = _own_pairs(own.added, terms), _own_pairs(own.forbidden, terms)
    settled = {pair.key for pair in (*added, *forbidden)}
    used, unsure = _chosen([pair for pair in pairs if pair.key not in settled])
    return TermPairs(_ordered([*added, *used]), _ordered(unsure), _ordered(forbidden))


def _sightings(chunks: Iterable[Chunk]) -> Iterator[tuple[Chunk, Sighting]]:
    """Those of each passage once, and those of a heading with the first passage below it."""
    headings: set[tuple[str, tuple[str, ...]]] = set()
    for chunk in chunks:
        section = (chunk.source, chunk.heading)
        yield from ((chunk, each) for each in dict.fromkeys(sightings_in(chunk, heading=section not in headings)))
        headings.add(section)


def index_terms(names: Iterable[str], analyzer: Analyzer) -> dict[str, Name]:
    """Each name's index terms; a hyphen joins nothing, so fine-tuning and fine tuning are one name."""
    unique = list(dict.fromkeys(names))
    analysed = analyzer.analyze([name.replace("-", " ") for name in unique])
    return {name: tuple(terms.content().words) for name, terms in zip(unique, analysed, strict=True)}


def _count(
    seen: dict[tuple[Name, Name], _Seen], chunk: Chunk, names: tuple[str, str], how: How, terms: dict[str, Name]
) -> None:
    # Korean first, then by the alphabet, so that both directions are one pair.
    first, second = sorted(names, key=lambda name: (name.isascii(), terms[name]))
    key = (terms[first], terms[second])
    if not key[0] or not key[1] or key[0] == key[1]:
        return
    pair = seen[key]
    pair.spelled[0][first] += 1
    pair.spelled[1][second] += 1
    pair.sources.setdefault(how, set()).add(chunk.source)
    pair.places[chunk.id] = chunk.place


def _scored(seen: dict[tuple[Name, Name], _Seen]) -> list[TermPair]:
    glossed = {key: pair.count for key, pair in seen.items() if "spacing" not in pair.sources}
    shares = _shares(glossed, _long_forms(seen))
    found = []
    for key, pair in seen.items():
        names = (_usual(pair.spelled[0]), _usual(pair.spelled[1]))
        found.append(
            TermPair(
                names=names,
                terms=key,
                score=score({how: len(each) for how, each in pair.sources.items()}, shares.get(key, 1.0), names),
                count=pair.count,
                sources=len(set().union(*pair.sources.values())),
                how=tuple(sorted(pair.sources)),
                places=tuple(dict.fromkeys(pair.places.values()))[:_PLACES],
            )
        )
    return found


def _shares(counts: dict[tuple[Name, Name], int], long_forms: dict[Name, Name]) -> dict[tuple[Name, Name], float]:
    """Of all glosses of the first name those that are the second, abbreviate it, or contain its words.

    경사 하강법(Stochastic Gradient Descent) is seen where the term reaches further to the left; it speaks for Gradient
    Descent, not against it.
    """
    glosses: dict[Name, list[tuple[Name, int]]] = defaultdict(list)
    for (first, second), count in counts.items():
        glosses[first].append((long_forms.get(second, second), count))
    totals = {first: sum(count for _, count in each) for first, each in glosses.items()}
    # A name of very many glosses means none of them; comparing all with all would take the square of time.
    usual = {first: sorted(each, key=lambda gloss: -gloss[1])[:_MOST_COMPARED] for first, each in glosses.items()}
    shares = {}
    for (first, second), count in counts.items():
        words = set(long_forms.get(second, second))
        support = sum(other for gloss, other in usual[first] if words.issubset(gloss))
        shares[first, second] = max(count, support) / totals[first]
    return shares


def _long_forms(seen: dict[tuple[Name, Name], _Seen]) -> dict[Name, Name]:
    """Each abbreviation to the name it is short for, as seen most often."""
    found: dict[Name, tuple[int, Name]] = {}
    for key, pair in seen.items():
        if "abbreviation" in pair.sources:
            short, long = sorted(key, key=lambda name: (len(name), name))
            found[short] = max(found.get(short, (0, long)), (pair.count, long))
    return {short: long for short, (_, long) in found.items()}


def _usual(spelled: Counter[str]) -> str:
    """The spelling seen most often; of several the one in lower case, then the shortest."""
    return min(spelled, key=lambda name: (-spelled[name], not name.islower(), len(name), name))


def _chosen(pairs: Sequence[TermPair]) -> tuple[list[TermPair], list[TermPair]]:
    """Those that score enough and are among the best of both of their names; and the others."""
    taken: Counter[Name] = Counter()
    used, unsure = [], []
    for pair in _ordered(pairs):
        if pair.score >= LEAST and all(taken[name] < _MOST_OTHERS for name in pair.terms):
            used.append(pair)
            taken.update(pair.terms)
        else:
            unsure.append(pair)
    return used, unsure


def _ordered(pairs: Iterable[TermPair]) -> tuple[TermPair, ...]:
    return tuple(sorted(pairs, key=lambda pair: (-pair.score, -pair.count, pair.names)))


def _own_pairs(pairs: Iterable[tuple[str, str]], terms: dict[str, Name]) -> list[TermPair]:
    """The instructor's pairs, without those whose names the index cannot tell apart or does not know."""
    ordered = (sorted(names, key=lambda name: (name.isascii(), name)) for names in pairs)
    found = (TermPair((one, other), (terms[one], terms[other]), score=1.0, how=("file",)) for one, other in ordered)
    return [pair for pair in found if all(pair.terms) and pair.terms[0] != pair.terms[1]]
