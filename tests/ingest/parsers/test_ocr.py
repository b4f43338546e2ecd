"""What Tesseract puts out, put together to words and lines."""

from collections.abc import Callable

import pytest
from PIL import Image

from ingest.parsers.ocr import Ocr, Recognised, Word, identity, plain_elements, recognised_lines
from rag.settings import ParseSettings

HEADER = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext"


def output(*lines: list[tuple[str, int, float]], text: str) -> str:
    """Tesseract's table of words (text, left edge, confidence), and its text."""
    rows = [HEADER]
    for number, line in enumerate(lines, start=1):
        rows.append(f"4\t1\t1\t1\t{number}\t0\t0\t0\t900\t30\t-1\t")
        rows += [f"5\t1\t1\t1\t{number}\t1\t{left}\t{40 * number}\t20\t30\t{sure}\t{word}" for word, left, sure in line]
    return "\n".join(rows) + "\n" + text


def words(lines: list[list[Word]]) -> list[list[str]]:
    return [[word.text for word in line] for line in lines]


def test_korean_syllables_are_put_together_where_no_space_is_printed() -> None:
    line = [("보", 0, 90.0), ("험", 30, 80.0), ("회", 60, 90.0), ("사", 90, 90.0), ("가", 160, 90.0)]
    (found,) = recognised_lines(output(line, text="보험회사 가\n"))
    assert [(word.text, word.left, word.width, word.confidence) for word in found] == [
        ("보험회사", 0, 110, 87.5),
        ("가", 160, 20, 90.0),
    ]


def test_lines_that_the_text_has_otherwise_stay_as_they_are() -> None:
    lines = [[("하", 0, 90.0), ("나", 30, 90.0)], [("둘", 0, 90.0)], [("셋", 0, 90.0), ("째", 30, 90.0)]]
    assert words(recognised_lines(output(*lines, text="한 나\n둘\n셋째"))) == [["하", "나"], ["둘"], ["셋째"]]


def test_specks_are_left_out() -> None:
    assert words(recognised_lines(output([("word", 0, 95.0), ("~", 60, 12.0)], [("|", 0, 5.0)], text="word ~\n|"))) == [
        ["word"]
    ]


def test_a_word_that_looks_like_a_row_is_no_row() -> None:
    assert words(recognised_lines(output([('"5', 0, 90.0), ("in", 40, 90.0)], text='"5 in'))) == [['"5', "in"]]


def test_a_guess_is_not_believed() -> None:
    assert not Recognised().believed
    assert not Recognised(recognised_lines(output([("a", 0, 99.0), ("Mn", 30, 90.0)], text="a Mn"))).believed
    assert not Recognised(recognised_lines(output([("Rae", 0, 40.0)], text="Rae"))).believed
    drawing = [
        ("1450", 0, 75.0),
        ("iMrelli", 90, 61.0),
        ("Ayxi", 200, 60.0),
        ("[056", 260, 60.0),
        ("SHRD1U", 330, 60.0),
    ]
    assert not Recognised(recognised_lines(output(drawing, text="1450 iMrelli Ayxi [056 SHRD1U"))).believed
    assert Recognised(recognised_lines(output([("모델", 0, 80.0)], text="모델"))).believed


def test_reading_stops_at_the_limit(make_picture: Callable[..., Image.Image], ocr_settings: ParseSettings) -> None:
    ocr = Ocr(ocr_settings.model_copy(update={"ocr_max_pages": 1}))
    image = make_picture("Lecture seven")
    assert ocr.read(image).text == "Lecture seven"
    assert ocr.read(image) == Recognised(why="more than 1 pages need OCR (setting parse.ocr_max_pages)")


def test_a_call_has_a_time_limit(make_picture: Callable[..., Image.Image], ocr_settings: ParseSettings) -> None:
    ocr = Ocr(ocr_settings.model_copy(update={"timeout_s": 0.01}))
    assert ocr.read(make_picture("Lecture seven")).why == "OCR took longer than 0.005 s"


def test_the_identity_tells_what_would_be_read_otherwise(ocr_settings: ParseSettings) -> None:
    assert identity(ParseSettings(ocr="off")) == "off"
    assert identity(ocr_settings).startswith("tesseract ")
    assert identity(ocr_settings).endswith(" eng 300")
    assert identity(ParseSettings(ocr_languages="xyz")).startswith("Tesseract")


@pytest.mark.parametrize("page", [None, 4])
def test_text_becomes_elements(page: int | None) -> None:
    found = [(str(each.kind), each.text, each.page) for each in plain_elements("One line\n\na\tb\nc\td", page)]
    assert found == [("paragraph", "One line", page), ("table", "| a | b |\n| c | d |", page)]
