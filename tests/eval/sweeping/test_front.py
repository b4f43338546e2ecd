"""The Pareto front: by hand, and what must hold of any."""

import xml.etree.ElementTree as ElementTree

from hypothesis import given
from hypothesis import strategies as st

from eval.sweeping.drawing import drawn
from eval.sweeping.front import pareto_front


def test_a_front_by_hand() -> None:
    points = {1: (0.9, 30.0), 2: (0.8, 10.0), 3: (0.8, 20.0), 4: (0.7, 10.5), 5: (0.95, 200.0), 6: (0.94, 200.0)}
    assert pareto_front(points) == (2, 1, 5)


def test_what_is_nearly_as_fast_is_as_fast() -> None:
    assert pareto_front({1: (0.9, 10.0), 2: (0.89, 9.6)}) == (1,)
    assert pareto_front({1: (0.9, 10.0), 2: (0.9, 9.6)}) == (2, 1)
    assert pareto_front({1: (0.9, 10.0), 2: (0.89, 5.0)}) == (2, 1)


points = st.dictionaries(st.integers(1, 30), st.tuples(st.floats(0, 1), st.floats(0.1, 1000)), min_size=1, max_size=20)


@given(points)
def test_the_best_is_on_the_front_and_nothing_off_it_is_clearly_better(found: dict[int, tuple[float, float]]) -> None:
    front = pareto_front(found)
    best = max(quality for quality, _ in found.values())
    assert best in {found[number][0] for number in front}
    for number in found.keys() - set(front):
        quality, time = found[number]
        assert any(q >= quality and t <= time * 1.1 for q, t in found.values() if (q, t) != (quality, time))


@given(points)
def test_a_drawing_is_well_formed_and_holds_every_point(found: dict[int, tuple[float, float]]) -> None:
    titles = {number: f'<"{number}"&' for number in found}
    svg = ElementTree.fromstring(drawn(found, pareto_front(found), quality="a < b", time="ms", titles=titles))  # noqa: S314
    circles = [(float(each.get("cx", "nan")), float(each.get("cy", "nan"))) for each in svg.iter("circle")]
    assert len(circles) == len(found)
    assert all(60 <= x <= 700 and 15 <= y <= 340 for x, y in circles)
    assert {each.text for each in svg.iter("title")} == {f'<"{number}"&' for number in found}
