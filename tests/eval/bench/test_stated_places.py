"""What a file itself says about where a passage stands."""

import json
from pathlib import Path

import pytest

from eval.bench.stated_places import stated_headings

MARKDOWN = """intro line

# Course

## Search {#search}

```python
# no heading
rank(documents)
```

> ### Aside
> quoted evidence

**Bold title**

bold evidence

## End
"""


@pytest.mark.parametrize(
    ("context", "headings"),
    [
        ("intro line", [""]),
        ("rank( documents )", ["search"]),
        ("quoted evidence", ["aside"]),
        ("bold *evidence*", ["boldtitle", "aside"]),
        ("not there", []),
    ],
)
def test_markdown(context: str, headings: list[str], tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text(MARKDOWN, encoding="utf-8")
    assert stated_headings(tmp_path / "notes.md", context) == headings


def test_notebook_looks_at_markdown_cells_for_headings_and_at_all_for_text(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# Trees\n"]},
        {"cell_type": "code", "source": ["# comment\n", "fit(x)"], "outputs": [{"text": ["accuracy 0.9\n"]}]},
    ]
    (tmp_path / "lab.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    assert stated_headings(tmp_path / "lab.ipynb", "accuracy 0.9") == ["trees"]


def test_rst_headings_are_underlined(tmp_path: Path) -> None:
    (tmp_path / "page.rst").write_text("제목\n====\n\n소제목\n----\n\n본문입니다.\n", encoding="utf-8")
    assert stated_headings(tmp_path / "page.rst", "본문입니다.") == ["소제목"]


def test_html_heading_of_several_pieces_is_one(tmp_path: Path) -> None:
    page = "<h1>Page</h1><h2>A <b>part</b><a>¶</a></h2><p>evidence <i>here</i></p>"
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    assert stated_headings(tmp_path / "page.html", "evidence here") == ["apart"]


def test_a_format_that_does_not_tell_gives_no_answer(tmp_path: Path) -> None:
    (tmp_path / "week1.pdf").write_bytes(b"%PDF-1.7")
    assert stated_headings(tmp_path / "week1.pdf", "x") == []
    assert stated_headings(tmp_path / "missing.md", "x") == []
