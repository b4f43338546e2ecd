"""Cells and outputs of notebooks as Jupyter and Colab really save them."""

import json
from typing import Any

import pytest
from langchain_core.document_loaders import Blob

from ingest.cleaning import clean
from ingest.elements import ParsedFile
from ingest.parsers.notebook import NotebookParser
from rag.errors import ParseError


def parsed(*cells: Any, **more: Any) -> ParsedFile:
    data = json.dumps({"cells": cells} | more).encode()
    return clean(NotebookParser().parse_elements(Blob.from_data(data, path="a.ipynb")))


def told(result: ParsedFile) -> list[str]:
    return [f"{element.kind[0]}{element.level or ''} {element.text}" for element in result.elements]


def code(source: str, **data: Any) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "outputs": [{"output_type": "display_data", "data": data}]}


def named(kind: str, value: Any, text: str = "") -> dict[str, Any]:
    return code("x", **{kind: value, "text/plain": text})


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (
            named(
                "text/html",
                "<style>td {}</style><table><tr><th></th><th>a</th></tr><tr><td>0</td><td>1</td></tr></table>",
                " a",
            ),
            ["c x", "t | | a |\n| --- | --- |\n| 0 | 1 |"],
        ),
        (
            named("text/html", "<h3>결과</h3><p>좋다.</p>", "<IPython.core.display.HTML object>"),
            ["c x", "p 결과", "p 좋다."],
        ),
        (named("text/html", "<b>Model</b>", "Model()"), ["c x", "c Model()"]),
        (
            named("text/markdown", "## 결과\n**좋다**", "<IPython.core.display.Markdown object>"),
            ["c x", "p 결과", "p 좋다"],
        ),
        (
            named("application/vnd.jupyter.widget-view+json", {"model_id": "1"}, "HBox(children=(IntProgress()))"),
            ["c x"],
        ),
        (
            named("a/b", "c", "\x1b[1;31merror\x1b[0m \x1b]8;;https://a.org\x07link\x1b]8;;\x07\x1b[?25l"),
            ["c x", "c error link"],
        ),
        (code("!pip install torch"), ["c !pip install torch"]),
        (code("%%html\n<p>글</p>"), ["c %%html\n<p>글</p>"]),
        ({"cell_type": "markdown", "source": "<h2>제목</h2>\n<p>글 <b>굵게</b></p>"}, ["h2 제목", "p 글 굵게"]),
    ],
)
def test_cells(cell: dict[str, Any], expected: list[str]) -> None:
    assert told(parsed(cell)) == expected


def test_the_language_of_a_magic_cell() -> None:
    cells = [code(source) for source in ("%%bash\nls", "%%writefile a.sh\nls", "x", "!ls")]
    assert [element.language for element in parsed(*cells).elements] == ["bash", "sh", "python", "python"]


def test_pictures_are_counted() -> None:
    attached = {
        "cell_type": "markdown",
        "source": "글 ![a](attachment:a.png)",
        "attachments": {"a.png": {"image/png": "iV"}},
    }
    result = parsed(attached, named("image/png", "iVBOR", "<Figure size 640x480 with 1 Axes>"))
    assert told(result) == ["p 글", "c x"]
    assert [(skip.source, skip.why) for skip in result.skipped] == [
        ("a.ipynb, outputs and attachments", "2 pictures not read")
    ]


def test_what_ends_a_cell_with_a_colon_is_no_heading() -> None:
    lead = {"cell_type": "markdown", "source": "**코드 예:**"}
    assert told(parsed({"cell_type": "markdown", "source": "# 절"}, lead, code("y = 1"))) == [
        "h1 절",
        "p 코드 예:",
        "c y = 1",
    ]


@pytest.mark.parametrize("value", [None, 1, "x", [], {}, [None], [[1]], {"a": 1}])
def test_parts_of_a_wrong_kind_are_passed_over(value: Any) -> None:
    good = {"cell_type": "markdown", "source": "글이다."}
    cells = [
        code("x") | {"outputs": value},
        code("x") | {"outputs": [{"data": value}, value]},
        {"cell_type": "heading", "level": value, "source": "제목"},
        {"cell_type": value, "source": value, "attachments": value},
    ]
    assert "p 글이다." in told(parsed(*cells, good, metadata=value))
    for broken in ({"worksheets": value}, {"worksheets": [value]}, {"worksheets": [{"cells": value}]}):
        try:
            NotebookParser().parse_elements(Blob.from_data(json.dumps(broken).encode(), path="a.ipynb"))
        except ParseError as error:
            assert error.remedy
