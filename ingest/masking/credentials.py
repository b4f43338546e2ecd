"""Passwords, login names and keys that only a label beside or above them gives away.

A login name alone is no secret: it goes only when a password stands within a few lines of it.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from itertools import chain

from ingest.masking.below_label import (
    LISTED,
    LONE_VALUE,
    NO_LABEL,
    VALUE_LINE,
    announced,
    fits,
    is_label,
    read_below,
)
from ingest.masking.beside_label import (
    Value,
    accepts,
    is_login,
    is_unmistakable,
    read_pair,
    read_value,
)
from ingest.masking.commands import in_commands
from ingest.masking.labels import (
    KEY,
    LOGIN,
    PAIR,
    PASSWORD,
    Label,
    Line,
    is_only_label,
    labels,
    lines_of,
    may_hold_label,
    without_verbs,
)
from ingest.masking.personal import Found
from ingest.masking.sentences import pairs, read_answer, read_on_the_phone, read_told
from ingest.masking.table_cells import in_sheet, in_table
from ingest.masking.values import has_sign

_NEAR_LINES = 3
_LAST = 8
"""Values last found on a line: of a very long line, all would take quadratic time."""
_WIFI_KEY = re.compile(r"[ \t*•-]{0,6}key[ ]?[:：=][ ]?")
_NETWORK = re.compile(r"ssid|wi-?fi|와이파이")


def credentials(text: str) -> list[Found]:
    """Start, end and kind of each, in no particular order; one may come more than once."""
    lines = list(lines_of(text))
    scan = _Scan(lines)
    scan.take(chain(in_commands(text), pairs(text)))
    number = 0
    while number < len(lines):
        if lines[number].text.lstrip().startswith("|"):
            number = scan.table(number)
        else:
            if may_hold_label(lines[number].lowered):
                scan.line(number)
            number += 1
    return [*scan.found, *scan.logins()]


class _Scan:
    """What has been found so far, line by line."""

    def __init__(self, lines: list[Line]) -> None:
        self._lines = lines
        self.found: list[Found] = []
        self._passwords: set[int] = set()  # lines in or below which one stands
        self._behind_sheet = 0
        self._taken: dict[int, list[tuple[int, int]]] = {}

    def take(self, found: Iterable[Found]) -> None:
        """Add what was found elsewhere, so that login names beside it count."""
        starts = [line.at for line in self._lines]
        for start, end, kind in found:
            number = bisect_right(starts, start) - 1
            self._keep(number, start - starts[number], end - starts[number], kind)

    def _keep(self, number: int, start: int, end: int, kind: str) -> None:
        at = self._lines[number].at
        self.found.append((at + start, at + end, kind))
        self._taken.setdefault(number, []).append((start, end))
        if kind == PASSWORD:
            self._passwords.add(number)

    def table(self, first: int) -> int:
        """Read the rows from ``first`` on; returns the line behind the table."""
        last = first
        while last < len(self._lines) and self._lines[last].text.lstrip().startswith("|"):
            last += 1
        rows = self._lines[first:last]
        if any(may_hold_label(row.lowered) for row in rows):
            for row, start, end, kind in in_table([(row.text, row.lowered) for row in rows]):
                self._keep(first + row, start, end, kind)
            for number in range(first, last):
                self._in_cells(number)
        return last

    def _in_cells(self, number: int) -> None:
        """Label and value in one cell: ``| ID: student / PW: ml2024 |``."""
        row = self._lines[number]
        found = list(labels(row.text, row.lowered)) if may_hold_label(row.lowered) else []
        for label, following in zip(found, [*found[1:], None], strict=False):
            if label.mark in (":", "：", "=", "→") and label.kind in (PASSWORD, KEY):
                self._beside(number, label, following, found)

    def line(self, number: int) -> None:
        """Values beside the labels of a line, or on the lines below it."""
        line = self._lines[number]
        self._sheet(number)
        found = without_verbs(line.lowered, list(labels(line.text, line.lowered)))
        if (key := _WIFI_KEY.match(line.lowered)) and self._wifi_above(number):
            found = [Label(PASSWORD, 0, key.end(), ":", key.end(), False)]
        if found and is_only_label(line.text, found):
            self._below(number, found)
            return
        for label, following in zip(found, [*found[1:], None], strict=False):
            self._beside(number, label, following, found)
        if found and number + 1 < len(self._lines) and not line.text[found[-1].end :].strip(" \"',{"):
            self._value_line(number + 1, found[-1])

    def _value_line(self, number: int, named: Label) -> None:
        """``- name: DB_PASSWORD`` with ``value: …`` on the line below."""
        line = self._lines[number].text
        match = VALUE_LINE.match(line)
        if match and named.kind in (PASSWORD, KEY):
            label = Label(named.kind, 0, 0, ":", match.end(), named.env)
            value = read_value(line, label, len(line))
            if value and accepts(value, label, together=False):
                self._keep(number, value.start, value.end, named.kind)

    def _beside(self, number: int, label: Label, following: Label | None, found: list[Label]) -> None:
        line = self._lines[number].text
        if any(start <= label.start < end for start, end in self._taken.get(number, ())[-_LAST:]):
            return
        stop = following.start if following else len(line)
        if label.kind in (PAIR, LOGIN):
            for part, kind in read_pair(line, label, stop):
                self._keep(number, part.start, part.end, kind)
            return
        value = read_value(line, label, stop)
        together = label.kind == PASSWORD and (
            any(each.kind == LOGIN for each in found[:_LAST]) or self._login_near(number, label)
        )
        if not (value and accepts(value, label, together=together)):
            value = read_told(line, label, stop) if label.mark in ("", "is") else None
        if value:
            self._keep(number, value.start, value.end, label.kind)
            if label.kind == PASSWORD and (again := read_on_the_phone(line, value.end)):
                self._keep(number, *again, PASSWORD)
        elif label.kind == PASSWORD and following is None and line.rstrip().endswith(("?", "？")):
            self._answer(number)

    def _answer(self, question: int) -> None:
        for number in range(question + 1, min(question + 3, len(self._lines))):
            if self._lines[number].text.strip():
                if value := read_answer(self._lines[number].text):
                    self._keep(number, *value, PASSWORD)
                return

    def _sheet(self, number: int) -> None:
        """A table without bars that begins here, once for all its rows."""
        if number >= self._behind_sheet and len(self._lines[number].text) <= 200:
            rows, found = in_sheet(self._lines, number)
            self._behind_sheet = number + rows
            for row, start, end, kind in found:
                self._keep(number + row, start, end, kind)

    def _wifi_above(self, number: int) -> bool:
        """Whether a line right above names a network: then ``Key`` is its password."""
        return any(_NETWORK.search(line.lowered[:200]) for line in self._lines[max(0, number - 2) : number])

    def _login_near(self, number: int, label: Label) -> bool:
        """Whether a line beside this one gives a login name, with a mark as strong."""
        if label.mark not in (":", "：", "=", "→"):
            return False
        near = range(max(0, number - 2), min(len(self._lines), number + 3))
        return any(
            each.kind == LOGIN and each.mark == label.mark
            for other in near
            if other != number and len(self._lines[other].text) <= 200
            for each in labels(self._lines[other].text, self._lines[other].lowered)
        )

    def _below(self, number: int, found: list[Label]) -> None:
        """Values on the lines below one or more lines that are labels alone, as many as there are labels."""
        above = [line for line in self._lines[max(0, number - 4) : number] if len(line.text) <= 80]
        kinds, values, stopped = read_below(self._lines, number + 1, announced(found))
        if stopped is not None:
            self._pair_line(stopped, kinds, values)
        together = len(kinds) > 1 or any(
            each.kind == LOGIN for line in above for each in labels(line.text, line.lowered)
        )
        if kinds == [LOGIN] and len(values) == 1:
            self._password_below(values[0])
        elif len(values) == len(kinds):
            self._keep_below(kinds, values, found[-1], together)
        if kinds == [PASSWORD] and not values:
            self._listed(number + 1)

    def _listed(self, number: int) -> None:
        """Passwords of several things below a line that announces them: ``- 1분반: spring!24``."""
        for after in range(number, min(number + 12, len(self._lines))):
            line = self._lines[after]
            match = LISTED.match(line.text) if len(line.text) <= 80 else None
            if match and is_unmistakable(match["value"]):
                self._keep(after, *match.span("value"), PASSWORD)
            elif line.text.strip():
                return

    def _pair_line(self, number: int, kinds: list[str], values: list[tuple[int, Value]]) -> None:
        """``student / ml2024`` below a label that announces both."""
        if kinds == [LOGIN, PASSWORD] and not values:
            line = self._lines[number].text
            indent = len(line) - len(line.lstrip(" \t-*•`"))
            for value, kind in read_pair(line, Label(PAIR, 0, 0, ":", indent, False), len(line)):
                self._keep(number, value.start, value.end, kind)

    def _password_below(self, login: tuple[int, Value]) -> None:
        """A password without a label of its own, right below a login name that has one."""
        number, name = login
        line = self._lines[number + 1] if number + 1 < len(self._lines) else Line(0, "", "")
        match = LONE_VALUE.match(line.text) if len(line.text) <= 80 else None
        if match and not is_label(line):
            value = Value(match["value"], *match.span("value"), False, True)
            if has_sign(value.text) and fits(LOGIN, name, NO_LABEL, True) and fits(PASSWORD, value, NO_LABEL, True):
                self._keep(number, name.start, name.end, LOGIN)
                self._keep(number + 1, value.start, value.end, PASSWORD)

    def _keep_below(self, kinds: list[str], values: list[tuple[int, Value]], label: Label, together: bool) -> None:
        colon = Label(PASSWORD, label.start, label.end, "below", label.value, label.env)
        pairs = list(zip(kinds, values, strict=True))
        if all(fits(kind, value, colon, together) for kind, (_, value) in pairs):
            for kind, (number, value) in pairs:
                if kind != LOGIN or len(kinds) > 1:
                    self._keep(number, value.start, value.end, kind)

    def logins(self) -> Iterator[Found]:
        """Login names within a few lines of a password that was found; blank lines do not count."""
        if not self._passwords:
            return
        full = [number for number, line in enumerate(self._lines) if line.text.strip(" \t>")]
        near: set[int] = set()
        for number in self._passwords:
            at = bisect_left(full, number)
            near.update(full[max(0, at - _NEAR_LINES) : at + _NEAR_LINES + 1])
        for number in sorted(near):
            line = self._lines[number]
            row = line.text.lstrip().startswith("|")  # a table gives its own, but for what stands within one cell
            found = list(labels(line.text, line.lowered))
            if found and is_only_label(line.text, found) and [each.kind for each in found] == [LOGIN]:
                yield from self._login_below(number)
                continue
            for label, following in zip(found, [*found[1:], None], strict=False):
                if label.kind == LOGIN and (label.mark in (":", "=") or not row):
                    value = read_value(line.text, label, following.start if following else len(line.text))
                    if (
                        value
                        and is_login(value, label, number in self._passwords)
                        and not self._is_taken(number, value)
                    ):
                        yield line.at + value.start, line.at + value.end, LOGIN

    def _login_below(self, number: int) -> Iterator[Found]:
        for line in self._lines[number + 1 : number + 3]:
            match = LONE_VALUE.match(line.text) if len(line.text) <= 80 else None
            if match and not is_label(line):
                value = Value(match["value"], *match.span("value"), False, True)
                if is_login(value, Label(LOGIN, 0, 0, ":", 0, False), True):
                    yield line.at + value.start, line.at + value.end, LOGIN
                return

    def _is_taken(self, number: int, value: Value) -> bool:
        return any(start < value.end and value.start < end for start, end in self._taken.get(number, ())[-_LAST:])
