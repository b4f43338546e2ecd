"""SRT and WebVTT as they are found, and the paragraphs that come out of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.document_loaders import Blob

from ingest.elements import ParsedFile, Skipped
from ingest.parsers.spoken.cues import Cue, paragraphs, time_label
from ingest.parsers.spoken.subtitles import SubtitleParser
from rag.errors import ParseError


def parse(data: str | bytes, name: str = "talk.srt") -> ParsedFile:
    raw = data.encode() if isinstance(data, str) else data
    return SubtitleParser().parse_elements(Blob.from_data(raw, path=name))


def said(data: str | bytes, name: str = "talk.srt") -> list[tuple[str, str]]:
    return [(element.label, element.text) for element in parse(data, name).elements]


def srt(*cues: tuple[str, str, str]) -> str:
    return "".join(f"{at}\n{start} --> {end}\n{text}\n\n" for at, (start, end, text) in enumerate(cues, start=1))


def test_cues_become_one_paragraph_labelled_with_its_first_time() -> None:
    data = srt(
        ("01:02:03,500", "01:02:05,000", "오늘은 <i>검색</i>을"),
        ("01:02:05,100", "01:02:07,000", "배워\n봅니다. A &amp; B"),
    )
    assert said(data) == [("01:02:03", "오늘은 검색을 배워 봅니다. A & B")]


def test_a_pause_ends_a_paragraph_when_a_sentence_has_ended() -> None:
    data = srt(
        ("00:00:01,000", "00:00:02,000", "첫 문장이다."),
        ("00:00:06,000", "00:00:07,000", "둘째 문장은"),
        ("00:00:11,000", "00:00:12,000", "여기서 끝난다."),
        ("00:00:30,000", "00:00:31,000", "셋째는"),
        ("00:00:45,000", "00:00:46,000", "끊어졌다"),
    )
    assert said(data) == [
        ("00:00:01", "첫 문장이다."),
        ("00:00:06", "둘째 문장은 여기서 끝난다."),
        ("00:00:30", "셋째는"),
        ("00:00:45", "끊어졌다"),
    ]


def test_long_speech_is_cut_at_the_ends_of_sentences() -> None:
    cues = [Cue(second, second + 1.0, (f"이것은 {second:03d}번째 문장이다.",)) for second in range(100)]
    elements = paragraphs(cues)
    assert [element.label for element in elements] == ["00:00:00", "00:00:25", "00:00:50", "00:01:15"]
    assert all(399 <= len(element.text) <= 450 for element in elements)
    assert " ".join(element.text for element in elements) == " ".join(cue.lines[0] for cue in cues)


def test_speech_without_any_full_stop_is_cut_all_the_same() -> None:
    elements = paragraphs([Cue(second, second + 1.0, (f"and {second:03d} so on",)) for second in range(200)])
    assert [len(element.text) for element in elements] == [699, 699, 699, 699]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("0:05 --> 0:07\n시간 없이\n", [("00:00:05", "시간 없이")]),
        ("00:01:02.5 --> 00:01:04.0\n점으로\n", [("00:01:02", "점으로")]),
        ("1\n00:00:01,000 -> 00:00:02,000\n짧은 화살\n", [("00:00:01", "짧은 화살")]),
        ("1\r\n00:00:01,000 --> 00:00:02,000\r\n맥과 윈도\r\n", [("00:00:01", "맥과 윈도")]),
        ("\ufeff1\n00:00:01,000 --> 00:00:02,000\n{\\an8}<font color='red'>위에</font>\n", [("00:00:01", "위에")]),
        ("7\n00:00:01,000 --> 00:00:02,000\n가\n7\n00:00:02,000 --> 00:00:03,000\n나\n", [("00:00:01", "가 나")]),
        ("1\n00:00:01,000 --> 00:00:02,000\n42\n\n2\n00:00:02,000 --> 00:00:03,000\n43\n", [("00:00:01", "42 43")]),
        (
            "1\n00:00:01,000 --> 00:00:02,000\n위\n\n아래\n\n2\n00:00:02,000 --> 00:00:03,000\n뒤",
            [("00:00:01", "위 아래 뒤")],
        ),
        ("2\n00:00:09,000 --> 00:00:10,000\n뒤\n\n1\n00:00:08,000 --> 00:00:09,000\n앞\n", [("00:00:08", "앞 뒤")]),
        (
            "1\n00:00:01,000 --> 00:00:02,000\n<sos> [MASK] List<int> x < 3\n",
            [("00:00:01", "<sos> [MASK] List<int> x < 3")],
        ),
    ],
)
def test_files_as_they_are_found(data: str, expected: list[tuple[str, str]]) -> None:
    assert said(data) == expected


def test_cp949_is_read() -> None:
    data = srt(("00:00:01,000", "00:00:02,000", "옛 프로그램이 쓴 한글 자막입니다.")).encode("cp949")
    assert said(data) == [("00:00:01", "옛 프로그램이 쓴 한글 자막입니다.")]


@pytest.mark.parametrize("sound", ["[음악]", "[Music]", "(웃음)", "♪♪", "[ Applause ]", "♪ [음악] ♪"])
def test_sounds_alone_are_left_out(sound: str) -> None:
    data = srt(("00:00:01,000", "00:00:02,000", sound), ("00:00:02,000", "00:00:03,000", "(1)번은 [음악] 이론이다."))
    assert said(data) == [("00:00:02", "(1)번은 [음악] 이론이다.")]


def test_speakers_begin_paragraphs() -> None:
    dialogue = srt(
        ("00:00:01,000", "00:00:02,000", "- 질문이 있어요.\n- 네?"), ("00:00:02,100", "00:00:03,000", ">> 잠시만요.")
    )
    assert said(dialogue) == [("00:00:01", "질문이 있어요."), ("00:00:01", "네?"), ("00:00:02", "잠시만요.")]
    voices = (
        "WEBVTT - 첫 강의\n\n00:01.000 --> 00:03.000\n<v 김 교수>어서 <b>오세요</b>.\n\n"
        "00:03.000 --> 00:05.000\n<v.loud 학생>질문이 있어요.</v>\n<v 김 교수>네.\n\n"
        "00:05.000 --> 00:06.000\n<v 김 교수>말해요."
    )
    assert said(voices, "talk.vtt") == [
        ("00:00:01", "김 교수: 어서 오세요."),
        ("00:00:03", "학생: 질문이 있어요."),
        ("00:00:03", "김 교수: 네. 말해요."),
    ]
    assert parse(voices, "talk.vtt").title == "첫 강의"


def test_vtt_blocks_settings_names_and_inner_times_are_no_text() -> None:
    data = (
        "WEBVTT\nKind: captions\nLanguage: ko\n\nSTYLE\n::cue { color: red }\n\nREGION\nid:a\n\nNOTE\n비밀 --- 쪽지\n\n"
        "이름-1\n00:00:01.000 --> 00:00:02.000 align:start position:0%\n가나<00:00:01.500><c.yellow> 다라</c>\n\n"
        "NOTE 또 하나\n\n2\n00:00:02.000 --> 00:00:03.000 line:0\n마바\n"
    )
    assert said(data, "talk.vtt") == [("00:00:01", "가나 다라 마바")]
    assert parse(data, "talk.vtt").title is None


ROLLING = """WEBVTT

