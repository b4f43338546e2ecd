"""Values on lines of their own, below lines that are labels and nothing else."""

import re

from ingest.masking.beside_label import Value, accepts, is_login
from ingest.masking.labels import LOGIN, PAIR, PASSWORD, TAG, Label, Line, is_only_label, labels

LONE_VALUE = re.compile(
    rf"^[ \t>]*(?:{TAG}){{0,3}}(?:(?:[-*•■▪▶○●※◆◦▷□✓·→⇒☞👉└ㄴ↳]|=>|->){{1,3}}[ \t]+)?(?P<open>\*{{0,2}}[`\"']?)"
    rf"(?P<value>[\x21-\x7e]{{2,200}}?)(?P=open)\.?(?:{TAG}){{0,3}}[ \t]*$"
)
LISTED = re.compile(
    r"[ \t]*(?:[-*•·][ ]+)?[^:：\n]{1,30}[:：][ ]{0,3}[`*]{0,2}(?P<value>[\x21-\x7e]{6,64}?)[`*]{0,2}[ ]*$"
)
VALUE_LINE = re.compile(r"[ \t]*[\"']?(?:value|default)[\"']?[ \t]?[:=][ \t]?", re.IGNORECASE)
NO_LABEL = Label(PASSWORD, 0, 0, "below", 0, False)
_JOINT = re.compile(r"[ \t]*(?:[:：=→]|```[a-z]{0,10}|~~~|={3,}|-{3,}|>)[ \t]*$")
"""A colon on a line of its own, or where a block of code begins."""


def read_below(
    lines: list[Line], after: int, kinds: list[str]
) -> tuple[list[str], list[tuple[int, Value]], int | None]:
    """What is announced, by more lines too; the values for it with the numbers of their lines; what ended them.

    Args:
        lines: of the whole text.
        after: the number of the first line below the label.
        kinds: what the label announces.
    """
    values: list[tuple[int, Value]] = []
    blank = 0
    while after < len(lines) and len(values) < len(kinds) and blank <= 2:
        line = lines[after]
        match = LONE_VALUE.match(line.text) if len(line.text) <= 220 else None
        if not line.text.strip() or _JOINT.match(line.text):
            blank += 1
        elif match and not is_label(line):
            values.append((after, Value(match["value"], *match.span("value"), bool(match["open"].strip("*")), True)))
            blank = 0
        elif len(kinds) == 1 and not values and is_label(line):
            more = announced(list(labels(line.text, line.lowered)))
            if set(more) == set(kinds):
                return kinds, values, None
            kinds, blank = kinds + more, 0
        else:
            return kinds, values, after
        after += 1
    return kinds, values, None


def announced(found: list[Label]) -> list[str]:
    """The kinds of the values that these labels announce, in order."""
    return [kind for label in found for kind in ((LOGIN, PASSWORD) if label.kind == PAIR else (label.kind,))]


def is_label(line: Line) -> bool:
    """Whether a line is a label and nothing else."""
    found = list(labels(line.text, line.lowered)) if len(line.text) <= 60 else []
    return bool(found) and is_only_label(line.text, found)


def fits(kind: str, value: Value, label: Label, together: bool) -> bool:
    """Whether a value on a line of its own is of this kind."""
    if kind == LOGIN:
        return is_login(value, Label(LOGIN, 0, 0, ":", 0, False), True)
    return accepts(value, Label(kind, label.start, label.end, label.mark, label.value, label.env), together=together)
