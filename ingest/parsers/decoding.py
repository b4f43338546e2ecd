"""Bytes to text, for every format that is text.

Order of trial: byte order mark, UTF-16 without one, UTF-8, the encoding the file declares, cp949 (which contains
EUC-KR), charset-normalizer. A guess counts only if what comes out looks like text.
"""

import codecs
import re
from dataclasses import dataclass

from rag.errors import ParseError

# UTF-32 before UTF-16: the UTF-32-LE mark begins with the UTF-16-LE one.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE_CHARS = 20_000
_TEXT_CHARS = re.compile(r"[\t\n\r\x20-\x7e가-힣ㄱ-ㆎ\u00a0-\u00ff\u2000-\u206f\u2190-\u25ff\u3000-\u303f一-鿿ぁ-ヿ]")
_KOREAN_CHARS = re.compile(r"[가-힣ㄱ-ㆎ\u2010-\u203b\u2190-\u22ff\u2460-\u25ff\u3000-\u303f\uff01-\uff5e·°×÷]")
_MAX_DAMAGE = 0.001
"""Share of undecodable characters up to which a UTF-8 file counts as damaged, not as another encoding."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text with Unix line ends, the encoding it was in, and how many characters could not be decoded."""

    text: str
    encoding: str
    damaged: int = 0


def decode(data: bytes, source: str, *, declared: str | None = None) -> Decoded:
    """Decode a file of text.

    Args:
        data: the whole file.
        source: its name, for the error.
        declared: the encoding the file itself states, tried after UTF-8.

    Raises:
        ParseError: the file is empty, binary, or in no encoding that gives text.
    """
    if not data.strip(b"\x00 \t\r\n"):
        raise ParseError(f"{source} is empty.", remedy="Remove it, or save it again with its content.")
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _lenient(data[len(mark) :], encoding)
    if b"\x00" in data[:_SAMPLE_CHARS]:
        return _utf16_without_mark(data, source)
    return _eight_bit(data, source, declared)


def _lenient(data: bytes, encoding: str) -> Decoded:
    text = data.decode(encoding, errors="replace")
    return Decoded(_unix_lines(text), encoding, text.count("\ufffd"))


def _utf16_without_mark(data: bytes, source: str) -> Decoded:
    sample = data[: _SAMPLE_CHARS & ~1]
    score, encoding = max(
        (_plausibility(sample.decode(name, errors="replace")), name) for name in ("utf-16-le", "utf-16-be")
    )
    if score < 0.9:
        raise ParseError(f"{source} is not text (it has zero bytes).", remedy="Check that its suffix says what it is.")
    return _lenient(data, encoding)


def _eight_bit(data: bytes, source: str, declared: str | None) -> Decoded:
    try:
        return Decoded(_unix_lines(data.decode("utf-8")), "utf-8")
    except UnicodeDecodeError:
        damaged = _lenient(data, "utf-8")
    if damaged.damaged <= max(1.0, _MAX_DAMAGE * len(damaged.text)) and _has_multibyte(damaged.text):
        return damaged
    for encoding in filter(None, (declared, "cp949")):
        text = _strict(data, encoding)
        if text is not None and (encoding == declared or _is_korean(text)):
            return Decoded(_unix_lines(text), encoding.lower())
    return _guessed(data, source)


def _guessed(data: bytes, source: str) -> Decoded:
    from charset_normalizer import from_bytes

    best = from_bytes(data[:200_000]).best()
    if best is not None and _plausibility(str(best)[:_SAMPLE_CHARS]) >= 0.9:
        return _lenient(data, best.encoding)
    raise ParseError(f"{source} is in no encoding that gives text.", remedy="Save it as UTF-8.")


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode("cp949" if encoding.lower().replace("-", "_") in ("euc_kr", "ks_c_5601_1987") else encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _has_multibyte(text: str) -> bool:
    return any(char > "\x7f" and char != "\ufffd" for char in text)


def _is_korean(text: str) -> bool:
    # Western text in cp1252 decodes as cp949 too, into rare Hanja; so most of what is not ASCII has to be Korean.
    foreign = [char for char in text[:_SAMPLE_CHARS] if char > "\x7f"]
    return len(_KOREAN_CHARS.findall("".join(foreign))) >= 0.7 * len(foreign)


def _plausibility(text: str) -> float:
    return len(_TEXT_CHARS.findall(text)) / max(1, len(text))


def _unix_lines(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
