"""Shadow mode: two real assistants side by side, and what is made of the difference."""

from dataclasses import replace

import pytest

from eval.agreement import Agreement
from eval.making.logged import LoggedQuestion
from eval.records import GivenAnswer
from eval.reporting.agreement import shadow_json, shadow_markdown
from eval.shadow import HeldAssistant, Shadowed, Side, shadow, summary_of
from rag.settings import Settings

LOG = [
    LoggedQuestion("드롭아웃은 어떤 기법인가요?", thumb=1),
    LoggedQuestion("드롭아웃은  어떤 기법인가요?"),
    LoggedQuestion("BM25는 무엇으로 순위를 매기나요?", thumb=-1),
]


def test_the_same_configuration_changes_nothing(course_settings: Settings) -> None:
    live, candidate = HeldAssistant(course_settings), HeldAssistant(course_settings)
    found = shadow(live, candidate, LOG)
    assert [(row.question, row.times, row.thumbs_up, row.thumbs_down) for row in found.rows] == [
        ("드롭아웃은 어떤 기법인가요?", 2, 1, 0),
        ("BM25는 무엇으로 순위를 매기나요?", 1, 0, 1),
    ]
    assert found.changes == {}
    assert found.changed == 0.0
    assert {name: share.mean for name, share in found.shares.items()} == {
        "same answer": 1.0,
        "same refusal": 1.0,
        "common citation": 1.0,
        "retrieval overlap": 1.0,
    }
    assert found.latency_ratio is not None
    assert "**0% of the questions change**" in shadow_markdown(found, live="a", candidate="b")


def test_what_the_candidate_cannot_find_is_told(course_settings: Settings) -> None:
    blind = course_settings.retrieval.model_copy(update={"threshold": 2.0})
    candidate = HeldAssistant(course_settings.model_copy(update={"retrieval": blind}))
    found = shadow(HeldAssistant(course_settings), candidate, LOG, most=1)
    assert found.changes == {"now refused": 1}
    assert found.liked_lost == ("드롭아웃은 어떤 기법인가요?",)
    assert found.rows[0].overlap == 0.0
    assert found.latency_ratio is None
    report = shadow_markdown(found, live="version 1", candidate="version 2")
    assert "**100% of the questions change**: now refused 1." in report
    assert "now refused, asked 2 times, thumbs 1 up 0 down" in report
    values = shadow_json(found)
    assert values["rows"][0]["candidate"]["answer"]["refused"] is True
    assert values["rows"][0]["live"]["answer"]["cites"] == ["regularization.md"]


def test_a_held_assistant_stays_at_its_version(course_settings: Settings) -> None:
    held = HeldAssistant(course_settings)
    course = held.course
    held._serving = replace(held._serving, course=replace(course, stamp=(0, 0)))  # as if another had been published
    assert held.search("BM25")
    assert held.course.stamp == (0, 0)


def _row(change: Agreement | None, *, up: int = 0, refused: bool = False, ms: tuple[float, float] = (1, 1)) -> Shadowed:
    candidate = GivenAnswer("", refused, (), ()) if change else None
    return Shadowed(
        "?", 1, up, 0, Side(GivenAnswer("", False, (), ()), (), ms[0]), Side(candidate, (), ms[1]), change, None
    )


def test_changes_are_counted_and_time_is_compared_by_the_median() -> None:
    same = Agreement(refusal=True, citations=True, text=True)
    rows = [
        _row(same, ms=(10, 20)),
        _row(same, ms=(10, 20)),
        _row(Agreement(refusal=True, citations=False, text=False), up=1, ms=(10, 20)),
        _row(Agreement(refusal=False, citations=None, text=False), refused=True, ms=(10, 900)),
        _row(Agreement(refusal=False, citations=None, text=False), up=1, ms=(10, 20)),
        _row(None, up=1),
    ]
    found = summary_of(rows)
    assert found.changes == {"other sources": 1, "now refused": 1, "now answered": 1, "error": 1}
    assert found.changed == pytest.approx(4 / 6)
    assert len(found.liked_lost) == 2  # other sources, and the error; not what is answered now
    assert found.latency_ratio is not None
    assert found.latency_ratio[0] == 2.0
    assert summary_of([]).changed == 0.0
