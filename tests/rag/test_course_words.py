"""What a course's own words do for a question: other names are searched, and what was mistyped is put right."""

from pathlib import Path

import pytest

from ingest.build import Build
from ingest.workers import serial_map
from rag.assistant import Assistant
from rag.index.course import Course
from rag.retrieval.retriever import CourseRetriever
from rag.settings import RetrievalSettings, Settings

FILES = {
    "01.md": "# 최적화\n\n초매개변수(hyperparameter)는 학습 전에 사람이 정하는 값이다.\n",
    "02.md": "# 탐색\n\n초매개변수를 고르는 방법에는 격자 탐색과 무작위 탐색이 있다.\n",
    "03.md": "# Regularisation\n\nDropout switches off random neurons while a network is trained.\n",
}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("words")
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    found = Settings(index={"path": tmp_path_factory.mktemp("index") / "index"})
    Build(found, file_map=serial_map).run([folder])
    return found


def lexical(index: Path, question: str, **settings: float) -> dict[str, float]:
    retriever = CourseRetriever(course=Course.open(index), settings=RetrievalSettings(**settings))
    return {hit.chunk.source: hit.scores["lexical"] for hit in retriever.search(question, k=5)}


def test_the_other_name_of_a_term_is_searched(settings: Settings) -> None:
    with_names = lexical(settings.index.path, "choosing a hyperparameter")
    without = lexical(settings.index.path, "choosing a hyperparameter", term_weight=0)
    assert without["01.md"] > 0 and without.get("02.md", 0) == 0
    assert with_names["02.md"] > 0
    assert with_names["01.md"] == pytest.approx(without["01.md"])


def test_what_was_mistyped_is_put_right_and_told(settings: Settings) -> None:
    assistant = Assistant(settings)
    assert assistant.repaired("What does Dropuot do?") == "What does Dropout do?"
    answer = assistant.ask("What does Dropuot do?")
    assert (answer.question, answer.standalone) == ("What does Dropuot do?", "What does Dropout do?")
    assert {citation.chunk.source for citation in answer.citations} == {"03.md"}
    assert [hit.chunk.source for hit in assistant.search("What does Dropuot do?", k=1)] == ["03.md"]


def test_a_repair_can_be_switched_off(settings: Settings) -> None:
    plain = Assistant(settings.model_copy(update={"retrieval": RetrievalSettings(repair=False)}))
    assert plain.repaired("What does Dropuot do?") == "What does Dropuot do?"
    assert plain.ask("What does Dropuot do?").standalone == "What does Dropuot do?"
