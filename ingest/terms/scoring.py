"""How sure it is that two names mean the same.

``score = 1 - Π (1 - p)`` over the documents in which the two stand for each other, as independent evidence is joined
(noisy-or, Pearl 1988); what one document says again is no further evidence. ``p`` is how often names that stand
together in such a way do mean the same. For parentheses, which also hold examples, parts and properties, it is
``reliability · share · fit``:

* ``share``, of the glosses of the Korean name that are this one: 함수(Softmax), 함수(Loss), 함수(CDF) are kinds of
  function, none of them what 함수 means. A long name and its abbreviation count as one, and a gloss that contains the
  English name counts for it. The English name's other glosses do not count against it: gradient is 기울기 here and
  그래디언트 there.
* ``fit``: a Korean name needs some syllables for each word of its English one; 처리(natural language processing) has
  too few, since the term reaches further to the left than was seen.
"""

from collections.abc import Mapping

from ingest.terms.names import word_count
from ingest.terms.sightings import How
from rag.language import has_hangul

RELIABILITY: dict[How, float] = {
    "abbreviation": 0.95,
    "table": 0.95,
    "slash": 0.5,
    "parentheses": 0.85,
    "reversed": 0.75,
    "spacing": 0.95,
    "file": 1.0,
}
"""Share of the pairs seen once in this way that were right, as far as read on the development documents.

Of those that are used: abbreviation 20 of 20, table 15 of 15, parentheses 55 of 64, reversed 23 of 30, slash 2 of 3.
"""

_DOUBTFUL = ("parentheses", "reversed")

LEAST = 0.4
"""Pairs that score lower are not used."""


def score(counts: Mapping[How, int], share: float, names: tuple[str, str]) -> float:
    """The score of a pair, in [0, 1].

    Args:
        counts: documents in which the two stand together, by how they do.
        share: of the glosses of the Korean name, in (0, 1].
        names: the two.
    """
    doubt = 1.0
    for how, count in counts.items():
        right = RELIABILITY[how] * (share * fit(*names) if how in _DOUBTFUL else 1.0)
        doubt *= (1 - right) ** count
    return round(1 - doubt, 3)


def fit(one: str, other: str) -> float:
    """Whether a Korean name has the syllables for its English one; 1 for two names in one script."""
    if has_hangul(one) == has_hangul(other):
        return 1.0
    hangul, latin = (one, other) if has_hangul(one) else (other, one)
    syllables = sum("가" <= each <= "힣" for each in hangul)
    rate = syllables / max(word_count(latin), 1)
    return 1.0 if rate >= 1.5 else 0.7 if rate >= 1 else 0.3
