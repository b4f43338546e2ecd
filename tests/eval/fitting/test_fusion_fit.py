"""The sweep: at the default setting it finds what the retriever itself finds."""

import json
from pathlib import Path

import pytest

from eval.bench.course_sets import make_course
from eval.bench.measures import retrieval
from eval.fitting.fusion_fit import asked_sets, fused, main, recalls, table
from ingest.build import Build
from ingest.workers import serial_map
from rag.retrieval.fusion import EXPECTED
from rag.settings import RetrievalSettings, Settings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    corpus = [
        {"id": "p0", "title": "정규화", "text": "드롭아웃은 학습할 때 뉴런을 무작위로 끄는 정규화 기법이다."},
        {"id": "p1", "title": "검색", "text": "BM25는 단어의 빈도와 희귀도로 문서의 순위를 매긴다."},
        {"id": "p2", "title": "Dropout", "text": "Dropout switches off random neurons, which prevents overfitting."},
    ]
    queries = [
        {"id": "q0", "text": "문서의 순위는 어떻게 매기나?", "answer": [], "positive": ["p1"], "answerable": True},
        {"id": "q1", "text": "What prevents overfitting?", "answer": [], "positive": ["p0"], "answerable": True},
        {"id": "q2", "text": "Who?", "answer": [], "positive": [], "answerable": False},
    ]
    (tmp_path / "questions" / "made-up").mkdir(parents=True)
    for name, rows in (("corpus", corpus), ("queries", queries)):
        (tmp_path / "questions" / "made-up" / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    return tmp_path


def test_a_sweep_agrees_with_the_retriever(folder: Path, course_settings: Settings) -> None:
    model = course_settings.embedder.model
    (asked,) = asked_sets(["made-up"], folder / "questions", model)
    course_set = make_course(folder / "questions" / "made-up", folder / "documents")
    settings = Settings(index={"path": folder / "index"}, embedder={"model": model})
    Build(settings, file_map=serial_map).run([course_set.documents])
    figures = {(each.subject, each.name): each.value for each in retrieval("s", course_set, folder / "index", {})}
    scored = {
        "keyword": [each.lexical for each in asked.evidence],
        "similarity": [each.similarity for each in asked.evidence],
        "hybrid": fused(asked, RetrievalSettings().dense_weight, EXPECTED),
    }
    for mode, scores in scored.items():
        wanted = (figures[f"s · {mode}", "recall@1"], figures[f"s · {mode}", "recall@5"])
        assert recalls(asked, scores, by_words=mode == "keyword", both=mode == "hybrid") == pytest.approx(wanted)
    assert (
        recalls(asked, scored["keyword"], by_words=True)[0] == 0.5
    )  # the second question shares no word with its passage

    lines = table([asked], [0.0, 1.0], [EXPECTED]).splitlines()
    assert [line.split(" | ")[0] for line in lines[2:]] == ["| BM25", "| similarity", "| 0 · 0.3", "| 1 · 0.3"]
    assert "made-up (looked at, 2)" in lines[0]
    assert lines[2].endswith("| 0.0 |")


def test_a_missing_set_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(tmp_path), "--only", "none"]) == 1
    assert "Give a folder with corpus.jsonl and queries.jsonl." in capsys.readouterr().err
