"""A sweep over the tiny course: real searches, and in the slow test real builds."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from eval.metrics.evidence import evidence_hit
from eval.questions import read_questions
from eval.records import Passage
from eval.sweeping.grid import Values, combinations
from eval.sweeping.page import render_page
from eval.sweeping.records import Sweep
from eval.sweeping.sweep import Plan, run_sweep, save_sweep
from eval.sweeping.text import render_sweep
from rag.assistant import Assistant
from rag.errors import CourseRagError, InputError
from rag.settings import Settings

ROWS = [
    {
        "id": "dropout",
        "user_input": "드롭아웃은 무엇인가요?",
        "reference_contexts": ["뉴런을 무작위로 끄는 정규화 기법"],
        "source": "regularization.md",
    },
    {
        "id": "google",
        "user_input": "Who introduced the transformer?",
        "reference_contexts": ["by researchers at Google"],
        "source": "attention.md",
    },
    {
        "id": "bm25",
        "user_input": "BM25는 무엇으로?",
        "reference_contexts": ["희귀도로 문서의 순위를"],
        "source": "search.md",
    },
    {"id": "kimchi", "user_input": "김치찌개는 어떻게 끓이나요?", "answerable": False},
]


class Quiet:
    """Counts the steps of each stage."""

    def __init__(self) -> None:
        self.done: dict[str, list[int]] = {}

    @contextmanager
    def stage(self, name: str, total: int, unit: str) -> Iterator[Callable[[int], None]]:
        steps = self.done.setdefault(name, [0, total])

        def advance(count: int) -> None:
            steps[0] += count

        yield advance


@pytest.fixture
def question_set(tmp_path: Path) -> Path:
    path = tmp_path / "set.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS), encoding="utf-8")
    return path


def _plan(settings: Settings, question_set: Path, grid: Values, **options: object) -> Plan:
    def settings_of(**sections: dict[str, object]) -> Settings:
        changed = {
            name: type(getattr(settings, name)).model_validate(getattr(settings, name).model_dump() | values)
            for name, values in sections.items()
        }
        return settings.model_copy(update=changed)

    found = combinations(grid, settings_of)
    return Plan(read_questions(question_set), question_set, grid, found, settings, **options)  # type: ignore[arg-type]


@pytest.fixture
def sweep(course_settings: Settings, question_set: Path) -> Sweep:
    stages = Quiet()
    grid: Values = {"retrieval.mode": ["keyword", "hybrid"], "retrieval.k": [1, 5], "retrieval.threshold": [None, 1e6]}
    found = run_sweep(_plan(course_settings, question_set, grid), stages)
    assert stages.done == {"search": [8 * 4, 8 * 4]}  # no index had to be built
    return found


def test_values_are_those_of_the_search(sweep: Sweep, course_settings: Settings) -> None:
    assert [tuple(each.changes.values()) for each in sweep.trials[:3]] == [
        ("keyword", 1, None),
        ("keyword", 1, 1e6),
        ("keyword", 5, None),
    ]
    assert (sweep.metric, sweep.base) == ("evidence_hit@k", 7)  # hybrid, 5, none: the defaults
    settings = course_settings.model_copy(
        update={"retrieval": course_settings.retrieval.model_copy(update={"mode": "keyword", "k": 1})}
    )
    assistant = Assistant(settings)
    expected = {
        str(row["id"]): evidence_hit(
            tuple(row["reference_contexts"]),
            [Passage.of(hit) for hit in assistant.search(str(row["user_input"]), k=1)],
            1,
        )
        for row in ROWS[:3]
    }
    assert sweep.trials[0].values == expected
    assert sweep.trials[0].means["nothing_found"].count == 1


def test_nothing_passes_a_threshold_that_is_too_high(sweep: Sweep) -> None:
    for each in sweep.trials[1::2]:
        assert (each.quality.mean, each.handed_chars, each.means["nothing_found"].mean) == (0.0, 0.0, 1.0)
        assert each.number not in sweep.front or each.search.p50 < sweep.trials[each.number - 2].search.p50


def test_the_index_in_service_is_searched_as_it_is(sweep: Sweep, course_settings: Settings) -> None:
    assert [(each.index, each.wall_s, each.full) for each in sweep.builds] == [
        (str(course_settings.index.path), 0.0, False)
    ]
    assert sweep.build_ratio is None
    assert sweep.build_front == ()


def test_a_sweep_is_written_and_told(sweep: Sweep, tmp_path: Path) -> None:
    save_sweep(sweep, tmp_path / "out" / "sweep.json")
    written = json.loads((tmp_path / "out" / "sweep.json").read_text("utf-8"))
    assert [each["number"] for each in written["trials"]] == list(range(1, 9))
    assert written["grid"]["retrieval.threshold"] == [None, 1e6]
    assert "mode" not in written["settings"]["retrieval"]
    text = render_sweep(sweep)
    assert f"**{sweep.verdict}**" in text
    assert len([line for line in text.splitlines() if "retrieval.mode" in line and line.startswith("|")]) == 8
    page = render_page(sweep)
    assert page.count("<circle") == 8
    assert not re.search(r"""(?:src|href)=|url\(|@import|<script""", page)  # nothing is fetched, nothing is run


def test_another_metric_and_an_unknown_one(course_settings: Settings, question_set: Path) -> None:
    grid: Values = {"retrieval.k": [1, 2]}
    assert run_sweep(_plan(course_settings, question_set, grid, metric="mrr"), Quiet()).metric == "mrr"
    with pytest.raises(InputError, match="has a value of mmr") as error:
        run_sweep(_plan(course_settings, question_set, grid, metric="mmr"), Quiet())
    assert "mrr" in error.value.remedy


@pytest.mark.slow
def test_each_index_is_built_once_from_what_is_there(
    course_settings: Settings, question_set: Path, tmp_path: Path
) -> None:
    before = sorted(each.name for each in (course_settings.index.path / "versions").iterdir())
    grid: Values = {"index.window_chars": [240, 0], "chunk.max_tokens": [384, 64], "retrieval.k": [1, 3, 5]}
    stages = Quiet()
    documents = [str(course_settings.index.path.parent / "documents")]
    found = run_sweep(_plan(course_settings, question_set, grid, documents=documents, work=tmp_path / "work"), stages)
    assert stages.done["build"] == [4, 4]
    assert [each.built for each in found.trials] == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert [each.version for each in found.builds] == [1, 2, 3, 4]
    # The cache of the index in service has every file at 384 tokens; the third build has it from the first two.
    assert [each.files_read for each in found.builds] == [0, 3, 0, 0]
    assert found.builds[2].embedded == 0
    assert sorted(each.name for each in (course_settings.index.path / "versions").iterdir()) == before


@pytest.mark.slow
def test_full_builds_reuse_nothing_and_have_a_front(
    course_settings: Settings, question_set: Path, tmp_path: Path
) -> None:
    found = run_sweep(_plan(course_settings, question_set, {"index.window_chars": [240, 0]}, full=True), Quiet())
    assert [(each.files_read, each.full) for each in found.builds] == [(3, True), (3, True)]
    assert found.build_front
    assert found.build_ratio == pytest.approx(sum(each.wall_s for each in found.builds) / found.builds[0].wall_s)
    assert "s per build" in render_page(found)


@pytest.mark.slow
def test_a_build_that_fails_is_told(course_settings: Settings, question_set: Path, tmp_path: Path) -> None:
    grid: Values = {"index.window_chars": [240, 0]}
    with pytest.raises(CourseRagError, match="could not be built: .*no-such-folder"):
        run_sweep(_plan(course_settings, question_set, grid, documents=[str(tmp_path / "no-such-folder")]), Quiet())
