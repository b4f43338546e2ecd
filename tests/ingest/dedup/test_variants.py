"""What was left out, and how it differs from what is searched."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.build import Build
from ingest.dedup.variants import compared, differences, repeated_passages
from ingest.workers import serial_map
from rag.errors import InputError
from rag.settings import load_settings

OLD = """# 1주차

BM25는 단어의 빈도와 문서의 길이로 점수를 매기는 고전적인 검색 방법이다. 정확한 용어를 찾는 데 강하다.

과제의 마감은 5월 12일이다.

# 벡터

밀집 검색은 문장을 벡터로 바꾸어 비교한다. 벡터는 임베딩 모델이 만든다. 좋은 임배딩은 뜻을 담는다. 임베딩은 학습된다.
"""
NEW = OLD.replace("12일", "19일").replace("임배딩", "임베딩").replace("# 벡터", "# 밀집 검색")


@pytest.fixture(scope="module")
def version(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("semesters")
    for name, text in {"2023-2": OLD, "2024-2": OLD, "2025-2": NEW}.items():
        (folder / "course" / name).mkdir(parents=True)
        (folder / "course" / name / "week1.md").write_text(text, encoding="utf-8")
    Build(load_settings(index={"path": folder / "index"}), file_map=serial_map).run([folder / "course"])
    return folder / "index" / "versions" / "1"


def test_copies_and_their_differences_newest_first(version: Path) -> None:
    found = {group.kept: group for group in repeated_passages(version)}
    assert list(found) == ["2024-2/week1.md", "2025-2/week1.md"]
    dense = found["2025-2/week1.md"]
    assert dense.text.startswith("밀집 검색은 문장을 벡터로 바꾸어 비교한다.")
    assert [each.place for each in dense.also_in] == ["2024-2/week1.md", "2023-2/week1.md"]
    for variant in dense.also_in:
        assert "임배딩은" in variant.text
        assert 0.9 <= variant.similarity < 1
        assert not variant.identical
        changes = [(change, text.strip()) for change, text in variant.differences if change != "same"]
        assert changes == [("old", "임배딩은"), ("new", "임베딩은")]
    # The passage with the other deadline is searched too; the copy of that one is the same.
    assert [(each.place, each.identical) for each in found["2024-2/week1.md"].also_in] == [("2023-2/week1.md", True)]


def test_of_one_document(version: Path) -> None:
    groups = repeated_passages(version, "2024-2/week1.md")
    assert [group.kept for group in groups] == ["2024-2/week1.md", "2025-2/week1.md"]
    with pytest.raises(InputError, match="no document week1.md"):
        repeated_passages(version, "week1.md")


def test_two_documents_compared(version: Path) -> None:
    found = compared(version, "2024-2/week1.md", "2025-2/week1.md")
    assert [(text, other) for _, text, _, other in found.changes] == [
        ("과제의 마감은 5월 12일이다.", "과제의 마감은 5월 19일이다."),
        ("벡터", "밀집 검색"),
        ("좋은 임배딩은 뜻을 담는다.", "좋은 임베딩은 뜻을 담는다."),
    ]
    assert found.same == 6
    same = compared(version, "2023-2/week1.md", "2024-2/week1.md")
    assert (same.same, same.changes) == (9, ())
    with pytest.raises(InputError, match="no document b.md"):
        compared(version, "2024-2/week1.md", "b.md")


def test_marks_and_what_surrounds_the_old_text_are_no_difference() -> None:
    assert list(differences("**둘** 셋", "하나 둘  셋 넷")) == [("same", "**둘** 셋")]
    assert list(differences("둘 셋", "하나 둘 셋", whole=True)) == [("new", "하나"), ("same", "둘 셋")]
    assert list(differences("a b c", "a x c")) == [("same", "a"), ("old", "b"), ("new", "x"), ("same", " c")]


WORDS = st.lists(st.sampled_from(["가", "나", "다라", "b", "12"]), max_size=12).map(" ".join)


@given(WORDS, WORDS)
def test_differences_add_up_to_both_texts(old: str, new: str) -> None:
    found = list(differences(old, new, whole=True))
    assert " ".join(text.strip() for change, text in found if change != "new") == old
    assert sum(len(text.split()) for change, text in found if change != "old") == len(new.split())
