"""The instructor's own file: what its lines may say, and what is told of those that say nothing."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.terms.own import OWN_TERMS, OwnTerms, own_files, read_own
from rag.errors import InputError

NAMES = st.text(alphabet="abc가나다 ", min_size=1, max_size=12).map(lambda name: " ".join(name.split())).filter(bool)


def written(folder: Path, text: str, encoding: str = "utf-8") -> list[Path]:
    (folder / OWN_TERMS).write_bytes(text.encode(encoding))
    return own_files([folder])


def test_pairs_are_added_and_forbidden(tmp_path: Path) -> None:
    lines = "# 용어\n\n경사하강법 = gradient  descent = GD\n과적합\toverfitting\n함수 != softmax\n"
    own = read_own(written(tmp_path, lines))
    assert own.added == (
        ("GD", "gradient descent"),
        ("GD", "경사하강법"),
        ("gradient descent", "경사하강법"),
        ("overfitting", "과적합"),
    )
    assert own.forbidden == (("softmax", "함수"),)
    assert own.identity != OwnTerms(added=own.added).identity
    assert OwnTerms().identity == ""


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp949", "utf-16"])
def test_what_an_editor_or_spreadsheet_writes_is_read(tmp_path: Path, encoding: str) -> None:
    own = read_own(written(tmp_path, "과적합\toverfitting\r\n경사하강법\tgradient descent\r\n", encoding))
    assert own.added == (("gradient descent", "경사하강법"), ("overfitting", "과적합"))


def test_several_folders_and_none(tmp_path: Path) -> None:
    for name in ("one", "other", "bare"):
        (tmp_path / name).mkdir()
    (tmp_path / "one" / OWN_TERMS).write_text("가 = a\n", encoding="utf-8")
    (tmp_path / "other" / OWN_TERMS).write_text("나 = b\n가 = a\n", encoding="utf-8")
    own = read_own(own_files([tmp_path / "one", tmp_path / "bare", tmp_path / "other", tmp_path / "no.md"]))
    assert own.added == (("a", "가"), ("b", "나"))
    (tmp_path / "bare" / OWN_TERMS).write_text("  \n", encoding="utf-8")
    assert read_own(own_files([tmp_path / "bare"])) == OwnTerms()


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("경사하강법, gradient descent", "has only one name"),
        ("경사하강법 = ", "has only one name"),
        ("a = = b", "has an empty name"),
        ("a = A", "has the same name twice"),
        ("a = ***", "has a name without any letter"),
        ("a = " + "b" * 61, "has a name longer than 60 characters"),
        (" = ".join("abcdefghijk"), "has more than 10 names"),
        ("a != b != c", "forbids more than two names"),
        ("a = b != c", "forbids more than two names"),
    ],
)
def test_a_bad_line_is_told_with_its_number(tmp_path: Path, line: str, why: str) -> None:
    with pytest.raises(InputError) as told:
        read_own(written(tmp_path, f"가 = a\n\n{line}\n"))
    assert told.value.message.startswith(f"Line 3 of {tmp_path / OWN_TERMS} {why}: ")
    assert "NAME = OTHER NAME" in told.value.remedy


def test_a_contradiction_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError) as told:
        read_own(written(tmp_path, "함수 = f = g\n\ng != 함수\n"))
    path = tmp_path / OWN_TERMS
    assert told.value.message == f"Line 3 of {path} forbids what line 1 of {path} adds: g and 함수."


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / OWN_TERMS).write_bytes(b"\x00\x01\x02\xff" * 100)
    with pytest.raises(InputError, match="cannot be read"):
        read_own(own_files([tmp_path]))


@given(names=st.lists(NAMES, min_size=2, max_size=5, unique_by=str.casefold))
def test_whatever_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, names: list[str]) -> None:
    folder = tmp_path_factory.mktemp("own")
    own = read_own(written(folder, " = ".join(names) + "\n"))
    assert {frozenset(pair) for pair in own.added} == {frozenset((a, b)) for a in names for b in names if a != b}
