"""HTML: the main content of a page, without what surrounds it on every page of the site."""

import re
from typing import Any
from urllib.parse import urljoin

from langchain_core.document_loaders import Blob

from ingest.elements import ElementParser, ParsedFile
from ingest.parsers.decoding import decode
from ingest.parsers.markdown.front_matter import day_in
from ingest.parsers.text import damage
from ingest.parsers.web_page.blocks import Walker
from ingest.parsers.web_page.main_content import main_content
from rag.errors import ParseError

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w-]{2,30})", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"\A(\s*(?:<!--[^>]{0,500}-->)?)\s*<\?xml[^>]{0,200}\?>")
_SAVED_FROM = re.compile(
    r"<!--\s*(?:saved from url=\(\d+\)|Page saved with SingleFile\s+url: )(https?://[^\s>]{1,2000})"
)
"""The comment in which browsers, and our own copies, keep the address of a page."""
_DATES = (
    "article:modified_time",
    "og:updated_time",
    "last-modified",
    "dcterms.modified",
    "date.modified",
    "dc.date.modified",
    "article:published_time",
    "dcterms.date",
    "dc.date",
    "date",
)
"""Where a page says when it was changed; before when it was published."""


class HtmlParser(ElementParser):
    """Saved web pages."""

    def parse_elements(self, blob: Blob) -> ParsedFile:
        """Read one page.

        Raises:
            ParseError: it is empty, in no known encoding, or has no text.
        """
        source = str(blob.source or "page")
        data = blob.as_bytes()
        declared = _META_CHARSET.search(data[:4096])
        decoded = decode(data, source, declared=declared[1].decode("ascii") if declared else None)
        soup = make_soup(decoded.text)
        title, date = _title(soup), _date(soup)
        walker = Walker(base_of(soup, decoded.text))
        main = main_content(soup)
        elements = walker.walk(main)
        if not elements:
            raise ParseError(
                f"{source} has no text.", remedy="Save the page with its content (it may need its scripts)."
            )
        return ParsedFile(
            elements,
            title=title or next((element.text for element in elements if element.level == 1), None),
            skipped=damage(source, decoded.damaged),
            metadata={"links": walker.links, "encoding": decoded.encoding},
            date=date,
        )


def make_soup(text: str) -> Any:
    """Parse HTML; what surrounds and hides in a page is still in it."""
    from bs4 import BeautifulSoup

    # A declaration of another encoding would make lxml decode the text once more.
    return BeautifulSoup(_XML_DECLARATION.sub(r"\1", text, count=1), "lxml")


def base_of(soup: Any, text: str) -> str:
    """What relative links of a page are relative to: where it was saved from, or says it belongs; "" if unknown."""
    saved = _SAVED_FROM.search(text[:2000])
    canonical = soup.find("link", rel="canonical", href=True) if saved is None else None
    address = saved[1] if saved else str(canonical["href"]) if canonical else ""
    base = soup.find("base", href=True)
    try:
        return urljoin(address, str(base["href"])) if base else address
    except ValueError:
        return address


def _title(soup: Any) -> str | None:
    if soup.title is None or not soup.title.get_text(strip=True):
        return None
    title = " ".join(soup.title.get_text().split())
    # "Page — Site documentation": the site's name says nothing about the page.
    return re.split(r"\s+[—–|]\s+", title, maxsplit=1)[0] or title


def _date(soup: Any) -> str | None:
    """The day the page says it was last changed."""
    stated = {
        str(meta.get("property") or meta.get("name") or meta.get("itemprop") or "").lower(): str(
            meta.get("content") or ""
        )
        for meta in soup.find_all("meta", limit=300)
    }
    return next(filter(None, (day_in(stated[name]) for name in _DATES if name in stated)), None)
