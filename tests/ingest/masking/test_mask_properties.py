"""What holds of masking whatever the text: masked once is masked, the rest stays, and time grows with length alone."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.document import join, mask
from ingest.elements import Element, Kind, ParsedFile
from ingest.masking.spans import find_spans, mask_label
from rag.settings import MaskSettings

ALL = MaskSettings(emails=True)
PARTS = st.sampled_from(
    [
        "비밀번호",
        "아이디",
        "PW",
        "ID",
        "login",
        "token",
        "api_key",
        "접속 정보",
        "는 ",
        " is ",
        ": ",
        " = ",
        " / ",
        "\n",
        "\n\n",
    ]
    + [
        "| ",
        " |",
        "**",
        "`",
        '"',
        "(",
        ")",
        "- ",
        "abc123!",
        "hello2day",
        "10203040",
        "student7",
        "레이블",
        "입니다",
        "://",
        "@",
    ]
    + [
        "010-2345-6789",
        "a@b.com",
        "900101-1234567",
        "sk-",
        "[masked: password]",
        "-----BEGIN PRIVATE KEY-----",
        "curl -u ",
    ]
)
TEXTS = st.lists(PARTS | st.text(max_size=3), max_size=25).map("".join)


def masked(text: str) -> str:
    for span in reversed(find_spans(text, ALL)):
        text = text[: span.start] + mask_label(span.kind) + text[span.end :]
    return text


@given(TEXTS)
@example("아이디 : student7\n비밀번호 : hello2day!")
def test_text_outside_the_spans_stays(text: str) -> None:
    spans = find_spans(text, ALL)
    edges = [0, *(edge for span in spans for edge in (span.start, span.end)), len(text)]
    assert edges == sorted(edges)
    kept = [text[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True)]
    result = masked(text)
    at = 0
    for piece in kept:
        assert (at := result.find(piece, at)) >= 0
        at += len(piece)


@pytest.mark.parametrize(
    "text",
    [
        "아이디 : student7\n비밀번호 : hello2day!",
        "| ID | PW |\n| --- | --- |\n| student7 | hello2day! |",
        "접속 정보\nstudent7 / hello2day!",
        "postgres://bob:pa55word@db.example.com/x?token=" + "a1B2c3D4" * 4,
        "curl -u bob:pa55word https://example.com",
        'auth=("bob", "pa55word"), api_key="' + "a1B2c3D4" * 4 + '"',
        "문의 010-2345-6789, a@b.com, 주민번호 880808-1234561",
    ],
)
def test_what_is_masked_is_not_masked_again(text: str) -> None:
    once = masked(text)
    assert "[masked: " in once
    assert masked(once) == once


@pytest.mark.parametrize("kinds", [(Kind.PARAGRAPH, Kind.PARAGRAPH), (Kind.HEADING, Kind.CODE), (Kind.LIST, Kind.LIST)])
def test_label_and_value_in_two_elements(kinds: tuple[Kind, Kind]) -> None:
    elements = [
        Element(kinds[0], "초기 비밀번호", level=1),
        Element(kinds[1], "hello2day!"),
        Element(Kind.PARAGRAPH, "끝"),
    ]
    document = join(ParsedFile(elements))
    assert mask(document, find_spans(document.text, ALL)).text == "초기 비밀번호\n\n[masked: password]\n\n끝"


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "1",
        " ",
        "비밀번호",
        "pw ",
        "| pw ",
        "| pw |\n",
        "비밀번호\n",
        "id\npw\n",
        "eyJaaaaaaaaaaaa.",
        "sk-a1",
        "xoxb-1-",
    ]
    + [
        "-----BEGIN PRIVATE KEY-----\n",
        "PuTTY-User-Key-File-2\n",
        "010-",
        "a@",
        "a://b:c",
        "?token=",
        "curl -u a:b ",
        "(",
        '"pw"',
    ]
    + ["password is ", "비밀번호는 가 ", "login: a/", "value: ", "pypi-AgEIcHlwaS5vcmc", "aws secret ", "İpw: a1!b "],
)
def test_time_grows_with_length_up_to_a_million_characters(piece: str) -> None:
    def seconds(chars: int) -> float:
        text = piece * (chars // len(piece))
        start = time.process_time()
        find_spans(text, ALL)
        return time.process_time() - start

    # Ten times the length: a quadratic pattern would take a hundred times as long.
    assert seconds(1_000_000) < 30 * max(seconds(100_000), 0.02)
