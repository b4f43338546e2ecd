"""E-books of EPUB 2 and 3, written by hand."""

import io
import zipfile

import pytest
from langchain_core.document_loaders import Blob

from ingest.elements import Element, Kind, ParsedFile
from ingest.parsers.book.epub import EpubParser
from rag.errors import ParseError

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/content.opf"/></rootfiles></container>'
)
HTML = 'xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"'


def page(body: str) -> str:
    return f'<?xml version="1.0" encoding="utf-8"?><html {HTML}><head><title/></head><body>{body}</body></html>'


def book(chapters: dict[str, str], toc: str = "", extra: dict[str, str] | None = None) -> bytes:
    """A book whose spine is in the order given; ``toc`` is the list of the navigation document."""
    items = "".join(
        f'<item id="i{at}" href="{name}" media-type="application/xhtml+xml"/>' for at, name in enumerate(chapters)
    )
    spine = "".join(f'<itemref idref="i{at}"/>' for at in range(len(chapters)))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        '<dc:title>러스트 입문</dc:title><meta property="dcterms:modified">2024-05-06T00:00:00Z</meta></metadata>'
        f'<manifest>{items}<item id="nav" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>'
        '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/></manifest>'
        f'<spine><itemref idref="nav"/>{spine}</spine></package>'
    )
    parts = {"mimetype": "application/epub+zip", "META-INF/container.xml": CONTAINER, "OEBPS/content.opf": package}
    parts["OEBPS/toc.ncx"] = '<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap/></ncx>'
    parts["OEBPS/nav.xhtml"] = page(f'<nav epub:type="toc"><ol>{toc}</ol></nav>')
    parts |= {f"OEBPS/{name}": text for name, text in chapters.items()} | (extra or {})
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def parsed(data: bytes) -> ParsedFile:
    return EpubParser().parse_elements(Blob.from_data(data, path="a.epub"))


def test_chapters_follow_the_spine_under_the_titles_of_the_contents() -> None:
    chapters = {
        "b.xhtml": page("<p>둘째 파일이 먼저.</p>"),
        "a.xhtml": page("<h3>소유권</h3><p>글</p><h4>규칙</h4><ul><li>하나</li></ul>"),
        "c.xhtml": page("<p>앞 장이 이어진다.</p>"),
    }
    toc = '<li><a href="b.xhtml">1부</a><ol><li><a href="a%2Exhtml#x">소유권</a></li></ol></li>'
    result = parsed(book(chapters, toc))
    assert result.elements == [
        Element(Kind.HEADING, "1부", level=1),
        Element(Kind.PARAGRAPH, "둘째 파일이 먼저."),
        Element(Kind.HEADING, "소유권", level=2),
        Element(Kind.PARAGRAPH, "글"),
        Element(Kind.HEADING, "규칙", level=3),
        Element(Kind.LIST, "- 하나"),
        Element(Kind.PARAGRAPH, "앞 장이 이어진다."),
    ]
    assert (result.title, result.date, result.skipped) == ("러스트 입문", "2024-05-06", [])


def test_notes_stay_and_marks_scripts_and_empty_tags_do_no_harm() -> None:
    body = (
        '<script>var a = 1;</script><a id="p1"/><span epub:type="pagebreak" title="7">7</span>'
        '<p>본문<a epub:type="noteref" href="#n">1</a>이다. <a href="https://a.kr">링크</a><img src="x.png"/></p>'
        '<aside epub:type="footnote" id="n"><p>각주다.</p></aside>'
    )
    result = parsed(book({"a.xhtml": page(body)}))
    assert [element.text for element in result.elements] == ["본문이다. 링크", "각주다."]
    assert result.metadata["links"] == ["https://a.kr"]
    assert [skip.why for skip in result.skipped] == ["1 picture not read"]


def test_the_contents_of_epub_2() -> None:
    ncx = (
        '<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap><navPoint><navLabel><text>1장</text></navLabel>'
        '<content src="a.xhtml"/></navPoint></navMap></ncx>'
    )
    result = parsed(book({"a.xhtml": page("<p>글</p>")}, extra={"OEBPS/toc.ncx": ncx}))
    assert [element.text for element in result.elements] == ["1장", "글"]


def encryption(*uris: str, algorithm: str = "http://www.w3.org/2001/04/xmlenc#aes256-cbc") -> dict[str, str]:
    data = "".join(
        f'<EncryptedData xmlns="http://www.w3.org/2001/04/xmlenc#"><EncryptionMethod Algorithm="{algorithm}"/>'
        f'<CipherData><CipherReference URI="{uri}"/></CipherData></EncryptedData>'
        for uri in uris
    )
    return {"META-INF/encryption.xml": f"<encryption>{data}</encryption>"}


def test_protected_books_and_chapters_are_told() -> None:
    chapters = {"a.xhtml": page("<p>가</p>"), "b.xhtml": page("<p>나</p>")}
    with pytest.raises(ParseError, match="DRM"):
        parsed(book(chapters, extra=encryption("OEBPS/a.xhtml", "OEBPS/b.xhtml")))
    result = parsed(book(chapters, extra=encryption("OEBPS/a.xhtml")))
    assert [element.text for element in result.elements] == ["나"]
    assert [(skip.source, skip.why) for skip in result.skipped] == [
        ("a.epub, OEBPS/a.xhtml", "protected against copying (DRM)")
    ]
    fonts = encryption("OEBPS/a.xhtml", algorithm="http://www.idpf.org/2008/embedding")
    assert len(parsed(book(chapters, extra=fonts)).elements) == 2


def test_a_missing_chapter_is_told() -> None:
    data = book({"a.xhtml": page("<p>가</p>"), "b.xhtml": page("<p>나</p>")})
    result = parsed(data.replace(b"OEBPS/b.xhtml", b"OEBPS/z.xhtml"))
    assert [element.text for element in result.elements] == ["가"]
    assert [skip.source for skip in result.skipped] == ["a.epub, OEBPS/b.xhtml"]


@pytest.mark.parametrize("body", ["", "   ", '<img src="a.png"/>'])
def test_a_book_without_text_is_refused(body: str) -> None:
    with pytest.raises(ParseError, match="no text"):
        parsed(book({"a.xhtml": page(body)}))
