"""Builds from end to end: every format, what changed, what cannot be read, and what must not be in the index."""

import hashlib
import json
import os
import shutil
import socket
import sqlite3
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingest.build import Build
from ingest.prepare import Prepared
from ingest.workers import ProcessMap, serial_map
from rag.chunks import Chunk
from rag.embeddings.tokens import bundled_rule, counter_of
from rag.errors import (
    CorruptIndexError,
    EmbedderError,
    EmbedderMismatchError,
    IndexStateError,
    InputError,
    LockedIndexError,
)
from rag.index.course import Course
from rag.index.folder import CHUNKS, VECTORS, IndexFolder
from rag.index.manifest import Manifest, sha256_of
from rag.settings import load_settings


def nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def manifest_of(index: Path) -> Manifest:
    folder = IndexFolder(index)
    return Manifest.read(folder.version_dir(folder.require_current()))


def chunks_of(index: Path) -> list[Chunk]:
    course = Course.open(index)
    table = course.store.table
    found = [Chunk.from_document(document) for document in table.get(range(1, len(table) + 1))]
    for chunk in found:
        text = table.source_text(chunk.source)
        assert text is not None
        assert text[chunk.start : chunk.end] == chunk.text
    course.store.close()
    return found


def vectors_of(index: Path) -> np.ndarray[Any, Any]:
    course = Course.open(index)
    assert course.store.dense is not None
    vectors = course.store.dense.vectors(range(1, len(course.store.table) + 1))
    course.store.close()
    return vectors


def files_below(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): sha256_of(path)
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith("artifacts.sqlite")
    }


def test_every_file_is_accounted_for(made_once: Any, readable_names: list[str], broken_names: list[str]) -> None:
    report = made_once.report
    manifest = manifest_of(made_once.index)
    assert sorted(manifest.sources) == sorted(map(nfc, readable_names))
    assert report.indexed == len(readable_names)
    assert report.unchanged == 0
    assert [skip.source for skip in report.skipped] == broken_names
    assert (report.version, report.published) == (1, True)
    assert report.chunks == manifest.chunks == report.embedded == len(chunks_of(made_once.index))
    assert report.masked == {"api_key": len(readable_names) + 1}  # the page has one in its title too
    assert report.duplicates == ()
    reasons = {skip.source: skip.why for skip in report.skipped}
    assert "empty" in reasons["bad/empty.md"]
    assert "password" in reasons["bad/locked.pdf"].lower()
    assert ".pptx" in reasons["bad/slides.pptx"]
    assert "suffix" in reasons["bad/README"]
    assert all(len(why) > 10 for why in reasons.values())
    for source, sha256 in manifest.sources.items():
        name = next(name for name in readable_names if nfc(name) == source)
        assert sha256 == hashlib.sha256((made_once.course / name).read_bytes()).hexdigest()


def test_the_report_is_in_the_manifest(made_once: Any) -> None:
    stored = manifest_of(made_once.index).report
    printed = made_once.report.to_json()
    assert stored | {"took_s": 0} == json.loads(json.dumps(printed)) | {"took_s": 0}


def test_what_embedding_took_is_in_the_manifest(made_once: Any) -> None:
    figures = made_once.report.embedding
    assert (figures.device, figures.texts, figures.batches) == ("cpu", made_once.report.embedded, 1)
    assert figures.took_s > 0
    assert manifest_of(made_once.index).embedding == figures.to_json()
    assert "embedding" not in made_once.report.to_json()


def test_passages_know_where_they_stand(made_once: Any) -> None:
    chunks = {chunk.source: chunk for chunk in chunks_of(made_once.index)}
    by_text = {chunk.text.split("\n")[0]: chunk for chunk in chunks_of(made_once.index)}
    bm25 = by_text["BM25는 단어의 빈도로 점수를 매긴다."]
    assert (bm25.source, bm25.heading) == ("notes/search.md", ("검색", "BM25"))
    assert by_text["역전파는 연쇄 법칙으로 기울기를 구한다."].page == 1
    assert chunks["week1.pdf"].page == 2
    assert chunks["lab.ipynb"].cell is not None
    assert "과적합은 훈련 자료를 외우는 것이다." in chunks["old/용어집.txt"].text
    assert "강의노트.txt" in chunks
    assert chunks["page.html"].title.startswith("평가")


