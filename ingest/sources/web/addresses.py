"""Web addresses: told apart from paths, in the form that is asked for, and in the form citations show."""

import re
import unicodedata
from pathlib import PurePosixPath
from urllib.parse import SplitResult, quote, unquote, urlsplit, urlunsplit

from rag.errors import InputError

_SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]+)://")
# What may stand in a path or query as it is; % too, because an address may come quoted already.
_SAFE = "/%:@!$&'()*+,;=~-._"
_NOT_SHOWN = re.compile("[\x00-\x1f\x7f\u2028\u2029\ufffd]")


def is_address(root: str) -> bool:
    """Whether a root is a web address rather than a path: it has a scheme."""
    return _SCHEME.match(root) is not None


def normalised(address: str) -> str:
    """The address as it is asked for: no fragment, host in ASCII, everything else quoted.

    Raises:
        InputError: it is no ``http(s)`` address, or holds a password.
    """
    parts = _split(address)
    try:
        host = (parts.hostname or "").encode("idna").decode("ascii").lower()
    except UnicodeError as error:
        raise _no_address(address) from error
    if not host or re.search(r"[\s<>\"']", host):
        raise _no_address(address)
    host = f"[{host}]" if ":" in host else host
    default = {"http": 80, "https": 443}[parts.scheme]
    port = "" if parts.port in (None, default) else f":{parts.port}"
    path, query = quote(parts.path, safe=_SAFE) or "/", quote(parts.query, safe=_SAFE + "?")
    return urlunsplit((parts.scheme, host + port, path, query, ""))


def _split(address: str) -> SplitResult:
    try:
        parts = urlsplit(address.strip())
        password, _ = parts.password, parts.port  # a port that is no number is found only when it is asked for
    except ValueError as error:
        raise _no_address(address) from error
    if parts.scheme not in ("http", "https"):
        raise InputError(
            f"{address} is not an address that can be fetched: it begins with {parts.scheme or address}://.",
            remedy="Give an address that begins with http:// or https://, or the path of a file.",
        )
    if password or parts.username:
        raise InputError(
            f"The address of {parts.hostname} holds a user name or password.",
            remedy="Save the page in the browser and give the file: addresses are written into the index.",
        )
    return parts


def _no_address(address: str) -> InputError:
    return InputError(
        f"{address} is not a web address.", remedy="Give the address as the browser shows it: https://host/page"
    )


def source_of(address: str) -> str:
    """What citations call a page: host and path without the scheme, as a person reads them, in NFC."""
    parts = urlsplit(address)
    path = _readable(parts.path)
    query = "?" + _readable(parts.query) if parts.query else ""
    return unicodedata.normalize("NFC", f"{_readable_host(parts)}{path}{query}").rstrip("/")


def host_of(address: str) -> str:
    """Host and port, which all pages of a site share."""
    return urlsplit(address).netloc


def suffix_of(address: str) -> str:
    """Suffix of the path, in lower case; "" if it has none."""
    return PurePosixPath(unquote(urlsplit(address).path)).suffix.lower()


def _readable(part: str) -> str:
    text = unquote(part)
    # What is not UTF-8, or would not be seen, stays quoted.
    return part if _NOT_SHOWN.search(text) else text


def _readable_host(parts: SplitResult) -> str:
    try:
        return parts.netloc.encode("ascii").decode("idna") if "xn--" in parts.netloc else parts.netloc
    except UnicodeError:
        return parts.netloc
