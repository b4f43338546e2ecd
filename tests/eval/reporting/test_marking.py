"""Evidence is marked where it stands, however a passage is written, and a passage loses nothing by it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics.evidence import squeeze
from eval.reporting.marking import Piece, marked, shortened

TEXT = "앞에 있는 말. **드롭아웃**은 뉴런을\n무작위로 끈다. 뒤에 있는 말."
WANTED = "드롭아웃은 뉴런을 무작위로 끈다."


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC"])
def test_a_copy_is_found_whatever_stands_between(form: str) -> None:
    text = unicodedata.normalize(form, TEXT)  # type: ignore[arg-type]
    pieces = marked(text, [WANTED])
    (found,) = [piece.text for piece in pieces if piece.marked]
    assert unicodedata.normalize("NFC", found) == "드롭아웃**은 뉴런을\n무작위로 끈다."
    assert "".join(piece.text for piece in pieces) == text


def test_what_goes_on_in_the_next_passage_is_marked_as_far_as_it_goes() -> None:
    wanted = "The first half stands at the end, and the second half stands in the next passage."
    ends = marked("Other words. The first half stands at the end, and", [wanted])
    assert [piece.text for piece in ends if piece.marked] == ["The first half stands at the end, and"]
    begins = marked("the second half stands in the next passage. More.", [wanted])
    assert [piece.text for piece in begins if piece.marked] == ["the second half stands in the next passage."]
    inside = marked("and the second half stands", [wanted])
    assert inside == [Piece("and the second half stands", marked=True)]


def test_what_is_not_there_is_not_marked() -> None:
    assert marked(TEXT, ["배치 정규화"]) == [Piece(TEXT)]
    assert marked(TEXT, ["", "**"]) == [Piece(TEXT)]
    assert marked("", [WANTED]) == []
    assert marked("the end of it", ["the end of all, and more"]) == [Piece("the end of it")]  # too short a part


def test_spans_that_overlap_are_marked_once() -> None:
    pieces = marked("one two three four", ["one two three", "two three four", "one two three"])
    assert [piece.text for piece in pieces if piece.marked] == ["one two three", " four"]
    assert "".join(piece.text for piece in pieces) == "one two three four"


@given(
    st.text(alphabet=st.sampled_from("가나각ㄱae\u0301\u1100\u1161 \n-*ﬁ①İß\u200b"), max_size=60),
    st.lists(st.text(alphabet=st.sampled_from("가나각ae ﬁß"), max_size=12), max_size=3),
)
def test_a_passage_is_never_changed(text: str, wanted: list[str]) -> None:
    pieces = marked(text, wanted)
    assert "".join(piece.text for piece in pieces) == text
    for piece in pieces:
        assert not piece.marked or squeeze(piece.text)


def test_long_stretches_are_cut_and_told() -> None:
    pieces = [Piece("a" * 1000), Piece("evidence", marked=True), Piece("b" * 1000)]
    first, middle, last = shortened(pieces, 100)
    assert first.text == f"[… 900 characters …] {'a' * 100}"
    assert middle == pieces[1]
    assert last.text == f"{'b' * 100} [… 900 characters …]"
    assert shortened([Piece("a" * 1000)], 100) == [Piece(f"{'a' * 100} [… 900 characters …]")]
    assert shortened([Piece("a" * 1000, marked=True)], 100)[0].text == f"{'a' * 50} [… 900 characters …] {'a' * 50}"
    assert shortened([Piece("a" * 130)], 100) == [Piece("a" * 130)]  # not worth a cut
