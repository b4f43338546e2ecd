"""What the template of a run lays out: facts, tiles, tables, plots."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval.metrics.evidence import evidence_rank
from eval.records import Run
from eval.reporting.curves import depth_curves, latency_curves, rank_histogram, refusal_curve, value_histograms
from eval.reporting.findings import unknown_models
from eval.reporting.outcomes import Outcome, handed_over, outcome_of
from eval.reporting.plots import VALUE, Plot, bar_plot, depth_plot, latency_plot, refusal_plot
from eval.reporting.reasons import grouped
from eval.reporting.wording import ANSWERING, FAMILIES, JUDGED, SLICED, meaning, stamp
from eval.scoring import Mean, Scores

LISTED = 1000
"""Questions in the table of all questions."""

_KINDS = {"tag": "Tag", "lang": "Language", "source": "Source", "format": "Format", "answerable": "Answerable"}
_TILES = ("evidence_hit@5", "recall@5", "answer_recall", "citation_correctness", "refusal_accuracy", "faithfulness")
_MOST_TILES = 4


@dataclass(frozen=True, slots=True)
class Family:
    """Metrics that belong together.

    Attributes:
        title: of the family.
        cuts: the depths of those that are measured at several.
        deep: name without the depth, and a mean per depth.
        plain: name and mean of the others.
    """

    title: str
    cuts: tuple[int, ...]
    deep: tuple[tuple[str, tuple[Mean | None, ...]], ...]
    plain: tuple[tuple[str, Mean], ...]


@dataclass(frozen=True, slots=True)
class SliceTable:
    """The slices of one kind: name, questions, and a mean per metric (None where it does not apply)."""

    title: str
    rows: tuple[tuple[str, int, tuple[Mean | None, ...]], ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """A question in the table of all questions."""

    number: int
    id: str
    question: str
    outcome: Outcome
    rank: str
    ms: str
    anchor: bool


def facts_of(run: Run) -> dict[str, str]:
    """What the run was made with, by name, in words."""
    retrieval, index = run.settings.get("retrieval", {}), run.index
    facts = {
        "Asked": stamp(run.created),
        "Questions": f"{len(run.rows)} of {run.question_set or 'no file'}",
        "Set's hash": run.question_set_sha256[:16],
        "Index": f"version {index.get('version')}, {index.get('chunks')} passages",
        "Index's hash": str(index.get("fingerprint", ""))[:16],
        "Embedder": str(index.get("embedder", "")).partition("@")[0],
        "Search": f"{retrieval.get('mode')}, k = {retrieval.get('k')}",
        "Answers": str(run.settings.get("llm", {}).get("model")) if run.answered else "not asked for",
        "Other models": unknown_models(run),
        "Judge": run.judge,
        "Machine": run.machine,
    }
    return {name: fact for name, fact in facts.items() if fact}


def tiles_of(scores: Scores) -> list[tuple[str, Mean]]:
    """The few numbers that are looked at first."""
    shown = [(name, scores.means[name]) for name in _TILES if name in scores.means]
    return [(name, mean) for name, mean in shown if mean.mean is not None][:_MOST_TILES]


def families_of(scores: Scores) -> list[Family]:
    """The metrics in families; those at several depths side by side."""
    found = []
    for title in FAMILIES:
        names = [name for name in scores.means if meaning(name).family == title]
        bases = {base: cuts for base, cuts in grouped(names).items() if len(cuts) > 1}
        cuts = sorted({int(cut) for of in bases.values() for cut in of})
        deep = [(base, [scores.means.get(f"{base}@{cut}") for cut in cuts]) for base in _ordered(bases)]
        plain = [(name, scores.means[name]) for name in names if name.partition("@")[0] not in bases]
        if names:
            found.append(Family(title, tuple(cuts), tuple((base, tuple(of)) for base, of in deep), tuple(plain)))
    return found


def _ordered(bases: Iterable[str]) -> list[str]:
    """Evidence before documents: it is what an answer is made of."""
    return sorted(bases, key=lambda base: not base.startswith("evidence"))


def plots_of(run: Run, scores: Scores) -> list[Plot]:
    """All plots there is something to draw for."""
    ranks = rank_histogram(run)
    fractions = [name for name in scores.means if meaning(name).family in (ANSWERING, JUDGED) and name != "chrf"]
    plots = [
        depth_plot(depth_curves(run), handed_over(run)),
        ranks
        and bar_plot(
            ranks,
            name="ranks",
            title="Where the evidence stands",
            says="Questions by the number of passages that must be read until all of their evidence is there.",
            x_label="passages",
        ),
        refusal_plot(refusal_curve(run), run.threshold),
        latency_plot(latency_curves(run)),
        *(
            bar_plot(
                histogram,
                name=f"values-{place}",
                title=meaning(histogram.metric).label,
                says=f"Questions by value. {meaning(histogram.metric).says}",
                x_label=VALUE,
            )
            for place, histogram in enumerate(value_histograms(scores, fractions))
        ),
    ]
    return [plot for plot in plots if plot]


def slices_of(scores: Scores) -> list[SliceTable]:
    """The slices, a table for each kind."""
    names = [name for name in SLICED if name in scores.means]
    tables: dict[str, list[tuple[str, int, tuple[Mean | None, ...]]]] = {}
    for name, means in scores.slices.items():
        kind, _, value = name.partition("=")
        sizes = (mean.count + mean.not_applicable + mean.failed for mean in means.values())
        tables.setdefault(kind, []).append((value, max(sizes, default=0), tuple(means.get(each) for each in names)))
    order = [*(kind for kind in _KINDS if kind in tables), *(kind for kind in tables if kind not in _KINDS)]
    return [SliceTable(_KINDS.get(kind, kind), tuple(tables[kind])) for kind in order]


def listed_of(run: Run, shown: Iterable[int]) -> list[Listed]:
    """All questions in a line each; ``shown`` are the numbers of those that stand in full elsewhere."""
    anchors, k = set(shown), handed_over(run)
    listed = []
    for place, row in enumerate(run.rows[:LISTED], start=1):
        rank = evidence_rank(row.question.reference_contexts, row.hits or ()) if row.question.answerable else None
        known = row.question.answerable and row.question.reference_contexts
        took = f"{row.answer_ms:.0f}" if row.answer_ms is not None else "–"
        told = str(rank) if rank else "not found" if known else "–"
        outcome = outcome_of(row, k)
        listed.append(
            Listed(place, row.question.id, row.question.user_input, outcome, told, took, anchor=place in anchors)
        )
    return listed


def flat(settings: Mapping[str, Any]) -> Sequence[tuple[str, Any]]:
    """Settings by their full names."""
    return [
        (f"{section}.{name}", value)
        for section, values in settings.items()
        if isinstance(values, Mapping)
        for name, value in values.items()
    ]
