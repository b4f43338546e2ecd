import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from ingest.build import Build
from ingest.workers import serial_map
from rag.assistant import Assistant
from rag.embeddings.static import save_static
from rag.errors import CorruptIndexError, EmbedderError, EmbedderMismatchError, NoIndexError
from rag.index.course import Course
from rag.index.folder import IndexFolder
from rag.index.manifest import Manifest, file_sums
from rag.settings import load_settings


@pytest.fixture
def index(course_index: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    return shutil.copytree(course_index, tmp_path / "index")


def changed_manifest(index: Path, **values: object) -> None:
    path = index / "versions" / "1" / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | values), encoding="utf-8")


def static_model(folder: Path, seed: int) -> Path:
    """A model of two words and random weights."""
    tokenizer = Tokenizer(models.WordLevel({"<unk>": 0, "gradient": 1, "dropout": 2}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    vectors = np.random.default_rng(seed).normal(size=(3, 8)).astype(np.float32)
    save_static(folder, "tiny", tokenizer.to_str(), vectors)
    return folder


def test_an_opened_course_knows_what_it_was_made_of(course: Course, course_files: Path) -> None:
    manifest = course.manifest
    assert (course.version, manifest.metric, manifest.roots) == (1, "cosine", [str(course_files)])
    assert manifest.embedder == course.embedder.identity
    assert manifest.analyzer == course.analyzer.identity
    assert manifest.dimension == course.embedder.dimension
    assert len(course.store.table) == len(course.lexical) == manifest.chunks
    assert course.is_current()
    assert course.refreshed() is course


def test_the_manifest_lists_every_file_with_its_checksum(course: Course) -> None:
    folder = course.folder.version_dir(1)
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {"manifest.json"}
    assert set(course.manifest.files) == names
    assert {"chunks.sqlite", "vectors.faiss", "lexical/size.json"} < names
    assert file_sums(folder) == course.manifest.files


def test_a_manifest_is_read_as_it_was_written(course: Course, tmp_path: Path) -> None:
    course.manifest.write(tmp_path)
    assert Manifest.read(tmp_path) == course.manifest


@pytest.mark.parametrize("missing", ["index", "CURRENT"])
def test_no_index_is_told(index: Path, missing: str) -> None:
    path = index / "none" if missing == "index" else index
    (index / "CURRENT").unlink()
    with pytest.raises(NoIndexError, match="There is no index in") as caught:
        Course.open(path)
    assert "course-rag build" in caught.value.remedy


@pytest.mark.parametrize("content", [b"", b"newest\n", b"-1", b"1.0", b"\xff\xfe", "²".encode()])
def test_a_current_that_names_nothing_is_told(index: Path, content: bytes) -> None:
    (index / "CURRENT").write_bytes(content)
    with pytest.raises(CorruptIndexError, match="CURRENT does not name a version") as caught:
        Course.open(index)
    assert caught.value.remedy == "Go back: course-rag rollback 1"


def test_a_version_that_is_gone_is_told(index: Path) -> None:
    shutil.copytree(index / "versions" / "1", index / "versions" / "2")
    (index / "CURRENT").write_text("3\n", encoding="utf-8")
    with pytest.raises(CorruptIndexError, match="Version 3 of the index in .* is gone") as caught:
        Course.open(index)
    assert "course-rag rollback 2" in caught.value.remedy
    with pytest.raises(CorruptIndexError, match="manifest.json is missing"):
        Course.open(index, version=9)


def flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


@pytest.mark.parametrize(
    ("damage", "told"), [(flipped, "is damaged"), (cut, "is damaged"), (Path.unlink, "is missing")]
)
def test_damage_to_any_file_is_told(index: Path, damage: Callable[[Path], None], told: str) -> None:
    folder = index / "versions" / "1"
    names = list(Manifest.read(folder).files)
    assert len(names) >= 6
    for name in names:
        sound = (folder / name).read_bytes()
        damage(folder / name)
        with pytest.raises(CorruptIndexError, match=told) as caught:
            Course.open(index)
        assert str(folder / name) in caught.value.message
        assert caught.value.remedy.startswith("Rebuild it: course-rag build")
        (folder / name).write_bytes(sound)
    assert Course.open(index).version == 1


def test_with_another_version_the_remedy_is_to_go_back(index: Path) -> None:
    shutil.copytree(index / "versions" / "1", index / "versions" / "2")
    flipped(index / "versions" / "1" / "vectors.faiss")
    with pytest.raises(CorruptIndexError) as caught:
        Course.open(index)
    assert "course-rag rollback 2" in caught.value.remedy


@pytest.mark.parametrize("content", ["", "null", "[]", "{", '{"format": 1}', "\udcff"])
def test_a_broken_manifest_is_told(index: Path, content: str) -> None:
    (index / "versions" / "1" / "manifest.json").write_bytes(content.encode(errors="surrogateescape"))
    with pytest.raises(CorruptIndexError, match="manifest.json|index format") as caught:
        Course.open(index)
    assert "course-rag build" in caught.value.remedy


def test_a_manifest_of_another_format_is_told(index: Path) -> None:
    changed_manifest(index, format=1)
    with pytest.raises(CorruptIndexError, match="has index format 1; this course-rag reads format 2"):
        Course.open(index)


def test_embedder_settings_of_another_release_are_told(index: Path) -> None:
    changed_manifest(index, embedder_settings={"model": "static-ko-en", "pooling": "cls"})
    with pytest.raises(CorruptIndexError, match="pooling"):
        Course.open(index)


@pytest.mark.parametrize("what", ["embedder", "analyzer"])
def test_another_embedder_or_analyzer_is_told(index: Path, what: str) -> None:
    changed_manifest(index, **{what: "another@1"})
    with pytest.raises(EmbedderMismatchError, match=f"built with the {what} another@1") as caught:
        Course.open(index)
    assert "--full" in caught.value.remedy


def test_an_embedder_retrained_in_place_is_told(course_files: Path, tmp_path: Path) -> None:
    model = static_model(tmp_path / "model", seed=1)
    settings = load_settings(index={"path": tmp_path / "index"}, embedder={"model": str(model)})
    Build(settings, file_map=serial_map).run([course_files])
    assert Course.open(tmp_path / "index").embedder.dimension == 8
    static_model(model, seed=2)
    with pytest.raises(EmbedderMismatchError, match="built with the embedder tiny@"):
        Course.open(tmp_path / "index")
    shutil.rmtree(model)
    with pytest.raises(EmbedderError, match="There is no model in"):
        Course.open(tmp_path / "index")


def test_a_new_version_is_picked_up(course_files: Path, index: Path, tmp_path: Path) -> None:
    files = shutil.copytree(course_files, tmp_path / "files")
    settings = load_settings(index={"path": index}, retrieval={"mode": "keyword"})
    assistant = Assistant(settings)
    before = assistant.course
    assert assistant.search("xylophone") == []
    (files / "music.md").write_text("# Music\n\nThe xylophone is a percussion instrument.\n", encoding="utf-8")
    Build(settings, file_map=serial_map).run([files])
    assert [hit.chunk.source for hit in assistant.search("xylophone")] == ["music.md"]
    assert (before.version, before.is_current(), assistant.course.version) == (1, False, 2)
    assert before.refreshed().version == 2
    assert Course.open(index, version=1).version == 1
    assert assistant.ask("What is a xylophone?").index_version == 2


def test_versions_are_the_complete_ones_in_order(index: Path) -> None:
    folder = IndexFolder(index)
    for name in ("10", "2"):
        shutil.copytree(index / "versions" / "1", index / "versions" / name)
    for name in (".staging", "3", "old"):
        (index / "versions" / name).mkdir()
    assert folder.versions() == [1, 2, 10]
    assert IndexFolder(index / "none").versions() == []
