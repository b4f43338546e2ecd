"""The measurements of ``eval.bench.embedders`` as tables, and whether a hybrid is anywhere worse than BM25."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eval.bench.embedders import METRICS, SETS, Ranking, Similarity
from eval.metrics.intervals import bootstrap_interval

BM25 = "Kiwi BM25"
HYBRID = "BM25 + "
"""Before the model's name."""


@dataclass(frozen=True, slots=True)
class AgainstBM25:
    """A hybrid against BM25 over the same passages, one metric on one set.

    Attributes:
        system: the hybrid.
        name: of the set.
        metric: its name.
        bm25, hybrid: means over the questions.
        difference: ``hybrid − bm25``; below 0 the hybrid is worse.
        low, high: 95% paired bootstrap interval of the difference; None for fewer than two questions.
        lost, won: questions where the hybrid is worse, better.
    """

    system: str
    name: str
    metric: str
    bm25: float
    hybrid: float
    difference: float
    low: float | None
    high: float | None
    lost: int
    won: int


def system_of(ranking: Ranking) -> str:
    """What the row of a ranking is called."""
    match ranking.mode:
        case "keyword":
            return BM25
        case "similarity":
            return ranking.model
        case _:
            return HYBRID + ranking.model


def rows_of(rankings: Sequence[Ranking]) -> dict[str, dict[str, Ranking]]:
    """Rankings by system and set: BM25 once, over the passages of the first model, then models, then hybrids."""
    order = {"keyword": 0, "similarity": 1, "hybrid": 2}
    rows: dict[str, dict[str, Ranking]] = {}
    for ranking in sorted(rankings, key=lambda each: order[each.mode]):
        rows.setdefault(system_of(ranking), {}).setdefault(ranking.name, ranking)
    return rows


def table(rankings: Sequence[Ranking], similarities: Sequence[Similarity], metrics: tuple[str, str]) -> str:
    """One row per system, one column per set with two metrics in it, as Markdown.

    The column of sentence pairs gives Spearman's and Pearson's correlation.
    """
    rows = rows_of(rankings)
    for each in similarities:
        rows.setdefault(each.model, {})
    names = [name for name in SETS if any(name in found for found in rows.values())]
    names += sorted({each.name for each in rankings} - set(names))
    pairs = {(each.model, each.name): each for each in similarities}
    judged = sorted({each.name for each in similarities})
    head = [f"{metrics[0]} · {metrics[1]}", *(_head(name, rankings) for name in names)]
    head += [f"{name}: Spearman · Pearson" for name in judged]
    lines = [head, ["---", *["---:"] * (len(head) - 1)]]
    for system, found in rows.items():
        cells = [_cell(found.get(name), metrics) for name in names]
        lines.append([system, *cells, *(_correlations(pairs.get((system, name))) for name in judged)])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _head(name: str, rankings: Sequence[Ranking]) -> str:
    count = next(len(each.values[METRICS[0]]) for each in rankings if each.name == name)
    return f"{name} ({count:,})"


def _cell(ranking: Ranking | None, metrics: tuple[str, str]) -> str:
    return "–" if ranking is None else " · ".join(f"{ranking.mean(metric):.3f}" for metric in metrics)


def _correlations(found: Similarity | None) -> str:
    if found is None:
        return "–"
    return " · ".join("–" if value is None else f"{value:.3f}" for value in (found.spearman, found.pearson))


def against_bm25(rankings: Sequence[Ranking]) -> list[AgainstBM25]:
    """Every hybrid against BM25 over the same index, question by question, on every set and metric."""
    keyword = {(each.model, each.name): each for each in rankings if each.mode == "keyword"}
    return [
        _against(hybrid, keyword[hybrid.model, hybrid.name], metric)
        for hybrid in rankings
        if hybrid.mode == "hybrid"
        for metric in METRICS
    ]


def _against(hybrid: Ranking, bm25: Ranking, metric: str) -> AgainstBM25:
    steps = np.subtract(hybrid.values[metric], bm25.values[metric])
    interval = bootstrap_interval(steps.tolist())
    return AgainstBM25(
        system=system_of(hybrid),
        name=hybrid.name,
        metric=metric,
        bm25=bm25.mean(metric),
        hybrid=hybrid.mean(metric),
        difference=float(steps.mean()),
        low=interval[0] if interval else None,
        high=interval[1] if interval else None,
        lost=int((steps < 0).sum()),
        won=int((steps > 0).sum()),
    )


def told_against_bm25(comparisons: Sequence[AgainstBM25]) -> list[str]:
    """One sentence per hybrid that is nowhere below BM25, one per place where one is, with how sure that is."""
    lines = []
    for system in dict.fromkeys(each.system for each in comparisons):
        worse = [each for each in comparisons if each.system == system and each.difference < 0]
        lines += [_told(each) for each in worse] or [f"{system} is on no set and metric below BM25."]
    return lines


def _told(each: AgainstBM25) -> str:
    sure = "worse beyond chance" if each.high is not None and each.high < 0 else "within chance"
    interval = "" if each.low is None else f" [{each.low:+.4f}, {each.high:+.4f}]"
    return (
        f"{each.system} is below BM25 on {each.name} in {each.metric}: {each.bm25:.4f} → {each.hybrid:.4f} "
        f"({each.difference:+.4f}{interval}, {each.lost} questions lost, {each.won} won; {sure})"
    )
