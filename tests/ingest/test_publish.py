"""Versions into service and back; whatever happens on the way, one complete version is in service."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingest.publish import builder_lock, next_version, prune, publish, rollback, staging
from rag.errors import CorruptIndexError, IndexStateError, LockedIndexError, NoIndexError
from rag.index.course import Course
from rag.index.folder import CHUNKS, IndexFolder
from rag.index.manifest import Manifest


class Crash(BaseException):
    """Not an Exception, so that nothing in between handles it."""


@pytest.fixture
def folder(course_index: Path, tmp_path: Path) -> IndexFolder:
    """A copy of the small course, version 1 in service."""
    shutil.copytree(course_index, tmp_path / "index")
    return IndexFolder(tmp_path / "index")


def stage(folder: IndexFolder, version: int) -> tuple[Path, Manifest]:
    """Version 1 again, complete but for its manifest, where a build writes it."""
    staged = folder.versions_dir / ".staging"
    shutil.copytree(folder.version_dir(1), staged)
    (staged / "manifest.json").unlink()
    return staged, Manifest.read(folder.version_dir(1)).model_copy(update={"version": version})


def publish_again(folder: IndexFolder) -> int:
    version = next_version(folder)
    with staging(folder) as staged:
        shutil.copytree(folder.version_dir(1), staged, dirs_exist_ok=True)
        publish(folder, staged, Manifest.read(staged).model_copy(update={"version": version}))
    return version


def assert_serves(folder: IndexFolder, version: int) -> None:
    assert folder.require_current() == version
    manifest = Manifest.read(folder.version_dir(version))
    assert manifest.version == version
    manifest.verify(folder.version_dir(version))


def test_a_published_version_is_in_service_and_complete(folder: IndexFolder) -> None:
    staged, manifest = stage(folder, 2)
    publish(folder, staged, manifest)
    assert_serves(folder, 2)
    assert folder.versions() == [1, 2]
    assert not staged.exists()
    assert Manifest.read(folder.version_dir(2)) == manifest
    assert sorted(path.name for path in folder.path.iterdir()) == ["CURRENT", "artifacts.sqlite", "lock", "versions"]
    course = Course.open(folder.path)
    assert course.version == 2
    course.store.close()


STEPS = ((os, "fsync"), (Path, "rename"), (Path, "replace"), (Path, "write_text"))


def crash_at(monkeypatch: pytest.MonkeyPatch, step: int | None, *, done: bool) -> list[str]:
    """Let the process "die" before or after the n-th step that changes the disk. Returns the steps taken."""
    taken: list[str] = []

    def crashing(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **options: Any) -> Any:
            taken.append(name)
            if len(taken) - 1 != step:
                return original(*arguments, **options)
            if done:
                original(*arguments, **options)
            elif name == "write_text":  # torn: half of it reached the file
                arguments[0].write_bytes(arguments[1].encode()[: len(arguments[1]) // 2])
            raise Crash

        return run

    for owner, name in STEPS:
        monkeypatch.setattr(owner, name, crashing(name, getattr(owner, name)))
    return taken


def test_a_crash_at_any_step_leaves_a_complete_version_in_service(
    folder: IndexFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)  # its place counts here, not its time
    with monkeypatch.context() as patch:
        steps = crash_at(patch, None, done=False)
        shutil.copytree(folder.path, tmp_path / "trial")
        publish(IndexFolder(tmp_path / "trial"), *stage(IndexFolder(tmp_path / "trial"), 2))
    switch = steps.index("replace")
    # manifest; files, then their folder; its number; CURRENT's text, then CURRENT
    assert steps.index("rename") < switch
    assert steps[steps.index("rename") + 1 : switch] == ["fsync", "write_text", "fsync"]
    for number in range(len(steps)):
        for done in (False, True):
            work = IndexFolder(tmp_path / f"{number}-{done}")
            shutil.copytree(folder.path, work.path)
            staged, manifest = stage(work, 2)
            with monkeypatch.context() as patch, pytest.raises(Crash):
                crash_at(patch, number, done=done)
                publish(work, staged, manifest)
            assert_serves(work, 2 if number > switch or (number == switch and done) else 1)
            version = publish_again(work)  # and the next build clears up
            assert version == max(work.versions())
            assert_serves(work, version)
            assert not staged.exists()
            shutil.rmtree(work.path)


KILLED = """
import os, sys
from pathlib import Path
step, left = sys.argv[3], int(sys.argv[4])
owner = os if step == "fsync" else Path
original = getattr(owner, step)
def run(*arguments, **options):
    global left
    left -= 1
    if left < 0:
        os._exit(9)
    return original(*arguments, **options)
