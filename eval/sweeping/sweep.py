"""A sweep: build what the grid needs, search under every setting, compare, and see what is worth its time."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from pydantic import TypeAdapter

from eval.differences import Difference, differences_of
from eval.metrics.significance import LEVEL
from eval.metrics.values import Value
from eval.provenance import versions, without_secrets
from eval.questions import Question, sha256_of_set
from eval.scoring import Mean, QuestionScore, mean_of
from eval.sweeping.building import Builder, as_it_is, build_key, documents_of, needs_building
from eval.sweeping.front import pareto_front
from eval.sweeping.grid import Setting, Values, told
from eval.sweeping.records import FORMAT, Built, Sweep, Trial
from eval.sweeping.searching import Searched, search_all
from rag.errors import InputError
from rag.index.course import Course
from rag.index.folder import IndexFolder
from rag.settings import Settings

_SWEEP = TypeAdapter(Sweep)


class Stages(Protocol):
    """Told of the stages; ``ui.cli.progress.Bars`` is one."""

    def stage(self, name: str, total: int, unit: str) -> AbstractContextManager[Callable[[int], None]]:
        """Open a stage; what it gives is called with the steps done."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be swept.

    Attributes:
        questions, question_set: the questions, and their file.
        grid: values by setting.
        combinations: of them, checked.
        base: the settings without the grid.
        metric: to compare by; "" takes evidence_hit@k, or recall@k where the set has no reference contexts.
        documents: to build from; none: those of the index in the settings.
        work: folder for the indexes, kept; None: one that is removed.
        full: build every index from nothing, so that build times can be compared.
    """

    questions: Sequence[Question]
    question_set: Path
    grid: Values
    combinations: Sequence[Setting]
    base: Settings
    metric: str = ""
    documents: Sequence[str] = ()
    work: Path | None = None
    full: bool = False


def run_sweep(plan: Plan, stages: Stages) -> Sweep:
    """Run it.

    Raises:
        InputError: the metric is unknown or has no value, or there is nothing to build from.
        CourseRagError: an index cannot be built or opened.
    """
    with tempfile.TemporaryDirectory(prefix="course-rag-sweep-") as passing:
        builds, of_setting = _built(plan, plan.work or Path(passing), stages)
        searched = _searched(plan, builds, of_setting, stages)
    trials = _trials(plan, of_setting, searched)
    base = _base(plan)
    differences = _against(base, plan, trials)
    trials = [_compared(each, differences.get(str(each.number))) for each in trials]
    points = {each.number: (each.quality.mean or 0.0, each.search.p50) for each in trials}
    build_points = {each.number: (each.quality.mean or 0.0, builds[each.built].wall_s) for each in trials}
    return Sweep(
        format=FORMAT,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        question_set=plan.question_set.name,
        question_set_sha256=sha256_of_set(plan.question_set),
        questions=len(plan.questions),
        metric=_metric(plan),
        grid=plan.grid,
        settings=_shared(plan),
        libraries=versions(),
        builds=tuple(builds),
        trials=tuple(trials),
        base=base,
        front=pareto_front(points),
        build_front=pareto_front(build_points) if len(builds) > 1 and all(each.full for each in builds) else (),
        searches_s=sum(each.took_s for each in searched),
        verdict=_verdict(trials, base, _metric(plan)),
    )


def save_sweep(sweep: Sweep, path: Path) -> None:
    """Write it as JSON.

    Raises:
        InputError: the place cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_SWEEP.dump_json(sweep, indent=1) + b"\n")
    except OSError as error:
        raise InputError(
            f"The sweep cannot be written to {path} ({error.strerror}).", remedy="Give another folder with --out."
        ) from error


def _built(plan: Plan, work: Path, stages: Stages) -> tuple[list[Built], list[int]]:
    """The indexes, and for every combination which of them it searches."""
    first: dict[str, Setting] = {}
    for setting in plan.combinations:
        first.setdefault(build_key(setting.settings), setting)
    keys = list(first)
    of_setting = [keys.index(build_key(each.settings)) for each in plan.combinations]
    index = plan.base.index.path
    if not plan.documents and not needs_building([*plan.combinations, Setting({}, plan.base)]):
        return [as_it_is(index)], of_setting
    there = (IndexFolder(index).artifacts_file).exists()
    documents = list(plan.documents) or documents_of(index)
    builder = Builder(work, documents, count=len(keys), seed=index if there else None, full=plan.full)
    builds = []
    with stages.stage("build", len(keys), "indexes") as advance:
        for setting in first.values():
            builds.append(builder.build(setting))
            advance(1)
    return builds, of_setting