00:00:00.000 --> 00:00:02.000 align:start position:0%
 
hello<00:00:00.500><c> world</c>

00:00:02.000 --> 00:00:02.010 align:start position:0%
hello world
 

00:00:02.010 --> 00:00:04.000 align:start position:0%
hello world
this<00:00:03.000><c> is</c><00:00:03.500><c> new</c>

00:00:04.000 --> 00:00:04.010 align:start position:0%
this is new
 

00:00:04.010 --> 00:00:06.000 align:start position:0%
this is new
the last line
"""


def test_rolling_captions_say_each_line_once() -> None:
    assert said(ROLLING, "talk.vtt") == [("00:00:00", "hello world this is new the last line")]
    growing = srt(
        *[(f"00:00:0{at},000", f"00:00:0{at},900", " ".join("가 나 다 라".split()[: at + 1])) for at in range(4)]
    )
    assert said(growing) == [("00:00:00", "가 나 다 라")]


def test_what_is_really_said_twice_stays() -> None:
    data = srt(
        ("00:00:01,000", "00:00:02,000", "네."),
        ("00:00:02,000", "00:00:03,000", "네."),
        ("00:00:03,000", "00:00:04,000", "자."),
    )
    assert said(data) == [("00:00:01", "네. 네. 자.")]


def test_a_time_that_cannot_be_read_is_counted_and_its_text_kept() -> None:
    parsed = parse(
        "1\n00:00:01,000 --> 00:00:02,000\n앞\n\n2\n00:00:xx --> 00:00:yy\n깨진\n\n3\n00:00:03,000 --> 00:00:04,000\n뒤"
    )
    assert [(element.label, element.text) for element in parsed.elements] == [("00:00:01", "앞 깨진 뒤")]
    assert parsed.skipped == [Skipped("talk.srt", "the times of 1 subtitles cannot be read; their text is kept")]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b"just a text", "no subtitles"),
        (b"WEBVTT\n\n", "no subtitles"),
        (b"\x00\x01" * 500, "not text"),
    ],
)
def test_what_holds_no_subtitles_is_told(data: bytes, message: str) -> None:
    with pytest.raises(ParseError, match=message):
        parse(data)


def test_time_labels() -> None:
    assert [time_label(second) for second in (0, 59.99, 195.0, 36_000)] == [
        "00:00:00",
        "00:00:59",
        "00:03:15",
        "10:00:00",
    ]


WORDS = st.lists(st.text("abc가나", min_size=1, max_size=5), min_size=1, max_size=6)


@given(st.lists(WORDS, min_size=1, max_size=30))
def test_no_word_is_lost_where_captions_do_not_roll(cues: list[list[str]]) -> None:
    numbered = [Cue(at, at + 0.9, (f"{at}. {' '.join(words)}",)) for at, words in enumerate(cues)]
    spoken = " ".join(element.text for element in paragraphs(numbered))
    assert spoken.split() == [word for cue in numbered for word in cue.lines[0].split()]


@given(st.text(st.sampled_from("0123456789:,.->\n <vc/&;[]음악WEBVTNO"), max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parsed = parse(text)
    except ParseError as error:
        assert error.remedy
    else:
        assert all(element.label and element.text.strip() for element in parsed.elements)
