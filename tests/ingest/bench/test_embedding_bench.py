"""The table of embedding rates: what is divided by what, and what is told where nothing can be measured."""

import json
from pathlib import Path

import numpy as np
import pytest

from ingest.bench.embedding import Comparison, Rates, _texts, main, table


def test_a_row_sets_the_tiers_beside_each_other() -> None:
    cosines = np.array([1.0, 0.99], np.float32)
    rates = Rates(20, 40), Rates(80, 120), Rates(8_000, 6_000)
    rows = table([Comparison("passages", 2, *rates, cosines)]).splitlines()
    said = "| 2 passages | 20 (40) | 80 (120) | 8000 (6000) | **4.0** (3.0) | **100.0** (50.0) | "
    assert rows[-1] == said + "mean 0.9950, least 0.9900 |"


def test_texts_alternate_between_files_and_languages(tmp_path: Path) -> None:
    (tmp_path / "parallel").mkdir()
    for name in "ab":
        lines = [json.dumps({"en": f"{name}{number}", "ko": f"가{name}{number}"}) for number in range(2)]
        (tmp_path / "parallel" / f"{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert list(_texts(tmp_path)) == ["a0", "b0", "가a1", "가b1"]
    assert list(_texts(tmp_path / "none")) == []


@pytest.mark.parametrize(("model", "told"), [("no-such", "There is no model"), ("static-ko-en", "of another kind")])
def test_a_model_that_cannot_be_measured_is_told(capsys: pytest.CaptureFixture[str], model: str, told: str) -> None:
    assert main(["--model", model]) == 1
    assert told in capsys.readouterr().err
