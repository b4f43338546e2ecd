"""Lists, definitions and fields of reStructuredText."""

import re
from collections.abc import Callable, Iterator, Sequence

from ingest.elements import Element, Kind
from ingest.parsers.restructured.indentation import indent_of, indented
from ingest.parsers.restructured.inline import Context

Parse = Callable[[list[str]], list[Element]]
"""Elements of the lines of an inner block."""

_ITEM = re.compile(r"^(?:[-*+•‣⁃](?:\s+|$)|(\(?(?:\d{1,3}|#|[a-z])[.)])\s+(?=\S))")
_FIELD = re.compile(r"^:((?:[^:\s`]|\s(?=\S)|:(?=\S)){1,80}):(?:\s+(.*))?$")
_SILENT_FIELDS = frozenset("orphan tocdepth nocomments nosearch github_url".split())


def begins_list(line: str) -> bool:
    """Whether a line begins a list; one of letters begins with a."""
    match = _ITEM.match(line)
    return match is not None and (not match[1] or not match[1].strip("(.)").isalpha() or "a" in match[1])


def list_elements(lines: Sequence[str], at: int, parse: Parse) -> tuple[list[Element], int]:
    """A list as one element; code and tables in its items are elements of their own, and it goes on after them."""
    elements: list[Element] = []
    kept: list[str] = []
    number = 0
    numbered = (first_item := _ITEM.match(lines[at])) is not None and first_item[1] is not None
    while at < len(lines) and (match := _ITEM.match(lines[at])) and (match[1] is not None) == numbered:
        first = lines[at][match.end() :]
        body, at = _item_body(lines, at + 1)
        number += 1
        marker = (match[1].replace("#", str(number)) if match[1] else "-") + " "
        for child in parse([first, *body]):
            if child.kind is Kind.LIST:
                kept += ["  " + line for line in child.text.split("\n")]
            elif child.kind is Kind.PARAGRAPH:
                kept.append(marker + " ".join(child.text.split()))
                marker = "  "
            else:
                elements += [*_list(kept), child]
                kept = []
    return [*elements, *_list(kept)], at


def _list(lines: list[str]) -> Iterator[Element]:
    if lines:
        yield Element(Kind.LIST, "\n".join(lines))


def _item_body(lines: Sequence[str], at: int) -> tuple[list[str], int]:
    """What is indented below the first line of an item; behind blank lines another item may follow."""
    # Without a blank line in between, the lines below go on the first one's paragraph.
    touching = at < len(lines) and lines[at] != ""
    body, end = indented(lines, at)
    return body if touching else ["", *body], end


def begins_definition(lines: Sequence[str], at: int) -> bool:
    """Whether a line is a term: what explains it is indented right below."""
    below = lines[at + 1] if at + 1 < len(lines) else ""
    return bool(below) and indent_of(below) > 0 and not lines[at].endswith("::")


def definition_elements(lines: Sequence[str], at: int, parse: Parse, context: Context) -> tuple[list[Element], int]:
    """A term and what it means: one paragraph, and more if there is more."""
    body, end = indented(lines, at + 1)
    term = context.inline(lines[at])
    elements = parse(body)
    if elements and elements[0].kind is Kind.PARAGRAPH:
        separator = " " if term.endswith((":", ",", ".")) else ": "
        return [Element(Kind.PARAGRAPH, f"{term}{separator}{elements[0].text}"), *elements[1:]], end
    return [Element(Kind.PARAGRAPH, term), *elements], end


def begins_fields(line: str) -> bool:
    """Whether a line is a field: ``:name: text``."""
    return line.startswith(":") and _FIELD.match(line) is not None


def field_elements(lines: Sequence[str], at: int, context: Context) -> tuple[list[Element], int]:
    """Fields as a list; the first of each name is kept in the context."""
    kept: list[str] = []
    while at < len(lines) and (match := _FIELD.match(lines[at])):
        body, at = indented(lines, at + 1)
        name, text = match[1], context.inline(" ".join([match[2] or "", *body]))
        context.fields.setdefault(name.lower(), text)
        if text and name.lower() not in _SILENT_FIELDS:
            kept.append(f"- {name}: {text}")
    return list(_list(kept)), at
