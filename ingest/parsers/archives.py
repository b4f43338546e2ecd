"""Zip files opened with care: what a file may unpack to is bounded before anything is unpacked.

Word, PowerPoint, Excel, EPUB and HWPX files are zip files with XML inside. A part is only ever read into memory, never
written to a path, so that names such as ``../../x`` do no harm. The XML is parsed without entities, DTDs and network.
"""

import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import IO, Any

from rag.errors import ParseError

MAX_ENTRIES = 20_000
MAX_EXPANDED = 2 << 30
"""Bytes all entries together may unpack to: media are in there too, though never read."""
MAX_PART = 128 << 20
"""Bytes one part may have that is read as a whole; its tree takes about ten times as many."""
MAX_RATIO = 250
"""Unpacked to packed size of an entry beyond ``RATIO_FROM``; an even spreadsheet of a million rows has about 20."""
RATIO_FROM = 32 << 20

_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PART = "EncryptedPackage".encode("utf-16-le")
_ENTITY = re.compile(
    rb"<!ENTITY|" + b"|".join(re.escape("<!ENTITY".encode(name)) for name in ("utf-16-le", "utf-16-be"))
)
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    ValueError,  # UnicodeDecodeError too
    NotImplementedError,
)
"""What ``zipfile`` raises for a file that is damaged or uses what it does not know."""


class Archive:
    """A zip file in memory, within limits.

    Names are compared without regard to case, as Office does; ``names`` keeps the order of the file.
    """

    def __init__(self, data: bytes, source: str, *, program: str) -> None:
        """Open it and look at its list of entries.

        Args:
            data: the whole file.
            source: its name, for errors.
            program: with what it can be saved again: ``Word``.

        Raises:
            ParseError: it is no zip file, is damaged or protected, or would unpack to too much.
        """
        self.source = source
        self.program = program
        if not data.strip(b"\x00 \t\r\n"):
            raise ParseError(f"{source} is empty.", remedy="Remove it, or save it again with its content.")
        if data.startswith(_OLD_OFFICE):
            raise self._old_or_protected(_ENCRYPTED_PART in data)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except _BROKEN as error:
            raise self._damaged("it is no complete zip file") from error
        self._entries = {entry.filename.replace("\\", "/").casefold(): entry for entry in self._zip.infolist()}
        self._check_sizes()

    @property
    def names(self) -> list[str]:
        """Names of all entries, as the file writes them."""
        return [entry.filename.replace("\\", "/") for entry in self._entries.values()]

    def __contains__(self, name: str) -> bool:
        return name.casefold() in self._entries

    def read(self, name: str) -> bytes:
        """The bytes of one part.

        Raises:
            ParseError: it is missing, damaged, protected or too large.
        """
        entry = self._entries.get(name.casefold())
        if entry is not None and entry.file_size > MAX_PART:
            raise ParseError(
                f"{self.source} is too large: {name} unpacks to more than {MAX_PART >> 20} MiB.",
                remedy="Split the document.",
            )
        with self.open(name) as part:
            return part.read()

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """One part as a stream; what reading it raises is translated too.

        Raises:
            ParseError: it is missing, damaged or protected.
        """
        entry = self._entries.get(name.casefold())
        if entry is None:
            raise self._damaged(f"{name} is missing")
        if entry.flag_bits & 0x1:
            raise self._old_or_protected(protected=True)
        try:
            with self._zip.open(entry) as part:
                yield part
        except _BROKEN as error:
            raise self._damaged(f"{name} cannot be unpacked") from error

    def xml(self, name: str) -> Any:
        """Root element of an XML part, without comments and processing instructions.

        Raises:
            ParseError: as ``read``; or it is not well-formed, nested too deep, or defines entities.
        """
        return self.parse_xml(self.read(name), name)

    def parse_xml(self, data: bytes, name: str) -> Any:
        """As ``xml``, for bytes already read."""
        from lxml import etree

        self.refuse_entities(data, name)
        try:
            return etree.fromstring(data, self._parser)
        except (etree.XMLSyntaxError, ValueError) as error:
            raise self._damaged(f"the XML of {name} is broken") from error

    def refuse_entities(self, data: bytes, name: str) -> None:
        """A document has no use for entities of its own; an attack has."""
        if _ENTITY.search(data):
            raise ParseError(
                f"{self.source} is refused: {name} defines XML entities, which can unfold without end.",
                remedy=f"Save it again in {self.program}.",
            )

    @cached_property
    def _parser(self) -> Any:
        from lxml import etree

        # Not huge_tree: libxml2's own limits on depth (256) and on the length of a text stay in force.
        return etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
        )

    def _check_sizes(self) -> None:
        entries = self._zip.infolist()
        if len(entries) > MAX_ENTRIES:
            raise self._bomb(f"it has {len(entries)} entries")
        # zipfile unpacks no more than an entry declares, so these sums hold.
        if sum(entry.file_size for entry in entries) > MAX_EXPANDED:
            raise self._bomb(f"it unpacks to more than {MAX_EXPANDED >> 30} GiB")
        for entry in entries:
            if entry.file_size > RATIO_FROM and entry.file_size > MAX_RATIO * max(1, entry.compress_size):
                raise self._bomb(
                    f"{entry.filename} unpacks to {entry.file_size // max(1, entry.compress_size)} times its size"
                )

    def _bomb(self, why: str) -> ParseError:
        return ParseError(
            f"{self.source} is refused: {why}.", remedy=f"If it can be trusted, save it again in {self.program}."
        )

    def _damaged(self, why: str) -> ParseError:
        return ParseError(
            f"{self.source} is damaged: {why}.",
            remedy=f"Open it in {self.program} and save it again, or get it once more.",
        )

    def _old_or_protected(self, protected: bool) -> ParseError:
        if protected:
            return ParseError(
                f"{self.source} is protected by a password.", remedy=f"Save it without one in {self.program}."
            )
        return ParseError(
            f"{self.source} is in an old format under a new suffix.",
            remedy=f"Open it in {self.program} and save it in today's format.",
        )
