"""Every kind of vector index from the setting to the answer."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rag.index.course import Course
from rag.index.folder import VECTORS, IndexFolder
from rag.index.kinds import KINDS, Kind
from rag.index.manifest import Manifest

Run = Callable[..., Any]
ASKED = "What does faithfulness measure?"


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_from_build_to_answer(
    cli: Run, files: Path, index: Path, kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    exact = cli("search", ASKED, "--mode", "similarity", "--json", "--index", index).json["hits"]
    monkeypatch.setenv("COURSE_RAG_INDEX__VECTORS", kind)
    built = cli("build", files, "--index", index)
    assert built.code == 0
    assert ("Vectors: " + kind in built.out) == (kind != "flat")

    status = cli("status", "--json", "--index", index).json
    assert (status["version"], status["vectors"]["kind"]) == (2, kind)
    assert f"vectors: {kind}" in cli("status", "--index", index).out
    manifest = Manifest.read(IndexFolder(index).version_dir(2))
    course = Course.open(index)
    assert (course.vectors.kind, course.vectors.parameters) == (kind, manifest.vectors.parameters)
    course.store.close()

    hits = cli("search", ASKED, "--mode", "similarity", "--json", "--index", index).json["hits"]
    assert [hit["text"] for hit in hits[:2]] == [hit["text"] for hit in exact[:2]]
    for hit, other in zip(hits[:2], exact[:2], strict=True):
        assert hit["scores"]["similarity"] == pytest.approx(other["scores"]["similarity"], abs=1e-2)
    for mode in ("hybrid", "mmr"):
        found = cli("search", ASKED, "--mode", mode, "--json", "--index", index).json["hits"]
        assert found[0]["source"] == "rag/02-evaluation.md"
    assert cli("ask", ASKED, "--json", "--index", index).json["refused"] is False


@pytest.mark.parametrize("kind", KINDS)
def test_a_full_build_gives_the_same_bytes(
    cli: Run, files: Path, tmp_path: Path, kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURSE_RAG_INDEX__VECTORS", kind)
    for _ in range(2):
        assert cli("build", files, "--full", "--index", tmp_path / "new").code == 0
    one, two = ((tmp_path / "new" / "versions" / str(number) / VECTORS).read_bytes() for number in (1, 2))
    assert one == two


def test_an_index_that_has_the_kind_already_is_not_built_again(
    cli: Run, files: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURSE_RAG_INDEX__VECTORS", "fp16")
    assert cli("build", files, "--json", "--index", index).json["version"] == 2
    assert cli("build", files, "--json", "--index", index).json["version"] == 2
    assert "Vectors: fp16" in cli("build", files, "--index", index).out


def test_a_wrong_kind_is_told(cli: Run, files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_RAG_INDEX__VECTORS", "pq")
    result = cli("build", files, "--index", tmp_path / "new")
    assert result.code == 1
    assert "The setting index.vectors is wrong" in result.err


def test_a_version_without_the_entry_has_an_exact_index(cli: Run, index: Path) -> None:
    """As those that were built before there were kinds."""
    path = index / "versions/1/manifest.json"
    values = json.loads(path.read_text(encoding="utf-8"))
    del values["vectors"]
    path.write_text(json.dumps(values), encoding="utf-8")
    assert cli("status", "--json", "--index", index).json["vectors"]["kind"] == "flat"
    assert cli("search", ASKED, "--json", "--index", index).json["hits"][0]["source"] == "rag/02-evaluation.md"
