"""Particles of made questions, drawing, and names in texts."""

from dataclasses import replace

import pytest

from eval.making.headings import name_of
from eval.making.made import Made, drawn, pick, spread
from eval.making.passages import written
from eval.making.tables import bare, table_of
from eval.making.wording import filled
from rag.chunks import Chunk


@pytest.mark.parametrize(
    ("template", "term", "expected"),
    [
        ("{term:이란} 무엇인가요?", "드롭아웃", "드롭아웃이란 무엇인가요?"),
        ("{term:이란} 무엇인가요?", "임베딩 층 하나", "임베딩 층 하나란 무엇인가요?"),
        ("{term:은} 무엇인가요?", "BERT", "BERT는 무엇인가요?"),
        ("{term:은} 무엇인가요?", "손실 함수(loss)", "손실 함수(loss)는 무엇인가요?"),
        ("‘{term:’을} 영어로", "역전파", "‘역전파’를 영어로"),
        ("‘{term:’을} 영어로", "정규화 기법", "‘정규화 기법’을 영어로"),
        ("{term}의 뜻", "x", "x의 뜻"),
    ],
)
def test_particles_follow_the_sound_before_them(template: str, term: str, expected: str) -> None:
    assert filled(template, {"term": term}) == expected


def _made(text: str, source: str, kind: str = "a") -> Made:
    return Made(kind, text, "en", Chunk("", "", source, ""), about=text)


def test_a_pool_begins_with_one_of_each_document() -> None:
    pool = [_made(f"{source}{number}", source) for source in "abc" for number in range(5)]
    order = spread(pool, seed=1)
    assert sorted(made.user_input for made in order) == sorted(made.user_input for made in pool)
    for turn in range(5):
        assert {made.chunk.source for made in order[3 * turn : 3 * turn + 3] if made.chunk} == {"a", "b", "c"}


def test_what_one_pool_lacks_the_others_give_and_nothing_is_asked_twice() -> None:
    few = [_made("both", "a", "few")]
    many = [_made("both", "b", "many"), *(_made(str(number), "b", "many") for number in range(9))]
    chosen = drawn({"few": few, "many": many}, count=6, seed=0)
    assert len(chosen) == 6
    assert [made.kind for made in chosen] == ["few"] + ["many"] * 5
    assert len({made.user_input for made in chosen}) == 6


def test_an_id_depends_on_question_and_source_alone() -> None:
    made = _made("What?", "a.md")
    assert made.row()["id"] == replace(made, reference="other").row()["id"]
    assert made.row()["id"] != _made("What?", "b.md").row()["id"]


def test_a_pick_is_the_same_for_the_same_key() -> None:
    assert [pick("abcd", "key", seed) for seed in range(5)] == [pick("abcd", "key", seed) for seed in range(5)]
    assert {pick("abcd", str(key), 0) for key in range(50)} == set("abcd")


def test_a_name_is_found_as_it_is_written_but_not_inside_another() -> None:
    assert written("GD").search("by GD, slowly")
    assert not written("GD").search("by SGD")
    assert written("ML").search("MLs") and not written("ML").search("HTML")
    assert written("손실 함수").search("이 손실함수를")
    assert written("fine-tuning").search("Fine tuning is")


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("3.1. 손실 함수", "손실 함수"),
        ("🔁 재사용성:", "재사용성"),
        ("2024년 규정", "2024년 규정"),
        ("`Layer` 클래스", "Layer 클래스"),
    ],
)
def test_headings_and_cells_lose_numbers_pictures_and_marks(heading: str, name: str) -> None:
    assert name_of(Chunk("", "", "", "", heading=("top", heading))) == name
    assert bare(heading.rstrip(":")) == name


def test_a_table_that_was_cut_has_its_header_from_the_lead() -> None:
    chunk = Chunk("", "| c | 3 |\n| d | a\\|b |", "", "", kind="table", lead="| name | value |\n| --- | --- |")
    table = table_of(chunk)
    assert table is not None
    assert table.header == ["name", "value"]
    assert table.rows == [(["c", "3"], "| c | 3 |"), (["d", "a|b"], "| d | a\\|b |")]
    assert table_of(replace(chunk, lead="")) is None
