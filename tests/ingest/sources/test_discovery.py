"""Every file under the paths given is either read or skipped with its reason."""

import os
import unicodedata
from pathlib import Path

import pytest

from ingest.elements import Skipped
from ingest.sources.discovery import Discovery, discover
from rag.errors import InputError


def write(path: Path, text: str = "x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def found(*paths: Path, ignore: tuple[str, ...] = (), max_file_mib: int = 1) -> Discovery:
    return discover(list(paths), ignore=ignore, max_file_mib=max_file_mib)


def sources(discovery: Discovery) -> list[str]:
    return [file.source for file in discovery.files]


def test_folder_is_walked_in_order_and_named_below_itself(tmp_path: Path) -> None:
    for name in ("b.md", "a/z.txt", "a/b/c.html", "week10.md", "week2.md"):
        write(tmp_path / name)
    result = found(tmp_path)
    assert sorted(sources(result)) == ["a/b/c.html", "a/z.txt", "b.md", "week10.md", "week2.md"]
    assert sources(result) == sources(found(tmp_path))
    assert {file.source: file.path for file in result.files}["a/z.txt"] == tmp_path / "a/z.txt"


def test_single_file_has_its_name(tmp_path: Path) -> None:
    assert sources(found(write(tmp_path / "a" / "notes.md"))) == ["notes.md"]


def test_names_are_nfc(tmp_path: Path) -> None:
    write(tmp_path / unicodedata.normalize("NFD", "강의") / unicodedata.normalize("NFD", "노트.md"))
    assert sources(found(tmp_path)) == [unicodedata.normalize("NFC", "강의/노트.md")]


def test_globs(tmp_path: Path) -> None:
    for name in ("a.md", "sub/b.md", "sub/c.txt"):
        write(tmp_path / name)
    assert sources(found(tmp_path / "**" / "*.md")) == ["a.md", "b.md"]
    with pytest.raises(InputError, match="Nothing matches") as caught:
        found(tmp_path / "*.pdf")
    assert "pattern" in caught.value.remedy


def test_missing_path_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist") as caught:
        found(tmp_path / "nothing")
    assert caught.value.remedy


def test_ignore_rules_are_told(tmp_path: Path) -> None:
    for name in ("a.md", "draft-b.md", "old/c.md", "private/d.md"):
        write(tmp_path / name)
    write(tmp_path / ".courseragignore", "# drafts\ndraft-*\nprivate/\n")
    result = found(tmp_path, ignore=("old/",))
    assert sources(result) == ["a.md"]
    assert sorted(result.skipped, key=lambda skipped: skipped.source) == [
        Skipped("draft-b.md", "ignored by rule draft-*"),
        Skipped("old", "ignored by rule old/"),
        Skipped("private", "ignored by rule private/"),
    ]


def test_negated_rule_brings_a_file_back(tmp_path: Path) -> None:
    write(tmp_path / "a.md")
    write(tmp_path / "b.md")
    result = found(tmp_path, ignore=("*.md", "!b.md"))
    assert sources(result) == ["b.md"]
    assert result.skipped == [Skipped("a.md", "ignored by rule *.md")]


def test_hidden_and_generated_things_are_counted(tmp_path: Path) -> None:
    for name in (
        "a.md",
        ".git/x.md",
        "node_modules/y.md",
        "__pycache__/z.txt",
        "~$b.md",
        ".ipynb_checkpoints/c.ipynb",
        ".hidden.md",
    ):
        write(tmp_path / name)
    result = found(tmp_path)
    assert sources(result) == ["a.md"]
    assert result.skipped == []
    assert result.ignored_by_default == 6


def test_reasons_against_files(tmp_path: Path) -> None:
    write(tmp_path / "a.doc")
    write(tmp_path / "Makefile")
    write(tmp_path / "big.txt", "x" * (1 << 20) + "x")
    write(tmp_path / "empty.txt", "")
    result = found(tmp_path)
    # Whether an empty file can be read is the parser's to say.
    assert sources(result) == ["empty.txt"]
    assert {skipped.source: skipped.why for skipped in result.skipped} == {
        "a.doc": "the format .doc is not read yet: save it as .docx or PDF",
        "Makefile": "it has no suffix that names a format",
        "big.txt": "it has 1 MiB, more than the 1 MiB of parse.max_file_mib",
    }


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable_file_and_folder(tmp_path: Path) -> None:
    secret = write(tmp_path / "a.md")
    folder = write(tmp_path / "sub" / "b.md").parent
    secret.chmod(0)
    folder.chmod(0)
    try:
        reasons = {skipped.source: skipped.why for skipped in found(tmp_path).skipped}
    finally:
        folder.chmod(0o700)
    assert reasons == {
        "a.md": "it may not be read (permission denied)",
        "sub": "the folder cannot be read (Permission denied)",
    }


def test_links(tmp_path: Path) -> None:
    course = tmp_path / "course"
    write(course / "a.md")
    write(tmp_path / "outside.md")
    (course / "loop").symlink_to(course, target_is_directory=True)
    (course / "copy.md").symlink_to(course / "a.md")
    (course / "leaves.md").symlink_to(tmp_path / "outside.md")
    (course / "broken.md").symlink_to(course / "gone.md")
    result = found(course)
    assert sources(result) == ["a.md"]
    assert {skipped.source: skipped.why for skipped in result.skipped} == {
        "loop": "a link to a folder that is already read",
        "copy.md": "the same file as a.md",
        "leaves.md": "a link that leaves the folder",
        "broken.md": "a link to something that does not exist",
    }


def test_same_file_given_twice_is_read_once(tmp_path: Path) -> None:
    path = write(tmp_path / "a.md")
    result = found(tmp_path, path, tmp_path)
    assert sources(result) == ["a.md"]
    assert result.skipped == []


def test_same_name_in_two_roots_is_kept_apart(tmp_path: Path) -> None:
    for root in ("spring", "autumn"):
        write(tmp_path / root / "week1.md")
    write(tmp_path / "spring" / "only.md")
    result = found(tmp_path / "spring", tmp_path / "autumn")
    assert sources(result) == ["only.md", "spring/week1.md", "autumn/week1.md"]


def test_folder_without_documents(tmp_path: Path) -> None:
    assert found(tmp_path) == Discovery()
