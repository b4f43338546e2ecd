"""What a part of the search gains: by hand, and on a set where only one part can find the passage."""

import json
from pathlib import Path

import pytest
from tiny_models import cross_encoder

from eval.bench.ablation import PARTS, RERANKER, Column, main, table
from eval.metrics.intervals import bootstrap_interval

TYPED = {"id": "q0", "text": "emfhqdkdntdl anjdi?", "answer": [], "positive": ["p4"], "answerable": True}
"""드롭아웃이 뭐야? on a keyboard that was left in English."""

TEXTS = (
    "역전파는 기울기를 구한다.",
    "Tokens are ids.",
    "합성곱은 창을 민다.",
    "Queries are texts.",
    "드롭아웃은 뉴런을 끈다.",
)
PASSAGES = [{"id": f"p{number}", "title": "", "text": text} for number, text in enumerate(TEXTS)]


def columns(without: list[float]) -> list[Column]:
    return [Column("made-up", "recall@5", [1.0, 1.0, 0.0, 1.0], {part: without for part in PARTS})]


def test_a_gain_is_the_mean_of_the_differences() -> None:
    gain, interval = columns([1.0, 0.0, 0.0, 0.0])[0].gain("words")
    assert gain == 0.5
    assert interval == (0.0, 1.0)


def test_a_gain_whose_interval_leaves_zero_out_is_bold() -> None:
    steps = [1.0, 1.0, 0.5, 1.0]  # no resample of it has a mean below 0.5
    low, high = bootstrap_interval(steps) or (0.0, 0.0)
    head, _, whole, *rows = table(columns([0.0, 0.0, -0.5, 0.0])).splitlines()
    assert head == "| gain of | made-up (4) recall@5 |"
    assert whole == "| all parts | 0.750 |"
    assert rows[0] == f"| embeddings | **+0.875 [{low:+.3f}, {high:+.3f}]** |"
    assert len(rows) == len(PARTS)
    assert table(columns([1.0, 1.0, 0.0, 1.0])).splitlines()[3] == "| embeddings | +0.000 [+0.000, +0.000] |"


def test_a_part_that_is_off_by_default_gains_by_being_added() -> None:
    added = {RERANKER: [1.0, 1.0, 1.0, 0.0]}
    column = Column("made-up", "recall@5", [1.0, 0.0, 0.0, 1.0], {"words": [0.0, 0.0, 0.0, 1.0]}, added)
    assert (column.gain("words")[0], column.gain(RERANKER)[0]) == (0.25, 0.25)
    assert [row.split(" | ")[0] for row in table([column]).splitlines()[3:]] == ["| words", f"| {RERANKER}"]


@pytest.mark.slow
def test_a_part_that_alone_finds_the_passage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "questions" / "made-up"
    source.mkdir(parents=True)
    for name, rows in (("corpus", PASSAGES), ("queries", [TYPED])):
        (source / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    pytest.importorskip("sentence_transformers")
    model = cross_encoder(tmp_path / "tiny")
    assert main(["--data", str(tmp_path), "--only", "made-up", "--k", "1", "--reranker", str(model)]) == 0
    cells = dict(line.strip("| ").split(" | ") for line in capsys.readouterr().out.splitlines()[2:])
    assert cells["all parts"] == "1.000"
    assert cells["repair of what was mistyped"] == "+1.000"
    assert cells["parts of a question"] == "+0.000"
    assert cells[RERANKER] in ("-1.000", "+0.000")  # random weights


def test_a_wrong_reranker_is_told_before_anything_is_built(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(tmp_path), "--only", "none", "--reranker", str(tmp_path / "none")]) == 1
    assert capsys.readouterr().err.startswith(f"There is no model in {tmp_path / 'none'}.")


def test_a_missing_set_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(tmp_path), "--only", "none"]) == 1
    assert "Give a folder with corpus.jsonl and queries.jsonl." in capsys.readouterr().err
