"""``course-rag embedder evaluate``."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A question set and a file of sentence pairs, under names that the command knows."""
    folder = tmp_path / "data" / "questions"
    (folder / "ai-tech-interview-pub").mkdir(parents=True)
    corpus = [
        {"id": "a", "title": "드롭아웃", "text": "뉴런을 무작위로 끄는 정규화 기법이다."},
        {"id": "b", "title": "BM25", "text": "단어의 빈도와 희귀도로 문서의 순위를 매긴다."},
    ]
    queries = [
        {"id": "1", "text": "뉴런을 끄는 기법은?", "answer": [], "positive": ["a"], "answerable": True},
        {"id": "2", "text": "문서의 순위는?", "answer": [], "positive": ["b"], "answerable": True},
    ]
    for name, rows in (("corpus", corpus), ("queries", queries)):
        (folder / "ai-tech-interview-pub" / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    pairs = [("책을 읽는다", "책을 읽었다", 4.5), ("비가 온다", "회의가 끝났다", 0.5), ("밥을 먹자", "식사하자", 4.0)]
    lines = [json.dumps({"a": a, "b": b, "score": score}) for a, b, score in pairs]
    (folder / "klue-sts-dev.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path / "data"


def test_one_table_with_bm25_the_model_and_both(cli: Run, data: Path) -> None:
    ran = cli("embedder", "evaluate", "--data", data, "--model", "static-ko-en")
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert lines[0] == ("| recall@1 · recall@5 | ai-tech-interview-pub (2) | klue-sts-dev: Spearman · Pearson |")
    assert lines[2] == "| Kiwi BM25 | 1.000 · 1.000 | – |"
    assert lines[3].startswith("| static-ko-en | 1.000 · 1.000 | 1.000 · 0.")
    assert lines[4] == "| BM25 + static-ko-en | 1.000 · 1.000 | – |"
    assert lines[6].startswith("| mrr@10 · ndcg@10 | ai-tech-interview-pub (2) |")
    assert lines[-1] == "BM25 + static-ko-en is on no set and metric below BM25."
    assert "static-ko-en · ai-tech-interview-pub …" in ran.err


def test_json_has_every_figure_and_the_comparison(cli: Run, data: Path) -> None:
    options = ("--model", "static-ko-en", "--set", "ai-tech-interview-pub", "--json")
    found = cli("embedder", "evaluate", "--data", data, *options).json
    assert [(each["system"], each["recall@1"]) for each in found["rankings"]] == [
        ("Kiwi BM25", 1.0),
        ("static-ko-en", 1.0),
        ("BM25 + static-ko-en", 1.0),
    ]
    assert {each["questions"] for each in found["rankings"]} == {2}
    assert {each["passages"] for each in found["rankings"]} == {2}
    assert found["similarities"] == []
    assert [(each["metric"], each["difference"]) for each in found["against_bm25"]] == [
        (metric, 0.0) for metric in ("recall@1", "recall@5", "mrr@10", "ndcg@10")
    ]


def test_sentence_pairs_alone_make_a_table_too(cli: Run, data: Path) -> None:
    ran = cli("embedder", "evaluate", "--data", data, "--model", "static-ko-en", "--set", "klue-sts-dev")
    assert ran.code == 0
    assert ran.out.splitlines()[0] == "| recall@1 · recall@5 | klue-sts-dev: Spearman · Pearson |"


def test_a_teacher_that_is_not_installed_is_told_and_left_out(
    cli: Run, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eval.bench.embedders._TEACHER_PACKAGE", "no_such_package")
    ran = cli("embedder", "evaluate", "--data", data, "--set", "klue-sts-dev", "--json")
    assert ran.code == 0
    assert "all-MiniLM-L6-v2 is left out" in ran.err
    assert ran.json["left_out"] == [ran.err.splitlines()[0]]
    assert "static-ko-en" in [each["model"] for each in ran.json["similarities"]]


def test_an_unknown_set_is_told(cli: Run, data: Path) -> None:
    ran = cli("embedder", "evaluate", "--data", data, "--model", "static-ko-en", "--set", "none")
    assert ran.code == 1
    assert "There is no question set none" in ran.err
    assert "ai-tech-interview-pub, klue-sts-dev" in ran.err


def test_data_without_sets_is_told(cli: Run, tmp_path: Path) -> None:
    ran = cli("embedder", "evaluate", "--data", tmp_path, "--model", "static-ko-en")
    assert ran.code == 1
    assert "Give --data a folder with questions/" in ran.err
