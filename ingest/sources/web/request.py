"""One request: what came, or why nothing did. Only ``http(s)``, with limits of time, size and redirects."""

import http.client
import ssl
import time
import urllib.error
import urllib.request
import zlib
from dataclasses import dataclass
from email.message import Message
from importlib.metadata import PackageNotFoundError, version
from typing import Any

_CHUNK = 1 << 16
_SLOWEST = 32 << 10
"""Bytes per second below which a page counts as stalled once the time for a page is over."""
_MOST_REDIRECTS = 10
_GONE = (404, 410)


class FetchError(Exception):
    """A page that did not come; the message completes "could not be fetched (…)"."""


class GoneError(FetchError):
    """There is no such page (any more)."""


class UnfitError(FetchError):
    """The page is there, but not to be taken: too large, or behind a login."""


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave to ask later whether a page has changed."""

    etag: str = ""
    modified: str = ""


@dataclass(frozen=True, slots=True)
class Response:
    """What came for one address.

    Attributes:
        address: where it came from in the end, after redirects.
        content: the bytes, uncompressed; None if it has not changed since the validators were given.
        media_type: ``text/html``, in lower case; "" if the server gives none.
        charset: as the header has it, or "".
        filename: as the header has it, or "".
        validators: for the next time.
    """

    address: str
    content: bytes | None
    media_type: str = ""
    charset: str = ""
    filename: str = ""
    validators: Validators = Validators()


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows a page to where it moved, as long as that is the web."""

    max_redirections = _MOST_REDIRECTS

    def redirect_request(
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Message, newurl: str
    ) -> urllib.request.Request | None:
        if not newurl.lower().startswith(("http://", "https://")):
            fp.close()
            raise UnfitError("it redirects to something that is not the web")
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]


def fetch(address: str, known: Validators | None, *, timeout_s: float, max_bytes: int) -> Response:
    """Ask for one address.

    Args:
        address: as ``addresses.normalised`` gives it.
        known: of an earlier copy, to be told only whether it has changed.
        timeout_s: seconds the server may stay silent; a page may take longer only while it flows.
        max_bytes: of the page, uncompressed.

    Raises:
        GoneError: there is no such page.
        UnfitError: it is too large, or not open to everyone.
        FetchError: it did not come this time.
    """
    headers = {"User-Agent": _agent(), "Accept": "text/html,*/*;q=0.8", "Accept-Encoding": "gzip"}
    if known and known.etag:
        headers["If-None-Match"] = known.etag
    if known and known.modified:
        headers["If-Modified-Since"] = known.modified
    opener = urllib.request.build_opener(_Redirects)
    try:
        with opener.open(urllib.request.Request(address, headers=headers), timeout=timeout_s) as reply:  # noqa: S310
            return _response(reply, _read(reply, timeout_s, max_bytes))
    except urllib.error.HTTPError as error:
        with error:
            if error.code == 304:
                return Response(error.url or address, None)
            raise _refused(error) from error
    except TimeoutError as error:
        raise FetchError(f"no answer within {timeout_s:g} s") from error
    except urllib.error.URLError as error:
        raise FetchError(_reason(error.reason, timeout_s)) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise FetchError(_reason(error, timeout_s)) from error


def _agent() -> str:
    try:
        return f"course-rag/{version('course-rag')}"
    except PackageNotFoundError:
        return "course-rag"


def _read(reply: Any, timeout_s: float, max_bytes: int) -> bytes:
    """The body, uncompressed while it comes, so that a small reply cannot unpack to more than the limit."""
    started = time.monotonic()
    packed = (reply.headers.get("Content-Encoding") or "").strip().lower() in ("gzip", "x-gzip")
    unpacker = zlib.decompressobj(wbits=31) if packed else None
    content = bytearray()
    received = 0
    while chunk := reply.read1(_CHUNK):
        received += len(chunk)
        try:
            content += unpacker.decompress(chunk, max_bytes + 1) if unpacker else chunk
        except zlib.error as error:
            raise FetchError("what came is not the gzip it says it is") from error
        if len(content) > max_bytes or (unpacker and unpacker.unconsumed_tail):
            raise UnfitError(f"it has more than the {max_bytes >> 20} MiB of parse.max_file_mib")
        if time.monotonic() - started > timeout_s + received / _SLOWEST:
            raise FetchError("it came too slowly")
    expected = reply.headers.get("Content-Length")
    if (expected and expected.isdecimal() and received < int(expected)) or (unpacker and not unpacker.eof):
        raise FetchError("the connection broke off")
    return bytes(content)


def _response(reply: Any, content: bytes) -> Response:
    headers: Message = reply.headers
    return Response(
        reply.url,
        content,
        headers.get_content_type() if headers.get("Content-Type") else "",
        str(headers.get_content_charset() or ""),
        str(headers.get_filename() or ""),
        Validators(str(headers.get("ETag") or ""), str(headers.get("Last-Modified") or "")),
    )


def _refused(error: urllib.error.HTTPError) -> FetchError:
    told = f"{error.code} {http.client.responses.get(error.code, '')}".strip()
    if error.code in _GONE:
        return GoneError(told)
    if error.code in (401, 402, 403, 407):
        return UnfitError(f"{told}: it is not open to everyone; save it in the browser and add the file")
    if 300 <= error.code < 400:
        circle = "infinite loop" in str(error.msg)
        return UnfitError("it redirects in a circle" if circle else "it redirects to something that is not the web")
    return FetchError(told)


def _reason(reason: object, timeout_s: float) -> str:
    """One phrase for what stood in the way."""
    match reason:
        case TimeoutError():
            return f"no answer within {timeout_s:g} s"
        case ssl.SSLCertVerificationError():
            return f"its certificate cannot be trusted: {reason.verify_message}"
        case ssl.SSLError():
            return "the encrypted connection failed"
        case ConnectionRefusedError():
            return "the server refuses the connection"
        case http.client.IncompleteRead() | ConnectionError():
            return "the connection broke off"
        case OSError() if type(reason).__name__ == "gaierror":
            return "its host cannot be found; is there a network?"
        case OSError():
            return reason.strerror or str(reason)
        case _:
            return f"the server's answer makes no sense: {str(reason)[:80]}"
