"""A retrieval set as a course: the files, the questions, and sets that are not as they should be."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.bench.course_sets import _file_names, make_course
from eval.metrics.evidence import ranked_sources, relevant_sources
from eval.metrics.ranking import recall_at_k
from eval.questions import Place, Question
from eval.records import Passage
from rag.errors import InputError


def _set(folder: Path, corpus: list[dict[str, object]], queries: list[dict[str, object]]) -> Path:
    for name, rows in (("corpus", corpus), ("queries", queries)):
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / f"{name}.jsonl").write_text("".join(lines), encoding="utf-8")
    return folder


CORPUS: list[dict[str, object]] = [
    {"id": "p/1", "title": "한라산", "text": "제주도에 있다."},
    {"id": "P 1", "title": "", "text": "No title."},
]
QUERY: dict[str, object] = {
    "id": "q1",
    "text": "한라산은 어디에 있나?",
    "answer": ["제주도", "제주"],
    "positive": ["p/1"],
    "answerable": True,
}


def test_a_file_per_passage_and_a_question_per_query(tmp_path: Path) -> None:
    course = make_course(_set(tmp_path, CORPUS, [QUERY]), tmp_path / "out")
    written = {path.name: path.read_text(encoding="utf-8") for path in course.documents.iterdir()}
    assert written == {"p_1.txt": "한라산\n제주도에 있다.\n", "P_1_2.txt": "No title.\n"}
    assert course.questions == [
        Question("q1", "한라산은 어디에 있나?", reference="제주도", lang="ko", sources=("p_1.txt",))
    ]


def test_a_question_asked_of_two_passages_is_answered_by_either(tmp_path: Path) -> None:
    again = QUERY | {"id": "q2", "positive": ["P 1"]}
    other = QUERY | {"id": "q3", "text": "한라산은 얼마나 높나?"}
    first, second, third = make_course(_set(tmp_path, CORPUS, [QUERY, again, other]), tmp_path / "out").questions
    assert (first.sources, first.also_in) == (("p_1.txt",), (Place("P_1_2.txt"),))
    assert (second.sources, second.also_in) == (("P_1_2.txt",), (Place("p_1.txt"),))
    assert third.also_in == ()
    found = Passage("P_1_2.txt", "No title.")
    assert recall_at_k(ranked_sources(first, [found]), relevant_sources(first), 1) == 1


@pytest.mark.parametrize("query", [{}, QUERY | {"positive": ["nowhere"]}, QUERY | {"answer": None, "positive": None}])
def test_a_set_that_is_not_as_described_is_told(tmp_path: Path, query: dict[str, object]) -> None:
    with pytest.raises(InputError, match="cannot be used"):
        make_course(_set(tmp_path, CORPUS, [query]), tmp_path / "out")


def test_a_missing_set_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="FileNotFoundError"):
        make_course(tmp_path / "none", tmp_path / "out")
    assert not (tmp_path / "out").exists()


@given(st.lists(st.text(max_size=80), unique=True, max_size=20))
def test_every_id_has_a_file_name_of_its_own(ids: list[str]) -> None:
    names = _file_names(ids)
    assert len({name.casefold() for name in names.values()}) == len(ids)
    assert all("/" not in name and not name.startswith(".") and name.endswith(".txt") for name in names.values())
