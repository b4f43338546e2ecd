"""A build over damaged and crafted files: each is indexed, or left out with a reason."""

import shutil
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.bench.fuzz import main
from ingest.bench.hostile import damaged, write_crafted

SAMPLE = Path(__file__).parents[3] / "data/sample"


@pytest.mark.slow
def test_every_file_is_accounted_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(SAMPLE, tmp_path / "documents")
    options = ["--count", "30", "--large-mib", "4", "--pages", "300", "--timeout", "10"]
    assert main(["--data", str(tmp_path), *options]) == 0
    *_, total, _ = capsys.readouterr().out.splitlines()
    assert "0 not accounted for" in total
    assert int(total.split(" files: ")[1].split(" indexed")[0]) > 10


@given(st.binary(max_size=300), st.sampled_from([".pdf", ".docx", ".md"]), st.integers(0, 10_000))
def test_damage_is_a_function_of_its_seed(data: bytes, suffix: str, seed: int) -> None:
    assert damaged(data, suffix, Random(seed)) == damaged(data, suffix, Random(seed))


def test_bombs_are_small_and_the_long_pdf_is_sound(tmp_path: Path) -> None:
    from pypdf import PdfReader

    paths = {path.name: path for path in write_crafted(tmp_path, text_mib=8, pdf_pages=12)}
    assert paths["bomb.docx"].stat().st_size < 100_000
    reader = PdfReader(paths["long.pdf"])
    assert [page.extract_text() for page in reader.pages][11] == "Page 12 says the number 144."
