"""HTML: the main content of a page, without what surrounds it on every page of the site."""

import re
from collections import Counter
from itertools import islice
from typing import Any

from langchain_core.document_loaders import Blob

from ingest.elements import ElementParser, ParsedFile
from ingest.parsers.decoding import decode
from ingest.parsers.html_blocks import Walker
from ingest.parsers.text import damage
from rag.errors import ParseError

# In this order: the first that holds enough of the page's text is the main content.
_MAIN = (
    "[itemprop=articleBody]",
    "div.body[role=main]",
    "article.bd-article",
    "main article",
    "[role=main]",
    "main",
    "article",
    "div.body",
    "#content",
    "div.content",
    "div.document",
)
_AROUND = (
    "nav,header,footer,aside,form,[role=navigation],[role=banner],[role=contentinfo],[role=search],[role=complementary]"
)
_NEVER = (
    "script,style,noscript,template,iframe,svg,button,select,input,object,title,[hidden],[aria-hidden=true],.sr-only,.visually-hidden,"
    # What Sphinx, Jupyter Book, MkDocs and mdBook put into the main element around the text.
    ".sphx-glr-download-link-note,.sphx-glr-footer,.pytorch-call-to-action-links,.call-to-action,.bd-breadcrumbs,.breadcrumb,.breadcrumbs,"
    ".prev-next-area,.prev-next-footer,.header-article-items,.edit-this-page,.tocsection,.nav-wrapper,.viewcode-link,.admonition.note.sphx-glr-note"
)
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w-]{2,30})", re.IGNORECASE)
_MIN_SHARE = 0.25
"""Share of the body's text a main element must hold; a site may use the element for a teaser."""
_LINK_REACH = 6
"""Tags above a link in which a block of links is looked for."""
_LINK_DENSITY = 0.6
"""Share of link text from which a block outside any main element is navigation."""


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
        title = _title(soup)
        walker = Walker()
        main = _main_content(soup)
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
        )


def make_soup(text: str) -> Any:
    """Parse HTML; what surrounds and hides in a page is still in it."""
    from bs4 import BeautifulSoup

    # A declaration of another encoding would make lxml decode the text once more.
    return BeautifulSoup(re.sub(r"^\s*<\?xml[^>]{0,200}\?>", "", text), "lxml")


def _title(soup: Any) -> str | None:
    if soup.title is None or not soup.title.get_text(strip=True):
        return None
    title = " ".join(soup.title.get_text().split())
    # "Page — Site documentation": the site's name says nothing about the page.
    return re.split(r"\s+[—–|]\s+", title, maxsplit=1)[0] or title


def _main_content(soup: Any) -> Any:
    body = soup.body or soup
    for tag in body.select(_NEVER):
        tag.decompose()
    total = len(body.get_text())
    candidates = body.select(",".join(_MAIN))
    for selector in _MAIN:
        best = max(
            (tag for tag in candidates if tag.css.match(selector)), key=lambda tag: len(tag.get_text()), default=None
        )
        if best is not None and len(best.get_text()) >= _MIN_SHARE * total:
            _remove_around(best)
            return best
    _remove_around(body)
    _remove_link_blocks(body)
    return body


def _remove_around(main: Any) -> None:
    for tag in main.select(_AROUND):
        # A header inside an article holds its title; an aside inside it is often an admonition.
        inside = tag.find_parent(["article", "section"]) is not None or main.name in ("article", "main")
        keep = tag.name in ("header", "aside") and inside and not tag.find("nav")
        if not tag.decomposed and not keep:
            tag.decompose()


def _remove_link_blocks(body: Any) -> None:
    counts: Counter[int] = Counter()
    blocks: dict[int, Any] = {}
    for link in body.find_all("a"):
        for tag in islice(link.parents, _LINK_REACH):
            if tag.name in ("ul", "ol", "div"):
                counts[id(tag)] += 1
                blocks[id(tag)] = tag
    for key, count in counts.items():
        tag = blocks[key]
        if count < 3 or tag.decomposed or tag.find(["h1", "h2", "p", "pre"]):
            continue
        chars = len(tag.get_text(strip=True))
        linked = sum(len(link.get_text(strip=True)) for link in tag.find_all("a"))
        if chars < 2000 and linked >= _LINK_DENSITY * chars:
            tag.decompose()
