"""What came from the web, as a file: the suffix that chooses its parser, and text whose encoding shows."""

import codecs
import re
from pathlib import PurePosixPath

from ingest.parsers.registry import FORMATS
from ingest.sources.web.addresses import suffix_of
from ingest.sources.web.request import Response

_SUFFIXES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/pdf": ".pdf",
    "application/x-pdf": ".pdf",
    "text/markdown": ".md",
    "text/x-markdown": ".md",
    "text/x-rst": ".rst",
    "text/prs.fallenstein.rst": ".rst",
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "text/vtt": ".vtt",
    "application/x-subrip": ".srt",
    "application/x-ipynb+json": ".ipynb",
    "application/epub+zip": ".epub",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/x-hwp": ".hwp",
    "application/haansofthwp": ".hwp",
    "application/vnd.hancom.hwp": ".hwp",
    "application/vnd.hancom.hwpx": ".hwpx",
    "application/hwp+zip": ".hwpx",
    "multipart/related": ".mhtml",
    "message/rfc822": ".mhtml",
}
# These types say little: what the address or the header calls the file says more.
_VAGUE = {"", "text/plain", "application/octet-stream", "binary/octet-stream", "application/json"}
_VAGUE |= {"application/x-download", "application/download", "application/force-download", "application/zip"}
_TEXTS = {".html", ".md", ".rst", ".txt", ".csv", ".tsv", ".vtt", ".srt", ".ipynb"}
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UNMARKED = ("utf-8", "utf8", "us-ascii", "ascii")


def suffix_for(response: Response) -> str | None:
    """Suffix of the file a response is kept as, or None if no parser reads its type."""
    content = response.content or b""
    if content.startswith(b"%PDF-"):  # servers that know no suffix send a PDF as anything
        return ".pdf"
    suffix = _SUFFIXES.get(response.media_type)
    if suffix is None and (response.media_type in _VAGUE or response.media_type.startswith(("image/", "audio/"))):
        named = PurePosixPath(response.filename).suffix.lower()
        suffix = next((each for each in (named, suffix_of(response.address)) if each in FORMATS), None)
        if suffix is None and response.media_type in ("", "text/plain"):
            suffix = ".html" if re.match(rb"\s*(?:<!doctype html|<html)\b", content[:512], re.IGNORECASE) else ".txt"
    return suffix if suffix in FORMATS else None


def file_bytes(response: Response, suffix: str) -> bytes:
    """The bytes to keep: as they came, but text in UTF-8 with a mark where the header alone knew its encoding.

    A page begins with the comment browsers put into pages they save, so that its parser can resolve its links.
    """
    content = response.content or b""
    if suffix not in _TEXTS:
        return content
    content = _in_utf8(content, response.charset)
    if suffix != ".html":
        return content
    if content.startswith(_UTF16):
        return content
    mark = codecs.BOM_UTF8 if content.startswith(codecs.BOM_UTF8) else b""
    address = response.address.replace("--", "%2D%2D")  # two hyphens would end the comment
    comment = f"<!-- saved from url=({len(address):04d}){address} -->\n"
    return mark + comment.encode() + content.removeprefix(mark)


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _in_utf8(content: bytes, charset: str) -> bytes:
    if not charset or charset.lower() in _UNMARKED or content.startswith((codecs.BOM_UTF8, *_UTF16)):
        return content
    if _is_utf8(content):  # whatever the header says: text in another encoding hardly ever is
        return content
    # Korean servers say euc-kr of what Windows wrote, which has more letters.
    korean = charset.lower().replace("_", "-") in ("euc-kr", "ks-c-5601-1987", "ksc5601")
    try:
        return codecs.BOM_UTF8 + content.decode("cp949" if korean else charset).encode()
    except (UnicodeError, LookupError):
        return content  # the header is wrong, as it often is: the parser finds out
