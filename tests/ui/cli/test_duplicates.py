"""``duplicates``: words, JSON, two files compared."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ui.cli.duplicates import marked

Run = Callable[..., Any]
SAME = "BM25는 단어의 빈도와 문서의 길이로 점수를 매기는 고전적인 검색 방법이며 정확한 용어를 찾는 데 강하다."
TYPO = "밀집 검색은 문장을 벡터로 바꾸어 비교하는 방법이다. 좋은 임배딩은 뜻을 담고, 나쁜 임베딩은 그렇지 않다."


@pytest.fixture
def semesters(cli: Run, tmp_path: Path) -> Path:
    """Two semesters: one passage the same, one with a typo put right, one with another deadline."""
    for year, deadline, dense in (("2024", "5월 12일", TYPO), ("2025", "5월 19일", TYPO.replace("임배딩", "임베딩"))):
        (tmp_path / "course" / year).mkdir(parents=True)
        text = f"# 검색\n\n{SAME}\n\n# 과제\n\n과제의 마감은 {deadline}이다.\n\n# 밀집\n\n{dense}\n"
        (tmp_path / "course" / year / "week1.md").write_text(text, encoding="utf-8")
    assert cli("build", tmp_path / "course", "--index", tmp_path / "index").code == 0
    return tmp_path / "index"


def test_words(cli: Run, semesters: Path) -> None:
    result = cli("duplicates", "--index", semesters)
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert lines[0].startswith("2025/week1.md: BM25는 단어의 빈도와 문서의 길이로")
    assert lines[1] == "  = 2024/week1.md"
    assert lines[2].startswith("2025/week1.md: ")
    assert lines[3].startswith("  ~ 2024/week1.md   (similarity 0.9")
    assert lines[4] == (
        "      … 문장을 벡터로 바꾸어 비교하는 방법이다. 좋은 [-임배딩은-]{+임베딩은+} "
        "뜻을 담고, 나쁜 임베딩은 그렇지 않다."
    )
    assert lines[5:] == ["Copies left out: 2, of 2 passages; 1 the same word for word (=)."]


def test_json(cli: Run, semesters: Path) -> None:
    groups = cli("duplicates", "2024/week1.md", "--json", "--index", semesters).json
    assert [(group["kept"], group["text"]) for group in groups] == [
        ("2025/week1.md", SAME),
        ("2025/week1.md", TYPO.replace("임배딩", "임베딩")),
    ]
    assert groups[0]["also_in"] == [
        {"place": "2024/week1.md", "similarity": 1.0, "text": SAME, "identical": True, "differences": []}
    ]
    assert groups[1]["also_in"][0]["differences"] == [
        {"change": "old", "text": "임배딩은"},
        {"change": "new", "text": "임베딩은"},
    ]


def test_two_files_compared(cli: Run, semesters: Path) -> None:
    result = cli("duplicates", "2024/week1.md", "2025/week1.md", "--index", semesters)
    assert "  ~ 과제의 마감은 5월 [-12일이다.-]{+19일이다.+}" in result.out.splitlines()
    assert "2 places changed, 0 only in 2024/week1.md, 0 only in 2025/week1.md." in result.out
    values = cli("duplicates", "2024/week1.md", "2025/week1.md", "--json", "--index", semesters).json
    assert values["changes"][0] == {
        "place": "2024/week1.md",
        "text": "과제의 마감은 5월 12일이다.",
        "other_place": "2025/week1.md",
        "other_text": "과제의 마감은 5월 19일이다.",
    }


def test_nothing_repeated_and_no_such_document(cli: Run, index: Path) -> None:
    result = cli("duplicates", "--index", index)
    assert (result.code, result.out) == (0, "No passage stands in several places.\n")
    assert cli("duplicates", "--json", "--index", index).json == []
    result = cli("duplicates", "nothing.md", "--index", index)
    assert (result.code, result.out) == (1, "")
    assert "There is no document nothing.md in the index." in result.err


def test_places_reach_search_and_ask(cli: Run, semesters: Path) -> None:
    for command in ("search", "ask"):
        result = cli(command, "BM25는 어떤 방법인가?", "--index", semesters)
        assert "also in 2024/week1.md" in result.out
        assert "also_in" not in cli(command, "BM25는 어떤 방법인가?", "--json", "--index", semesters).out


def test_unchanged_words_are_shortened_around_a_difference() -> None:
    words = " ".join(f"w{number}" for number in range(20))
    assert marked([("same", words), ("old", "a"), ("same", words), ("new", "b"), ("same", words)]) == (
        "… w14 w15 w16 w17 w18 w19 [-a-] w0 w1 w2 w3 w4 w5 … w14 w15 w16 w17 w18 w19 {+b+} w0 w1 w2 w3 w4 w5 …"
    )
