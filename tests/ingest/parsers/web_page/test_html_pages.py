"""Pages as sites and browsers really write them."""

import quopri
import time

import pytest
from langchain_core.document_loaders import Blob

from ingest.cleaning import clean
from ingest.elements import ParsedFile
from ingest.parsers.web_page.mhtml import MhtmlParser
from ingest.parsers.web_page.page import HtmlParser
from rag.errors import ParseError


def parsed(html: str) -> ParsedFile:
    return clean(HtmlParser().parse_elements(Blob.from_data(html.encode(), path="page.html")))


def told(html: str) -> list[str]:
    return [f"{element.kind[0]} {element.text}" for element in parsed(html).elements]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        # What surrounds the text
        (
            '<div class="breadcrumbs">홈 / 강의</div><p>본문이다.</p><div class="prev-next-area">다음</div>',
            ["p 본문이다."],
        ),
        ('<div id="cookie-banner">동의</div><p>본문이다.</p><div class="comments">댓글</div>', ["p 본문이다."]),
        ('<p>본문이다.</p><div style="display: none">숨은 글</div><p aria-hidden="true">숨은 글</p>', ["p 본문이다."]),
        ('<div role="tablist">Python</div><div role="tabpanel" hidden><p>본문이다.</p></div>', ["p 본문이다."]),
        (
            '<div class="toc">목차<p>이 글이 거의 다인 상자는 목차가 아니다. 본문이다.</p></div>',
            ["p 목차", "p 이 글이 거의 다인 상자는 목차가 아니다. 본문이다."],
        ),
        # Headings and notes
        (
            '<h2>제목<a class="headerlink" href="#a">¶</a></h2><p>글<sup><a href="#fn1">1</a></sup>이다.</p>',
            ["h 제목", "p 글이다."],
        ),
        (
            '<div class="admonition note"><p class="admonition-title">주의</p><p>본문이다.</p></div>',
            ["p 주의", "p 본문이다."],
        ),
        ("<details><summary>더 보기</summary><p>본문이다.</p></details>", ["p 더 보기", "p 본문이다."]),
        ("<figure><img src=a.png><figcaption>그림 1. 구조</figcaption></figure>", ["p 그림 1. 구조"]),
        # Formulas, once
        (
            '<p>식 <span class="katex"><span class="katex-mathml"><math><semantics><mi>y</mi><annotation '
            'encoding="application/x-tex">y = x^2</annotation></semantics></math></span><span class="katex-html" '
            'aria-hidden="true">y=x2</span></span> 이다</p>',
            ["p 식 $y = x^2$ 이다"],
        ),
        ('<p>식 <span class="MathJax">y</span><script type="math/tex">y^2</script> 이다</p>', ["p 식 $y^2$ 이다"]),
        ("<p>10<sup>-3</sup> 과 1<sup>st</sup> 와 H<sub>2</sub>O</p>", ["p 10^-3 과 1st 와 H2O"]),
        ("<p><ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp></ruby></p>", ["p 漢(かん)"]),
        # Code
        (
            '<table class="highlighttable"><tr><td class="linenos"><pre>1\n2</pre></td>'
            "<td><pre>x = 1<br>y = 2</pre></td></tr></table>",
            ["c x = 1\ny = 2"],
        ),
        (
            '<pre><code class="language-rust"><span class="boring">fn main() {</span>'
            "\nlet x;<button>Copy</button></code></pre>",
            ["c let x;"],
        ),
        # Tables
        (
            "<table><thead><tr><th rowspan=2>모델</th><th colspan=2>정확도</th></tr>"
            "<tr><th>훈련</th><th>시험</th></tr></thead>"
            "<tr><td rowspan=2>kNN</td><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></table>",
            ["t | 모델 | 정확도 훈련 | 정확도 시험 |\n| --- | --- | --- |\n| kNN | 1 | 2 |\n| kNN | 3 | 4 |"],
        ),
    ],
)
def test_pages(html: str, expected: list[str]) -> None:
    assert told(f"<html><body>{html}</body></html>") == expected


def test_date_and_links() -> None:
    result = parsed(
        "<!-- saved from url=(0019)https://a.org/b/c -->\n<html><head>"
        '<meta property="article:published_time" content="2025-01-02">'
        '<meta property="article:modified_time" content="2025-09-01T00:00:00Z">'
        '</head><body><p>글 <a href="../d#e">d</a></p></body></html>'
    )
    assert (result.date, result.metadata["links"]) == ("2025-09-01", ["https://a.org/d#e"])


def archive(page: bytes, charset: str = "euc-kr") -> bytes:
    body = quopri.encodestring(page)
    return (
        b"From: <Saved by Blink>\r\nSnapshot-Content-Location: https://a.org/b/\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/related; type="text/html"; boundary="xx"\r\n\r\n--xx\r\n'
        b"Content-Type: text/css\r\n\r\np{}\r\n--xx\r\n"
        + f'Content-Type: text/html; charset="{charset}"\r\n'.encode()
        + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
        + body
        + b"\r\n--xx--\r\n"
    )


def test_a_web_archive() -> None:
    page = '<html><head><title>제목</title></head><body><p>본문이다. <a href="c">c</a></p></body></html>'
    result = MhtmlParser().parse_elements(Blob.from_data(archive(page.encode("euc-kr")), path="a.mhtml"))
    assert ([element.text for element in result.elements], result.title) == (["본문이다. c"], "제목")
    assert result.metadata["links"] == ["https://a.org/b/c"]


@pytest.mark.parametrize("data", [b"", b" \n", b"no archive", archive(b"")[:200], bytes(range(256)) * 20])
def test_a_broken_web_archive_is_told(data: bytes) -> None:
    with pytest.raises(ParseError) as caught:
        MhtmlParser().parse_elements(Blob.from_data(data, path="a.mhtml"))
    assert caught.value.remedy


@pytest.mark.parametrize("tag", ["<div>", "<span>", "<ul><li>a", "<p><a href=x>b</a> c</p>", "<article>"])
def test_large_and_deep_pages_take_linear_time(tag: str) -> None:
    def seconds(count: int) -> float:
        started = time.process_time()
        parsed(f"<html><body>{tag * count}the innermost text</body></html>")
        return time.process_time() - started

    seconds(100)
    assert seconds(8_000) < 12 * seconds(2_000) + 1


def test_a_table_of_many_rows() -> None:
    rows = "".join(f"<tr><td>{number}</td><td>가 {number}</td></tr>" for number in range(5_000))
    (element,) = parsed(f"<html><body><table><tr><th>a</th><th>b</th></tr>{rows}</table></body></html>").elements
    lines = element.text.split("\n")
    assert (len(lines), lines[-1]) == (5_002, "| 4999 | 가 4999 |")
