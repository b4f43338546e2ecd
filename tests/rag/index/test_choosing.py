"""Which kind is built, and what is said of it."""

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.index import choosing, kinds
from rag.index.choosing import FLAT_UP_TO, FP16_UP_TO, by_count, choose
from rag.index.kinds import KINDS, Kind
from rag.index.manifest import VectorFacts
from rag.settings import IndexSettings

Vectors = NDArray[np.float32]


def shapeless(rows: int, dimension: int = 48) -> Vectors:
    """Without clusters: the hardest for an index that leaves vectors unread."""
    return np.random.default_rng(0).normal(size=(rows, dimension)).astype(np.float32)


def clustered(rows: int, dimension: int = 48, spread: float = 0.3) -> Vectors:
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(rows // 50, dimension))
    return np.asarray(centres[np.arange(rows) % len(centres)] + spread * rng.normal(size=(rows, dimension)), np.float32)


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """On so few vectors the threads of k-means only wait for each other."""
    with kinds.one_thread():
        yield


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand vectors count as many."""
    monkeypatch.setattr(choosing, "FLAT_UP_TO", 100)
    monkeypatch.setattr(choosing, "FP16_UP_TO", 1_000)


def test_the_kind_by_count() -> None:
    counts = (0, 1, FLAT_UP_TO, FLAT_UP_TO + 1, FP16_UP_TO, FP16_UP_TO + 1, 10_000_000)
    assert [by_count(count) for count in counts] == ["flat", "flat", "flat", "fp16", "fp16", "ivf", "ivf"]


def test_a_course_is_searched_exactly() -> None:
    index, facts = choose(range(1, 51), shapeless(50), IndexSettings())
    assert (index.kind, facts) == ("flat", VectorFacts())
    assert facts.told() == "flat, exact"


def test_many_vectors_in_half_the_space(large: None) -> None:
    index, facts = choose(range(1, 801), clustered(800), IndexSettings())
    assert (index.kind, facts.kind, facts.parameters, facts.notes) == ("fp16", "fp16", {}, ())
    assert 0.99 <= facts.recall <= 1.0
    assert facts.queries == 400
    assert facts.told() == f"fp16, recall@10 {facts.recall:.3f}"


def test_very_many_in_lists_no_more_of_which_are_read_than_needed(large: None) -> None:
    vectors, rowids = clustered(3_000), range(1, 3_001)
    index, facts = choose(rowids, vectors, IndexSettings())
    assert (index.kind, facts.notes) == ("ivf", ())
    assert facts.recall >= 0.99
    probed = facts.parameters["probed"]
    assert index.parameters == facts.parameters == {"lists": 55, "probed": probed}
    thrifty, poorer = choose(rowids, vectors, IndexSettings(min_recall=0.5))
    assert poorer.parameters["probed"] < probed
    assert 0.5 <= poorer.recall < facts.recall
    assert thrifty.kind == "ivf"


def test_auto_falls_back_to_what_finds_enough(large: None) -> None:
    index, facts = choose(range(1, 3_001), shapeless(3_000), IndexSettings())
    assert (index.kind, facts.kind) == ("hnsw", "hnsw")
    assert facts.recall >= 0.99
    assert len(facts.notes) == 1
    assert facts.notes[0].startswith("A vector index of kind ivf was not taken: it finds 0.")
    assert facts.notes[0].endswith(" of the true ten nearest; index.min_recall is 0.99.")


def test_auto_falls_back_to_exact_search_at_last(large: None) -> None:
    """Neighbours closer to each other than fp16 can tell apart."""
    index, facts = choose(range(1, 2_001), clustered(2_000, spread=5e-3), IndexSettings(min_recall=1.0))
    assert (index.kind, facts.kind, facts.recall, facts.queries) == ("flat", "flat", 1.0, 0)
    assert [note.split(" was not taken")[0].rpartition(" ")[2] for note in facts.notes] == ["ivf", "hnsw", "fp16"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_that_is_named_is_taken(kind: Kind) -> None:
    index, facts = choose([7, 3, 5, 9], shapeless(4), IndexSettings(vectors=kind))
    assert (index.kind, facts.kind) == (kind, kind)
    assert sorted(index.search(shapeless(4)[1], 4)[0].tolist()) == [3, 5, 7, 9]
    assert index.search(shapeless(4)[1], 1)[0].tolist() == [3]


def test_a_named_kind_that_finds_too_little_says_so() -> None:
    index, facts = choose(range(3_000), shapeless(3_000), IndexSettings(vectors="ivf"))
    assert (index.kind, facts.kind) == ("ivf", "ivf")
    assert facts.recall < 0.99
    assert facts.notes == (
        f"index.vectors names ivf, which finds {facts.recall:.4f} of the true ten nearest; index.min_recall is 0.99.",
    )


def test_the_same_vectors_get_the_same_facts(large: None) -> None:
    again = [choose(range(1, 2_001), clustered(2_000), IndexSettings())[1] for _ in range(2)]
    assert again[0] == again[1]


def test_facts_in_words() -> None:
    facts = VectorFacts(kind="ivf", parameters={"lists": 447, "probed": 16}, recall=0.9931, queries=400)
    assert facts.told() == "ivf (lists 447, probed 16), recall@10 0.993"
    assert VectorFacts.model_validate_json(facts.model_dump_json()) == facts
