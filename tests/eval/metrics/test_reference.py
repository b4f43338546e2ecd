"""Ranking metrics beside those of trec_eval, the reference of the field, on random rankings."""

import pytest
import pytrec_eval
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics.ranking import hit_at_k, ndcg_at_k, recall_at_k, reciprocal_rank

CUTS = (1, 3, 5, 10)
NAMES = st.integers(0, 40).map(lambda number: f"d{number}")


@given(st.lists(NAMES, unique=True, min_size=1, max_size=30), st.frozensets(NAMES, min_size=1, max_size=12))
def test_ranking_metrics_agree_with_trec_eval(ranked: list[str], relevant: frozenset[str]) -> None:
    wanted = {f"{name}.{','.join(map(str, CUTS))}" for name in ("recall", "success", "ndcg_cut")} | {"recip_rank"}
    evaluator = pytrec_eval.RelevanceEvaluator({"q": dict.fromkeys(relevant, 1)}, wanted)
    scores = {name: float(len(ranked) - place) for place, name in enumerate(ranked)}
    expected = evaluator.evaluate({"q": scores})["q"]
    assert reciprocal_rank(ranked, relevant) == pytest.approx(expected["recip_rank"], abs=1e-9)
    for k in CUTS:
        assert recall_at_k(ranked, relevant, k) == pytest.approx(expected[f"recall_{k}"], abs=1e-9)
        assert hit_at_k(ranked, relevant, k) == pytest.approx(expected[f"success_{k}"], abs=1e-9)
        assert ndcg_at_k(ranked, relevant, k) == pytest.approx(expected[f"ndcg_cut_{k}"], abs=1e-9)
