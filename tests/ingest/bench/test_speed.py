"""The table of speeds: what stands beside ours, and what it asks."""

import shutil
from pathlib import Path

import pytest

from ingest.bench.speed import Timing, main, table

SAMPLE = Path(__file__).parents[3] / "data/sample"


def test_a_row_sets_ours_beside_the_others() -> None:
    rows = table([Timing(".pdf (text)", 2, 3_000_000, 30, 1.5, 3.0, {"PyPDFLoader": 6.0})]).splitlines()
    assert rows[2] == "| .pdf (text) | 2 | 3.00 | 30 | 1.50 | 2.00 | 20 | pypdf 3.00 (0.50) · PyPDFLoader 6.00 (0.25) |"


@pytest.mark.slow
def test_text_pdfs_keep_to_what_is_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(SAMPLE, tmp_path / "documents")
    assert main(["--data", str(tmp_path), "--repeat", "2"]) == 0
    rows = {row.split(" | ")[0].strip("| "): row for row in capsys.readouterr().out.splitlines()}
    assert "pypdf " in rows[".pdf (text)"]
    assert {".html", ".ipynb", ".md"} <= set(rows)


def test_a_folder_without_documents_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(tmp_path)]) == 1
    assert "There are no documents in" in capsys.readouterr().err
