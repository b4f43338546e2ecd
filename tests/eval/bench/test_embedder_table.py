import pytest

from eval.bench.embedder_table import against_bm25, table, told_against_bm25
from eval.bench.embedders import METRICS, Ranking, Similarity
from rag.settings import SearchMode


def ranking(model: str, mode: SearchMode, *firsts: float, name: str = "korquad1-dev-pub") -> Ranking:
    """The same value in every metric, but for recall@5, which is always 1."""
    values = {metric: tuple(1.0 for _ in firsts) if metric == "recall@5" else firsts for metric in METRICS}
    return Ranking(model, mode, name, 10, values)


def measured(model: str, keyword: float, dense: float, hybrid: float) -> list[Ranking]:
    modes: list[tuple[SearchMode, float]] = [("keyword", keyword), ("similarity", dense), ("hybrid", hybrid)]
    return [ranking(model, mode, value, 1.0) for mode, value in modes]


def test_one_row_a_system_bm25_once_over_the_first_models_passages() -> None:
    found = [*measured("a", 1, 0, 0.5), *measured("b", 0, 1, 1), ranking("a", "keyword", 0.25, name="own-set")]
    text = table(found, [Similarity("b", "klue-sts-dev", 519, 0.5678, None)], ("recall@1", "recall@5"))
    assert text.splitlines() == [
        "| recall@1 · recall@5 | korquad1-dev-pub (2) | own-set (1) | klue-sts-dev: Spearman · Pearson |",
        "| --- | ---: | ---: | ---: |",
        "| Kiwi BM25 | 1.000 · 1.000 | 0.250 · 1.000 | – |",
        "| a | 0.500 · 1.000 | – | – |",
        "| b | 1.000 · 1.000 | – | 0.568 · – |",
        "| BM25 + a | 0.750 · 1.000 | – | – |",
        "| BM25 + b | 1.000 · 1.000 | – | – |",
    ]


def test_a_hybrid_is_compared_with_bm25_over_its_own_passages() -> None:
    found = {
        (each.system, each.metric): each for each in against_bm25([*measured("a", 1, 0, 0), *measured("b", 0, 0, 1)])
    }
    assert len(found) == 2 * len(METRICS)
    worse, better = found["BM25 + a", "recall@1"], found["BM25 + b", "recall@1"]
    assert (worse.bm25, worse.hybrid, worse.difference, worse.lost, worse.won) == (1.0, 0.5, -0.5, 1, 0)
    assert (better.bm25, better.hybrid, better.difference, better.lost, better.won) == (0.5, 1.0, 0.5, 0, 1)
    assert (worse.low, worse.high) == pytest.approx((-1.0, 0.0))


def test_each_place_below_bm25_is_told_with_how_sure_that_is() -> None:
    lost = [ranking("a", "keyword", *[1.0] * 40), ranking("a", "hybrid", *[0.0] * 30, *[1.0] * 10)]
    chance = [ranking("b", "keyword", 1.0, 0.0, 1.0), ranking("b", "hybrid", 0.0, 0.5, 1.0)]
    never = [ranking("c", "keyword", 0.5), ranking("c", "hybrid", 0.5)]
    lines = told_against_bm25(against_bm25([*lost, *chance, *never]))
    assert len(lines) == 7  # three metrics of a and of b, one sentence for c
    assert lines[0].startswith("BM25 + a is below BM25 on korquad1-dev-pub in recall@1: 1.0000 → 0.2500 (-0.7500 [")
    assert lines[0].endswith("30 questions lost, 0 won; worse beyond chance)")
    assert lines[3].endswith("1 questions lost, 1 won; within chance)")
    assert lines[6] == "BM25 + c is on no set and metric below BM25."
