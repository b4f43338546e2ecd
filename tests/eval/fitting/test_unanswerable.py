"""Questions that a course does not answer, made from those that it does."""

import json
from pathlib import Path

from eval.fitting.unanswerable import Asked, PartOfCourse, asked, part_of_course
from eval.questions import Question
from rag.index.course import Course

ASKED = "청킹은 무엇인가요?"


def _part(course_files: Path, tmp_path: Path) -> PartOfCourse:
    folder = tmp_path / "kept"
    folder.mkdir()
    (folder / "rag_01.md").touch()
    questions = [
        Question("1", ASKED, sources=("rag_01.md",)),
        Question("2", "쿠버네티스는 무엇인가요?", sources=("gone.md",)),
        Question("3", "청킹은 누가 만들었나요?", answerable=False, sources=("rag_01.md",)),
        Question("4", "드롭아웃은 누가 만들었나요?", answerable=False, sources=("gone.md",)),
    ]
    return PartOfCourse(folder, ["쿠버네티스는 컨테이너를 다루고, 검색은 하지 않는다."], {"a": questions})


def test_every_kind_is_made_of_what_is_kept_and_what_is_not(course: Course, course_files: Path, tmp_path: Path) -> None:
    found = list(asked(_part(course_files, tmp_path), course, each=5, swapped=["a"], swaps=5))
    assert found[:3] == [
        Asked("a", ASKED, "answerable"),
        Asked("a", "쿠버네티스는 무엇인가요?", "held out"),
        Asked("a", "청킹은 누가 만들었나요?", "natural"),
    ]
    swapped = {one.kind: one.text.removesuffix("은 무엇인가요?") for one in found[3:]}
    assert set(swapped) == {"absent", "other"}
    assert swapped["absent"] in {"쿠버네티스", "컨테이너"}, "not 검색, which the course has"
    assert swapped["other"] in course.words and swapped["other"] != "청킹"


def test_words_are_changed_only_where_that_is_asked_for(course: Course, course_files: Path, tmp_path: Path) -> None:
    part = _part(course_files, tmp_path)
    assert {one.kind for one in asked(part, course, each=5, swapped=[], swaps=5)} == {
        "answerable",
        "held out",
        "natural",
    }


def test_a_quarter_of_the_passages_is_left_out_and_known(tmp_path: Path) -> None:
    source = tmp_path / "set"
    source.mkdir()
    corpus = [{"id": f"p{n}", "title": "", "text": f"passage {n}"} for n in range(8)]
    query = {"id": "q", "text": "?", "answer": [], "positive": ["p3"], "answerable": True}
    for name, rows in (("corpus", corpus), ("queries", [query])):
        (source / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    part = part_of_course([source], tmp_path / "documents")
    kept = [path.read_text(encoding="utf-8") for path in part.documents.iterdir()]
    assert (len(kept), len(part.left_out)) == (6, 2)
    assert sorted(kept + part.left_out) == [f"passage {n}\n" for n in range(8)]
    assert [question.id for question in part.questions["set"]] == ["q"]
