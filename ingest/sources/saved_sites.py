"""Saved web pages and built sites: which of their folders, pages and pictures are no course material of their own."""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote

PAGES = frozenset({".html", ".htm", ".xhtml", ".md", ".markdown", ".mdx", ".rst", ".ipynb"})
"""Formats that show pictures which lie beside them as files."""
PICTURES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", ".gif"})

_HTML = (".html", ".htm", ".xhtml")
_SAVED_WITH = re.compile(r"^(?P<page>.+)(?:_files|\.files|-Dateien|_ficheiros|_archivos|_fichiers)$")
_SITE_FOLDERS = {
    "_static": "scripts and styles of the site",
    "_next": "scripts and styles of the site",
    "site_libs": "scripts and styles of the site",
    "_sources": "the sources its pages were made from",
    "_modules": "listings of source code",
    "hts-cache": "the cache of the program that saved the site",
}
_SITE_PAGES = re.compile(
    r"^(?:search|genindex(?:-.{1,12})?|py-modindex|modindex|http-routingtable|404|print|toc|sg_execution_times"
    r"|searchresults|offline)\.html?$",
    re.IGNORECASE,
)
_PICTURE_FOLDERS = frozenset(
    "_images images image img imgs pics pictures figures figure figs fig assets asset static media icons icon "
    "attachments attachment thumbnails resources res public files uploads".split()
)
_PICTURE_NAME = re.compile(r"[^\s\"'<>()\[\]|/\\=#?]{1,150}\.(?:png|jpe?g|webp|tiff?|bmp|gif)\b", re.IGNORECASE)
_PICTURE_IN_LINK = re.compile(r"[(\[\"]([^\"()\[\]\n<>]{1,200}\.(?:png|jpe?g|webp|tiff?|bmp|gif))\b", re.IGNORECASE)
_MOST_READ = 4 << 20
"""Bytes of a page in which pictures are looked for."""


def why_no_content(folder: Path) -> str | None:
    """Why a folder holds no course material: it belongs to a saved page, or to the machinery of a site."""
    saved = _SAVED_WITH.match(folder.name)
    if saved:
        page = next(
            (saved["page"] + suffix for suffix in _HTML if (folder.parent / (saved["page"] + suffix)).exists()), ""
        )
        if page:
            return f"{_count(folder)} files that were saved with the page {page}"
    what = _SITE_FOLDERS.get(folder.name)
    if what and _is_site(folder.parent):
        return f"{_count(folder)} files: {what}"
    return None


def is_page_without_text(path: Path) -> bool:
    """Whether a page of a site is its search, an index of names, an error, or a copy of all the others."""
    return _SITE_PAGES.match(path.name) is not None and any(
        (path.parent / name).exists() for name in ("index.html", "index.htm")
    )


def shown_pictures(files: Iterable[Path]) -> set[Path]:
    """The pictures among the files that pages among them show: those they name, and those in a folder for pictures."""
    files = list(files)
    pictures = [path for path in files if path.suffix.lower() in PICTURES]
    pages = [path for path in files if path.suffix.lower() in PAGES] if pictures else []
    if not pages:
        return set()
    named = {name for page in pages for name in _named_pictures(page)}
    with_pages = {folder for page in pages for folder in (page.parent, *page.parent.parents)}
    return {path for path in pictures if path.name.lower() in named or _is_for_pictures(path, with_pages)}


def _is_for_pictures(path: Path, with_pages: set[Path]) -> bool:
    for folder in path.parents:
        if folder.name.lower() in _PICTURE_FOLDERS and folder.parent in with_pages:
            return True
        if folder in with_pages:
            return False
    return False


def _named_pictures(page: Path) -> set[str]:
    try:
        with page.open("rb") as file:
            text = file.read(_MOST_READ).decode("utf-8", "replace")
    except OSError:
        return set()  # the parser will tell
    names = set(_PICTURE_NAME.findall(text))
    names.update(name.replace("\\", "/").rpartition("/")[2] for name in _PICTURE_IN_LINK.findall(text))
    return {unquote(name).lower() for name in names}


def _is_site(folder: Path) -> bool:
    return any((folder / f"index{suffix}").exists() for suffix in _HTML) or any(
        entry.suffix.lower() in _HTML for entry in folder.iterdir()
    )


def _count(folder: Path) -> int:
    return sum(len(names) for _, _, names in os.walk(folder))
