"""The command that measures latency, on few made passages: what it builds and prints, not its times."""

import json
from itertools import chain
from pathlib import Path

import numpy as np
import pytest

from ingest.bench.latency import main
from ingest.bench.made_index import build, half_made, made_paragraphs, passages, real_paragraphs, terms_of
from rag.analyzer import Analyzer
from rag.embeddings.combined import CombinedEmbeddings
from rag.embeddings.loading import load_embedder
from rag.index.course import Course
from rag.language import detect_language
from rag.settings import EmbedderSettings

ROWS = [
    {
        "file": "a.md",
        "ko": f"경사하강법은 {at}번째로 손실을 줄인다. 학습률이 중요하다.",
        "en": f"Gradient descent {at}.",
    }
    for at in range(9)
]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS)
    (folder / "a.jsonl").write_text(lines + "\n", encoding="utf-8")
    return folder


def test_passages_are_as_many_as_asked_and_all_different(data: Path) -> None:
    documents = real_paragraphs(data)
    assert [detect_language(document[0]) for document in documents] == ["ko", "en"]
    found = list(chain.from_iterable(passages(documents, 7)))
    assert len(found) == 7
    assert len(set(found)) == 7
    assert all(len(text) <= 480 for text in found)
    assert {line for text in found for line in text.split("\n\n")} == set(chain.from_iterable(documents))


def test_made_texts_are_always_the_same_and_in_both_languages() -> None:
    documents = made_paragraphs(2)
    assert documents == made_paragraphs(2)
    assert [detect_language(document[0]) for document in documents] == ["ko", "en"]
    words = [word for text in documents[0] for word in text.split()]
    assert 500 < len(set(words)) < 4_800


def test_a_sentence_at_a_time_gives_the_terms_of_the_text() -> None:
    texts = [f"{row['ko']}\n\n{row['en']}" for row in ROWS]
    found, wanted = terms_of(texts, Analyzer()), list(Analyzer().analyze(texts))
    assert [sorted(each.words) for each in found] == [sorted(each.words) for each in wanted]
    assert [each.bigrams for each in found] == [each.bigrams for each in wanted]


def test_half_made_vectors_have_the_static_part_of_the_real_ones() -> None:
    embedder = load_embedder(EmbedderSettings())
    assert isinstance(embedder, CombinedEmbeddings)
    texts = [row["ko"] for row in ROWS]
    made, real = half_made(embedder, texts), embedder.embed_array(texts)
    static = slice(embedder.parts[0].embedder.dimension, None)
    assert made.shape == real.shape
    np.testing.assert_allclose(np.linalg.norm(made, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(made[:, static], real[:, static], atol=1e-5)
    assert abs(float((made[:, : static.start] * real[:, : static.start]).sum(axis=1).mean())) < 0.2


def test_what_is_built_opens_and_answers(data: Path, tmp_path: Path) -> None:
    settings = EmbedderSettings(model="static-ko-en")
    embedder = load_embedder(settings)
    build(tmp_path / "index", passages(real_paragraphs(data), 5), embedder, settings)
    course = Course.open(tmp_path / "index")
    assert (len(course.lexical), course.manifest.chunks) == (5, 5)
    assert len(course.vectors) > 5  # windows
    document = course.store.table.get([1])[0]
    text = course.store.table.source_text(document.metadata["source"])
    assert text is not None
    assert text[document.metadata["start"] : document.metadata["end"]] == document.page_content


def test_the_command_prints_both_counts_and_their_ratio(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = tmp_path / "questions.jsonl"
    questions.write_text(json.dumps({"user_input": "경사하강법은 무엇을 줄이나요?"}) + "\n", encoding="utf-8")
    given = ["--counts", "4", "8", "--data", str(data), "--questions", str(questions), "--keep", str(tmp_path / "kept")]
    assert main(given) == 0
    printed = capsys.readouterr()
    rows = [line.strip("| ").split(" | ") for line in printed.out.splitlines() if line.startswith("| ")]
    assert rows[0][1:] == ["4, wall", "4, cpu", "8, wall", "8, cpu", "ratio wall", "ratio cpu"]
    assert [row[0] for row in rows[2:4]] == ["ask", "search"]
    small, large, ratio = (float(rows[2][at].partition(" / ")[0]) for at in (1, 3, 5))
    assert ratio == pytest.approx(large / small, rel=0.1)
    assert "built in" in printed.err
    assert main(given) == 0
    assert "built in" not in capsys.readouterr().err


def test_a_file_without_questions_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "q.jsonl").write_text("{}\n", encoding="utf-8")
    assert main(["--counts", "4", "--questions", str(tmp_path / "q.jsonl")]) == 1
    assert "holds no questions" in capsys.readouterr().err