def test_nothing_is_left_of_a_secret(made_once: Any, secrets: tuple[str, str]) -> None:
    tails = [secret[8:] for secret in secrets]
    needles = [tail.encode() for tail in [*tails, *map(str.lower, tails)]]
    needles += [tail.encode("utf-16-le") for tail in tails]
    scanned = 0
    for path in made_once.index.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            scanned += 1
            assert not any(needle in content for needle in needles), path
    assert scanned > 8
    cache = sqlite3.connect(made_once.index / "artifacts.sqlite")
    prepared = [Prepared.load(row[0]) for row in cache.execute("SELECT data FROM prepared")]
    cache.close()
    assert sum(each.failure is None for each in prepared) == 9
    for each in prepared:
        assert not any(tail in repr(each) for tail in tails)
    assert any("[masked: key]" in each.text for each in prepared)
    assert {each.title for each in prepared if each.title and each.title.startswith("평가")} == {"평가 [masked: key]"}


def test_no_file_is_a_pickle(made_once: Any) -> None:
    for path in made_once.index.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not (content[:1] == b"\x80" and content[-1:] == b"."), path
            assert path.suffix not in {".pkl", ".pickle", ".joblib", ".pt"}
            if path.suffix == ".npy":
                np.load(path, allow_pickle=False)


def test_a_second_build_does_nothing(made: Any) -> None:
    before = files_below(made.index)
    report = made.build()
    assert (report.published, report.version, report.indexed, report.embedded) == (False, 1, 0, 0)
    assert report.unchanged == made.report.indexed
    assert report.skipped == made.report.skipped
    assert report.chunks == made.report.chunks
    assert report.masked == made.report.masked
    assert files_below(made.index) == before


def test_no_paths_means_those_of_last_time(made: Any) -> None:
    (made.course / "extra.md").write_text("# 추가\n\n덧붙인 글.", encoding="utf-8")
    made.build()
    (made.course / "extra.md").unlink()
    settings = load_settings(index={"path": made.index})
    report = Build(settings, file_map=serial_map).run([])
    assert (report.published, report.version) == (True, 3)
    assert manifest_of(made.index).roots == [str(made.course)]


def recording_map(seen: list[str]) -> Callable[..., Any]:
    def mapped(function: Callable[..., Any], jobs: list[Any]) -> Any:
        seen.extend(job.source for job in jobs)
        return serial_map(function, jobs)

    return mapped


def test_one_changed_file_is_read_and_embedded_alone(made: Any) -> None:
    path = made.course / "notes/search.md"
    before = {chunk.id for chunk in chunks_of(made.index)}
    path.write_text(
        path.read_text("utf-8").replace("뜻이 비슷한 것을 찾는다.", "뜻이 가까운 것을 찾는다."), encoding="utf-8"
    )
    seen: list[str] = []
    report = made.build(file_map=recording_map(seen))
    assert seen == ["notes/search.md"]
    assert (report.published, report.version) == (True, 2)
    assert (report.indexed, report.unchanged, report.embedded) == (1, made.report.indexed - 1, 1)
    after = {chunk.id for chunk in chunks_of(made.index)}
    assert len(after - before) == len(before - after) == 1
    changed = next(chunk for chunk in chunks_of(made.index) if chunk.id in after - before)
    assert changed.text == "뜻이 가까운 것을 찾는다."
    assert (changed.source, changed.heading) == ("notes/search.md", ("검색", "벡터"))


def test_a_deleted_file_takes_its_passages_along(made: Any) -> None:
    before = chunks_of(made.index)
    (made.course / "week1.pdf").unlink()
    report = made.build()
    assert (report.indexed, report.embedded) == (0, 0)
    kept = [chunk for chunk in before if chunk.source != "week1.pdf"]
    assert len(kept) == len(before) - 2
    assert chunks_of(made.index) == kept
    assert "week1.pdf" not in manifest_of(made.index).sources


def test_a_renamed_file_is_not_read_again(made: Any) -> None:
    (made.course / "week1.pdf").rename(made.course / "week01.pdf")
    seen: list[str] = []
    report = made.build(file_map=recording_map(seen))
    assert seen == []
    assert report.indexed == 0
    assert "week01.pdf" in {chunk.source for chunk in chunks_of(made.index)}


