"""Passwords and login names, which only the label beside them gives away.

The label may stand before the value on its line, on the line above, in the cell to the left or in the table's header.
"""

import re
from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence

Span = tuple[int, int]

_WORDS_FOR_IT = (
    r"(?:비밀[ ]?번호|비번|암호|패스워드|비밀키|passw(?:or)?d|passwd|passcode|passphrase|pass[ ]?code|pwd|pw|pass)"
)
_LOGIN_LABEL = (
    r"(?:아이디|로그인[ ]?(?:id|계정)|계정(?:명)?|접속[ ]?계정|사용자(?:명|[ ]?이름)?"
    r"|user[ _-]?(?:name|id)|login(?:[ _-]?id)?|account|user|id)"
)
_LABELS = (("password", _WORDS_FOR_IT), ("login", _LOGIN_LABEL))
_GLUE = r"[은는이가][ \t]{1,3}|[ \t]{1,3}is[ \t]{1,3}|[ \t]{1,3}"
_BEFORE = r"(?<![A-Za-z0-9가-힣])"
_QUALIFIER = r"(?:[가-힣A-Za-z0-9_-]{1,20}[ _-]?){0,1}"
_AFTER_LABEL = r"[*_`\"']{0,3}[ \t]{0,3}(?:\([^()\n]{1,20}\)[ \t]{0,3})?"
_MARK = r"(?:[:：=→⇒]|=>|->|\|)"
_VALUE = r"(?P<quote>[\"'`*_]{0,2})(?P<value>[^\s|\"'`<>]{3,64})(?P<unquote>[\"'`*]{0,2})"

_SAME_LINE = {
    name: re.compile(
        rf"(?P<label>{_QUALIFIER if name == 'password' else ''}{_BEFORE if name == 'login' else ''}{label})(?![A-Za-z])"
        rf"{_AFTER_LABEL}(?P<mark>[ \t]{{0,4}}{_MARK}[*_]{{0,2}}[ \t]{{0,4}}|{_GLUE})"
        rf"{_VALUE}",
        re.IGNORECASE,
    )
    for name, label in _LABELS
}
_ALONE = {
    name: re.compile(
        rf"^[ \t]*(?:[-*•#]{{1,6}}[ \t]+)?[*_]{{0,2}}(?:[가-힣A-Za-z0-9_-]{{1,20}}[ ])?{label}{_AFTER_LABEL}"
        r"[:：]?[*_]{0,2}[ \t]*$",
        re.IGNORECASE,
    )
    for name, label in _LABELS
}
_CELL = {
    name: re.compile(rf"^(?:[가-힣A-Za-z0-9_-]{{1,20}}[ ])?{label}(?:[ ]?\([^()]{{1,20}}\))?$", re.IGNORECASE)
    for name, label in _LABELS
}
_LONE_VALUE = re.compile(r"^[ \t]*(?:[-*•][ \t]+)?[`*]{0,2}(?P<value>[\x21-\x7e가-힣]{4,64}?)[`*]{0,2}[ \t]*$")

_TRAILING = ".,;:)]}。"
_NO_VALUE = re.compile(
    r"""^(?:
        none|null|nil|true|false|str|string|text|bytes|int|char|varchar.*|secretstr|optional.*|required|hidden|empty|default|any
      | (?:your|my|the|new|old|user|example|sample|dummy|test)?[_-]?
        (?:password|passwd|pwd|pw|pass|secret|username|user|login|id)
      | your.*|changeme\W*|x{3,}|\*{3,}|•{3,}|\.{2,}|-{2,}|_{3,}|masked.*|\[masked.*
      | hash(?:ed|ing)?|plain(?:text)?|encrypted|encryption|input|field|value
      | (?:sha|md|utf|aes|rsa|des|base|pbkdf|argon|bcrypt|scrypt|hmac)[-_]?\d*[\w-]*
      | must|should|is|are|was|for|and|or|in|of|to|the|not|length|manager|reset|protected|based
      | authentication|policy|strength
    )$""",
    re.IGNORECASE | re.VERBOSE,
)
_CODE = re.compile(r"[()\[\]{}$\\]|^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+$|==|::|^(?:https?|ftp)://|^//")
_COUNT = re.compile(
    r"^\d{1,3}(?:\D|$)|^\d+(?:자|글자|자리|회|번|개|일|분|초|비트|bit|byte|char|%)|^\d+\.\d+$|^[\d.]+e-?\d+$",
    re.IGNORECASE,
)
_PARTICLE = re.compile(r"(?:입니다|이에요|예요|이다|이며|이고|으로|로|를|을|은|는|이|가|와|과|임)$")
_URL_LOGIN = re.compile(r"\b[a-z][a-z0-9+]{1,15}://(?P<user>[^\s:/@]{1,64}):(?P<value>[^\s/@]{3,128})@[\w.-]")
_NEAR_LINES = 3
_REST = re.compile(r"[ \t.|`*]{0,20}(?:\n|\Z)")
"""What may stand behind a value that is alone on its line."""


def passwords(text: str) -> Iterator[Span]:
    """Spans of passwords, in no particular order; a span may come more than once."""
    yield from _beside(text, "password")
    yield from _below(text, "password")
    yield from _in_columns(text, "password")
    for match in _URL_LOGIN.finditer(text):
        if not _CODE.search(match["value"]) and not _NO_VALUE.match(match["value"]):
            yield match.span("value")


