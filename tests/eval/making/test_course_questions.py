"""Questions made by rule of a small course: each in its wording, with its evidence, and none that has two answers."""

import json
from pathlib import Path
from typing import Any

import pytest

from eval.making.course_questions import kinds_of, make_questions
from eval.making.made import KINDS
from eval.questions import inspect_questions
from eval.set_check import warnings_of
from rag.errors import InputError
from rag.index.course import Course


def _made(course: Course, kind: str, **options: Any) -> dict[str, dict[str, Any]]:
    """Made questions of one kind, by what they are about."""
    return {row["about"]: row for row in make_questions(course, count=100, kinds=[kind], **options).rows}


def test_a_set_is_sound_has_verbatim_evidence_and_says_how_it_was_made(terms_course: Course, tmp_path: Path) -> None:
    made = make_questions(terms_course, count=100)
    path = tmp_path / "made.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in made.rows), encoding="utf-8")
    numbered, faults = inspect_questions(path)
    assert faults == []
    assert warnings_of(numbered, terms_course.store.table) == []
    assert kinds_of(made.rows) == {kind: count for kind, count in made.possible.items() if count}
    for row in made.rows:
        assert row["tags"][0] == "generated"
        assert row["id"].startswith(row["tags"][1])
        text = terms_course.store.table.source_text(row.get("source", "")) or ""
        assert all(context in text for context in row["reference_contexts"])
        assert row["answerable"] == bool(row["reference_contexts"])


def test_the_same_seed_makes_the_same_set_and_another_one_another(terms_course: Course) -> None:
    assert make_questions(terms_course, count=9, seed=3) == make_questions(terms_course, count=9, seed=3)
    assert make_questions(terms_course, count=9, seed=3).rows != make_questions(terms_course, count=9, seed=4).rows


def test_few_questions_are_of_every_kind_and_of_several_documents(terms_course: Course) -> None:
    rows = make_questions(terms_course, count=6).rows
    assert kinds_of(rows) == dict.fromkeys([kind for kind in KINDS if kind != "left-out"], 1)
    tables = make_questions(terms_course, count=2, kinds=["table"]).rows
    assert {row["source"] for row in tables} == {"loss.md", "sequence.md"}


def test_definitions(terms_course: Course) -> None:
    made = _made(terms_course, "definition")
    assert set(made) == {"perceptron", "경사하강법", "손실 함수", "Beam search", "전치 합성곱"}
    assert made["perceptron"]["user_input"] in ("What is a perceptron?", "Can you explain what a perceptron is?")
    assert made["손실 함수"]["reference_contexts"] == [
        "손실 함수(loss function)는 모델의 예측과 정답의 차이를 수로 나타내는 수학적 함수이다."
    ]
    assert "손실 함수" in made["손실 함수"]["user_input"]


def test_terms(terms_course: Course) -> None:
    made = _made(terms_course, "term")
    # The others stand together in two passages each: nobody could say which of them must be found.
    assert set(made) == {"GD = gradient descent"}
    assert made["GD = gradient descent"]["reference"] == "gradient descent"
    assert made["GD = gradient descent"]["user_input"] in ("GD는 무엇의 약자인가요?", "GD는 무엇의 줄임말인가요?")


def test_tables(terms_course: Course) -> None:
    made = _made(terms_course, "table")
    compared = made["정규화 비교: 가중치 감쇠 / 적용 대상"]
    assert compared["reference"] == "모든 가중치"
    assert compared["reference_contexts"] == ["| 적용 대상 | 은닉층의 뉴런 | 모든 가중치 |"]
    assert "가중치 감쇠의 적용 대상" in compared["user_input"]
    described = made["Decoders: Sampling / Description"]
    assert described["user_input"] in (
        "How is Sampling described in “Decoders”?",
        "What does “Decoders” say about Sampling?",
    )
    assert made["Decoders: Sampling / Cost"]["reference"] == "low"


def test_cross_lingual_questions_are_in_the_other_language_than_their_passage(terms_course: Course) -> None:
    made = _made(terms_course, "cross-lingual")
    assert set(made) == {"경사하강법", "손실 함수", "전치 합성곱"}
    assert all(row["lang"] == "en" and "손실" not in row["user_input"] for row in made.values())
    assert "“loss function”" in made["손실 함수"]["user_input"]


def test_what_is_said_somewhere_is_not_asked_as_unanswerable(terms_course: Course) -> None:
    made = _made(terms_course, "unanswerable")
    assert "perceptron" not in {name.lower() for name in made}  # proposed by Rosenblatt in 1958
    assert "손실 함수" in made
    assert made["손실 함수"]["asked_of"] == "loss.md"
    assert not any(row["answerable"] or "source" in row for row in made.values())


def test_of_a_document_that_is_left_out_only_what_no_other_names_is_asked(terms_course: Course) -> None:
    made = _made(terms_course, "left-out", left_out=["history.*"])
    assert list(made) == ["perceptron"]  # more.md names 전치 합성곱
    assert not made["perceptron"]["answerable"]
    assert made["perceptron"]["asked_of"] == "history.md"
    others = make_questions(terms_course, count=100, kinds=["definition"], left_out=["history.*"]).rows
    assert "history.md" not in {row["source"] for row in others}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"kinds": ["nonsense"]}, "no kind of question 'nonsense'"),
        ({"left_out": ["nothing*"]}, "No source of the index fits nothing"),
        ({"kinds": ["left-out"]}, "Nothing is left out"),
    ],
)
def test_what_cannot_be_made_is_told(terms_course: Course, options: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        make_questions(terms_course, count=5, **options)
