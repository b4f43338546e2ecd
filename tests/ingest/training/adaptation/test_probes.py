"""Sections, and what they ask."""

import random

from ingest.training.adaptation.probes import Prober
from ingest.training.adaptation.sections import Section, sections_of
from rag.chunks import Chunk
from rag.index.course import Course


def chunk(text: str, *heading: str, source: str = "a.md", **more: object) -> Chunk:
    return Chunk(id=text, text=text, source=source, title="강의", heading=heading, **more)  # type: ignore[arg-type]


FIRST = "전이학습(Transfer Learning)은 배운 것을 다른 과제에 옮겨 쓴다. 자료가 적을 때에 특히 도움이 된다고 한다."
SECOND = "미리 배운 층은 그대로 두고 마지막 층만 새로 배우는 방법이 가장 간단하다."
BELOW = "전이학습의 비용은 적지만 원래 과제와 많이 다르면 배운 것이 오히려 해가 될 수도 있다는 점을 조심해야 한다."
OTHER = "Transfer Learning이라는 말은 심리학에서 왔으며 기계 학습이 빌려 쓴 것이다."


def held(names: list[Section]) -> list[Section]:
    """The same sections, all of them held out."""
    return [_Held(each.name, each.rows, each.chunks) for each in names]


class _Held(Section):
    @property
    def held_out(self) -> bool:
        return True


def test_a_section_is_a_heading_of_a_source_or_a_page() -> None:
    chunks = [
        chunk("1", "A"),
        chunk("2", "A", "B"),
        chunk("3", "A"),
        chunk("4", "A", source="b.md"),
        chunk("5", page=1),
        chunk("6", page=2),
        chunk("7", page=2),
    ]
    assert [section.rows for section in sections_of(chunks)] == [(0, 2), (1,), (3,), (4,), (5, 6)]


def test_one_section_in_five_is_held_out_by_its_name_alone() -> None:
    names = {f"a.md\x00{number}": Section(f"a.md\x00{number}", (), ()).held_out for number in range(2_000)}
    assert 0.17 < sum(names.values()) / len(names) < 0.23
    assert Section("a.md\x00조르박스", (5,), (chunk("x"),)).held_out == Section("a.md\x00조르박스", (), ()).held_out


def test_the_words_that_ask_are_not_in_what_answers() -> None:
    chunks = [
        chunk(FIRST, "기초", "전이학습"),
        chunk(SECOND, "기초", "전이학습"),
        chunk(BELOW, "기초", "전이학습", "비용"),
        chunk(OTHER, "역사", source="b.md"),
    ]
    sections = sections_of(chunks)
    probes = Prober(chunks, sections).held_out(held(sections)[:1])
    by_kind = {kind: [each for each in probes if each.kind == kind] for kind in ("heading", "sentence", "term")}
    (heading,) = by_kind["heading"]
    assert heading.text == "전이학습"
    assert heading.passages == (f"강의 › 기초\n{FIRST}", f"강의 › 기초\n{SECOND}")
    assert heading.hidden == {0, 1, 2}  # the subsection has the heading in its path
    assert len(by_kind["sentence"]) == 2
    for sentence in by_kind["sentence"]:
        assert all(sentence.text not in passage for passage in sentence.passages)
        assert sentence.passages[1] == f"강의 › 기초 › 전이학습\n{SECOND}"
        assert sentence.hidden == {0, 1}
    gloss, term = by_kind["term"]
    assert (gloss.text, term.text) == ("Transfer Learning", "전이학습")
    assert "Transfer" not in gloss.passages[0] and "전이학습은" in gloss.passages[0]
    assert "전이학습" not in term.passages[0] and "(Transfer Learning)은" in term.passages[0]
    assert gloss.hidden == term.hidden == {0, 1, 2, 3}  # each has one of the two names
    (verbatim,) = (each for each in probes if each.kind == "verbatim")
    assert verbatim.text in verbatim.passages[0] and len(verbatim.passages) == 1


def test_a_heading_that_several_sections_have_is_asked_with_the_one_above() -> None:
    chunks = [chunk(FIRST, "전이학습", "비용"), chunk(BELOW, "증류", "비용")]
    sections = sections_of(chunks)
    asked = [each for each in Prober(chunks, sections).held_out(held(sections)) if each.kind == "heading"]
    assert [each.text for each in asked] == ["전이학습 › 비용", "증류 › 비용"]
    assert asked[1].passages == (f"강의\n{BELOW}",)


def test_nothing_of_a_held_out_section_is_trained_on(glossed_course: Course) -> None:
    table = glossed_course.store.table
    chunks = [Chunk.from_document(each) for each in table.get(table.matching({}))]
    sections = sections_of(chunks)
    prober = Prober(chunks, sections)
    tasks = prober.training(sections, random.Random(1))
    assert set(tasks) == {"headings", "sentences", "terms"}
    trained = "\n".join(text for pairs in tasks.values() for pair in pairs for text in (pair.anchor, pair.positive))
    kept = [chunk.text for section in sections if section.held_out for chunk in section.chunks]
    assert len(kept) > 10
    sentences = [line for text in kept for line in text.split("\n\n")]
    assert [each for each in sentences if each in trained] == []
    assert {each.section for each in prober.held_out(sections)} == {each.name for each in sections if each.held_out}
    assert prober.training(sections, random.Random(1)) == tasks
