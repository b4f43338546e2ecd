"""From a log to candidates, and from accepted candidates to a set."""

import json
from pathlib import Path
from typing import Any

import pytest

from eval.making.curating import accept, candidates, grouped
from eval.making.logged import LoggedCitation, LoggedQuestion
from eval.questions import read_questions
from rag.errors import InputError

CITED = (LoggedCitation("a.pdf", "드롭아웃은 뉴런을 끈다.", 3),)


def _asked(text: str, **values: Any) -> LoggedQuestion:
    return LoggedQuestion(text, **values)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("드롭아웃은 무엇인가요?", "드롭아웃이 뭐예요", True),  # the same content words
        ("경사하강법을 왜 쓰나요?", "왜 경사하강법을 쓰나요?", True),
        ("What is dropout?", "what is Dropout", True),
        ("배치 정규화는 어떤 효과가 있나요?", "배치 정규하는 어떤 효과가 있나요?", True),  # mistyped
        ("2주차 과제는 언제까지 제출하나요?", "3주차 과제는 언제까지 제출하나요?", False),
        ("드롭아웃은 무엇인가요?", "배치 정규화는 무엇인가요?", False),
    ],
)
def test_what_asks_the_same_is_one_group(one: str, other: str, same: bool) -> None:
    assert (len(grouped([_asked(one), _asked(other)])) == 1) is same


def test_thumbs_down_come_first_then_refusals_then_what_is_asked_often() -> None:
    log = [
        *[_asked("드롭아웃은 무엇인가요?")] * 3,
        _asked("임베딩은 무엇인가요?", refused=True),
        _asked("배치 정규화는 왜 쓰나요?", thumb=-1),
        _asked("청킹은 무엇인가요?"),
    ]
    assert [group.wordings[0] for group in grouped(log)] == [
        "배치 정규화는 왜 쓰나요?",
        "임베딩은 무엇인가요?",
        "드롭아웃은 무엇인가요?",
        "청킹은 무엇인가요?",
    ]
    assert len(candidates(log, most=2)) == 2


def test_a_candidate_is_filled_in_from_the_answer_that_was_liked() -> None:
    log = [
        _asked("드롭아웃이 뭐예요?", answer="모릅니다.", refused=True, at="2026-03-01"),
        _asked("드롭아웃은 무엇인가요?", answer="뉴런을 끕니다. [1]", citations=CITED, thumb=1, at="2026-03-03"),
        _asked("드롭아웃은 무엇인가요?", answer="Bad [1]", citations=CITED, thumb=-1, comment="틀림", at="2026-03-02"),
    ]
    (row,) = candidates(log)
    assert row.pop("log") == {
        "asked": 3,
        "thumbs_up": 1,
        "thumbs_down": 1,
        "refused": 1,
        "wordings": ["드롭아웃은 무엇인가요?", "드롭아웃이 뭐예요?"],
        "comments": ["틀림"],
        "answer": "뉴런을 끕니다. [1]",
        "last": "2026-03-03",
    }
    assert row.pop("id").startswith("logged-")
    assert row == {
        "accepted": False,
        "user_input": "드롭아웃은 무엇인가요?",
        "reference": "뉴런을 끕니다.",
        "reference_contexts": ["드롭아웃은 뉴런을 끈다."],
        "sources": ["a.pdf"],
        "page": 3,
        "lang": "ko",
        "tags": ["logged", "thumbs-up", "thumbs-down", "refused"],
        "answerable": True,
    }


def test_what_was_always_refused_is_proposed_as_not_answerable_and_a_disliked_answer_is_no_reference() -> None:
    refused, disliked = candidates(
        [_asked("A는 왜 하나요?", refused=True, thumb=-1), _asked("B가 뭐죠?", answer="x", citations=CITED, thumb=-1)]
    )
    assert (refused["answerable"], refused["reference_contexts"], refused["sources"]) == (False, [], [])
    assert (disliked["answerable"], disliked["reference"]) == (True, "")
    assert disliked["reference_contexts"] == ["드롭아웃은 뉴런을 끈다."]


def _file(path: Path, *rows: Any) -> Path:
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def _candidate(name: str, text: str, **values: Any) -> dict[str, Any]:
    return {
        "accepted": True,
        "id": name,
        "user_input": text,
        "reference": "x",
        "log": {"comments": ["private"]},
    } | values


def test_only_accepted_ones_are_added_and_what_was_there_stays_to_the_byte(tmp_path: Path) -> None:
    into = tmp_path / "set.jsonl"
    before = '{"id":"old",  "user_input": "What is old?", "reference": "x"}'
    into.write_text(before, encoding="utf-8")  # without a line break at its end
    file = _file(
        tmp_path / "candidates.jsonl",
        _candidate("new", "What is new?"),
        _candidate("left", "What is left?", accepted=False),
        _candidate("old", "What is newer?"),
        _candidate("twice", "What is OLD?"),
        _candidate("again", "What is new?"),
        _candidate("bare", "What is bare?", reference=""),
        '{"half": ',
    )
    done = accept(file, into)
    assert done.added == ("new", "bare")
    assert done.left_out == (
        ("old", "the set has this id"),
        ("twice", "the set asks this already"),
        ("again", "the set asks this already"),
    )
    assert [(each.id, each.line) for each in done.warnings] == [("bare", 3)]
    text = into.read_text("utf-8")
    assert text.startswith(before + "\n")
    assert "private" not in text
    assert "accepted" not in text
    assert [each.id for each in read_questions(into)] == ["old", "new", "bare"]
    assert accept(file, into).added == ()
    assert into.read_text("utf-8") == text


def test_an_accepted_candidate_at_fault_changes_nothing(tmp_path: Path) -> None:
    into = _file(tmp_path / "set.jsonl", {"id": "old", "user_input": "?"})
    before = into.read_bytes()
    file = _file(tmp_path / "c.jsonl", _candidate("new", "What?"), _candidate("bad", "Why?", page=0))
    with pytest.raises(InputError, match="c.jsonl, line 2: page must be"):
        accept(file, into)
    assert into.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c.jsonl", "set.jsonl"]


def test_a_set_is_created_and_one_at_fault_is_told(tmp_path: Path) -> None:
    file = _file(tmp_path / "c.jsonl", _candidate("new", "What?"))
    assert accept(file, tmp_path / "new" / "set.jsonl").added == ("new",)
    broken = _file(tmp_path / "broken.jsonl", "{")
    with pytest.raises(InputError, match="broken.jsonl, line 1: not JSON"):
        accept(file, broken)
    assert broken.read_text("utf-8") == "{\n"
