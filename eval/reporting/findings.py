"""A run in sentences: what a team acts on, each with its 95% interval, what matters most first."""

from collections.abc import Iterable
from dataclasses import dataclass

from eval.metrics.evidence import evidence_rank
from eval.metrics.values import Value
from eval.records import Row, Run
from eval.reporting.outcomes import Tone, handed_over, outcome_of
from eval.reporting.reasons import failures
from eval.reporting.wording import (
    JUDGED,
    LEAST_OF_A_SLICE,
    SLICED,
    below,
    listed,
    meaning,
    milliseconds,
    percent,
    plural,
    told_percent,
    were,
)
from eval.scoring import Mean, Scores, mean_of

_GOOD, _FAIR = 0.9, 0.75
"""Means from which on a share is called good, and fair. It is good only if its interval is above what is poor."""

_FEW = 100
"""Below so many questions the reader is told how little can be told apart."""

_MOST_SLICES = 3
_NAME = 60
"""Characters of a slice's name."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence, what it is about, and how good the news is; "note" is neither."""

    about: str
    tone: Tone | str
    text: str


def findings(run: Run, scores: Scores) -> list[Finding]:
    """The summary of a run."""
    told = [
        _failed(run, scores),
        _whole(run),
        _search(run, scores),
        _timid(run),
        _invented(run),
        _citations(scores),
        *_judged(scores),
        _slices(scores),
        _speed(run, scores),
        _few(run),
    ]
    return [each for each in told if each]


def _share(flags: Iterable[bool]) -> Mean:
    return mean_of([Value(float(flag)) for flag in flags])


def _tone(mean: Mean) -> Tone:
    value = mean.mean or 0.0
    if value < _FAIR:
        return "poor"
    return "good" if value >= _GOOD and (mean.low or 0.0) >= _FAIR else "fair"


def _failed(run: Run, scores: Scores) -> Finding | None:
    reasons = failures(scores.questions)
    if not reasons:
        return None
    rows = sum(bool(row.error) for row in run.rows)
    values = sum(mean.failed for mean in scores.means.values())
    text = f"{plural(values, 'value')} that should be there could not be computed; the means do not know of them."
    if rows:
        text = f"{plural(rows, 'question')} of {len(run.rows)} ended in an error. " + text
    return Finding("Failures", "bad", f"{text} The reasons are listed under “Gaps”.")


def _keys(run: Run, *, answerable: bool) -> list[tuple[Row, str]]:
    """Rows without an error, each with what became of it; those that cannot be checked left out."""
    k = handed_over(run)
    asked = [(row, outcome_of(row, k).key) for row in run.rows if row.question.answerable == answerable]
    return [(row, key) for row, key in asked if key not in ("failed", "unknown")]


def _whole(run: Run) -> Finding | None:
    keys = [key for _, key in _keys(run, answerable=True)]
    if not keys or not run.answered:
        return None
    right = _share(key == "right" for key in keys)
    return Finding(
        "Overall",
        _tone(right),
        f"Of {plural(len(keys), 'answerable question')}, {were(keys.count('right'))} answered with a citation of the "
        f"evidence: {told_percent(right)}.",
    )


def _search(run: Run, scores: Scores) -> Finding | None:
    for base, what in (("evidence_hit", "The evidence is complete"), ("recall", "The documents needed are there")):
        cuts = {k: scores.means[f"{base}@{k}"] for k in (1, 5) if f"{base}@{k}" in scores.means}
        shown = cuts.get(5) or cuts.get(1)
        if shown is None or shown.mean is None:
            continue
        k = 5 if 5 in cuts else 1
        text = f"{what} within the first {plural(k, 'passage')} for {told_percent(shown)} of {shown.count} questions"
        if k == 5 and (first := cuts.get(1)) and first.mean is not None:
            text += f", within the first alone for {percent(first.mean)}"
        never = _never(run) if base == "evidence_hit" else 0
        more = f" For {never} it is not among the first {run.depth} either." if never else ""
        return Finding("Search", _tone(shown), f"{text}.{more}")
    return None


def _never(run: Run) -> int:
    """Questions whose evidence is not complete in anything that was found."""
    asked = [row for row in run.rows if row.question.reference_contexts and row.question.answerable]
    return sum(row.hits is not None and not evidence_rank(row.question.reference_contexts, row.hits) for row in asked)


