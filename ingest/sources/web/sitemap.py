"""The pages a sitemap lists: XML, an index of sitemaps, or a plain list; packed or not."""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from xml.etree.ElementTree import ParseError as XmlError
from xml.etree.ElementTree import iterparse

_ROOT = re.compile(rb"<(?:\w+:)?(urlset|sitemapindex)[\s>]")
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Sitemap:
    """Addresses as they are listed, in order: of pages, or of further sitemaps; ``damage`` says what is wrong."""

    addresses: list[str]
    is_index: bool = False
    damage: str = ""


def unpacked(content: bytes, max_bytes: int) -> bytes:
    """The content of a gzip file, cut off behind the limit; anything else as it is."""
    if not content.startswith(_GZIP):
        return content
    try:
        return zlib.decompressobj(wbits=31).decompress(content, max_bytes)
    except zlib.error:
        return content


def sitemap(content: bytes, media_type: str) -> Sitemap | None:
    """The sitemap a file is, or None if it is none."""
    root = _ROOT.search(content[:4096])
    if root:
        return _listed(content, is_index=root[1] == b"sitemapindex")
    if media_type in ("text/plain", "application/octet-stream", "application/gzip", "application/x-gzip", ""):
        return _plain(content)
    return None


def _plain(content: bytes) -> Sitemap | None:
    # A file of nothing but addresses has no text of its own.
    lines = content.decode("utf-8-sig", errors="replace").split()
    if lines and all(line.startswith(("http://", "https://")) for line in lines):
        return Sitemap(lines)
    return None


def _listed(content: bytes, *, is_index: bool) -> Sitemap:
    # An entity can unpack to any size; a sitemap has no use for one of its own.
    if b"<!ENTITY" in content or b"<!DOCTYPE" in content[:4096]:
        return Sitemap([], is_index, "it declares entities")
    addresses: list[str] = []
    damage = ""
    try:
        addresses.extend(_locations(content))
    except (XmlError, ValueError, LookupError) as error:
        addresses = [found.decode("utf-8", "replace").strip() for found in _LOC.findall(content)]
        damage = f"its XML is broken ({error})"
    return Sitemap([address.replace("&amp;", "&") for address in addresses if address], is_index, damage)


_LOC = re.compile(rb"<(?:\w+:)?loc>([^<]{1,2000})</")


def _locations(content: bytes) -> Iterator[str]:
    for _, element in iterparse(BytesIO(content), events=("end",)):  # noqa: S314 - entities were refused
        name = str(element.tag).rpartition("}")[2]
        # Pictures and videos of a page have a loc of their own name space.
        if name == "loc" and "image" not in str(element.tag) and "video" not in str(element.tag):
            yield (element.text or "").strip()
        elif name in ("url", "sitemap"):
            element.clear()
