"""Hangul documents of the binary format HWP 5.0: an OLE compound file of compressed streams of records."""

import re
import zlib
from io import BytesIO
from typing import Any

from langchain_core.document_loaders import Blob

from ingest.elements import Element, ElementParser, Kind, ParsedFile, Skipped
from ingest.parsers.archives import MAX_RATIO, RATIO_FROM
from ingest.parsers.hangul.blocks import Block, elements_of
from ingest.parsers.hangul.hwp_body import Body
from ingest.parsers.hangul.hwp_records import read_doc_info, read_summary, uint32
from rag.errors import ParseError

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SIGNATURE = b"HWP Document File"
_OLDER = b"HWP Document File V"
_SAVE_AS = "Open it in Hangul and save it as HWPX or PDF."
_COMPRESSED, _PASSWORD, _DISTRIBUTION, _DRM = 1, 2, 4, 16
_CERTIFICATE = 1 << 8 | 1 << 10
_MOST_BYTES = 256 << 20
"""Of all decompressed streams together; a thousand pages are some 20 MiB."""
_MOST_SECTIONS = 2000
_SUMMARY = "\x05HwpSummaryInformation"


class HwpParser(ElementParser):
    """HWP 5.0, as Hangul has written it since 2002. No page numbers: the format does not store where pages end."""

    def parse_elements(self, blob: Blob) -> ParsedFile:
        """Read one document.

        Raises:
            ParseError: it is no HWP 5.0 file, protected (password, distribution, DRM), or damaged beyond its preview.
        """
        source = str(blob.source or "document")
        data = blob.as_bytes()
        _check_kind(data, source)
        compound = _Compound(data, source)
        compressed = _compressed(compound.read("FileHeader"), source)
        skipped: list[Skipped] = []
        elements, links = _body(compound, compressed, source, skipped)
        if not elements:
            elements = _preview(compound, source, skipped)
        title, date = read_summary(compound.read(_SUMMARY))
        title = title or next((element.text for element in elements if element.kind is Kind.HEADING), None)
        return ParsedFile(elements, title, skipped, {"links": links}, date)


class _Compound:
    """The streams of an OLE compound file; whatever olefile raises on a damaged one becomes ours here."""

    def __init__(self, data: bytes, source: str) -> None:
        import olefile

        self._source = source
        self._left = _MOST_BYTES
        try:
            self._ole: Any = olefile.OleFileIO(BytesIO(data))
            self.names = ["/".join(parts) for parts in self._ole.listdir()]
        except Exception as error:  # olefile meets damage with errors of many kinds
            raise ParseError(f"{source} is damaged: its storage cannot be read.", remedy=_SAVE_AS) from error

    def read(self, name: str) -> bytes:
        """A stream as it is stored; nothing if it is not there or cannot be read."""
        if name not in self.names:
            return b""
        try:
            stream: bytes = self._ole.openstream(name).read()
        except Exception:  # as above; a stream that is missing is noticed by who needs it
            return b""
        return stream

    def inflate(self, name: str, compressed: bool) -> tuple[bytes, str]:
        """A decompressed stream, as far as it goes, and what is wrong with it ("" if nothing)."""
        stored = self.read(name)
        if not stored:
            return b"", "it cannot be read"
        if not compressed:
            return stored, ""
        inflater = zlib.decompressobj(-15)
        try:
            data = inflater.decompress(stored, self._left + 1)
        except zlib.error:
            return _as_far_as_possible(stored, self._left), "its data is damaged; the text may end early"
        if len(data) > self._left:
            return b"", f"it is larger than {_MOST_BYTES >> 20} MiB"
        if len(data) > max(RATIO_FROM, MAX_RATIO * len(stored)):
            return b"", f"it unpacks to {len(data) // len(stored)} times its size"
        self._left -= len(data)
        return data, "" if inflater.eof else "its data ends early"