setattr(owner, step, run)
from ingest.build import Build
from ingest.workers import serial_map
from rag.settings import load_settings
Build(load_settings(index={"path": sys.argv[1]}), file_map=serial_map).run([Path(sys.argv[2])])
"""


@pytest.mark.slow
@pytest.mark.parametrize(("step", "left"), [("fsync", 2), ("rename", 0), ("replace", 0)])
def test_a_killed_build_leaves_the_old_version_in_service(
    folder: IndexFolder, course_files: Path, tmp_path: Path, step: str, left: int
) -> None:
    shutil.copytree(course_files, tmp_path / "course")
    (tmp_path / "course" / "new.md").write_text("# 새 글\n\n새로 쓴 글이다.", encoding="utf-8")
    command = [sys.executable, "-c", KILLED, str(folder.path), str(tmp_path / "course"), step, str(left)]
    assert subprocess.run(command, check=False).returncode == 9
    assert_serves(folder, 1)
    command[5:] = ["fsync", "1000"]  # the next one goes through, and clears up
    assert subprocess.run(command, check=False).returncode == 0
    version = folder.require_current()
    assert version > 1
    assert_serves(folder, version)
    assert "new.md" in Manifest.read(folder.version_dir(version)).sources
    assert [path.name for path in folder.versions_dir.iterdir() if not path.name.isdecimal()] == []


def test_staging_is_empty_at_first_and_gone_at_last(folder: IndexFolder) -> None:
    leftover = folder.versions_dir / ".staging"
    leftover.mkdir()
    (leftover / "chunks.sqlite").write_bytes(b"of a killed build")
    with staging(folder) as path:
        assert path == leftover
        assert list(path.iterdir()) == []
        (path / "half").write_bytes(b"written")
    assert not leftover.exists()
    with pytest.raises(Crash), staging(folder):
        raise Crash
    assert not leftover.exists()


def test_numbers_are_never_used_again(folder: IndexFolder) -> None:
    assert next_version(folder) == 2
    publish_again(folder)
    publish_again(folder)
    rollback(folder, 1)
    assert next_version(folder) == 4


def test_a_number_that_is_taken_by_an_incomplete_folder_is_passed_over(folder: IndexFolder) -> None:
    (folder.versions_dir / "2" / "lexical").mkdir(parents=True)
    assert folder.versions() == [1]
    assert next_version(folder) == 3
    assert publish_again(folder) == 3
    assert_serves(folder, 3)


def test_the_first_version_of_a_new_folder_is_one(tmp_path: Path) -> None:
    assert next_version(IndexFolder(tmp_path / "none")) == 1


def test_rollback_to_the_one_before_and_to_one_by_name(folder: IndexFolder) -> None:
    publish_again(folder)
    publish_again(folder)
    assert rollback(folder) == 2
    assert_serves(folder, 2)
    assert rollback(folder) == 1
    assert rollback(folder, 3) == 3
    assert_serves(folder, 3)


def test_rollback_without_an_earlier_version(folder: IndexFolder) -> None:
    with pytest.raises(IndexStateError, match="There is no version before 1"):
        rollback(folder)
    assert_serves(folder, 1)


def test_rollback_to_a_version_that_is_not_there(folder: IndexFolder) -> None:
    with pytest.raises(IndexStateError, match="There is no version 7; there are: 1"):
        rollback(folder, 7)
    assert_serves(folder, 1)


def test_rollback_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(NoIndexError):
        rollback(IndexFolder(tmp_path))


@pytest.mark.parametrize("damage", ["bytes", "missing", "manifest"])
def test_rollback_to_a_damaged_version_changes_nothing(folder: IndexFolder, damage: str) -> None:
    publish_again(folder)
    path = folder.version_dir(1) / ("manifest.json" if damage == "manifest" else CHUNKS)
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-1] + b"\x07")
    with pytest.raises(CorruptIndexError):
        rollback(folder, 1)
    assert_serves(folder, 2)


def test_rollback_mends_a_current_that_names_nothing(folder: IndexFolder) -> None:
    folder.current_file.write_text("garbage", encoding="utf-8")
    assert rollback(folder, 1) == 1
    assert_serves(folder, 1)


def test_prune_keeps_the_newest_and_the_one_in_service(folder: IndexFolder) -> None:
    for _ in range(4):
        publish_again(folder)
    rollback(folder, 1)
    assert prune(folder, keep=2) == [2, 3]
    assert folder.versions() == [1, 4, 5]
    assert_serves(folder, 1)
    assert prune(folder, keep=10) == []


HOLDER = """
import sys, time
from pathlib import Path
from ingest.publish import builder_lock
from rag.index.folder import IndexFolder
with builder_lock(IndexFolder(Path(sys.argv[1])), 0):
    print("held", flush=True)
    time.sleep(60)
"""


def test_one_builder_at_a_time_until_it_dies(folder: IndexFolder) -> None:
    command = [sys.executable, "-c", HOLDER, str(folder.path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "held\n"
            with pytest.raises(LockedIndexError, match="Another build is working"), builder_lock(folder, 0.1):
                pass
            course = Course.open(folder.path)  # readers never wait
            course.store.close()
        finally:
            holder.kill()
    with builder_lock(folder, 5):
        pass


def test_an_index_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    with pytest.raises(IndexStateError, match="cannot be written"), builder_lock(IndexFolder(tmp_path / "file"), 0):
        pass
