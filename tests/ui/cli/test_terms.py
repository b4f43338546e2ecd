"""``terms``: words, JSON, the instructor's file, an older version."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rag.index.course import Course

Run = Callable[..., Any]


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    """Notes with a pair that is seen twice, one that is wrong, and a word with several glosses."""
    (tmp_path / "course").mkdir()
    texts = {
        "a.md": "# 학습\n\n전이학습(Transfer Learning)은 배운 것을 옮긴다.\n\n노이즈(latent vector)를 넣는다.\n",
        "b.md": "# 응용\n\n전이 학습(transfer learning)의 예다.\n\n함수(softmax), 함수(sigmoid), 함수(tanh).\n",
    }
    for name, text in texts.items():
        (tmp_path / "course" / name).write_text(text, encoding="utf-8")
    return tmp_path / "course"


def test_words_and_json(cli: Run, notes: Path, tmp_path: Path) -> None:
    assert cli("build", notes, "--index", tmp_path / "index").code == 0
    result = cli("terms", "--index", tmp_path / "index")
    assert (result.code, result.err) == (0, "")
    assert result.out.splitlines() == [
        "전이학습 = transfer learning   (0.98, 2 times: a.md; b.md)",
        "노이즈 = latent vector   (0.85, once: a.md)",
        "Pairs of names: 2 used, 0 forbidden. Unsure and not used: 3.",
    ]
    (values,) = cli("terms", "TRANSFER", "--json", "--index", tmp_path / "index").json
    assert values == {
        "names": ["전이학습", "transfer learning"],
        "state": "used",
        "score": 0.978,
        "count": 2,
        "sources": 2,
        "how": ["parentheses"],
        "places": ["a.md", "b.md"],
    }
    unsure = cli("terms", "--unsure", "--json", "--index", tmp_path / "index").json
    assert {each["names"][1] for each in unsure} == {"softmax", "sigmoid", "tanh"}
    assert {each["state"] for each in unsure} == {"unsure"}


def test_the_instructors_file_is_read_at_the_next_build(cli: Run, notes: Path, tmp_path: Path) -> None:
    build = ("build", notes, "--json", "--index", tmp_path / "index")
    assert cli(*build).json["version"] == 1
    (notes / ".courseragterms").write_text("# own\n전이학습 = TL\n노이즈 != latent vector\n", encoding="utf-8")
    assert cli(*build).json["version"] == 2
    assert cli(*build).json["version"] == 2  # nothing has changed
    lines = cli("terms", "--index", tmp_path / "index").out.splitlines()
    assert lines == [
        "전이학습 = TL   (own)",
        "전이학습 = transfer learning   (0.98, 2 times: a.md; b.md)",
        "노이즈 != latent vector",
        "Pairs of names: 2 used, 1 forbidden. Unsure and not used: 3.",
    ]
    course = Course.open(tmp_path / "index")
    words = course.analyzer.analyze_one("What is TL?").content().words
    assert [(each.to, each.weight) for each in course.bridge.expansions(words)] == [
        (("전이", "학습"), 1.0),
        (("transfer", "learn"), 0.978),
    ]
    course.store.close()


def test_a_bad_line_changes_nothing(cli: Run, notes: Path, tmp_path: Path) -> None:
    assert cli("build", notes, "--index", tmp_path / "index").code == 0
    (notes / ".courseragterms").write_text("전이학습, TL\n", encoding="utf-8")
    result = cli("build", notes, "--index", tmp_path / "index")
    assert result.code == 1
    assert f"Line 1 of {notes / '.courseragterms'} has only one name" in result.err
    assert "Pairs of names: 2 used" in cli("terms", "--index", tmp_path / "index").out


def test_a_version_without_terms_and_no_index(cli: Run, index: Path, tmp_path: Path) -> None:
    (version,) = (index / "versions").iterdir()
    (version / "terms.json").unlink()
    manifest = json.loads((version / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["files"].pop("terms.json")["size"] > 0  # its checksum is kept like any file's
    (version / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert cli("terms", "--json", "--index", index).json == []
    course = Course.open(index)
    assert course.bridge.expansions(["bm25"]) == []
    course.store.close()
    result = cli("terms", "--index", tmp_path / "nothing")
    assert (result.code, result.out) == (1, "")
    assert "There is no index" in result.err