def login_ids(text: str, secrets: Sequence[Span]) -> Iterator[Span]:
    """Spans of login names within a few lines of a password; alone, a name is no secret."""
    if not secrets:
        return
    breaks = [match.start() for match in re.finditer("\n", text)]
    near = {bisect(breaks, start) + away for start, _ in secrets for away in range(-_NEAR_LINES, _NEAR_LINES + 1)}
    for span in (*_beside(text, "login"), *_below(text, "login"), *_in_columns(text, "login")):
        if bisect(breaks, span[0]) in near and span not in secrets:
            yield span


def _beside(text: str, name: str) -> Iterator[Span]:
    for match in _SAME_LINE[name].finditer(text):
        value = _bare(match["value"], quoted=bool(match["quote"]))
        start = match.start("value")
        rest = _REST.match(text, match.end())
        alone = rest is not None
        context = _Context(
            name, match["label"], match["mark"].strip(" \t*_"), bool(match["quote"] and match["unquote"]), alone
        )
        if context.accepts(value):
            yield start, start + len(value)


def _bare(value: str, *, quoted: bool) -> str:
    """The value without the punctuation and the Korean particle behind it."""
    if quoted:
        return value
    value = value.rstrip(_TRAILING)
    match = _PARTICLE.search(value)
    return value[: match.start()] if match and match.start() >= 4 and value[: match.start()].isascii() else value


class _Context:
    """How a value stands beside its label, and whether that makes it one."""

    def __init__(self, name: str, label: str, mark: str, quoted: bool, alone: bool) -> None:
        self.name = name
        self.korean = any("가" <= char <= "힣" for char in label)
        self.mark = mark
        self.quoted = quoted
        self.alone = alone

    def accepts(self, value: str) -> bool:
        if len(value) < (3 if self.name == "login" else 4) or _NO_VALUE.match(value) or _CODE.search(value):
            return False
        if self.name == "login":
            return self.mark in (":", "：", "=", "|", "→") and value.isascii() and not _COUNT.match(value)
        if _COUNT.match(value):
            return False
        if not value.isascii():
            # A Korean word behind the label describes; with a number in it, it may be one.
            return self.mark in (":", "：") and self.alone and sum(map(str.isdigit, value)) >= 3
        return self._accepts_ascii(value)

    def _accepts_ascii(self, value: str) -> bool:
        mixed = is_mixed(value)
        if self.mark == "=":
            # In code, what is not quoted is a name or a formula.
            return (
                self.quoted
                and not value.isalpha()
                or self.quoted
                and len(value) >= 6
                or (mixed and not re.search(r"[*/+]", value))
            )
        if self.mark in (":", "：", "→", "⇒", "=>", "->"):
            return mixed or value.isdigit() or self.quoted or (self.alone and len(value) >= 6 and value.isalpha())
        if self.mark == "|":
            return mixed or value.isdigit()
        # Only a space or a particle between: the value must look like nothing else.
        return mixed and bool(
            re.search(r"[^A-Za-z0-9._-]", value)
            or (self.alone and re.search(r"[a-z]\d|\d[a-z]", value) and len(value) >= 6)
        )


def is_mixed(value: str) -> bool:
    """Whether at least two of letters, digits and signs are in it, and a word with a hyphen is not all there is."""
    kinds = (any(map(str.isalpha, value)), any(map(str.isdigit, value)), bool(re.search(r"[^A-Za-z0-9_.,'/-]", value)))
    return sum(kinds) >= 2


def _lines(text: str) -> Iterator[tuple[int, str]]:
    at = 0
    for line in text.split("\n"):
        yield at, line
        at += len(line) + 1


def _below(text: str, name: str) -> Iterator[Span]:
    """Values alone on the line below a line that is only a label; with blank lines between them or not."""
    waiting = 0
    for at, line in _lines(text):
        if len(line) <= 60 and _ALONE[name].match(line):
            waiting = 2
        elif waiting and line.strip():
            match = _LONE_VALUE.match(line) if len(line) <= 80 else None
            if match and _is_lone(match["value"], name):
                yield at + match.start("value"), at + match.end("value")
            waiting = 0
        elif waiting:
            waiting -= 1


def _is_lone(value: str, name: str) -> bool:
    if _NO_VALUE.match(value) or _CODE.search(value) or _COUNT.match(value) or not value.isascii():
        return False
    return name == "login" or is_mixed(value) or value.isdigit()


def _in_columns(text: str, name: str) -> Iterator[Span]:
    """Cells below a header that is a label."""
    columns: list[int] = []
    previous_row = False
    for at, line in _lines(text):
        if not line.lstrip().startswith("|"):
            columns, previous_row = [], False
            continue
        cells = list(_cells(line))
        if not previous_row:
            columns = [number for number, (_, cell) in enumerate(cells) if _CELL[name].match(cell.strip("*_` "))]
        else:
            yield from _column_values(at, cells, columns, name)
        previous_row = True


def _cells(line: str) -> Iterator[tuple[int, str]]:
    at = line.index("|") + 1
    for cell in line[at:].split("|"):
        stripped = cell.strip()
        yield at + (cell.index(stripped) if stripped else 0), stripped
        at += len(cell) + 1


def _column_values(at: int, cells: Sequence[tuple[int, str]], columns: Iterable[int], name: str) -> Iterator[Span]:
    for number in columns:
        start, cell = cells[number] if number < len(cells) else (0, "")
        value = cell.strip("`* ")
        if 4 <= len(value) <= 64 and " " not in value and not set(value) <= set(":-") and _is_lone(value, name):
            yield at + start + cell.index(value), at + start + cell.index(value) + len(value)
