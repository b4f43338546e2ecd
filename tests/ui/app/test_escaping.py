"""Whatever text goes in, no markup comes out."""

import html

from bs4 import BeautifulSoup
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ui.app.escaping import clean, html_text, label, markdown_answer, plain_answer
from ui.app.sources import marked

MARKUP = st.text(alphabet=st.sampled_from("<>&\"'$*_`[]()!:|#-=~\\{}^/.0123456789 \nab가나한글")) | st.text()


@given(MARKUP)
@example("<script>alert(1)</script>")
@example("\u202egnp.exe\ud800\x00")
def test_html_gives_back_the_text_and_nothing_else(text: str) -> None:
    escaped = html_text(text)
    assert html.unescape(escaped) == clean(text)
    assert not set(escaped) & set("<>\"'")


def test_what_cannot_be_shown_is_replaced() -> None:
    assert clean("a\x00b\u202ec\td\ne") == "a\ufffdb\ufffdc\td\ne"
    assert clean("\ud800") == "?"


@given(MARKUP)
@example("**b** _i_ `c` $x^2$ :smile: [l](javascript:alert(1)) ![p](http://x) <b> http://a.b -> -- # 1. - |")
@example("# heading")
@example("1. one")
@example("&lt;b&gt;")
def test_a_label_read_as_markdown_gives_back_the_text(text: str) -> None:
    tokens = MarkdownIt("js-default", {"html": True, "linkify": False}).parse(label(text))
    assert {token.type for token in tokens} <= {"paragraph_open", "inline", "paragraph_close"}
    inner = [child for token in tokens for child in token.children or []]
    assert {child.type for child in inner} <= {"text", "text_special"}
    shown = "".join(child.content for child in inner).replace("\u2060", "")
    assert shown.strip() == " ".join(clean(text).replace("\u2060", "").split())


@given(MARKUP)
def test_in_a_label_nothing_is_left_for_streamlit_to_replace(text: str) -> None:
    shown = label(text.replace("\u2060", "")).replace("\\", "")
    for replaced in ("->", "<-", "--", ">=", "<=", "~="):
        assert replaced not in shown


def test_an_emoji_code_in_a_label_stays_a_code() -> None:
    assert label(":smile:").replace("\\", "") == ":\u2060smile:\u2060"


@given(MARKUP, MARKUP, MARKUP)
def test_a_marked_passage_is_the_passage_with_the_quote_marked(before: str, quote: str, after: str) -> None:
    passage = before + quote + after
    shown = marked(passage, quote, "here")
    start, found, rest = shown.partition('<mark id="here">')
    inside, _, end = rest.partition("</mark>")
    assert html.unescape(start + inside + end) == clean(passage)
    assert bool(found) == bool(quote)
    assert html.unescape(inside) == (clean(quote) if quote else "")


def test_a_quote_that_is_not_there_marks_nothing() -> None:
    assert marked("a < b", "c", "here") == "a &lt; b"


def link(mark: int) -> str | None:
    return f'<a href="#{mark}">[{mark}]</a>' if mark < 3 else None


@given(MARKUP)
@example("![p](http://evil/x.png) <img src=x> [l](http://evil) <http://evil> [r]\n\n[r]: http://evil")
def test_a_model_s_answer_links_nowhere_and_loads_nothing(text: str) -> None:
    soup = BeautifulSoup(markdown_answer(text, link), "html.parser")
    assert not soup.find_all(["img", "script", "iframe", "style", "form", "input", "svg"])
    assert {anchor["href"] for anchor in soup.find_all("a")} <= {"#0", "#1", "#2"}
    assert {name for tag in soup.find_all(True) for name in tag.attrs} <= {"class", "href", "start", "style"}


def test_a_model_s_answer_has_its_lists_emphasis_and_marks() -> None:
    assert markdown_answer("- **a** [1]\n- `b [1]` [9]", link) == (
        '<div class="cr-answer"><ul>\n<li><strong>a</strong> <a href="#1">[1]</a></li>\n'
        "<li><code>b [1]</code> [9]</li>\n</ul>\n</div>"
    )


def test_a_document_s_words_stay_as_they_are() -> None:
    assert plain_answer("__init__ < $x$ [1, 7]\n# no heading", link) == (
        '<div class="cr-answer cr-plain">__init__ &lt; $x$ <a href="#1">[1]</a>[7]\n# no heading</div>'
    )