def test_files_that_fail_are_cached_as_failures(made: Any, broken_names: list[str]) -> None:
    (made.course / "guide.rst").write_text("Guide\n=====\n\nAnother text.\n", encoding="utf-8")
    seen: list[str] = []
    report = made.build(file_map=recording_map(seen))
    assert seen == ["guide.rst"]
    assert [skip.source for skip in report.skipped] == broken_names
    assert report.skipped == made.report.skipped


def test_a_lost_file_is_reported_and_tried_again(made: Any) -> None:
    settings = load_settings(index={"path": made.index})

    def losing(function: Callable[..., Any], jobs: list[Any]) -> Any:
        from ingest.workers import Lost

        return ((job, Lost("it took longer than 1 s")) for job in jobs)

    (made.course / "slow.md").write_text("# Slow\n\nA slow file.", encoding="utf-8")
    report = Build(settings, file_map=losing).run([made.course])
    assert {skip.source: skip.why for skip in report.skipped}["slow.md"] == "it took longer than 1 s"
    assert report.unchanged == made.report.indexed
    report = made.build()
    assert report.indexed == 1
    assert "slow.md" in manifest_of(made.index).sources


def test_a_file_without_a_readable_page_is_accounted_for_by_its_own_name(
    made: Any, make_pdf: Callable[..., bytes]
) -> None:
    (made.course / "scan.pdf").write_bytes(make_pdf(" ", " "))
    report = made.build()
    assert (report.indexed, report.unchanged) == (0, made.report.indexed)
    why = {skip.source: skip.why for skip in report.skipped}
    page, _, picture = why["scan.pdf, page 1"].partition("; its picture: ")
    assert why["scan.pdf"] == f"nothing in it can be read ({page})"
    assert Path(picture).read_bytes().startswith(b"\x89PNG")
    assert "scan.pdf, page 2" in why
    assert "scan.pdf" not in manifest_of(made.index).sources
    listed = {skip.source for skip in report.skipped} & {
        path.relative_to(made.course).as_posix() for path in made.course.rglob("*")
    }
    files = [path for path in made.course.rglob("*") if path.is_file()]
    assert report.indexed + report.unchanged + len(listed) == len(files)


def test_full_makes_the_same_bytes(made: Any, tmp_path: Path) -> None:
    seen: list[str] = []
    report = made.build(full=True, file_map=recording_map(seen))
    assert (report.published, report.version, report.unchanged) == (True, 2, 0)
    assert report.indexed == made.report.indexed
    assert report.embedded == report.chunks
    assert len(seen) == made.report.indexed + 8  # what discovery lets through, the broken ones too
    folder = IndexFolder(made.index)
    one, two = folder.version_dir(1), folder.version_dir(2)
    assert (one / CHUNKS).read_bytes() == (two / CHUNKS).read_bytes()
    assert (one / VECTORS).read_bytes() == (two / VECTORS).read_bytes()
    assert manifest_of(made.index).fingerprint == Manifest.read(one).fingerprint

    elsewhere = load_settings(index={"path": tmp_path / "elsewhere"})
    Build(elsewhere, file_map=serial_map).run([made.course])
    three = IndexFolder(tmp_path / "elsewhere").version_dir(1)
    assert (three / CHUNKS).read_bytes() == (one / CHUNKS).read_bytes()
    np.testing.assert_array_equal(vectors_of(tmp_path / "elsewhere"), vectors_of(made.index))


@pytest.mark.slow
def test_worker_processes_make_the_same_bytes(made: Any) -> None:
    report = made.build(full=True, file_map=ProcessMap(workers=2, timeout_s=60))
    assert report.skipped == made.report.skipped
    folder = IndexFolder(made.index)
    assert (folder.version_dir(1) / CHUNKS).read_bytes() == (folder.version_dir(2) / CHUNKS).read_bytes()


def test_settings_that_shape_the_index_rebuild_it(made: Any) -> None:
    report = made.build(chunk={"max_tokens": 16})
    assert report.published
    assert report.indexed == made.report.indexed
    count = counter_of(bundled_rule()).count
    assert 8 < max(count(chunk.text) for chunk in chunks_of(made.index) if chunk.kind != "code") <= 24
    report = made.build(chunk={"max_tokens": 16}, parse={"timeout_s": 7})
    assert not report.published


