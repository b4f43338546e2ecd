"""The score of a pair: reliable ways, several documents, few other glosses, fitting lengths."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.terms.scoring import LEAST, RELIABILITY, fit, score
from ingest.terms.sightings import How

NAMES = ("경사하강법", "gradient descent")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("경사하강법", "gradient descent", 1.0),
        ("Latency", "지연", 1.0),
        ("자연어 처리", "NLP", 1.0),
        ("내적", "Dot Product", 0.7),
        ("처리", "natural language processing", 0.3),
        ("MMR", "Maximum Marginal Relevance", 1.0),
    ],
)
def test_a_name_needs_syllables(one: str, other: str, expected: float) -> None:
    assert fit(one, other) == fit(other, one) == expected


def test_values() -> None:
    assert score({"parentheses": 1}, 1.0, NAMES) == 0.85
    assert score({"parentheses": 2}, 1.0, NAMES) == round(1 - 0.15**2, 3)
    assert score({"parentheses": 1}, 0.5, NAMES) == 0.425
    assert score({"parentheses": 1, "table": 1}, 0.5, NAMES) == round(1 - 0.575 * 0.05, 3)
    assert score({"abbreviation": 1}, 0.1, ("RAG", "Retrieval-Augmented Generation")) == 0.95
    assert score({"parentheses": 1}, 0.25, NAMES) < LEAST


@given(
    counts=st.dictionaries(st.sampled_from(sorted(RELIABILITY)), st.integers(1, 5), min_size=1),
    share=st.floats(0.01, 1.0),
    how=st.sampled_from(sorted(RELIABILITY)),
)
def test_more_evidence_never_lowers_it(counts: dict[How, int], share: float, how: How) -> None:
    value = score(counts, share, NAMES)
    assert 0 < value <= 1
    assert score(counts | {how: counts.get(how, 0) + 1}, share, NAMES) >= value
    assert score(counts, 1.0, NAMES) >= value
