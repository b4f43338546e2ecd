"""MHTML: a page that a browser saved with all its parts in one file; the page alone is read."""

from email import message_from_bytes
from email.errors import MessageError
from email.message import Message

from langchain_core.document_loaders import Blob

from ingest.elements import ElementParser, ParsedFile
from ingest.parsers.web_page.page import HtmlParser
from rag.errors import ParseError

_REMEDY = "Open it in the browser and save it again, or as PDF."


class MhtmlParser(ElementParser):
    """Web archives (``.mhtml``, ``.mht``), with the standard library's reader of messages."""

    def parse_elements(self, blob: Blob) -> ParsedFile:
        """Read the page of one archive.

        Raises:
            ParseError: it is empty, cut off before its page, or holds none.
        """
        source = str(blob.source or "archive")
        data = blob.as_bytes()
        if not data.strip():
            raise ParseError(f"{source} is empty.", remedy=_REMEDY)
        try:
            archive = message_from_bytes(data)
            part = _page(archive)
            content = part.get_payload(decode=True) if part is not None else None
        except (MessageError, ValueError, LookupError, RecursionError) as error:
            raise ParseError(f"{source} is not a web archive ({error}).", remedy=_REMEDY) from error
        if part is None or not isinstance(content, bytes) or not content.strip():
            raise ParseError(f"{source} holds no page.", remedy=_REMEDY)
        address = str(archive.get("Snapshot-Content-Location") or part.get("Content-Location") or "").strip()
        charset = part.get_content_charset()
        head = f"<!-- saved from url=({len(address):04d}){address} -->" if address.startswith("http") else ""
        if charset and "meta" not in content[:4096].decode("latin-1").lower():
            head += f'<meta charset="{charset}">'
        return HtmlParser().parse_elements(Blob.from_data(head.encode("ascii", "ignore") + content, path=source))


def _page(archive: Message) -> Message | None:
    """The part the archive starts with, or its first page."""
    pages = [part for part in archive.walk() if part.get_content_type() in ("text/html", "application/xhtml+xml")]
    start = str(archive.get_param("start") or "")
    return next((part for part in pages if start and part.get("Content-ID") == start), pages[0] if pages else None)
