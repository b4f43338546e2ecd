"""Evidence: found through other line breaks and marks, across a border, and never where it is not."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics.evidence import (
    contexts_found,
    evidence_hit,
    evidence_rank,
    evidence_recall,
    places_of,
    ranked_sources,
    squeeze,
)
from eval.questions import Place, Question
from eval.records import Passage

DOCUMENT = "Dropout turns neurons off. It was made to stop units from relying on each other. It is cheap."


def _cut(start: int, end: int, source: str = "a.md", document: str = DOCUMENT) -> Passage:
    return Passage(source, document[start:end], start=start, end=end)


@pytest.mark.parametrize(
    ("context", "text"),
    [
        ("데이터 증강을 사용한다", "이 튜토리얼에서는 *데이터\n증강*을 사용한다."),
        ("BIRCH | large dataset", "| BIRCH |  large\u00a0dataset |"),
        ("off‑policy learning", "It is called **off-policy** learning"),
        ("정규화", unicodedata.normalize("NFD", "정규화")),
        ("두 부분: • 머리 • 몸", "두 부분:\n\n- 머리\n- 몸"),
        ("efficient", "e\ufb03cient"),  # a ligature
        ("self_attention", "`self_attention`"),
        ("기울기", "기\u00ad울\u200b기"),
    ],
)
def test_marks_and_white_space_do_not_hide_evidence(context: str, text: str) -> None:
    assert contexts_found([context], [Passage("a.md", text)]) == [True]


def test_other_words_are_no_evidence() -> None:
    assert contexts_found(["dropout is cheap"], [_cut(0, len(DOCUMENT))]) == [False]


def test_the_lead_belongs_to_its_passage() -> None:
    row = Passage("a.md", "| 0.9 | 20 m |", lead="| probability | distance |")
    assert contexts_found(["| probability | distance | | 0.9 | 20 m |"], [row]) == [True]


def test_a_context_across_a_border_counts_if_both_sides_were_found() -> None:
    context = "neurons off. It was made to stop"
    first, second = _cut(0, 26), _cut(27, 80)
    assert evidence_hit([context], [first], 5) == 0.0
    assert evidence_hit([context], [second, first], 2) == 1.0  # in document order, whatever their rank
    assert evidence_hit([context], [second, first], 1) == 0.0


def test_an_overlap_is_read_once() -> None:
    assert contexts_found([DOCUMENT], [_cut(0, 40), _cut(30, len(DOCUMENT))]) == [True]


def test_passages_far_apart_or_of_two_documents_are_not_joined() -> None:
    before, after = Passage("a.md", "one two", start=0, end=7), Passage("a.md", "three", start=900, end=905)
    elsewhere = Passage("b.md", "three", start=8, end=13)
    assert contexts_found(["two three"], [before, after]) == [False]
    assert contexts_found(["two three"], [before, elsewhere]) == [False]


def test_all_contexts_are_needed_and_the_share_is_told() -> None:
    contexts = ["Dropout turns neurons off", "It is cheap"]
    passages = [_cut(0, 26), Passage("b.md", "something else"), _cut(81, 93)]
    assert [evidence_hit(contexts, passages, k) for k in (1, 2, 3)] == [0.0, 0.0, 1.0]
    assert [evidence_recall(contexts, passages, k) for k in (1, 2, 3)] == [0.5, 0.5, 1.0]
    assert evidence_rank(contexts, passages) == 3
    assert evidence_rank(["never said"], passages) is None


def test_without_contexts_there_is_no_value() -> None:
    assert evidence_hit([], [_cut(0, 26)], 5) is None
    assert evidence_recall([], [_cut(0, 26)], 5) is None


@given(
    st.text(alphabet="가나다abc.|*#"), st.lists(st.sampled_from([" ", "\n", "*", "`", "\u200b", "—", "\t"]), max_size=9)
)
def test_what_is_left_out_may_stand_anywhere(text: str, noise: list[str]) -> None:
    step = max(1, len(text) // (len(noise) + 1))
    parts = [text[start : start + step] for start in range(0, len(text), step)]
    noisy = "".join(part + (noise[number] if number < len(noise) else "") for number, part in enumerate(parts))
    assert squeeze(noisy) == squeeze(text)


@given(st.text(alphabet="가나다ab .\n", min_size=1, max_size=80), st.data())
def test_any_part_of_a_document_is_found_when_all_of_it_was(document: str, data: st.DataObject) -> None:
    border = data.draw(st.integers(0, len(document)))
    start = data.draw(st.integers(0, len(document)))
    end = data.draw(st.integers(start, len(document)))
    passages = [_cut(border, len(document), document=document), _cut(0, border, document=document)]
    assert contexts_found([document[start:end]], passages) == [True]


@given(st.lists(st.sampled_from(["alpha", "beta", "gamma", "delta"]), max_size=6), st.integers(1, 6))
def test_evidence_only_grows_with_k(words: list[str], k: int) -> None:
    passages = [Passage(f"{number}.md", word) for number, word in enumerate(words)]
    less, more = (evidence_recall(["alpha", "beta"], passages, cut) for cut in (k, k + 1))
    assert less is not None
    assert more is not None
    assert 0 <= less <= more <= 1


def test_places_are_the_own_one_and_those_of_removed_duplicates() -> None:
    passage = Passage("a.pdf", "x", page=2, also_in=("week 1, notes.md", "b.pdf, p. 12", "c.ipynb, cell 3"))
    assert places_of(passage) == [
        Place("a.pdf", 2),
        Place("week 1, notes.md"),
        Place("b.pdf", 12),
        Place("c.ipynb"),
    ]


def test_sources_are_ranked_by_their_first_passage() -> None:
    question = Question("q", "?", sources=("b.md",))
    passages = [Passage(source, "x") for source in ("a.md", "a.md", "b.md", "a.md", "c.md")]
    assert ranked_sources(question, passages) == ["a.md", "b.md", "c.md"]


def test_a_removed_duplicate_counts_for_the_source_that_is_looked_for() -> None:
    question = Question("q", "?", sources=("b.pdf",))
    assert ranked_sources(question, [Passage("a.md", "x", also_in=("b.pdf, p. 3",))]) == ["b.pdf"]


def test_another_place_of_the_passage_stands_for_the_one_source() -> None:
    passages = [Passage("copy.md", "x"), Passage("a.md", "x")]
    one = Question("q", "?", sources=("a.md",), also_in=(Place("copy.md"),))
    assert ranked_sources(one, passages) == ["a.md"]
    two = Question("q", "?", sources=("a.md", "b.md"), also_in=(Place("copy.md"),))
    assert ranked_sources(two, passages) == ["copy.md", "a.md"]