def test_duplicates_are_reported_and_cited(made: Any) -> None:
    shutil.copy(made.course / "run.log", made.course / "run2.log")
    (made.course / "run2.log").write_text((made.course / "run.log").read_text("utf-8") + "\n", encoding="utf-8")
    report = made.build()
    assert [(each.source, each.kept, each.similarity) for each in report.duplicates] == [("run2.log", "run.log", 1.0)]
    kept = next(chunk for chunk in chunks_of(made.index) if chunk.source == "run.log")
    assert kept.also_in == ("run2.log",)
    assert report.chunks == made.report.chunks


def test_two_names_that_are_one_in_nfc_stay_two_files(tmp_path: Path) -> None:
    folder = tmp_path / "course"
    folder.mkdir()
    for form in ("NFC", "NFD"):
        (folder / unicodedata.normalize(form, "가.md")).write_text(f"# {form}\n\nThis is {form}.", encoding="utf-8")
    if len(list(folder.iterdir())) == 1:
        pytest.skip("this file system normalises names")
    Build(load_settings(index={"path": tmp_path / "index"}), file_map=serial_map).run([folder])
    assert len({chunk.source for chunk in chunks_of(tmp_path / "index")}) == 2


def test_a_name_that_is_not_utf8_is_read_as_cp949_or_marked(tmp_path: Path) -> None:
    folder = tmp_path / "course"
    folder.mkdir()
    (folder / "good.md").write_text("# Good\n\nText.", encoding="utf-8")
    try:
        (folder / "bad\udcff.md").write_text("# Bad\n\nAnother text.", encoding="utf-8")
        (folder / os.fsdecode("용어.md".encode("cp949"))).write_text("# Old\n\nA third.", encoding="utf-8")
    except OSError:
        pytest.skip("this file system takes Unicode names only")
    report = Build(load_settings(index={"path": tmp_path / "index"}), file_map=serial_map).run([folder])
    assert {chunk.source for chunk in chunks_of(tmp_path / "index")} == {"good.md", "bad\ufffd.md", "용어.md"}
    assert report.skipped == ()


def test_a_folder_that_cannot_be_named_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "bad\udcff"
    try:
        folder.mkdir()
    except OSError:
        pytest.skip("this file system takes Unicode names only")
    (folder / "good.md").write_text("# Good\n\nText.", encoding="utf-8")
    with pytest.raises(InputError, match="not valid UTF-8"):
        Build(load_settings(index={"path": tmp_path / "index"}), file_map=serial_map).run([folder])
    assert not (tmp_path / "index").exists()


@pytest.mark.parametrize("content", [{}, {"slides.pptx": b"PK"}, {"empty.md": b"", "blank.txt": b"  "}])
def test_nothing_to_index_changes_nothing(made: Any, tmp_path: Path, content: dict[str, bytes]) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    for name, data in content.items():
        (empty / name).write_bytes(data)
    before = files_below(made.index)
    with pytest.raises(InputError) as error:
        Build(load_settings(index={"path": made.index}), file_map=serial_map).run([empty])
    assert str(empty) in error.value.message
    assert error.value.remedy
    assert files_below(made.index) == before


def test_a_path_that_does_not_exist_changes_nothing(made: Any, tmp_path: Path) -> None:
    before = files_below(made.index)
    with pytest.raises(InputError, match="nowhere does not exist"):
        Build(load_settings(index={"path": made.index})).run([made.course, tmp_path / "nowhere"])
    assert files_below(made.index) == before