def _searched(plan: Plan, builds: Sequence[Built], of_setting: Sequence[int], stages: Stages) -> list[Searched]:
    """What every combination finds; an index is opened once."""
    found: dict[int, Searched] = {}
    with stages.stage("search", len(plan.combinations) * len(plan.questions), "questions") as advance:
        for number, built in enumerate(builds):
            members = [place for place, used in enumerate(of_setting) if used == number]
            machine = plan.combinations[members[0]].settings.embedder
            course = Course.open(Path(built.index), version=built.version, machine=machine)
            settings = [plan.combinations[place].settings.retrieval for place in members]
            found |= dict(zip(members, search_all(course, settings, plan.questions, advance), strict=True))
    return [found[place] for place in range(len(plan.combinations))]


def _trials(plan: Plan, of_setting: Sequence[int], searched: Sequence[Searched]) -> list[Trial]:
    metric = _metric(plan)
    trials = []
    for number, (setting, built, each) in enumerate(zip(plan.combinations, of_setting, searched, strict=True), start=1):
        means = {name: mean_of([values[name] for values in each.values]) for name in each.values[0]}
        if metric not in means or means[metric].mean is None:
            raise _no_value(plan, each, metric, means)
        own = {
            question.id: value
            for question, values in zip(plan.questions, each.values, strict=True)
            if (value := values[metric].value) is not None
        }
        trials.append(
            Trial(
                number, setting.changes, built, means[metric], means, own, each.search, each.handed_chars, each.failed
            )
        )
    return trials


def _no_value(plan: Plan, searched: Searched, metric: str, means: Mapping[str, Mean]) -> InputError:
    if searched.failed == len(plan.questions):
        reasons = (value.gap for value in searched.values[0].values() if value.failed)
        return InputError(f"Every search failed: {next(reasons)}", remedy="Try one: course-rag search QUESTION")
    valued = [name for name, mean in means.items() if mean.mean is not None]
    return InputError(
        f"No question of {plan.question_set} has a value of {metric}.",
        remedy=f"Give one of these with --metric: {', '.join(valued)}." if valued else "See the set's sources.",
    )


def _metric(plan: Plan) -> str:
    evidence = any(each.answerable and each.reference_contexts for each in plan.questions)
    return plan.metric or ("evidence_hit@k" if evidence else "recall@k")


def _base(plan: Plan) -> int:
    """The combination that changes nothing, else the first."""
    unchanged = plan.base.model_dump_json()
    numbered = enumerate(plan.combinations, start=1)
    return next((number for number, each in numbered if each.settings.model_dump_json() == unchanged), 1)


def _against(base: int, plan: Plan, trials: Sequence[Trial]) -> dict[str, Difference]:
    """Every other trial compared with the base: each counts as a metric, so that p is adjusted for all of them."""
    others = [each for each in trials if each.number != base]
    of_base = trials[base - 1].values
    pairs = []
    for question in plan.questions:
        b = {str(each.number): Value(each.values[question.id]) for each in others if question.id in each.values}
        a = {name: Value(of_base[question.id]) for name in b if question.id in of_base}
        pairs.append((QuestionScore(question, a), QuestionScore(question, b)))
    return differences_of(pairs, [str(each.number) for each in others])


def _compared(trial: Trial, found: Difference | None) -> Trial:
    if found is None:
        return trial
    return replace(trial, difference=found.difference, low=found.low, high=found.high, p=found.p_adjusted)


def _shared(plan: Plan) -> dict[str, Any]:
    """The settings of the base without those of the grid, and without secrets."""
    values = without_secrets(plan.base)
    for name in plan.grid:
        section, _, key = name.partition(".")
        values[section].pop(key, None)
    return values


def _verdict(trials: Sequence[Trial], base: int, metric: str) -> str:
    """What can be said, beyond the order of the table."""
    best = max(trials, key=lambda each: (each.quality.mean or 0.0, -each.search.p50))
    count = best.quality.count
    named = f"setting {best.number} ({told(best.changes)})"
    head = f"On {count} questions {named} has the best {metric}, {best.quality.mean:.3f}"
    shown = [each for each in trials if each.p is not None and each.p < LEVEL]
    better = [str(each.number) for each in shown if (each.difference or 0) > 0]
    worse = [str(each.number) for each in shown if (each.difference or 0) < 0]
    if not shown:
        return f"{head}; no setting is shown to differ from setting {base}, so the order may be chance."
    parts = ([f"better: {', '.join(better)}"] if better else []) + ([f"worse: {', '.join(worse)}"] if worse else [])
    return f"{head}; beyond chance, compared with setting {base}: {'; '.join(parts)}."
