"""How rare a question's terms are: by the course, and, as long as the course is small, by the language."""

import math
import re
from collections.abc import Callable, Mapping, Sequence

PRIOR = 1000
"""Passages of any text that the language's frequencies are taken to come from."""

_COUNTED = re.compile(r"(?<![가-힣])몇\s*(?:몇\s*)?([가-힣]+)")


def rarities(
    terms: Sequence[str],
    idf: Callable[[Sequence[str]], list[float]],
    nowhere: str,
    frequency: Mapping[str, float] | None,
) -> dict[str, float]:
    """Inverse document frequency of each term, as if the course had ``PRIOR`` passages of the language beside its own.

    Of ten passages one cannot tell a name from a word that anybody uses: both stand nowhere. So the counts are smoothed
    by those of a background (a Dirichlet prior, as in Zhai & Lafferty 2004); a course of ten thousand passages hardly
    moves.

    Args:
        terms: of a question.
        idf: of the course, ``ln(1 + (N - n + ½) / (n + ½))``.
        nowhere: a term that the course does not have, which tells its size.
        frequency: share of the language's texts that have a term, 0 if it is missing; None: the course alone.
    """
    if frequency is None:
        return dict(zip(terms, idf(terms), strict=True))
    *values, most = idf([*terms, nowhere])
    size = (math.exp(most) - 1) / 2 - 0.5
    total = size + PRIOR
    found = {}
    for term, value in zip(terms, values, strict=True):
        count = (size + 1) / math.exp(value) - 0.5 + PRIOR * frequency.get(term, 0.0)
        found[term] = math.log(1 + (total - count + 0.5) / (max(count, 0.0) + 0.5))
    return found


def counted(question: str, terms: Sequence[str]) -> frozenset[str]:
    """The terms in which a Korean question counts: 퍼센트 in "몇 퍼센트인가요?", 주 and 차 in "몇 주차에".

    They tell the kind of the answer, which may write them as a mark (30%) or as the head of a column.
    """
    found = set()
    for match in _COUNTED.finditer(question):
        word = match[1]
        for term in terms:
            if word.startswith(term):
                found.add(term)
                word = word[len(term) :]
    return frozenset(found)
