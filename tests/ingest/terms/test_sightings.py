"""What a passage says about names, and how."""

import time

import pytest

from ingest.terms.sightings import Sighting, sightings_in
from rag.chunks import Chunk


def seen(text: str, *, heading: str = "", kind: str = "text", lead: str = "") -> list[tuple[str, str, str]]:
    headings = (heading,) if heading else ()
    chunk = Chunk("1", text, "a.md", "a", heading=headings, kind=kind, lead=lead)
    return [(each.first, each.second, each.how) for each in sightings_in(chunk)]


def test_how_names_stand_together() -> None:
    assert seen("과적합(overfitting)과 Recall(재현율), MMR(Maximum Marginal Relevance)") == [
        ("과적합", "overfitting", "parentheses"),
        ("Recall", "재현율", "reversed"),
        ("MMR", "Maximum Marginal Relevance", "abbreviation"),
    ]


@pytest.mark.parametrize(
    ("line", "pairs"),
    [
        ("과대적합/Overfitting", [("과대적합", "Overfitting", "slash")]),
        ("- 2.1 과대적합 / Overfitting", [("과대적합", "Overfitting", "slash")]),
        ("서버/API 서버가 둘로 나뉜다", []),
        ("위의 경로가 /root", []),
        ("- Pooling: 크기 축소", []),
        ("양방향 RNN", []),
    ],
)
def test_a_line_that_is_two_names(line: str, pairs: list[tuple[str, str, str]]) -> None:
    assert seen(f"앞 문장이다.\n{line}\n") == pairs
    assert seen("", heading=line) == pairs


def test_a_heading_is_read_where_it_is_asked_for() -> None:
    chunk = Chunk("1", "본문(body)", "a.md", "a", heading=("위", "검색(search)"))
    assert [each.second for each in sightings_in(chunk)] == ["search", "body"]
    assert list(sightings_in(chunk, heading=False)) == [Sighting("본문", "body", "parentheses")]


TABLE = "| 영어 | 한국어 | 비고 |\n|---|---|---|\n"
ROWS = "| accuracy | 정확도 | 자주 |\n| **gradient descent** | 경사 하강법 | |\n| bucketing | | |\n| of | 의 | |\n"


def test_a_glossary_is_a_table_whose_header_names_two_languages() -> None:
    pairs = [("정확도", "accuracy", "table"), ("경사 하강법", "gradient descent", "table")]
    assert seen(TABLE + ROWS, kind="table") == pairs
    assert seen(ROWS, kind="table", lead=TABLE) == pairs
    assert seen(TABLE + ROWS) == []
    assert seen("| 도구 | 용도 |\n|---|---|\n| MLflow | 실험 관리 |\n| DVC | 버전 관리 |\n", kind="table") == []


def test_code_says_nothing() -> None:
    assert seen("평균(mean)", kind="code") == []


HOSTILE = (
    "가",
    "a",
    "a (",
    "(a" + " " * 9,
    "가(a b",
    "A-",
    "가 ",
    "가-",
    "((",
    "a/",
    "가/",
    "\n가 ",
    "| ",
    "가(A" + "a" * 50,
)


def test_hostile_text_takes_time_in_proportion_to_its_length() -> None:
    def seconds(times: int) -> float:
        start = time.process_time()
        for unit in HOSTILE:
            seen(unit * times, kind="table", lead=TABLE)
        return time.process_time() - start

    seconds(100)
    assert seconds(20_000) < 12 * max(seconds(4_000), 0.05)  # 5 times the text; the square would take 25 times
