"""What goes and what stays, kind by kind."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.cleaning import clean, clean_element, normalise
from ingest.elements import Element, Kind, ParsedFile


def cleaned(text: str, kind: Kind = Kind.PARAGRAPH) -> str:
    return clean_element(Element(kind, text), [])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (unicodedata.normalize("NFD", "경사 하강법"), "경사 하강법"),
        ("lost\x01spaces\x01here", "lost spaces here"),
        ("zero\u200bwidth and soft\u00adhyphen", "zerowidth and softhyphen"),
        ("odd\u00a0space\u3000here", "odd space here"),
        ("가족 👩\u200d👩\u200d👧 이모지 ✅", "가족 👩\u200d👩\u200d👧 이모지 ✅"),
        ("\uf0b7 글머리", "• 글머리"),
        (r"\*\*'학습'이 아닌\*\*하는 것", "'학습'이 아닌하는 것"),
        ("**RLHF (Feedback)**는", "RLHF (Feedback)는"),
        ("*언어 모델(language model)*로서", "언어 모델(language model)로서"),
        ("x**2 + y**2 는 그대로", "x**2 + y**2 는 그대로"),
        ("3 * 4 * 5", "3 * 4 * 5"),
        ("줄 끝\\\n다음 줄\\", "줄 끝\n다음 줄"),
        ("자료 https://a.org/b?c=d#e 참고", "자료 참고"),
        ("자료(https://a.org/b)를 본다.", "자료를 본다."),
        ("loss.backward() 를 부른다", "loss.backward() 를 부른다"),
        ("창업: http://Covariant.ai", "창업: Covariant.ai"),
        ("a &lt; b &amp;&emsp;c", "a < b & c"),
        ("첫 줄<br>둘째 <b>줄</b><br/>셋째", "첫 줄\n둘째 줄\n셋째"),
        ("답이다:contentReference[oaicite:0]{index=0}.", "답이다."),
        ("답이다【12†source】.", "답이다."),
        ("<sos> 나는 <mask> 간다 </s> [MASK] [CLS]", "<sos> 나는 <mask> 간다 </s> [MASK] [CLS]"),
        (r"식 $a^*_{i} ** b \_ https://x.y/z$ 은", r"식 $a^*_{i} ** b \_ https://x.y/z$ 은"),
        ("코드 `a**b**c <br> https://x.y/z`", "코드 `a**b**c <br> https://x.y/z`"),
        ("if a < b and c > d", "if a < b and c > d"),
        # Bold that found no partner, and what only looks like it
        ("**전이**학습과 사전**학습**은", "전이학습과 사전학습은"),
        ("신경망 구조(Network)**도 있다", "신경망 구조(Network)도 있다"),
        ("간단히** assert** 넣고** 실행", "간단히 assert 넣고 실행"),
        ("끝이다 **\n**\n다음", "끝이다\n다음"),
        ("f(*args, **kwargs) 와 **/*.md 와 2 ** 3", "f(*args, **kwargs) 와 **/*.md 와 2 ** 3"),
        # Pseudo-tags, generics and comparisons
        ("<|endoftext|> <unk> List<T> [PAD] a < b > c <q, x>", "<|endoftext|> <unk> List<T> [PAD] a < b > c <q, x>"),
        ("&lt;sos&gt; 다음 &amp;lt;eos&amp;gt;", "<sos> 다음 <eos>"),
        # Links and pictures quoted from Markdown
        ("[자료](https://a.org/b_(c)) 와 ![그림](a.png) 끝", "자료 와 끝"),
        ("a\u2003b\u2009c\ufeff\u2060", "a b c"),
        # Formulas with all delimiters
        (r"\(a\_b ** c\) 와 \[x^* y\]", r"\(a\_b ** c\) 와 \[x^* y\]"),
        ("🧠 **핵심** ✅ 1️⃣", "🧠 핵심 ✅ 1️⃣"),
    ],
)
def test_prose(before: str, after: str) -> None:
    assert cleaned(before) == after


def test_code_is_only_normalised() -> None:
    code = "x = 'https://a.org/b'  # **bold** <br> &amp;   spaces\n\n\n    y = x\\\n"
    assert cleaned(code, Kind.CODE) == "x = 'https://a.org/b'  # **bold** <br> &amp;   spaces\n\n\n    y = x\\"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("| a<br>b | &emsp;c |\n| --- | --- |\n| d | e", "| a b | c |\n| --- | --- |\n| d | e |"),
        ("| a |\n| |\n| \\| |", "| a |\n| \\| |"),
        ("a | b |", "| a | b |"),
    ],
)
def test_table(before: str, after: str) -> None:
    assert cleaned(before, Kind.TABLE) == after


def test_list_keeps_its_indent_and_loses_empty_items() -> None:
    assert cleaned("- a\n  - https://a.org/b\n  - c\n1. ", Kind.LIST) == "- a\n  - c"


def test_links_are_collected_once_and_empty_elements_go() -> None:
    parsed = ParsedFile(
        [
            Element(Kind.PARAGRAPH, "https://a.org/b, https://a.org/c."),
            Element(Kind.PARAGRAPH, "======"),
            Element(Kind.HEADING, "제목\n둘째", level=2),
            Element(Kind.PARAGRAPH, "see https://a.org/b"),
        ],
        title="\u200b제\u00a0목 ",
        metadata={"links": ["https://z.org/", "#anchor"], "pages": 3},
    )
    result = clean(parsed)
    assert [element.text for element in result.elements] == ["제목 둘째", "see"]
    assert result.elements[0].level == 2
    assert result.title == "제 목"
    assert result.metadata == {"links": ["https://z.org/", "https://a.org/b", "https://a.org/c"], "pages": 3}


MARKUP = st.lists(
    st.sampled_from(
        [
            "가나",
            "word",
            "**",
            "*",
            " ",
            "\n",
            "|",
            "`",
            "$",
            "<br>",
            "https://a.org/b",
            "&amp;",
            "\\",
            "- ",
            "\u200b",
            "\x01",
            "<s>",
            "[",
        ]
    )
    | st.text(max_size=3),
    max_size=30,
).map("".join)


@given(MARKUP)
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(MARKUP, st.sampled_from(list(Kind)))
def test_letters_are_neither_made_nor_lost(text: str, kind: Kind) -> None:
    # Marks and addresses go; every Hangul syllable of the text stays, in order.
    def hangul(value: str) -> str:
        return "".join(char for char in value if "가" <= char <= "힣")

    assert hangul(cleaned(text, kind)) == hangul(normalise(text))
