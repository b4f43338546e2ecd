"""Question sets: what is read, and how every fault is told."""

import json
from pathlib import Path
from typing import Any

import pytest

from eval.questions import Place, Question, inspect_questions, read_questions
from rag.errors import InputError

GOOD: dict[str, Any] = {"id": "q1", "user_input": "What is dropout?"}


def _write(folder: Path, *rows: object) -> Path:
    path = folder / "set.jsonl"
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_every_field_is_read(tmp_path: Path) -> None:
    row = {
        "id": "q1",
        "user_input": "드롭아웃이란?",
        "reference": "정규화 기법",
        "reference_contexts": ["드롭아웃은 정규화 기법이다."],
        "source": "a.pdf",
        "page": 3,
        "lang": "ko",
        "tags": ["lookup", "page"],
        "answerable": True,
        "also_in": [{"source": "b.md", "page": None}, {"source": "c.pdf", "page": 2}],
        "author": "kim",
    }
    assert read_questions(_write(tmp_path, row)) == [
        Question(
            id="q1",
            user_input="드롭아웃이란?",
            reference="정규화 기법",
            reference_contexts=("드롭아웃은 정규화 기법이다.",),
            lang="ko",
            tags=("lookup", "page"),
            answerable=True,
            sources=("a.pdf",),
            page=3,
            also_in=(Place("b.md"), Place("c.pdf", 2)),
            extra={"author": "kim"},
        )
    ]


def test_what_is_not_said_has_its_default(tmp_path: Path) -> None:
    rows = [GOOD, {"id": "q2", "user_input": "드롭아웃이 뭐야?"}]
    english, korean = read_questions(_write(tmp_path, *rows))
    assert english == Question("q1", "What is dropout?", lang="en")
    assert korean.lang == "ko"


@pytest.mark.parametrize(
    ("given", "sources"),
    [
        ({"source": "a.md"}, ("a.md",)),
        ({"source": ["a.md", "b.md"]}, ("a.md", "b.md")),
        ({"source": []}, ()),
        ({"source": None}, ()),
        ({"source": ""}, ()),
        ({"sources": ["a.md"]}, ("a.md",)),
        ({}, ()),
    ],
)
def test_sources_are_one_or_many(tmp_path: Path, given: dict[str, Any], sources: tuple[str, ...]) -> None:
    assert read_questions(_write(tmp_path, GOOD | given))[0].sources == sources


def test_blank_lines_and_a_byte_order_mark_do_not_count(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text("\ufeff" + json.dumps(GOOD) + "\r\n\r\n", encoding="utf-8")
    assert [question.id for question in read_questions(path)] == ["q1"]


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("{", "not JSON"),
        ('"text"', "not a JSON object"),
        ({"user_input": "What?"}, "id is missing"),
        ({"id": "q2"}, "user_input is missing"),
        ({"id": "q2", "user_input": " "}, "user_input is empty"),
        ({"id": 2, "user_input": "What?"}, "id must be a text, not a number"),
        ({"id": "q2", "user_input": ["What?"]}, "user_input must be a text, not a list"),
        (GOOD, "the id 'q1' is taken by line 1"),
        (GOOD | {"id": "q2", "reference_contexts": "text"}, "reference_contexts must be a list of texts"),
        (GOOD | {"id": "q2", "tags": [1]}, "tags must be a list of texts"),
        (GOOD | {"id": "q2", "answerable": "no"}, "answerable must be true or false"),
        (GOOD | {"id": "q2", "source": 3}, "source must be a list of texts"),
        (GOOD | {"id": "q2", "source": "a", "sources": ["a"]}, "both source and sources"),
        (GOOD | {"id": "q2", "page": 0}, "page must be a number from 1 on"),
        (GOOD | {"id": "q2", "page": True}, "page must be a number from 1 on"),
        (GOOD | {"id": "q2", "also_in": ["b.md"]}, "also_in must be a list of objects"),
        (GOOD | {"id": "q2", "also_in": [{"page": 2}]}, "source is missing"),
    ],
)
def test_a_fault_is_told_with_its_line_and_a_remedy(tmp_path: Path, fault: object, told: str) -> None:
    with pytest.raises(InputError) as caught:
        read_questions(_write(tmp_path, GOOD, "", fault))
    assert "line 3" in caught.value.message
    assert told in caught.value.message
    assert caught.value.remedy


def test_a_set_without_questions_or_without_a_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is empty"):
        read_questions(_write(tmp_path, ""))
    with pytest.raises(InputError, match="cannot be read"):
        read_questions(tmp_path / "none.jsonl")
    (tmp_path / "korean.jsonl").write_bytes('{"id": "강의"}'.encode("cp949"))
    with pytest.raises(InputError, match="cannot be read"):
        read_questions(tmp_path / "korean.jsonl")


def test_every_fault_is_told_with_its_line(tmp_path: Path) -> None:
    path = _write(tmp_path, GOOD, "{", {"id": 2, "page": 0}, GOOD | {"id": "q5"}, GOOD)
    with pytest.raises(InputError) as caught:
        read_questions(path)
    assert caught.value.message.splitlines()[0] == f"{path} has 5 faults:"
    told = [line.strip() for line in caught.value.message.splitlines()[1:]]
    assert told[0].startswith("line 2: not JSON")
    assert told[1:] == [
        "line 3: user_input is missing",
        "line 3: id must be a text, not a number",
        "line 3: page must be a number from 1 on, or null",
        "line 5: the id 'q1' is taken by line 1",
    ]
    numbered, faults = inspect_questions(path)
    assert [(line, question.id) for line, question in numbered] == [(1, "q1"), (4, "q5")]
    assert [fault.line for fault in faults] == [2, 3, 3, 3, 5]
    assert all(fault.remedy for fault in faults)


def test_a_long_list_of_faults_is_cut_and_counted(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has 60 faults") as caught:
        read_questions(_write(tmp_path, *["{"] * 60))
    assert caught.value.message.splitlines()[-1].strip() == "and 10 more"
