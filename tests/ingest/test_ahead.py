"""Embedding while files are read: it happens, it ends, it fails aloud, and the index is the same."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ingest.build import Build
from ingest.workers import serial_map
from rag.embeddings.base import Embedder
from rag.embeddings.loading import load_embedder
from rag.errors import EmbedderError
from rag.index.course import Course
from rag.index.folder import CHUNKS, VECTORS, IndexFolder
from rag.settings import load_settings

WAIT_S = 30
NAMES = ["경사", "검색", "재현율", "토큰"]


class Card(Embedder):
    """The bundled model, as if it ran on a device of its own."""

    def __init__(self) -> None:
        self.inner = load_embedder(load_settings().embedder)
        self.asked: list[list[str]] = []
        self.threads: set[str] = set()
        self.first_done, self.may_go_on, self.fails = threading.Event(), threading.Event(), False
        self.may_go_on.set()

    identity = property(lambda self: self.inner.identity)
    dimension = property(lambda self: self.inner.dimension)
    device = property(lambda self: "cuda")

    def embed_query(self, text: str) -> list[float]:
        return self.inner.embed_query(text)

    def embed_array(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if self.fails:
            raise EmbedderError("The card is gone.", remedy="Put it back.")
        self.asked.append(list(texts))
        self.threads.add(threading.current_thread().name)
        assert self.may_go_on.wait(WAIT_S)
        self.first_done.set()
        return self.inner.embed_array(texts)


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> Card:
    found = Card()
    monkeypatch.setattr("ingest.build.load_embedder", lambda settings: found)
    monkeypatch.setattr("ingest.ahead._AT_LEAST", 1)
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    course = tmp_path / "course"
    course.mkdir()
    for name in NAMES:
        (course / f"{name}.md").write_text(f"# {name}\n\n{name}에 대한 글이다. 둘째 문장.\n", encoding="utf-8")
    return course


def build(folder: Path, file_map: Any = serial_map, *, index: str = "index", full: bool = False) -> Any:
    settings = load_settings(index={"path": folder.parent / index})
    return Build(settings, file_map=file_map, full=full).run([folder])


def between(happens: Callable[[int], None]) -> Any:
    """A map over files that, after each, does something first."""

    def mapped(function: Callable[..., Any], jobs: list[Any]) -> Iterator[Any]:
        for number, pair in enumerate(serial_map(function, jobs), start=1):
            yield pair
            happens(number)

    return mapped


def same_index(one: Path, other: Path) -> None:
    folders = [IndexFolder(each).version_dir(IndexFolder(each).require_current()) for each in (one, other)]
    for name in (CHUNKS, VECTORS):
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes()


def test_the_first_file_is_embedded_before_the_second_is_read(card: Card, folder: Path) -> None:
    seen: list[list[str]] = []

    def wait(number: int) -> None:
        if number == 1:
            assert card.first_done.wait(WAIT_S)
            seen.extend(card.asked)

    report = build(folder, between(wait))
    assert len(seen) == 1
    assert len(seen[0]) == 1
    assert sorted(text for texts in card.asked for text in texts) == sorted(
        f"{name}에 대한 글이다. 둘째 문장." for name in NAMES
    )
    assert report.embedded == report.embedding.texts == report.chunks == 4
    assert report.embedding.device == "cuda"
    assert "embedding-ahead" in card.threads


def test_the_index_is_that_of_a_build_in_order(
    card: Card, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(folder)
    build(folder, full=True)
    monkeypatch.setattr("ingest.build.load_embedder", load_embedder)
    build(folder, index="other")
    same_index(tmp_path / "index", tmp_path / "other")


def test_what_a_duplicate_took_is_in_the_figures_and_not_in_the_index(card: Card, folder: Path) -> None:
    text = " ".join(f"{number}번째 걸음에서 기울기를 따라 손실을 줄이는 방향으로 내려간다." for number in range(5))
    for name in ("원본", "사본"):
        (folder / f"{name}.md").write_text(f"# {name}\n\n{text}\n", encoding="utf-8")

    def wait(number: int) -> None:
        if number == 6:
            for _ in range(WAIT_S * 100):
                if sum(map(len, card.asked)) == 6:
                    return
                threading.Event().wait(0.01)
            raise AssertionError(card.asked)

    report = build(folder, between(wait))
    assert (report.embedding.texts, report.embedded, report.chunks, len(report.duplicates)) == (6, 5, 5, 1)
    course = Course.open(folder.parent / "index")
    assert course.store.dense is not None
    assert len(course.store.dense) == 5
    course.store.close()


def test_when_the_files_are_read_the_batch_under_way_is_the_last(card: Card, folder: Path) -> None:
    card.may_go_on.clear()

    def let_go(thread: Any) -> None:
        for _ in range(WAIT_S * 100):
            if thread._stopped:
                break
            time.sleep(0.01)
        card.may_go_on.set()

    def wait(number: int) -> None:
        while number == 1 and not card.asked:  # in its first batch until all files are read
            time.sleep(0.01)
        if number == len(NAMES):
            ahead = next(thread for thread in threading.enumerate() if thread.name == "embedding-ahead")
            threading.Thread(target=let_go, args=(ahead,)).start()

    report = build(folder, between(wait))
    assert [len(texts) for texts in card.asked] == [1, 3]
    assert (report.embedded, report.embedding.texts) == (4, 4)
    assert card.threads == {"embedding-ahead", threading.current_thread().name}


def test_a_failure_ends_the_reading(card: Card, folder: Path) -> None:
    card.fails = True
    read: list[int] = []

    def slow(number: int) -> None:
        read.append(number)
        threading.Event().wait(0.5)

    with pytest.raises(EmbedderError, match="The card is gone"):
        build(folder, between(slow))
    assert len(read) < len(NAMES)
    assert IndexFolder(folder.parent / "index").current() is None
    assert not any(thread.name == "embedding-ahead" for thread in threading.enumerate())


def test_ctrl_c_keeps_what_was_made(card: Card, folder: Path) -> None:
    def interrupt(number: int) -> None:
        assert card.first_done.wait(WAIT_S)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(folder, between(interrupt))
    assert not any(thread.name == "embedding-ahead" for thread in threading.enumerate())
    made = [text for texts in card.asked for text in texts]
    card.asked.clear()
    report = build(folder)
    assert len(made) == 1
    assert made[0] not in [text for texts in card.asked for text in texts]
    assert report.embedded == len(NAMES) - 1