def _as_far_as_possible(stored: bytes, limit: int) -> bytes:
    inflater = zlib.decompressobj(-15)
    parts: list[bytes] = []
    for at in range(0, len(stored), 4096):
        try:
            parts.append(inflater.decompress(stored[at : at + 4096], max(1, limit)))
        except zlib.error:
            break
        limit -= len(parts[-1])
        if limit <= 0 or inflater.unconsumed_tail:
            break
    return b"".join(parts)


def _check_kind(data: bytes, source: str) -> None:
    if data.startswith(_OLDER):
        raise ParseError(f"{source} is of the old format HWP 3, which is not read.", remedy=_SAVE_AS)
    if data.startswith(b"PK\x03\x04"):
        raise ParseError(f"{source} is HWPX with the name of HWP.", remedy="Rename it to .hwpx.")
    if b"<HWPML" in data[:1000]:
        raise ParseError(f"{source} is HWPML (XML), which is not read.", remedy=_SAVE_AS)
    if not data.startswith(_OLE):
        raise ParseError(f"{source} is not a Hangul document.", remedy="Check that its suffix says what it is.")


def _compressed(header: bytes, source: str) -> bool:
    """Whether its streams are compressed, from the file header (tables 2 and 3)."""
    if not header.startswith(_SIGNATURE) or len(header) < 40:
        raise ParseError(f"{source} is not an HWP 5.0 document.", remedy=_SAVE_AS)
    flags = uint32(header, 36)
    if flags & _PASSWORD:
        raise ParseError(f"{source} is protected by a password.", remedy=f"Take the password off. {_SAVE_AS}")
    if flags & _DISTRIBUTION:
        raise ParseError(f"{source} is a distribution document (배포용), locked against reading.", remedy=_SAVE_AS)
    if flags & (_DRM | _CERTIFICATE):
        raise ParseError(f"{source} is protected by DRM or a certificate.", remedy=_SAVE_AS)
    return bool(flags & _COMPRESSED)


def _sections(names: list[str]) -> list[str]:
    found = [(int(match[1]), name) for name in names if (match := re.fullmatch(r"BodyText/Section(\d{1,5})", name))]
    return [name for _, name in sorted(found)]


def _body(
    compound: _Compound, compressed: bool, source: str, skipped: list[Skipped]
) -> tuple[list[Element], list[str]]:
    stream, wrong = compound.inflate("DocInfo", compressed)
    if wrong:
        skipped.append(Skipped(f"{source}, DocInfo", f"{wrong}; headings and numbers may be missing"))
    body = Body(read_doc_info(stream))
    sections = _sections(compound.names)
    if len(sections) > _MOST_SECTIONS:
        skipped.append(Skipped(source, f"only the first {_MOST_SECTIONS} of {len(sections)} sections are read"))
    blocks: list[Block] = []
    for number, name in enumerate(sections[:_MOST_SECTIONS], start=1):
        stream, wrong = compound.inflate(name, compressed)
        if wrong:
            skipped.append(Skipped(f"{source}, section {number}", wrong))
        blocks += body.blocks(stream)
    if body.hidden:
        skipped.append(Skipped(source, f"{body.hidden} hidden comments (숨은 설명) are left out"))
    if body.cut:
        skipped.append(Skipped(source, f"{body.cut} tables or boxes are nested too deeply"))
    return elements_of(blocks, body.info.numberings), body.links


def _preview(compound: _Compound, source: str, skipped: list[Skipped]) -> list[Element]:
    """The plain text that Hangul stores for file managers: the first pages, without structure."""
    stored = compound.read("PrvText")
    text = stored.decode("utf-16-le", "replace").replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    elements = [Element(Kind.PARAGRAPH, line.strip()) for line in text.split("\n") if line.strip()]
    if elements:
        skipped.append(Skipped(source, "its body cannot be read; only the preview of its first page(s) is there"))
    elif skipped:
        raise ParseError(f"{source} is damaged: no text can be read ({skipped[-1].why}).", remedy=_SAVE_AS)
    else:
        raise ParseError(f"{source} holds no text.", remedy="Check it in Hangul, or leave it out.")
    return elements
