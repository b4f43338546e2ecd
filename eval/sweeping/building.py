"""Each distinct index of a grid, built once, as ``course-rag build`` in a process of its own.

The builder keeps what it has read and embedded by content, so a second index over the same files takes what the first
has made: all of it for another kind of vector index, the vectors of unchanged texts for another chunk size. Indexes
with one embedder are versions in one folder; another embedder gets a folder that begins with a copy of that cache.
"""

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from eval.sweeping.grid import Setting
from eval.sweeping.records import Built
from rag.errors import CourseRagError, InputError
from rag.index.folder import IndexFolder
from rag.index.manifest import Manifest
from rag.settings import Settings

_BUILDING = ("parse", "mask", "chunk", "dedup", "embedder", "index")
"""Sections that shape an index."""

_OWN_FOLDER = {"path", "keep_versions", "lock_timeout_s"}


def build_key(settings: Settings) -> str:
    """What decides about an index: settings with the same key share one."""
    sections = {name: getattr(settings, name).model_dump(mode="json") for name in _BUILDING}
    sections["index"] = {key: value for key, value in sections["index"].items() if key not in _OWN_FOLDER}
    return json.dumps(sections, sort_keys=True)


def needs_building(settings: Sequence[Setting]) -> bool:
    """Whether they differ in what shapes an index."""
    return len({build_key(each.settings) for each in settings}) > 1


def documents_of(index: Path) -> list[str]:
    """The paths that an index was built from.

    Raises:
        IndexStateError: there is no index, or its manifest cannot be read.
    """
    folder = IndexFolder(index)
    return list(Manifest.read(folder.version_dir(folder.require_current())).roots)


def as_it_is(index: Path, version: int | None = None) -> Built:
    """An index that is there."""
    folder = IndexFolder(index)
    number = folder.require_current() if version is None else version
    manifest = Manifest.read(folder.version_dir(number))
    embedded = int(manifest.embedding.get("texts", 0))
    return Built({}, str(index), number, 0.0, len(manifest.sources), 0, manifest.chunks, embedded, full=False)


class Builder:
    """Builds the indexes of a sweep below one folder."""

    def __init__(self, work: Path, documents: Sequence[str], *, count: int, seed: Path | None, full: bool) -> None:
        """Take where to build, and of what.

        Args:
            work: folder of the indexes.
            documents: paths and addresses, as ``course-rag build`` takes them.
            count: how many indexes there will be.
            seed: an index whose cache to begin with.
            full: reuse nothing, so that build times can be compared.
        """
        self._work, self._count, self._full = work.absolute(), count, full
        self._documents = [each if "://" in each else str(Path(each).absolute()) for each in documents]
        if not self._documents:
            raise InputError("No documents to build from.", remedy="Name them behind the question set.")
        self._seed = None if full else seed
        self._folders: dict[str, Path] = {}

    def build(self, setting: Setting) -> Built:
        """Build the index of a setting.

        Raises:
            CourseRagError: the build failed; what it told is told.
        """
        index = self._folder_for(setting.settings)
        changes = {name: value for name, value in setting.changes.items() if name.partition(".")[0] in _BUILDING}
        cold = self._full or not IndexFolder(index).artifacts_file.exists()
        started = time.perf_counter()
        report = self._run(setting.settings, index)
        wall_s = time.perf_counter() - started
        built = as_it_is(index, int(report["version"]))
        read = int(report["files"]["indexed"])
        return replace(built, changes=changes, wall_s=wall_s, files_read=read, full=cold)

    def _folder_for(self, settings: Settings) -> Path:
        key = settings.embedder.model_dump_json()
        if key not in self._folders:
            # Named by the embedder: a later sweep in the same place must not meet the index of another one.
            folder = self._work / f"index-{hashlib.sha256(key.encode()).hexdigest()[:8]}"
            folder.mkdir(parents=True, exist_ok=True)
            before = list(self._folders.values())[-1:] or ([self._seed] if self._seed else [])
            self._folders[key] = folder
            cache = IndexFolder(folder).artifacts_file
            if before and not self._full and not cache.exists():
                _copy_cache(IndexFolder(before[0]).artifacts_file, cache)
        return self._folders[key]

    def _run(self, settings: Settings, index: Path) -> Any:
        command = [
            sys.executable,
            "-P",
            "-m",
            "ui.cli.main",
            "build",
            *self._documents,
            "--index",
            str(index),
            "--json",
        ]
        with tempfile.TemporaryDirectory() as empty:  # so that no course-rag.toml counts: the settings are known
            done = subprocess.run(  # noqa: S603 — our own command line
                [*command, *(["--full"] if self._full else [])],
                cwd=empty,
                env=_environment(settings, index, self._count + 1),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                check=False,
            )
        if done.returncode != 0:
            last = " ".join(done.stderr.split())[-500:]
            raise CourseRagError(f"An index of the sweep could not be built: {last}", remedy="Mend that, or the grid.")
        return json.loads(done.stdout)


def _environment(settings: Settings, index: Path, keep: int) -> dict[str, str]:
    """This process' own, with the settings of the build in the place of all others."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COURSE_RAG_")}
    for section in _BUILDING:
        values = getattr(settings, section).model_dump(mode="json")
        if section == "index":
            values |= {"path": str(index), "keep_versions": keep}
        for key in ("model", "speech_model"):
            if values.get(key) and Path(values[key]).is_dir():
                values[key] = str(Path(values[key]).absolute())
        environment[f"COURSE_RAG_{section.upper()}"] = json.dumps(values)
    return environment


def _copy_cache(source: Path, target: Path) -> None:
    """Copy a builder's cache as SQLite does it, which is right though another process writes to it."""
    if not source.exists():
        return
    try:
        with (
            closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as old,
            closing(sqlite3.connect(target)) as new,
        ):
            old.backup(new)
    except sqlite3.DatabaseError:
        target.unlink(missing_ok=True)  # it is only a cache: without it the build takes longer
