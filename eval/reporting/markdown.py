"""A run as Markdown, for people who must decide something by it."""

from collections.abc import Mapping, Sequence

from eval.records import Row, Run
from eval.reporting.findings import findings
from eval.reporting.outcomes import outcomes
from eval.reporting.reasons import failures, left_out
from eval.reporting.reasons import worst as worst_of
from eval.reporting.tables import cell, table
from eval.reporting.wording import interval, number
from eval.scoring import Mean, Scores

_SHOWN = ("recall@1", "recall@5", "mrr", "evidence_hit@1", "evidence_hit@5", "evidence_hit@10", "token_f1")
_SHOWN_ANSWERS = ("citation_correctness", "refusal_accuracy", "faithfulness", "context_recall")
_WORST = 15
_EXCERPT = 160


def render_run(run: Run, scores: Scores, *, worst: int = _WORST) -> str:
    """The report of a run: summary with intervals, gaps, slices, and the questions that went worst."""
    parts = [
        f"# {cell(run.question_set or 'Questions')}: {len(run.rows)} questions",
        _about(run),
        "## Summary",
        _findings(run, scores),
        "## Metrics",
        "Means with 95% intervals. A question is *left out* where a metric does not apply to it; it *failed* "
        "where a value was due and there is none, and then the mean does not know of it.",
        _summary(scores.means),
        _latency(scores),
        _gaps(scores),
        "## Slices",
        _slices(scores),
        "## Worst questions",
        _worst(run, scores, worst),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _about(run: Run) -> str:
    retrieval, index = run.settings.get("retrieval", {}), run.index
    facts = {
        "Run": run.created,
        "Question set": f"sha256 {run.question_set_sha256[:16]}" if run.question_set_sha256 else "",
        "Index": f"version {index.get('version')}, {index.get('chunks')} passages, {index.get('embedder')}",
        "Search": f"{retrieval.get('mode')}, k = {retrieval.get('k')}",
        "Answers": str(run.settings.get("llm", {}).get("model")) if run.answered else "not asked for",
        "Judge": run.judge,
        "Libraries": ", ".join(f"{name} {version}" for name, version in run.libraries.items()),
    }
    return "\n".join(f"- {name}: {cell(fact)}" for name, fact in facts.items() if fact)


def _findings(run: Run, scores: Scores) -> str:
    counted = ", ".join(f"{outcome.label.lower()} {count}" for outcome, count in outcomes(run))
    told = [f"- **{each.about}**: {cell(each.text)}" for each in findings(run, scores)]
    return "\n".join([*told, f"- **What became of the questions**: {counted}."] if counted else told)


def _summary(means: Mapping[str, Mean]) -> str:
    rows = [
        (name, number(each.mean), interval(each.low, each.high), str(each.count), *_missing(each))
        for name, each in means.items()
    ]
    return table(("metric", "mean", "95% interval", "questions", "left out", "failed"), rows)


def _missing(mean: Mean) -> tuple[str, str]:
    return str(mean.not_applicable), f"**{mean.failed}**" if mean.failed else "0"


def _latency(scores: Scores) -> str:
    rows = [(step, f"{each.p50:.1f}", f"{each.p95:.1f}", str(each.count)) for step, each in scores.latency.items()]
    return table(("step", "p50 ms", "p95 ms", "questions"), rows) if rows else ""


def _gaps(scores: Scores) -> str:
    """Values that are missing, by reason: those that were due first."""
    parts = []
    for title, found in (("Failures", failures(scores.questions)), ("Left out", left_out(scores.questions))):
        rows = [(why, ", ".join(f"{name} ({count})" for name, count in names.items())) for why, names in found.items()]
        parts += [f"## {title}", table(("reason", "metric (questions)"), rows)] if rows else []
    return "\n\n".join(parts)


def _slices(scores: Scores) -> str:
    shown = [name for name in (*_SHOWN, *_SHOWN_ANSWERS) if name in scores.means]
    rows = [
        (
            name,
            str(_size(scores, name)),
            *(number(means[metric].mean if metric in means else None) for metric in shown),
        )
        for name, means in scores.slices.items()
    ]
    return table(("slice", "questions", *shown), rows)


def _size(scores: Scores, name: str) -> int:
    """Questions of a slice: any of its metrics counts them all."""
    return max((each.count + each.not_applicable + each.failed for each in scores.slices[name].values()), default=0)


def _worst(run: Run, scores: Scores, count: int) -> str:
    bad = worst_of(run, scores)
    if not bad:
        return "None: every question found its evidence, and every answer holds."
    told = [_told(each.row, each.why) for each in bad[:count]]
    more = f"{len(bad)} questions went wrong in some way; the worst {len(told)} are shown." if len(bad) > count else ""
    return "\n\n".join([*told, more] if more else told)


def _told(row: Row, why: Sequence[str]) -> str:
    question, answer = row.question, row.answer
    lines = [f"### {cell(question.id)}: {cell(question.user_input)}", f"- Why: {cell('; '.join(why))}"]
    if question.answerable:
        place = ", ".join(question.sources) + (f", p. {question.page}" if question.page else "")
        lines.append(f"- Expected: {cell(question.reference) or '–'} ({cell(place) or 'no source given'})")
        lines += [f"- Evidence: {_excerpt(context)}" for context in question.reference_contexts]
    else:
        lines.append("- Expected: a refusal")
    if answer is not None:
        lines.append(f"- Answer: {cell(answer.text)}")
    for rank, hit in enumerate((row.hits or ())[:3], start=1):
        page = f", p. {hit.page}" if hit.page else ""
        lines.append(f"- Hit {rank} ({hit.score:.3f}) {cell(hit.source)}{page}: {_excerpt(hit.text)}")
    return "\n".join(lines)


def _excerpt(text: str) -> str:
    short = " ".join(text.split())
    return cell(short if len(short) <= _EXCERPT else short[: _EXCERPT - 1] + "…")
