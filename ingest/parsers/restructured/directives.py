"""What the blocks behind ``.. name::`` become: code, formulas, tables, boxes with a title, or nothing."""

import re
from collections.abc import Sequence

from ingest.elements import Element, Kind, Skipped
from ingest.parsers.lines import markdown_table
from ingest.parsers.restructured.inline import Context
from ingest.parsers.restructured.lists import Parse
from ingest.parsers.restructured.tables import Table, csv_table, list_table
from ingest.parsers.web_page.inline import is_telling_alt

DIRECTIVE = re.compile(r"^\.\.\s+(?:\|[^|\n]{1,80}\|\s+)?([\w:+.-]{1,60})\s?::(?:\s+(.*))?$")
_OPTION = re.compile(r"^:([\w-]+):(?:\s+(.*))?$")
_CODE = {
    **dict.fromkeys("code-block code sourcecode parsed-literal prompt productionlist jupyter-execute".split(), ""),
    **dict.fromkeys("ipython ipython3 testcode doctest testsetup plot exec_code runblock pyplot".split(), "python"),
    "testoutput": "output",
    "console": "console",
    "graphviz": "dot",
    "mermaid": "mermaid",
}
"""Directives that hold code, and the language of those that state none."""
_SILENT = frozenset(
    "toctree contents sectnum section-numbering header footer target-notes highlight meta index tabularcolumns raw "
    "currentmodule module codeauthor sectionauthor role default-role autosummary automodule autoclass autofunction "
    "automethod autodata autoattribute autoexception bibliography footbibliography youtube video iframe date unicode "
    "moduleauthor customcardstart customcardend customcarddirective galleryitem minigallery sphinx_gallery_thumbnail "
    "includenodoc replace _".split()
)
_ELSEWHERE = frozenset({"include", "literalinclude"})
_NO_ARGUMENT = frozenset(
    "container class rst-class compound only ifconfig grid grid-item tab-set tabs div table-wrapper cssclass hlist "
    "glossary figure image list-table csv-table".split()
)
"""Their argument is no text."""
_NOTES = frozenset(
    "note warning tip caution danger important hint attention error seealso todo versionadded versionchanged "
    "deprecated versionremoved epigraph highlights pull-quote".split()
)
"""Their argument is the beginning of their text."""
_TEXT_OPTIONS = ("header", "title", "caption", "card_description", "description")


def directive_elements(name: str, argument: str, body: list[str], context: Context, parse: Parse) -> list[Element]:
    """The elements of one directive.

    Args:
        name: in lower case, with its domain if it has one.
        argument: behind the colons.
        body: lines below it without their margin, options first.
        context: of the document.
        parse: reads the text inside.
    """
    options, body = _options(body)
    if name in _ELSEWHERE or ((name == "csv-table") and {"file", "url"} & options.keys()):
        other = options.get("file") or options.get("url") or argument
        context.skipped.append(Skipped(context.source, f"{name} takes its text from another file: {other[:200]}"))
        return []
    if name == "highlight":
        context.language = argument
    if name in _CODE:
        language = argument or _CODE[name] or (context.language if name in ("code-block", "code", "sourcecode") else "")
        return [*_paragraph(options.get("caption", ""), context), *code_elements(body, language.split(" ")[0])]
    if name in ("math", "displaymath"):
        formula = "\n".join(line for line in [argument, *body] if line.strip())
        return [Element(Kind.PARAGRAPH, f"$${formula}$$")] if formula else []
    if name.rpartition(":")[2] in _SILENT:
        return []
    if name in ("list-table", "csv-table"):
        rows = _int(options.get("header-rows", "0"))
        read = (
            list_table(body, rows)
            if name == "list-table"
            else csv_table(body, options.get("header", ""), rows, options.get("delim", ","))
        )
        return [*_paragraph(argument, context), *table_elements(read, context)]
    return _box(name, argument, options, body, context, parse)


def _box(
    name: str, argument: str, options: dict[str, str], body: list[str], context: Context, parse: Parse
) -> list[Element]:
    """Text in a box, with its title; of a picture what its alternative text says, and its caption."""
    if name in ("figure", "image"):
        alt = options.get("alt", "")
        argument = alt if is_telling_alt(alt) and not body else ""
        return [*_paragraph(argument, context), *parse(body)]
    if name in _NOTES:
        return parse([argument, *body])
    stated = [options[each] for each in _TEXT_OPTIONS if options.get(each)]
    if name not in _NO_ARGUMENT:
        stated.insert(0, f"``{argument}``" if argument.endswith(")") and ":" in name else argument)
    return [*(element for text in stated for element in _paragraph(text, context)), *parse(body)]


def _options(body: list[str]) -> tuple[dict[str, str], list[str]]:
    """The options at the beginning of a body, with the lines that go on them, and the rest."""
    options: dict[str, str] = {}
    name, at = "", 0
    for line in body:
        match = _OPTION.match(line)
        if match:
            name = match[1].lower()
            options[name] = (match[2] or "").strip()
        elif name and line.startswith(" "):
            options[name] = f"{options[name]} {line.strip()}".strip()
        else:
            break
        at += 1
    while at < len(body) and not body[at].strip():
        at += 1
    return options, body[at:]


def code_elements(body: Sequence[str], language: str) -> list[Element]:
    """A block of code, verbatim."""
    text = "\n".join(body).strip("\n")
    return [Element(Kind.CODE, text, language=language)] if text.strip() else []


def table_elements(table: Table, context: Context) -> list[Element]:
    """A table with the marks in its cells taken away."""
    rows, header = table
    cells = [[context.inline(cell) for cell in row] for row in rows]
    return [Element(Kind.TABLE, markdown_table(cells, header=header))] if any(map(any, cells)) else []


def _paragraph(text: str, context: Context) -> list[Element]:
    shown = context.inline(text)
    return [Element(Kind.PARAGRAPH, shown)] if shown else []


def _int(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else 0
