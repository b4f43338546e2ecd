"""E-books: the chapters in the order of the spine, each read as a web page; titles from the table of contents.

EPUB 2 and 3. The table of contents itself, page-break marks and the numbers that refer to notes are left out; notes are
kept. Pictures are counted, not read.
"""

import posixpath
import re
from dataclasses import replace
from typing import Any

from langchain_core.document_loaders import Blob

from ingest.elements import Element, ElementParser, Kind, ParsedFile, Skipped
from ingest.parsers.archives import Archive
from ingest.parsers.book.contents import contents, resolved
from ingest.parsers.decoding import decode
from ingest.parsers.office.package import stated_day, telling_title
from ingest.parsers.web_page.blocks import Walker
from ingest.parsers.web_page.page import make_soup
from rag.errors import ParseError

_PAGE_TYPES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml", "text/xml")
_FONT_ALGORITHMS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
"""Fonts are scrambled, the text is not."""
_DROPPED_TAGS = ["script", "style", "template", "iframe", "object", "audio", "video", "svg", "form"]
_DROPPED_TYPES = frozenset({"pagebreak", "toc", "page-list", "landmarks", "noteref", "index-locator", "backlink"})
_DROPPED_ROLES = frozenset(f"doc-{name}" for name in ("pagebreak", "toc", "pagelist", "noteref", "backlink"))
# In XHTML <title/> and <a id="x"/> are whole elements; in HTML they would swallow what follows.
_EMPTY_TAG = re.compile(
    r"<((?!(?:br|hr|img|meta|link|col|input|wbr|area|base|source)\b)[a-zA-Z][\w:]{0,30})(\s[^<>]{0,2000})?/>"
)
_INSTRUCTION = re.compile(r"<\?[^>]{0,500}>|<\?xml", re.IGNORECASE)
_DEEPEST = 6


class EpubParser(ElementParser):
    """E-books (``.epub``)."""

    def parse_elements(self, blob: Blob) -> ParsedFile:
        """Read one book.

        Raises:
            ParseError: it is no EPUB, is damaged, protected against copying, or holds no text.
        """
        source = str(blob.source or "book")
        book = _Book(Archive(blob.as_bytes(), source, program="an e-book editor such as Calibre"))
        elements = book.elements()
        if not elements:
            raise ParseError(f"{source} has no text.", remedy="If its pages are pictures, save it as PDF for OCR.")
        first = next((element.text for element in elements if element.kind is Kind.HEADING), None)
        links = [link for link in dict.fromkeys(book.links) if link.startswith(("http://", "https://"))]
        return ParsedFile(elements, book.title() or first, book.skipped, {"links": links}, book.date())


class _Book:
    """A book by its package document."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self.skipped: list[Skipped] = []
        self.links: list[str] = []
        self._pictures = 0
        container = archive.xml("META-INF/container.xml")
        path = next((each.get("full-path", "") for each in container.iter("{*}rootfile")), "")
        self._folder = posixpath.dirname(path)
        self._package = archive.xml(path)
        self._items = {each.get("id"): each for each in self._package.iterfind("{*}manifest/{*}item")}
        self._contents = contents(archive, self._package, self._folder, self.skipped)
        self._protected = self._encrypted()

    def title(self) -> str | None:
        """The title of the metadata."""
        return telling_title(self._package.findtext("{*}metadata/{*}title"))

    def date(self) -> str | None:
        """The day of the last change, else of publication."""
        for each in self._package.iterfind("{*}metadata/{*}meta"):
            if each.get("property") == "dcterms:modified":
                return stated_day(each.text)
        return stated_day(self._package.findtext("{*}metadata/{*}date"))

    def elements(self) -> list[Element]:
        """Elements of all chapters."""
        elements: list[Element] = []
        names = self._spine()
        if names and self._protected.issuperset(names):
            raise ParseError(
                f"{self._archive.source} is protected against copying (DRM).", remedy="Get an unprotected copy of it."
            )
        for name in names:
            elements += self._chapter(name)
        if self._pictures:
            plural = "s" if self._pictures > 1 else ""
            self.skipped.append(Skipped(self._archive.source, f"{self._pictures} picture{plural} not read"))
        return elements

    def _spine(self) -> list[str]:
        names = []
        for each in self._package.iterfind("{*}spine/{*}itemref"):
            item = self._items.get(each.get("idref"))
            if item is None or item.get("media-type") not in _PAGE_TYPES:
                continue
            if "nav" not in item.get("properties", "").split():
                names.append(resolved(self._folder, item.get("href", "")))
        return list(dict.fromkeys(names))

    def _chapter(self, name: str) -> list[Element]:
        if name in self._protected:
            self.skipped.append(Skipped(f"{self._archive.source}, {name}", "protected against copying (DRM)"))
            return []
        try:
            elements = self._page(name)
        except ParseError as error:
            self.skipped.append(Skipped(f"{self._archive.source}, {name}", error.message))
            return []
        return _titled(elements, *self._contents.get(name, ("", 0)))

    def _page(self, name: str) -> list[Element]:
        data = self._archive.read(name)
        if not data.strip():
            return []
        declared = re.search(rb"""^<\?xml[^>]{0,200}encoding=["']([\w-]{2,30})""", data.lstrip())
        decoded = decode(data, name, declared=declared[1].decode("ascii") if declared else None)
        soup = make_soup("<html>" + _EMPTY_TAG.sub(r"<\1\2></\1>", _INSTRUCTION.sub("", decoded.text)))
        body = soup.body
        if body is None:
            return []
        self._pictures += len(body.find_all(["img", "image"]))
        for tag in body.find_all(_DROPPED_TAGS) + body.find_all(_is_dropped):
            if not tag.decomposed:
                tag.decompose()
        walker = Walker()
        elements = walker.walk(body)
        self.links += walker.links
        return elements

    def _encrypted(self) -> frozenset[str]:
        """Parts that are encrypted, scrambled fonts aside."""
        if "META-INF/encryption.xml" not in self._archive:
            return frozenset()
        names = set()
        for each in self._archive.xml("META-INF/encryption.xml").iter("{*}EncryptedData"):
            method, target = each.find("{*}EncryptionMethod"), each.find(".//{*}CipherReference")
            if target is not None and (method is None or method.get("Algorithm") not in _FONT_ALGORITHMS):
                names.add(resolved("", target.get("URI", "")))
        return frozenset(names)


def _titled(elements: list[Element], title: str, depth: int) -> list[Element]:
    """A chapter under its title of the table of contents, its own headings at the depth that one gives it.

    A file that the table of contents does not name goes on with the chapter before.
    """
    if not title or not elements:
        return elements
    levels = [element.level for element in elements if element.kind is Kind.HEADING]
    if not levels:
        return [Element(Kind.HEADING, title, level=depth), *elements]
    shift = depth - min(levels)
    moved = [
        replace(each, level=min(_DEEPEST, each.level + shift)) if each.kind is Kind.HEADING else each
        for each in elements
    ]
    # Text above the first heading must not stand under the chapter before.
    return moved if moved[0].kind is Kind.HEADING else [Element(Kind.HEADING, title, level=depth), *moved]


def _is_dropped(tag: Any) -> bool:
    kinds = str(tag.get("epub:type") or "").split()
    return bool(_DROPPED_TYPES.intersection(kinds)) or str(tag.get("role") or "") in _DROPPED_ROLES