def test_no_paths_and_no_index(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No path was given"):
        Build(load_settings(index={"path": tmp_path / "index"})).run([])


@pytest.fixture
def other_model(tmp_path: Path) -> Path:
    """A bundled embedder with another vector: another model."""
    from rag.embeddings.static import BUNDLED, StaticEmbeddings, save_static

    model = StaticEmbeddings.load(BUNDLED)
    vectors = model._codes.astype(np.float32) * model._scales[:, None]
    vectors[5] = -vectors[5] + 1
    save_static(tmp_path / "other", "other", model._tokenizer.to_str(), vectors)
    return tmp_path / "other"


def test_another_embedder_needs_full(made: Any, other_model: Path) -> None:
    (made.course / "run.log").write_text("changed", encoding="utf-8")
    before = files_below(made.index)
    with pytest.raises(EmbedderMismatchError) as error:
        made.build(embedder={"model": str(other_model)})
    assert "--full" in error.value.remedy
    assert files_below(made.index) == before
    report = made.build(full=True, embedder={"model": str(other_model)})
    assert report.embedded == report.chunks
    assert manifest_of(made.index).embedder.startswith("other@")
    course = Course.open(made.index)  # it finds its embedder again
    assert course.embedder.identity == manifest_of(made.index).embedder
    course.store.close()


def test_an_embedder_that_does_not_exist_changes_nothing(made: Any, tmp_path: Path) -> None:
    before = files_below(made.index)
    with pytest.raises(EmbedderError):
        made.build(embedder={"model": str(tmp_path / "none")})
    assert files_below(made.index) == before


def test_a_build_beside_another_is_refused(made: Any) -> None:
    from ingest.publish import builder_lock

    with builder_lock(IndexFolder(made.index), 0), pytest.raises(LockedIndexError):
        made.build(index={"lock_timeout_s": 0})


def test_a_damaged_cache_is_told_and_can_be_deleted(made: Any) -> None:
    for path in made.index.glob("artifacts.sqlite*"):
        path.unlink()
    (made.index / "artifacts.sqlite").write_bytes(b"garbage" * 1000)
    (made.course / "run.log").write_text("changed", encoding="utf-8")
    with pytest.raises(CorruptIndexError, match="build cache"):
        made.build()
    assert IndexFolder(made.index).require_current() == 1
    (made.index / "artifacts.sqlite").unlink()
    assert made.build().indexed == made.report.indexed


@pytest.mark.parametrize("name", ["CURRENT", "versions/1/manifest.json"])
def test_full_mends_a_broken_index(made: Any, name: str) -> None:
    (made.index / name).write_text("garbage", encoding="utf-8")
    with pytest.raises(CorruptIndexError):
        made.build()
    report = made.build(full=True)
    assert report.version == 2
    assert len(chunks_of(made.index)) == made.report.chunks


def test_a_damaged_version_is_not_taken_for_unchanged(made: Any) -> None:
    path = IndexFolder(made.index).version_dir(1) / CHUNKS
    path.write_bytes(path.read_bytes()[:-1] + b"\x07")
    with pytest.raises(IndexStateError):
        Course.open(made.index)
    report = made.build(full=True)
    assert report.version == 2
    assert len(chunks_of(made.index)) == made.report.chunks


def test_old_versions_are_pruned(made: Any) -> None:
    for number in range(3):
        (made.course / "run.log").write_text(f"build {number}", encoding="utf-8")
        made.build(index={"keep_versions": 2})
    assert IndexFolder(made.index).versions() == [3, 4]
    cache = sqlite3.connect(made.index / "artifacts.sqlite")
    assert cache.execute("SELECT count(*) FROM prepared WHERE used < 2").fetchone() == (0,)
    cache.close()


def test_a_build_opens_no_connection(made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def refuse(self: socket.socket, address: Any) -> None:
        asked.append(address)
        raise OSError("closed")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    made.build(full=True)
    assert asked == []


def test_the_newer_file_is_searched_and_a_touched_one_is_noticed(made: Any) -> None:
    old, new = made.course / "run.log", made.course / "run2.log"
    new.write_bytes(old.read_bytes())
    os.utime(old, (1_700_000_000, 1_700_000_000))
    os.utime(new, (1_600_000_000, 1_600_000_000))
    assert [(each.source, each.kept) for each in made.build().duplicates] == [("run2.log", "run.log")]
    os.utime(new, (1_750_000_000, 1_750_000_000))
    report = made.build()
    assert report.published
    assert report.indexed == 0
    assert [(each.source, each.kept) for each in report.duplicates] == [("run.log", "run2.log")]
    os.utime(new, (1_750_000_001, 1_750_000_001))  # the same day
    assert not made.build().published


def test_an_index_of_an_older_format_is_built_anew(made: Any) -> None:
    path = made.index / "versions/1/manifest.json"
    manifest = json.loads(path.read_text("utf-8")) | {"format": 1}
    path.write_text(json.dumps(manifest), encoding="utf-8")
    (made.index / "versions/1/chunks.sqlite").write_bytes(b"of an older layout")
    with pytest.raises(CorruptIndexError, match="format 1") as caught:
        Course.open(made.index)
    assert "course-rag build" in caught.value.remedy
    report = Build(load_settings(index={"path": made.index}), file_map=serial_map).run([])
    assert (report.version, report.published, report.chunks) == (2, True, made.report.chunks)
    assert Course.open(made.index).version == 2
