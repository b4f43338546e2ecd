"""The table of contents of an e-book: which file begins which chapter, and how deep it stands."""

import posixpath
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

from ingest.elements import Skipped
from ingest.parsers.archives import Archive
from rag.errors import ParseError

_DEEPEST = 6
_TYPE = "{http://www.idpf.org/2007/ops}type"


def contents(archive: Archive, package: Any, folder: str, skipped: list[Skipped]) -> dict[str, tuple[str, int]]:
    """Part → title and depth (1 is the highest) of its first entry.

    The navigation document of EPUB 3, else the NCX of EPUB 2; one that is broken goes to ``skipped``.
    """
    items = list(package.iterfind("{*}manifest/{*}item"))
    documents = [(each, _of_nav) for each in items if "nav" in each.get("properties", "").split()]
    documents += [(each, _of_ncx) for each in items if each.get("media-type") == "application/x-dtbncx+xml"]
    for item, read in documents:
        name = resolved(folder, item.get("href", ""))
        try:
            root = archive.xml(name)
        except ParseError as error:
            skipped.append(Skipped(f"{archive.source}, table of contents", error.message))
            continue
        chapters: dict[str, tuple[str, int]] = {}
        for title, address, depth in read(root):
            if title and address:
                chapters.setdefault(resolved(posixpath.dirname(name), address), (title, depth))
        if chapters:
            return chapters
    return {}


def resolved(folder: str, address: str) -> str:
    """Name of the part that an address leads to from a folder; without its fragment."""
    try:
        path = unquote(urlsplit(address).path)
    except ValueError:
        return ""
    return posixpath.normpath(posixpath.join("/", folder, path)).lstrip("/")


def _of_nav(root: Any) -> Iterator[tuple[str, str, int]]:
    navs = list(root.iter("{*}nav"))
    marked = [nav for nav in navs if "toc" in nav.get(_TYPE, "").split()]
    for nav in (marked or navs)[:1]:
        for link in nav.iter("{*}a"):
            depth = sum(1 for above in link.iterancestors("{*}ol"))
            yield _text(link), link.get("href", ""), max(1, min(depth, _DEEPEST))


def _of_ncx(root: Any) -> Iterator[tuple[str, str, int]]:
    for point in root.iter("{*}navPoint"):
        label, target = point.find("{*}navLabel"), point.find("{*}content")
        depth = 1 + sum(1 for above in point.iterancestors("{*}navPoint"))
        if label is not None and target is not None:
            yield _text(label), target.get("src", ""), min(depth, _DEEPEST)


def _text(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())
