"""The log of questions: what is read, and what is left out and told."""

import json
from pathlib import Path
from typing import Any

import pytest

from eval.making.logged import LoggedCitation, LoggedQuestion, read_log
from rag.errors import InputError


def _write(folder: Path, *rows: Any) -> Path:
    path = folder / "log.jsonl"
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_a_record_as_ask_prints_it(tmp_path: Path) -> None:
    cited = {"mark": 1, "source": "a.pdf", "page": 3, "heading": ["정규화"], "quote": "드롭아웃은 …"}
    row = {
        "question": " 드롭아웃이 뭐예요? ",
        "answer": "끄는 것 [1]",
        "refused": False,
        "citations": [cited, {"quote": "without a source"}],
        "hits": [],
        "thumb": -1,
        "comment": "틀림",
        "at": "2026-03-02T09:30:00+09:00",
    }
    assert read_log(_write(tmp_path, row)).questions == (
        LoggedQuestion(
            "드롭아웃이 뭐예요?",
            "끄는 것 [1]",
            citations=(LoggedCitation("a.pdf", "드롭아웃은 …", 3),),
            thumb=-1,
            comment="틀림",
            at="2026-03-02T09:30:00+09:00",
        ),
    )


def test_what_is_missing_has_its_default(tmp_path: Path) -> None:
    log = read_log(_write(tmp_path, {"question": "?"}, "", {"question": "!", "answer": None, "citations": None}))
    assert log.questions == (LoggedQuestion("?"), LoggedQuestion("!"))
    assert log.left_out == ()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('{"question": "tor', "not JSON"),
        ("[]", "not a JSON object"),
        ({"answer": "x"}, "question is missing"),
        ({"question": " "}, "question is missing"),
        ({"question": "?", "thumb": 2}, "thumb must be 1, -1 or null"),
        ({"question": "?", "thumb": True}, "thumb must be 1, -1 or null"),
        ({"question": "?", "citations": ["a"]}, "citations must be a list of objects with a source and a quote"),
    ],
)
def test_a_line_that_does_not_read_is_left_out_and_told(tmp_path: Path, line: Any, told: str) -> None:
    log = read_log(_write(tmp_path, {"question": "first"}, line, {"question": "last"}))
    assert [each.question for each in log.questions] == ["first", "last"]
    assert [(each.line, each.what) for each in log.left_out] == [(2, told)]


def test_a_log_without_a_question_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"holds no question \(line 1: not JSON\)"):
        read_log(_write(tmp_path, "{"))
    with pytest.raises(InputError, match="holds no question"):
        read_log(_write(tmp_path))
    with pytest.raises(InputError, match="cannot be read"):
        read_log(tmp_path / "none.jsonl")
