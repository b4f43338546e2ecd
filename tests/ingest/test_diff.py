"""What changed between two versions, counted against sets made by hand."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.build import Build
from ingest.diff import VersionDiff, diff_versions
from ingest.workers import serial_map
from rag.errors import IndexStateError, NoIndexError
from rag.index.folder import IndexFolder
from rag.settings import load_settings

Rebuild = Callable[[dict[str, str | None]], None]


@pytest.fixture
def index(course_files: Path, course_index: Path, tmp_path: Path) -> Path:
    shutil.copytree(course_files, tmp_path / "course")
    shutil.copytree(course_index, tmp_path / "index")
    return tmp_path / "index"


@pytest.fixture
def rebuild(index: Path, tmp_path: Path) -> Rebuild:
    def run(changes: dict[str, str | None]) -> None:
        for name, text in changes.items():
            path = tmp_path / "course" / name
            if text is None:
                path.unlink()
            else:
                path.write_text(text, encoding="utf-8")
        Build(load_settings(index={"path": index}), file_map=serial_map).run([tmp_path / "course"])

    return run


def test_added_removed_and_changed(index: Path, rebuild: Rebuild) -> None:
    rebuild(
        {
            "week3.md": "# 3주차\n\n정규화를 배운다.",
            "deep-learning/신경망.txt": None,
            "deep-learning/optimisation.md": "# Optimisation\n\nOnly this is left.",
        }
    )
    found = diff_versions(IndexFolder(index))
    assert (found.old, found.new) == (1, 2)
    assert found.sources_added == ("week3.md",)
    assert found.sources_removed == ("deep-learning/신경망.txt",)
    assert found.sources_changed == ("deep-learning/optimisation.md",)
    assert found.chunks_added == 2
    assert found.chunks_removed == 3  # both sections of the one, the one passage of the other
    assert found.chunks_unchanged == 4


def test_back_again_it_is_mirrored(index: Path, rebuild: Rebuild) -> None:
    rebuild({"week3.md": "# 3주차\n\n정규화를 배운다."})
    there, back = diff_versions(IndexFolder(index), 1, 2), diff_versions(IndexFolder(index), 2, 1)
    assert there.to_json() == {
        "old": 1,
        "new": 2,
        "sources_added": ("week3.md",),
        "sources_removed": (),
        "sources_changed": (),
        "chunks_added": 1,
        "chunks_removed": 0,
        "chunks_unchanged": there.chunks_unchanged,
    }
    assert back == VersionDiff(2, 1, (), ("week3.md",), (), 0, 1, there.chunks_unchanged)
    assert diff_versions(IndexFolder(index), 2, 2) == VersionDiff(2, 2, (), (), (), 0, 0, there.chunks_unchanged + 1)


def test_versions_that_are_not_there(index: Path, tmp_path: Path) -> None:
    folder = IndexFolder(index)
    with pytest.raises(IndexStateError, match="There is no version before 1"):
        diff_versions(folder)
    with pytest.raises(IndexStateError, match="There is no version 9; there are: 1"):
        diff_versions(folder, 1, 9)
    with pytest.raises(NoIndexError):
        diff_versions(IndexFolder(tmp_path / "nothing"))
