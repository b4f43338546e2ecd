"""How new a source is: what a name says, what is taken where it says nothing."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.dedup.recency import modified_day, named_day, newest_first, recency


@pytest.mark.parametrize(
    ("source", "day"),
    [
        ("2024-1/week1.pdf", "2024-03-01"),
        ("2024-2학기/week1.pdf", "2024-09-01"),
        ("2024/2학기/week1.pdf", "2024-09-01"),
        ("2024학년도 1학기/week1.pdf", "2024-03-01"),
        ("2025 봄/week1.pdf", "2025-03-01"),
        ("spring_2025.md", "2025-03-01"),
        ("Fall2023/notes.md", "2023-09-01"),
        ("winter-22/notes.md", "2022-12-20"),
        ("24-1/notes.md", "2024-03-01"),
        ("ML_24-2.pdf", "2024-09-01"),
        ("24년 2학기.md", "2024-09-01"),
        ("2024_09_01.md", "2024-09-01"),
        ("20240901_intro.md", "2024-09-01"),
        ("240901 강의.md", "2024-09-01"),
        ("2024년 9월 2일.md", "2024-09-02"),
        ("2024-10/notes.md", "2024-10-01"),
        ("Sep 2024/notes.md", "2024-09-01"),
        ("2024/notes.md", "2024-01-01"),
        ("2025-1/20240901.md", "2024-09-01"),
        ("2025-1/imagenet-2012.pdf", "2025-03-01"),
        ("imagenet-2012.pdf", "2012-01-01"),
        ("week1.md", None),
        ("week 21-2.md", None),
        ("lecture_20-1.pdf", None),
        ("21-2주차.md", None),
        ("ch20-1.md", None),
        ("2012.03456.pdf", None),
        ("000_a4f8e48b81b50580.md", None),
        ("1920x1080.png", None),
        ("maybe2024.md", None),
        ("notes_v2_final.md", None),
        ("20241399.md", None),
    ],
)
def test_what_a_name_says(source: str, day: str | None) -> None:
    assert named_day(source) == day


def test_the_name_comes_before_the_document_and_the_document_before_the_file() -> None:
    assert recency("2024-1/a.md", "2025-09-01", "2026-01-01") == ("2024-03-01", "name")
    assert recency("a.md", "2025-09-01", "2026-01-01") == ("2025-09-01", "document")
    assert recency("a.md", "last week", "2026-01-01") == ("2026-01-01", "file")
    assert recency("a.md", None, "2026-01-01") == ("2026-01-01", "file")


def test_the_newest_comes_first_and_names_decide_on_one_day() -> None:
    days = {"b.md": "2024-03-01", "a.md": "2024-03-01", "z.md": "2025-03-01", "c.md": ""}
    assert sorted(days, key=lambda source: newest_first(source, days[source])) == ["z.md", "a.md", "b.md", "c.md"]


def test_a_file_is_as_new_as_its_last_change_in_utc(tmp_path: Path) -> None:
    import os

    path = tmp_path / "a.md"
    path.touch()
    changed = datetime(2024, 2, 29, 23, 59, tzinfo=UTC).timestamp()
    os.utime(path, (changed, changed))
    assert modified_day(path) == "2024-02-29"


@given(
    st.dates(date(1990, 1, 1), date(2099, 12, 31)),
    st.sampled_from(["%Y-%m-%d", "%Y_%m_%d", "%Y%m%d", "%Y년 %m월 %d일"]),
)
def test_every_date_is_read(day: date, form: str) -> None:
    name = day.strftime(form.encode("unicode-escape").decode()).encode().decode("unicode-escape")
    assert named_day(f"notes/{name} week3.md") == day.isoformat()


@given(st.text(max_size=40))
def test_any_name_is_a_day_or_none(name: str) -> None:
    day = named_day(f"x/{name}")
    assert day is None or date.fromisoformat(day).isoformat() == day
