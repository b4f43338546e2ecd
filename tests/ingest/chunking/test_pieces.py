"""Where texts are cut, as properties on random text and as values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.chunking.pieces import split_unit, table_header
from ingest.elements import Kind

SENTENCES = st.sampled_from(
    [
        "손실 함수의 기울기를 따라 가중치를 옮깁니다.",
        "이것을 경사 하강법이라고 한다!",
        "A model that learned by heart does not generalize.",
        "See e.g. Fig. 3 for details.",
        "| BM25 | 0.91 |",
        "| 된다. 안 된다! | Yes. No. |",
        "- 항목 하나",
        "  - nested item",
        "2. second",
        "def f(x):",
        "    return x + 1",
        "x" * 70,
        "가" * 70,
        "👩🏽‍🎓 emoji 시험",
        "",
        " \t",
    ]
)
TEXTS = st.one_of(
    st.lists(SENTENCES, min_size=1, max_size=12).map("\n".join),
    st.lists(SENTENCES, min_size=1, max_size=12).map(" ".join),
    st.text(alphabet=" \n\t가각나abZ019.!?|-·\u0301", max_size=300),
)
LIMITS = st.integers(20, 120)


def length(start: int, end: int) -> int:
    return end - start


@given(st.sampled_from(Kind), TEXTS, LIMITS)
def test_spans_leave_out_white_space_only(kind: Kind, text: str, limit: int) -> None:
    spans = split_unit(kind, text, limit, length)
    edges = [edge for span in spans for edge in span]
    assert edges == sorted(edges)
    assert all(0 < end - start <= limit for start, end in spans)
    assert all(text[start:end].strip() for start, end in spans)
    left = text
    for start, end in reversed(spans):
        left = left[:start] + left[end:]
    assert left.strip() == ""


@given(st.sampled_from([Kind.TABLE, Kind.CODE]), TEXTS, LIMITS)
def test_rows_and_lines_that_fit_stay_whole(kind: Kind, text: str, limit: int) -> None:
    spans = split_unit(kind, text, limit, length)
    position = 0
    for line in text.split("\n"):
        start, end = position, position + len(line)
        position = end + 1
        if line.strip() and len(line) <= limit:
            inside = [(first, last) for first, last in spans if first < end and last > start]
            assert len(inside) == 1, (line, inside)


def test_a_short_unit_is_one_span_without_the_blank_lines_around_it() -> None:
    assert split_unit(Kind.CODE, "\n    a = 1\n", 100, length) == [(1, 10)]
    assert split_unit(Kind.PARAGRAPH, " \n ", 100, length) == []


def test_a_long_paragraph_is_cut_between_sentences() -> None:
    text = "경사 하강법은 기울기를 따라 내려갑니다. 학습률이 크면 발산할 수 있습니다. 작으면 오래 걸립니다."
    assert [text[start:end] for start, end in split_unit(Kind.PARAGRAPH, text, 30, length)] == [
        "경사 하강법은 기울기를 따라 내려갑니다.",
        "학습률이 크면 발산할 수 있습니다.",
        "작으면 오래 걸립니다.",
    ]


def test_a_long_list_is_cut_between_items_with_what_is_nested_below() -> None:
    text = "- 첫째 항목입니다\n  - 안쪽 항목\n- 둘째 항목입니다\n3. 셋째"
    assert [text[start:end] for start, end in split_unit(Kind.LIST, text, 25, length)] == [
        "- 첫째 항목입니다\n  - 안쪽 항목",
        "- 둘째 항목입니다",
        "3. 셋째",
    ]


def test_long_code_is_cut_at_blank_lines_first() -> None:
    text = "def a():\n    return 1\n\ndef b():\n    return 2"
    assert [text[start:end] for start, end in split_unit(Kind.CODE, text, 25, length)] == [
        "def a():\n    return 1",
        "def b():\n    return 2",
    ]


def test_what_has_no_boundary_is_cut_at_the_last_space_or_at_the_limit() -> None:
    text = "가" * 25 + " 나나나 다다다"
    assert [text[start:end].strip() for start, end in split_unit(Kind.PARAGRAPH, text, 20, length)] == [
        "가" * 20,
        "가" * 5 + " 나나나 다다다",
    ]


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("| a | b |\n| --- | :---: |\n| 1 | 2 |", "| a | b |\n| --- | :---: |"),
        ("| a |\n|---|", "| a |\n|---|"),
        ("| 1 | 2 |\n| 3 | 4 |", ""),
        ("| a | a |\n| b | c |\n| --- | --- |\n| 1 | 2 |", "| a | a |\n| b | c |\n| --- | --- |"),
        ("| 1 | 2 |\n| 3 | 4 |\n| - | - |\n| 5 | 6 |", ""),
        ("| a |", ""),
        ("", ""),
    ],
)
def test_table_header(text: str, header: str) -> None:
    assert table_header(text) == header
