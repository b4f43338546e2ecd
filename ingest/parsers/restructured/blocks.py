"""The blocks of reStructuredText: each begins where the one before it ends, at the margin of what it is in."""

import re
from collections.abc import Sequence
from functools import partial

from ingest.elements import Element, Kind
from ingest.parsers.lines import LIST_ITEM, blocks
from ingest.parsers.restructured.directives import DIRECTIVE, code_elements, directive_elements, table_elements
from ingest.parsers.restructured.indentation import dedented, indented
from ingest.parsers.restructured.inline import Context
from ingest.parsers.restructured.lists import (
    begins_definition,
    begins_fields,
    begins_list,
    definition_elements,
    field_elements,
    list_elements,
)
from ingest.parsers.restructured.tables import GRID_RULE, SIMPLE_RULE, grid_table, simple_table

_RULE = re.compile(r"^([!-/:-@\[-`{-~])\1+$")
_NOTE = re.compile(r"^\.\.\s+\[(\d+|[#*]|#?[\w.-]+)\](?:\s+(.*))?$")
_TARGET = re.compile(r"^(?:\.\.\s+_.{0,300}?:|__)\s+(https?://\S+)\s*$")
_MAX_DEPTH = 25
_SHORTEST_RULE = 4

Found = tuple[list[Element], int]
"""The elements of a block, and the line behind it."""


def parse_blocks(lines: Sequence[str], context: Context, depth: int = 0) -> list[Element]:
    """The elements of lines at one margin; what is nested too deeply is one paragraph."""
    if depth > _MAX_DEPTH:
        text = context.inline(" ".join(lines))
        return [Element(Kind.PARAGRAPH, text)] if text else []
    elements: list[Element] = []
    at = 0
    while at < len(lines):
        if not lines[at].strip():
            at += 1
            continue
        found, at = _block(lines, at, context, depth)
        elements += found
    return elements


def _block(lines: Sequence[str], at: int, context: Context, depth: int) -> Found:  # noqa: C901 - one branch per kind
    line = lines[at]
    parse = partial(parse_blocks, context=context, depth=depth + 1)
    if line == ".." or line.startswith(".. "):
        return _explicit(lines, at, context, depth)
    heading = _heading(lines, at, context)
    if heading:
        return heading
    if line.startswith(" "):
        body, end = indented(lines, at)
        if end < len(lines) and lines[end - 1]:  # tabs and spaces mixed: the margin is not the author's
            end = _blank(lines, at)
            return _paragraph([each.strip() for each in lines[at:end]], 0, context)[0], end
        return parse(body), end
    if GRID_RULE.match(line) or SIMPLE_RULE.match(line):
        return _table(lines, at, context)
    if _RULE.match(line) and len(line) >= _SHORTEST_RULE:
        return [], at + 1
    if line.startswith(("| ", ">>> ")):
        end = _blank(lines, at)
        if line.startswith(">"):
            return code_elements(lines[at:end], "python"), end
        kept = [context.inline(each.lstrip("|")) for each in lines[at:end]]
        return [Element(Kind.PARAGRAPH, "\n".join(filter(None, kept)))] if any(kept) else [], end
    if begins_fields(line):
        return field_elements(lines, at, context)
    if begins_list(line):
        return list_elements(lines, at, parse)
    if begins_definition(lines, at):
        return definition_elements(lines, at, parse, context)
    return _paragraph(lines, at, context)


def _heading(lines: Sequence[str], at: int, context: Context) -> Found | None:
    """A title with a rule below, or above and below; its level is the place of its kind of rule in the document."""
    line, below = lines[at], lines[at + 1] if at + 1 < len(lines) else ""
    over = _RULE.match(line)
    if over and below.strip() and at + 2 < len(lines) and lines[at + 2] == line:
        text, style, end = below.strip(), over[1] * 2, at + 3
    elif not over and not line.startswith(" ") and (under := _RULE.match(below)):
        # A rule much shorter than its title is text.
        if len(below) < min(_SHORTEST_RULE, len(line)):
            return None
        text, style, end = line, under[1], at + 2
    else:
        return None
    if style not in context.styles:
        context.styles.append(style)
    shown = context.inline(text)
    level = min(6, context.styles.index(style) + 1)
    return [Element(Kind.HEADING, shown, level=level)] if shown else [], end


