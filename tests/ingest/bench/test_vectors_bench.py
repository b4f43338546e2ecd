"""The command that measures kinds of vector index, on few vectors: its figures, not its times."""

import json
from pathlib import Path

import numpy as np
import pytest

from ingest.bench.vectors import clustered, main, measure
from rag.index.dense import unit


def test_vectors_are_made_in_clusters_and_always_the_same() -> None:
    vectors = clustered(500, 64)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(500), abs=1e-5)
    np.testing.assert_array_equal(vectors, clustered(500, 64))
    nearest = np.sort(vectors @ vectors.T, axis=1)[:, -10]
    assert 0.5 < float(nearest.mean()) < 0.8
    assert abs(float((vectors @ vectors.T).mean())) < 0.2


def test_recall_of_an_exact_index_is_one_for_foreign_questions_too() -> None:
    cost = measure("flat", clustered(500, 64), clustered(20, 64, seed=1), 0.99)
    assert (cost.facts.kind, cost.asked, len(cost.query_ms)) == ("flat", 1.0, 20)
    assert cost.megabytes == pytest.approx(500 * 64 * 4 / 1e6, rel=0.1)


def test_recall_for_foreign_questions_is_that_of_the_lists_that_are_read() -> None:
    rng = np.random.default_rng(0)
    corpus, questions = (unit(rng.normal(size=(rows, 64)).astype(np.float32)) for rows in (2_000, 20))
    cost = measure("ivf", corpus, questions, 0.0)
    assert cost.facts.parameters == {"lists": 45, "probed": 1}
    assert cost.asked is not None
    assert 0.02 < cost.asked < 0.5


def test_the_command_prints_a_table_per_corpus(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"ko": f"전이학습 {at}번째 문단", "en": f"paragraph {at} on transfer learning"} for at in range(30)]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    wanted = ["--counts", "300", "--dimensions", "32", "--kinds", "flat", "fp16", "--data", str(tmp_path)]
    assert main(wanted) == 0
    lines = capsys.readouterr().out.splitlines()
    titles = [line for line in lines if line and not line.startswith("|")]
    assert titles[0] == "made, 300 × 32"
    assert titles[1].startswith("real, 30 × ")
    cells = [
        [cell.strip() for cell in line.split("|")[1:-1]] for line in lines if line.startswith(("| flat", "| fp16"))
    ]
    assert [row[0] for row in cells] == ["flat", "fp16", "flat", "fp16"]
    assert [(row[5], row[6]) for row in cells if row[0] == "flat"] == [("1.00", "1.000")] * 2
    assert [row[7] == "–" for row in cells] == [True, True, False, False]
