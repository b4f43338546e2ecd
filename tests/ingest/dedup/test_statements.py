"""What of a passage is compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.dedup.statements import statement_key, statements


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("**굵은** 글씨이다.", "굵은 글씨이다"),
        ("- 항목이다", "* 항목이다"),
        ("1. 첫째 항목", "첫째  항목"),
        ("## 제목", "제목"),
        ("> 인용한 글", "인용한 글"),
        ("1,500원을 낸다", "1500원을 낸다"),
        ("fine-tuning", "Fine tuning"),
        ("x² + 1", "x^2 + 1"),
        ("ＡＢＣ", "abc"),
        ("“따옴표”", '"따옴표"'),
        ("■ 네모", "네모"),
    ],
)
def test_marks_do_not_count(one: str, other: str) -> None:
    assert statement_key(one) == statement_key(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("5. 12 (월) 마감", "6. 12 (월) 마감"),
        ("1 23", "12 3"),
        ("0.5", "05"),
        ("-1", "1"),
        ("a < b", "a > b"),
        ("a != b", "a == b"),
        ("C", "C++"),
        ("F#", "F"),
        ("✅ 된다", "❌ 된다"),
        ("된다?", "된다."),
        ("2024-09-01", "2024-09-02"),
        ("10%", "10"),
    ],
)
def test_numbers_and_signs_count(one: str, other: str) -> None:
    assert statement_key(one) != statement_key(other)


def test_sentences_items_and_broken_lines() -> None:
    text = (
        "- 첫 항목이다. 그 다음 문장이다.\n- 둘째 항목\n\n"
        "쪽의 폭 때문에 여기에서 줄이 끊어지고 바로 그 다음 줄에서 이어지는 아주\n긴 문장이다. e.g. this is one."
    )
    assert [text[each.start : each.end] for each in statements(text)] == [
        "- 첫 항목이다.",
        "그 다음 문장이다.",
        "- 둘째 항목",
        "쪽의 폭 때문에 여기에서 줄이 끊어지고 바로 그 다음 줄에서 이어지는 아주\n긴 문장이다.",
        "e.g. this is one.",
    ]


def test_a_row_is_compared_with_its_header() -> None:
    header = "| 이름 | 값 |\n| --- | --- |"
    whole, rest = statements(f"{header}\n| a | 1 |", "table"), statements("| a | 1 |", "table", header)
    assert [each.key for each in whole] == ["이름|값\n이름|값", "", "이름|값\na|1"]
    assert rest[0].key == whole[2].key
    assert rest[0].header == whole[2].header == header
    assert statements("| a | 1 |", "table")[0].key == "\na|1"


def test_code_is_compared_by_block() -> None:
    text = "a = [1]\n  b\n\nc = 2\n"
    assert [(text[each.start : each.end], each.key) for each in statements(text, "code")] == [
        ("a = [1]\n  b", "code\na=[1]b"),
        ("c = 2", "code\nc=2"),
    ]


@given(st.text(st.sampled_from("가나 a.1|-\n\t#!?e,"), max_size=120), st.sampled_from(["text", "table", "code"]))
def test_statements_leave_out_white_space_alone(text: str, kind: str) -> None:
    found = statements(text, kind)
    covered = {at for each in found for at in range(each.start, each.end)}
    assert all(char.isspace() for at, char in enumerate(text) if at not in covered)
    assert [each.start for each in found] == sorted(each.start for each in found)
    assert sum(each.end - each.start for each in found) == len(covered)