def _timid(run: Run) -> Finding | None:
    keys = [key for _, key in _keys(run, answerable=True)]
    refused = [key for key in keys if key in ("timid", "lost")]
    if not run.answered or not keys:
        return None
    share = _share(key in ("timid", "lost") for key in keys)
    if not refused:
        return Finding("Refusals", "good", "No answerable question was refused.")
    timid = refused.count("timid")
    where = (
        f"For {timid} of them the evidence had been handed over: there answering has to change, not the search."
        if timid
        else "For none of them had the evidence been handed over: it is the search that has to change."
    )
    tone: Tone = "poor" if (share.mean or 0) > 1 - _GOOD else "fair"
    text = (
        f"Of {plural(len(keys), 'answerable question')}, {were(len(refused))} refused: {told_percent(share)}. {where}"
    )
    return Finding("Refusals", tone, text)


def _invented(run: Run) -> Finding | None:
    keys = [key for _, key in _keys(run, answerable=False)]
    if not run.answered or not keys:
        return None
    count = keys.count("invented")
    if not count:
        return Finding("Silence", "good", f"All {len(keys)} questions that nothing answers were refused.")
    share = _share(key == "invented" for key in keys)
    text = f"Of {plural(len(keys), 'question')} that nothing answers, {were(count)} answered all the same: "
    return Finding("Silence", "bad", f"{text}{told_percent(share)}.")


def _citations(scores: Scores) -> Finding | None:
    mean = scores.means.get("citation_correctness")
    if mean is None or mean.mean is None:
        return None
    text = (
        f"Of an answer's citations, {told_percent(mean)} quote their passage word for word at a place the set accepts"
    )
    return Finding("Citations", _tone(mean), f"{text} (mean over {plural(mean.count, 'answer')}).")


def _judged(scores: Scores) -> list[Finding]:
    return [
        Finding(meaning(name).label, _tone(mean), f"{meaning(name).says} Mean {told_percent(mean)} over {mean.count}.")
        for name, mean in scores.means.items()
        if meaning(name).family == JUDGED and mean.mean is not None
    ]


def _slices(scores: Scores) -> Finding | None:
    """Slices that are beyond chance below the whole set, by the search and by the whole answer."""
    low: dict[str, float] = {}
    for metric in SLICED:
        whole = scores.means.get(metric)
        for name, means in scores.slices.items():
            part = means.get(metric)
            if whole and part and below(part, whole) and not name.startswith("answerable="):
                label = f"{meaning(metric).label.lower()} {percent(part.mean or 0)} against {percent(whole.mean or 0)}"
                low[f"{name.replace('=', ' ')[:_NAME]} ({label})"] = (part.mean or 0) - (whole.mean or 0)
    names = sorted(low, key=lambda name: low[name])[:_MOST_SLICES]
    if names:
        more = f", and in {len(low) - len(names)} more places" if len(low) > len(names) else ""
        text = f"Below the whole set, interval and all: {'; '.join(names)}{more}."
        return Finding("Slices", "poor", text)
    if any(not name.startswith("answerable=") for name in scores.slices):
        text = f"No slice of {LEAST_OF_A_SLICE} questions or more is shown to be below the whole set."
        return Finding("Slices", "note", text)
    return None


def _speed(run: Run, scores: Scores) -> Finding | None:
    steps = {"search": "A search takes", "answer": "an answer, its search included,"}
    told = [
        f"{steps.get(step, step)} {milliseconds(each.p50)} in the middle, {milliseconds(each.p95)} at p95"
        for step, each in scores.latency.items()
    ]
    where = f" ({run.machine})" if run.machine else ""
    return Finding("Speed", "note", f"{'; '.join(told)}{where}.") if told else None


def _few(run: Run) -> Finding | None:
    if len(run.rows) >= _FEW:
        return None
    half = 1.96 * (0.25 / len(run.rows)) ** 0.5 if run.rows else 1.0
    text = f"{plural(len(run.rows), 'question')} are few: a share near one half is known to ±{percent(half)} only."
    return Finding("Certainty", "note", f"{text} Slices are known less well.")


def unknown_models(run: Run) -> str:
    """Which other models answered, where one took over; empty if none did."""
    asked = str(run.settings.get("llm", {}).get("model", ""))
    others = [row.answer.llm for row in run.rows if row.answer and row.answer.llm and row.answer.llm != asked]
    counted = {name: others.count(name) for name in dict.fromkeys(others)}
    return listed(f"{name} answered {plural(count, 'question')}" for name, count in counted.items())
