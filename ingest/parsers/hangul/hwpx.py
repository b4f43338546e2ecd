"""Hangul documents of the format HWPX (OWPML, KS X 6101): a zip of XML."""

import re
from typing import Any

from langchain_core.document_loaders import Blob

from ingest.elements import ElementParser, Kind, ParsedFile, Skipped
from ingest.parsers.archives import Archive
from ingest.parsers.hangul.blocks import Block, elements_of
from ingest.parsers.hangul.hwpx_body import Body
from ingest.parsers.hangul.hwpx_header import local_name, read_header
from rag.errors import ParseError

_SECTION = re.compile(r"Contents/section(\d{1,5})\.xml", re.IGNORECASE)
_HEADER = "Contents/header.xml"
_PACKAGE = "Contents/content.hpf"
_MANIFEST = "META-INF/manifest.xml"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_SAVE_AS = "Open it in Hangul and save it again as HWPX or PDF."


class HwpxParser(ElementParser):
    """HWPX, as Hangul has written it since 2014. No page numbers: the format does not store where pages end."""

    def parse_elements(self, blob: Blob) -> ParsedFile:
        """Read one document.

        Raises:
            ParseError: it is no HWPX file, encrypted, or holds no section that can be read.
        """
        source = str(blob.source or "document")
        archive = Archive(blob.as_bytes(), source, program="Hangul")
        _refuse_encrypted(archive)
        skipped: list[Skipped] = []
        header = read_header(_tree(archive, _HEADER, skipped))
        title, changed, sections = _contents(archive, skipped)
        body = Body(header)
        blocks: list[Block] = []
        for name in sections:
            root = _tree(archive, name, skipped)
            blocks += body.blocks(root) if root is not None else ()
        skipped += [Skipped(source, why) for why in body.left_out()]
        elements = elements_of(blocks, header.numberings)
        if not elements:
            why = f" that can be read ({skipped[0].why})" if skipped else ""
            raise ParseError(f"{source} holds no text{why}.", remedy=_SAVE_AS)
        title = title or next((element.text for element in elements if element.kind is Kind.HEADING), None)
        return ParsedFile(elements, title, skipped, {"links": body.links}, changed)


def _refuse_encrypted(archive: Archive) -> None:
    if _MANIFEST in archive and b"encryption-data" in archive.read(_MANIFEST):
        raise ParseError(
            f"{archive.source} is protected by a password.", remedy="Take the password off in Hangul, and save it."
        )


def _tree(archive: Archive, name: str, skipped: list[Skipped]) -> Any:
    """Root of a part, or None, with the reason in ``skipped``."""
    try:
        return archive.xml(name)
    except ParseError as error:
        skipped.append(
            Skipped(f"{archive.source}, {name}", error.message.removeprefix(f"{archive.source} ").rstrip("."))
        )
        return None


def _contents(archive: Archive, skipped: list[Skipped]) -> tuple[str | None, str | None, list[str]]:
    """Title and day of the last change, and the names of the sections in reading order, from the package file."""
    by_number = sorted((int(match[1]), name) for name in archive.names if (match := _SECTION.fullmatch(name)))
    named = [name for _, name in by_number]
    root = _tree(archive, _PACKAGE, skipped)
    if root is None:
        return None, None, named
    title, changed = None, None
    items: dict[str, str] = {}
    order: list[str] = []
    for element in root.iter():
        kind = local_name(element)
        if kind == "title":
            title = " ".join((element.text or "").split()) or None
        elif kind == "meta" and element.get("name") == "ModifiedDate":
            day = _DAY.match((element.text or "").strip())
            changed = day[0] if day else None
        elif kind == "item":
            items[element.get("id") or ""] = element.get("href") or ""
        elif kind == "itemref":
            order.append(items.get(element.get("idref") or "", ""))
    spine = [name for name in dict.fromkeys(order) if _SECTION.fullmatch(name) and name in archive]
    return title, changed, list(dict.fromkeys([*spine, *named]))