def _explicit(lines: Sequence[str], at: int, context: Context, depth: int) -> Found:
    """Directives, notes, targets; what is none of them is a comment."""
    line = lines[at]
    parse = partial(parse_blocks, context=context, depth=depth + 1)
    if line == ".." and at + 1 < len(lines) and not lines[at + 1]:
        return [], at + 1  # an empty comment ends what stands above it
    touching = at + 1 < len(lines) and lines[at + 1] != ""
    body, end = indented(lines, at + 1)
    directive = DIRECTIVE.match(line)
    if directive:
        substitution = line.startswith(".. |")
        name = directive[1].lower()
        argument = (directive[2] or "").strip()
        return [] if substitution else directive_elements(name, argument, body, context, parse), end
    note = _NOTE.match(line)
    if note:
        label = f"[{note[1]}] " if note[1][0].isalpha() else ""
        return parse([label + (note[2] or ""), *([] if touching else [""]), *body]), end
    target = _TARGET.match(line)
    if target:
        context.links.append(target[1])
    return [], end


def _table(lines: Sequence[str], at: int, context: Context) -> Found:
    """A table as it is drawn; one in columns ends with a rule that has a blank line below."""
    if GRID_RULE.match(lines[at]):
        end = at
        while end < len(lines) and lines[end].startswith(("+", "|")):
            end += 1
        return table_elements(grid_table(lines[at:end]), context), end
    end, rules = at + 1, 0
    while end < len(lines):
        rules += bool(SIMPLE_RULE.match(lines[end]))
        end += 1
        if SIMPLE_RULE.match(lines[end - 1]) and (end == len(lines) or not lines[end].strip()):
            break
    return (table_elements(simple_table(lines[at:end]), context), end) if rules else ([], at + 1)


def _blank(lines: Sequence[str], at: int) -> int:
    while at < len(lines) and lines[at]:
        at += 1
    return at


def _paragraph(lines: Sequence[str], at: int, context: Context) -> Found:
    """A paragraph, and the block of code that it introduces with two colons."""
    end = at + 1
    while end < len(lines) and lines[end] and not DIRECTIVE.match(lines[end]):
        end += 1
        if lines[end - 1].endswith("::") and end < len(lines) and lines[end].startswith(" "):
            break
    if lines[at].startswith("__ ") and (target := _TARGET.match(lines[at])):
        context.links.append(target[1])
        return [], end
    text = lines[at:end]
    opens = text[-1].endswith("::")
    if opens:
        text = [*text[:-1], text[-1][:-1] if not text[-1][:-2].endswith((" ", ":")) else text[-1][:-2]]
        text = [] if text == [":"] else text
    # Who begins lines with bullets means a list, though it takes a blank line above it to make one.
    if any(LIST_ITEM.match(line) for line in text[1:]):
        found = [Element(each.kind, context.inline_lines(each.text)) for each in blocks(text)]
    else:
        shown = context.inline(" ".join(text))
        found = [Element(Kind.PARAGRAPH, shown)] if shown else []
    if not opens:
        return found, end
    code, end = _literal(lines, end)
    return [*found, *code_elements(code, context.language)], end


def _literal(lines: Sequence[str], at: int) -> tuple[list[str], int]:
    """Indented lines; or lines that are each quoted by the same sign."""
    start = at
    while start < len(lines) and not lines[start]:
        start += 1
    if start < len(lines) and lines[start][0] == ">" and not lines[start].startswith(">>>"):
        end = _blank(lines, start)
        return [line.removeprefix(">").removeprefix(" ") for line in lines[start:end]], end
    body, end = indented(lines, at)
    return dedented(body), end
