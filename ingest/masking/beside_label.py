"""The value beside a label: where it ends, and whether it is one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.masking.labels import KEY, LOGIN, PASSWORD, Label
from ingest.masking.values import (
    has_sign,
    is_count,
    is_dotted_name,
    is_everyones,
    is_key,
    is_mixed,
    is_no_value,
    is_passphrase,
)

_QUOTES = {'"': '"', "'": "'", "`": "`", "“": "”", "‘": "’"}
_PREFIX = re.compile(r"(?:[bBfFrRuU]{1,2}|\\)(?=[\"'])")
"""What may stand before a quotation mark: a letter of Python's, or the backslash of an escape."""
_RUN = re.compile(r"[^\s|\"'`<>“”‘’]{1,400}")
_ASCII = re.compile(r"[\x21-\x7e]+")
_PARTICLE = re.compile(
    r"(?:입니다|이에요|예요|이다|이며|이고|이니|이므로|이라고|라고|이라|으로|로|를|을|은|는|이|가|와"
    r"|과|임|인|이었|였|이죠|죠)"
)
_COPULA = re.compile(r"입니다|이에요|예요|이다|이며|이고|이니|이었|였|임")
_OPTIONAL = re.compile(r"\((?:으|이|을|를|은|는|가|와|과)\)")
"""A particle written for both endings: ``X(으)로``."""
_UNIT = re.compile(
    r"[ -]?(?:bit|byte|char|digit|letter|symbol|word|time|user|people|year|자|비트|글자|개|번|년|회|명|분|초)"
)
_TRAILING = ".,;:。"
_REST = re.compile(
    r"[ \t.,;|`*_\"')\]}]{0,20}(?:\([^()\n]{0,30}\)|[#/(][^\n]{0,60}|(?:입니다|이에요"
    r"|예요)[.!]?[^\n]{0,200})?[ \t.]{0,5}$"
)
_APP_PASSWORD = re.compile(r"[a-z]{4}(?: [a-z]{4}){3}(?![a-z])")
_GROUPED = re.compile(r"\d{3} \d{3,4} \d{4}(?!\d)")
_HANGUL_VALUE = re.compile(r"[가-힣]{2,8}\d{3,8}[!@#$%^&*]{0,2}$")
_STRONG = (":", "：", "→", "⇒", "=>", "->", "—", "–", "|", ":=", ">", "▶", "➡", "➜", "☞", "👉", "»", "below")
_WORD_AND_DIGITS = re.compile(r"[a-z]\d|\d[a-z]|(?=\w*[a-z])(?=\w*[A-Z])\w*\d\d", re.ASCII)
_CHOSEN = re.compile(r"^[a-zA-Z]{3,32}(?=[^a-zA-Z\s]{0,7}\d)[^a-zA-Z\s]{2,8}$")
_KEY_CHARS = re.compile(r"[\w\-+/=.%~]{16,400}$", re.ASCII)
_BRACKETED = re.compile(r"[ ]?(?:\((?P<round>[\x21-\x7e]{2,64}?)\)|\[(?P<square>[\x21-\x7e]{4,64}?)\](?!\())")
_PAIR = re.compile(
    r"[*_`\"']{0,3}(?P<login>[\w.@+-]{2,64})[*_`\"']{0,3}[ \t]{0,3}(?:[/,|·&]|와|그리고)[ \t]{0,3}[*_`\"']{0,3}"
    r"(?P<password>[\x21-\x7e]{4,64})",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Value:
    """Characters ``start`` to ``end`` of a line, whether they were in quotes, and whether nothing follows them."""

    text: str
    start: int
    end: int
    quoted: bool
    alone: bool


def read_value(line: str, label: Label, stop: int) -> Value | None:
    """What stands behind a label, without the quotes, punctuation and Korean particle around it.

    Args:
        line: the whole line.
        label: the label on it.
        stop: where the next label begins, or the end of the line.
    """
    if label.mark in ("", "is") and (inside := _BRACKETED.match(line, label.end)):
        which = "round" if inside["round"] else "square"
        sure = (label.kind == LOGIN and which == "round") or inside[which].isdigit() or is_unmistakable(inside[which])
        return Value(inside[which], *inside.span(which), True, True) if sure else None
    start = label.value
    while start < stop and line[start] in "*_(" and start - label.value < 3:
        start += 1
    for pattern in (_APP_PASSWORD, _GROUPED):
        if match := pattern.match(line, start):
            return Value(match[0], start, match.end(), True, True)
    if prefix := _PREFIX.match(line, start, stop):
        start = prefix.end()
    if start < stop and line[start] in _QUOTES:
        return _quoted(line, label, start)
    return _bare(line, label, start, stop)


def _quoted(line: str, label: Label, start: int) -> Value | None:
    end = line.find(_QUOTES[line[start]], start + 1, start + 402)
    inner = line[start + 1 : end].removesuffix("\\")
    if end < 0 or not inner or (any(char.isspace() for char in inner) and not _APP_PASSWORD.fullmatch(inner)):
        return None
    if label.mark == "," and re.match(r", ?[\"']", line[end + 1 : end + 4]):
        return None  # one of a list of words
    return Value(inner, start + 1, start + 1 + len(inner), True, _REST.match(line, end + 1) is not None)


def _bare(line: str, label: Label, start: int, stop: int) -> Value | None:
    match = _RUN.match(line, start, max(start, stop))
    if not match:
        return None
    run = match[0].split(";")[0] if label.mark == "=" else _OPTIONAL.split(match[0])[0]
    latin = _ASCII.match(run)
    end = start + len(run)
    if (
        latin
        and latin.end() < len(run)
        and latin.end() >= (2 if label.kind == LOGIN else 4)
        and _PARTICLE.match(run, latin.end())
    ):
        value = latin[0]
        alone = (_REST.match(line, end) or _COPULA.match(run, latin.end())) is not None
    else:
        value, alone = run, _REST.match(line, end) is not None
    closed = value.rstrip(_TRAILING)
    if label.mark == "is" and closed.isdigit():  # a sentence may go on behind it, but for "1024 bits"
        alone = alone or _UNIT.match(line, start + len(closed)) is None
    for _ in range(
        start - max(0, start - 4) - len(line[max(0, start - 4) : start].rstrip("*"))
    ):  # as many as were opened: the value may end in one
        closed = closed.removesuffix("*")
    for opening, closing in ("()", "[]", "{}"):
        while closed.endswith(closing) and closed.count(closing) > closed.count(opening):
            closed = closed[:-1].rstrip(_TRAILING)
    if label.mark != "|" and stop < len(line) and end >= stop:  # the next label is stuck to it
        closed = closed.rstrip("/,&;|")
    return Value(closed, start, start + len(closed), False, alone) if closed else None


def is_unmistakable(text: str) -> bool:
    """Whether it looks like a password even where none is announced right before it."""
    return is_mixed(text) and len(text) >= 6 and (has_sign(text) or re.search(r"[a-z]{2}\d{2}", text) is not None)


def accepts(value: Value, label: Label, *, together: bool) -> bool:
    """Whether the value is what its label announces.

    Args:
        value: what was read.
        label: of kind password or key.
        together: whether a login name stands beside it, which leaves less doubt.
    """
    if label.kind == KEY:
        return _is_named_key(value, label)
    if not 4 <= len(value.text) <= 128 or is_no_value(value.text):
        return False
    if (is_dotted_name(value.text) or value.text.endswith("=")) and not value.quoted:
        return False
    if not value.text.isascii():
        return value.alone and label.mark in (*_STRONG, "=") and _HANGUL_VALUE.match(value.text) is not None
    if is_count(value.text) or (label.mark == "" and value.text.rstrip("?!").isalpha() and not value.quoted):
        return False
    if label.mark in _STRONG:
        return _behind_mark(value, label, together)
    return {"=": _assigned, "is": _stated, "": _following}.get(label.mark, _behind_dash)(value, label, together)


def _is_named_key(value: Value, label: Label) -> bool:
    if label.env and label.mark in ("=", ":") and label.value and _CHOSEN.search(value.text):
        return is_unmistakable(value.text) and not is_no_value(value.text)  # JUPYTER_TOKEN=… is chosen by a person
    if label.mark == "=" and label.end - label.start == 3 and value.start - label.end > 2 and not label.env:
        return False  # key = '…' is a variable as any other, KEY = '…' is not
    if not _KEY_CHARS.match(value.text) or not is_key(value.text):
        return False
    return value.quoted or bool(label.mark) or value.alone or len(value.text) >= 20


def _behind_mark(value: Value, label: Label, together: bool) -> bool:
    text = value.text
    if is_mixed(text) or text.isdigit() or is_passphrase(text):
        return True
    if not text.isalpha():
        return value.quoted
    if label.mark in ("|", "below"):
        return len(text) >= 6 and (
            together or value.quoted or (label.mark == "below" and text.islower() and len(text) >= 8)
        )
    return value.quoted or ((value.alone or together) and len(text) >= 6)


def _assigned(value: Value, label: Label, together: bool) -> bool:
    """Behind ``=``: in code, what is not quoted is a name or a formula."""
    text = value.text
    if value.quoted:
        return not text.isalpha() or len(text) >= 6
    if text.isdigit():
        return value.alone
    if is_mixed(text):
        tight = value.start == label.end + 1 and value.alone  # as in a file of settings
        return tight or label.env or not re.search(r"[*/+]", text)
    return len(text) >= 6 and text.isalpha() and value.alone and (label.env or together)


def _stated(value: Value, label: Label, together: bool) -> bool:
    if value.text.isalpha():  # 계정은 X, 암호는 Y입니다
        return together and value.alone and value.text.islower() and len(value.text) >= 8
    return is_mixed(value.text) or is_passphrase(value.text) or (value.text.isdigit() and value.alone)


def _following(value: Value, label: Label, together: bool) -> bool:
    """Behind a mere space: the value must look like nothing else."""
    text = value.text
    if value.quoted or is_passphrase(text):
        return is_mixed(text) or text.isdigit() or is_passphrase(text)
    sure = value.alone or together
    if text.isdigit():
        return sure and len(text) >= (4 if together and value.alone else 6)
    if not is_mixed(text):
        return False
    if text[0] in ",;:.)]}" or re.match(r"[A-Za-z_]\w*=", text):
        return False
    return has_sign(text) or (sure and len(text) >= 6 and _WORD_AND_DIGITS.search(text) is not None)


def _behind_dash(value: Value, label: Label, together: bool) -> bool:
    return is_mixed(value.text) or (value.quoted and value.text.isdigit())


def is_login(value: Value, label: Label, beside: bool) -> bool:
    """Whether it can be a login name, given that a password is near.

    Args:
        value: what was read.
        label: its label.
        beside: whether the password is on the same line.
    """
    if not 2 <= len(value.text) <= 64 or not value.text.isascii() or is_no_value(value.text):
        return False
    if _GROUPED.match(value.text):
        return True
    if (
        is_everyones(value.text)
        or is_count(value.text)
        or not re.match(r"[\w.@+-]+$", value.text)
        or value.text.endswith("=")
    ):
        return False
    return label.mark in (":", "：", "=", "|", "→", "—", "=>") or (
        label.mark in ("", "is") and (beside and not value.quoted or value.alone)
    )


def read_pair(line: str, label: Label, stop: int) -> Iterator[tuple[Value, str]]:
    """``student / ml2024``: a login name and a password behind a label that announces both."""
    match = _PAIR.match(line, label.value)
    if not match or match.start() >= stop or match.end() > max(stop, len(line)):
        return
    text = match["password"].rstrip(_TRAILING + "`\"')")
    value = Value(text, match.start("password"), match.start("password") + len(text), False, True)
    login = Value(match["login"], *match.span("login"), False, True)
    apart = line[match.end("login") : match.start("password")].strip("`*\"' ") == "/"
    if label.kind == LOGIN and not ((label.mark in _STRONG or apart) and has_sign(text) and is_mixed(text)):
        return  # it announces the name alone; what follows must look like nothing but a password
    if stop > value.start and accepts(value, Label(PASSWORD, 0, 0, "|", 0, False), together=True):
        if is_login(login, Label(LOGIN, 0, 0, ":", 0, False), True):
            yield login, LOGIN
            yield value, PASSWORD
