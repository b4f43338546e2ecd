"""Windows of passages, and the vectors they get."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.windows import SHARE, Windows, window_texts
from rag.chunks import Chunk

LECTURE = (
    "경사하강법은 손실을 줄이는 방향으로 조금씩 움직인다. 학습률이 크면 발산한다.\n"
    "Adam keeps a moving average of the gradient. It needs two moments. 모멘텀은 관성을 준다."
)


def chunk(text: str, heading: tuple[str, ...] = ("최적화", "경사하강법과 Adam")) -> Chunk:
    return Chunk(id="", text=text, source="a.md", title="강의", heading=heading)


def test_sentences_are_put_together_as_long_as_they_fit_below_the_innermost_heading() -> None:
    assert window_texts(chunk(LECTURE), 60) == [
        "경사하강법과 Adam\n경사하강법은 손실을 줄이는 방향으로 조금씩 움직인다. 학습률이 크면 발산한다.",
        "경사하강법과 Adam\nAdam keeps a moving average of the gradient.",
        "경사하강법과 Adam\nIt needs two moments. 모멘텀은 관성을 준다.",
    ]


def test_a_heading_that_the_window_has_is_not_repeated() -> None:
    assert window_texts(chunk("모멘텀은 관성이다. 끝.", ("모멘텀",)), 12) == ["모멘텀은 관성이다.", "모멘텀\n끝."]


def test_a_passage_that_fits_in_one_window_has_none() -> None:
    assert window_texts(chunk(LECTURE), 240) == []
    assert window_texts(chunk("한 문장뿐이다. " * 1), 5) == []


def test_a_size_of_zero_makes_none() -> None:
    assert Windows.of([chunk(LECTURE)], 0).texts == []


@given(st.text("가나다. \n.?!ABc", max_size=200), st.integers(1, 50))
def test_every_letter_is_in_exactly_one_window(text: str, size: int) -> None:
    found = window_texts(chunk(text, ()), size)
    assert len(found) != 1
    if found:
        assert "".join("".join(found).split()) == "".join(text.split())


def test_a_windows_vector_is_mostly_its_passages() -> None:
    windows = Windows(["x", "y"], np.array([1, 1]))
    passages = np.array([[3, 0], [0, 1], [1, 0]], np.float32)
    rows = windows.rows(passages, np.array([[2, 0], [0, 5]], np.float32))
    assert rows.owners.tolist() == [0, 1, 1, 2]
    length = (SHARE**2 + (1 - SHARE) ** 2) ** 0.5
    wanted = [[1, 0], [SHARE / length, (1 - SHARE) / length], [0, 1], [1, 0]]
    assert rows.vectors == pytest.approx(np.array(wanted, np.float32), abs=1e-6)


def test_without_windows_the_passages_stay_as_they_are() -> None:
    passages = np.eye(3, dtype=np.float32)
    rows = Windows.of([], 240).rows(passages, np.empty((0, 3), np.float32))
    assert rows.owners.tolist() == [0, 1, 2]
    np.testing.assert_array_equal(rows.vectors, passages)
