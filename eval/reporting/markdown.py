"""A run and a comparison as Markdown, for people who must decide something by it."""

from collections.abc import Iterable, Mapping, Sequence

from eval.compare import Comparison
from eval.metrics.evidence import evidence_rank, relevant_sources
from eval.records import Row, Run
from eval.scoring import Mean, QuestionScore, Scores

_SHOWN = ("recall@1", "recall@5", "mrr", "evidence_hit@1", "evidence_hit@5", "evidence_hit@10", "token_f1")
_SHOWN_ANSWERS = ("citation_correctness", "refusal_accuracy", "faithfulness", "context_recall")
_WORST = 15
_EXCERPT = 160
_GOOD_ENOUGH_F1 = 0.3


def render_run(run: Run, scores: Scores, *, worst: int = _WORST) -> str:
    """The report of a run: summary with intervals, gaps, slices, and the questions that went worst."""
    parts = [
        f"# {run.question_set or 'Questions'}: {len(run.rows)} questions",
        _about(run),
        "## Summary",
        "Means with 95% bootstrap intervals. A question is *left out* where a metric does not apply to it; it *failed* "
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


def render_comparison(comparison: Comparison, *, name_a: str = "A", name_b: str = "B") -> str:
    """The report of a comparison: verdict, what was compared, differences with intervals, flips."""
    unmatched = len(comparison.only_a) + len(comparison.only_b) + len(comparison.changed)
    rows = [
        (
            each.metric,
            str(each.count),
            _number(each.mean_a),
            _number(each.mean_b),
            f"{each.difference:+.3f}",
            _interval(each.low, each.high, sign="+"),
            f"{each.wins} / {each.ties} / {each.losses}",
            str(each.one_sided),
            each.verdict,
        )
        for each in comparison.differences.values()
    ]
    head = ("metric", "questions", "A", "B", "B − A", "95% interval", "win / tie / loss", "one-sided", "verdict")
    flips = [
        (each.id, each.question, ", ".join(each.rose) or "–", ", ".join(each.fell) or "–") for each in comparison.flips
    ]
    parts = [
        "# Comparison",
        f"A: {_cell(name_a)}  \nB: {_cell(name_b)}",
        f"**{comparison.verdict}**",
        f"{comparison.paired} questions compared, {unmatched} left out: {len(comparison.only_a)} only in A, "
        f"{len(comparison.only_b)} only in B, {len(comparison.changed)} asked or answered differently in the two sets.",
        _table(head, rows),
        "A difference is called one when its interval leaves out 0. Of twenty metrics that do not differ, about one "
        "will look as if it did.",
        "## Questions that flipped" if flips else "No question changed sides in a yes-or-no metric.",
        _table(("id", "question", "rose to 1", "fell to 0"), flips) if flips else "",
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
    return "\n".join(f"- {name}: {_cell(fact)}" for name, fact in facts.items() if fact)


def _summary(means: Mapping[str, Mean]) -> str:
    rows = [
        (name, _number(each.mean), _interval(each.low, each.high), str(each.count), *_missing(each))
        for name, each in means.items()
    ]
    return _table(("metric", "mean", "95% interval", "questions", "left out", "failed"), rows)


def _missing(mean: Mean) -> tuple[str, str]:
    return str(mean.not_applicable), f"**{mean.failed}**" if mean.failed else "0"


def _latency(scores: Scores) -> str:
    rows = [(step, f"{each.p50:.1f}", f"{each.p95:.1f}", str(each.count)) for step, each in scores.latency.items()]
    return _table(("step", "p50 ms", "p95 ms", "questions"), rows) if rows else ""


def _gaps(scores: Scores) -> str:
    """Failures by reason; metrics that do not apply need no line."""
    failed: dict[str, dict[str, int]] = {}
    for each in scores.questions:
        for name, value in each.values.items():
            if value.failed:
                reasons = failed.setdefault(value.gap, {})
                reasons[name] = reasons.get(name, 0) + 1
    if not failed:
        return ""
    rows = [(why, ", ".join(f"{name} ({count})" for name, count in names.items())) for why, names in failed.items()]
    return "\n\n".join(["## Failures", _table(("reason", "metric (questions)"), rows)])


def _slices(scores: Scores) -> str:
    shown = [name for name in (*_SHOWN, *_SHOWN_ANSWERS) if name in scores.means]
    rows = [
        (
            name,
            str(_size(scores, name)),
            *(_number(means[metric].mean if metric in means else None) for metric in shown),
        )
        for name, means in scores.slices.items()
    ]
    return _table(("slice", "questions", *shown), rows)


def _size(scores: Scores, name: str) -> int:
    """Questions of a slice: any of its metrics counts them all."""
    return max((each.count + each.not_applicable + each.failed for each in scores.slices[name].values()), default=0)


def _worst(run: Run, scores: Scores, count: int) -> str:
    reasons = [(row, scored, why_bad(row, scored)) for row, scored in zip(run.rows, scores.questions, strict=True)]
    bad = sorted((each for each in reasons if each[2]), key=lambda each: (_rank(each[1]), -len(each[2])))
    if not bad:
        return "None: every question found its evidence, and every answer holds."
    told = [_told(row, why) for row, _, why in bad[:count]]
    more = f"{len(bad)} questions went wrong in some way; the worst {len(told)} are shown." if len(bad) > count else ""
    return "\n\n".join([*told, more] if more else told)


def why_bad(row: Row, scored: QuestionScore) -> list[str]:
    """What went wrong with a question, in words; empty if nothing did."""
    if row.error:
        return [row.error]
    return [*_search_faults(row), *_answer_faults(row, scored), *_judge_faults(scored)]


def _search_faults(row: Row) -> list[str]:
    question, hits = row.question, row.hits or ()
    if not question.answerable:
        return []
    if question.reference_contexts:
        rank = evidence_rank(question.reference_contexts, hits)
        if rank is None:
            return [f"the evidence is not in the first {len(hits)} passages"]
        return [f"the evidence is complete only with passage {rank}"] if rank > 5 else []
    wanted = relevant_sources(question)
    missing = sorted(wanted - {hit.source for hit in hits[:5]})
    return [f"not among the sources of the first 5 passages: {', '.join(missing)}"] if missing else []


def _answer_faults(row: Row, scored: QuestionScore) -> list[str]:
    answer, faults = row.answer, []
    if answer is None:
        return []
    if answer.refused == row.question.answerable:
        faults.append("refused, though the documents answer it" if answer.refused else "answered, though nothing does")
    if not answer.refused:
        for name, least in (("citation_correctness", 1.0), ("token_f1", _GOOD_ENOUGH_F1)):
            value = scored.values[name].value
            if value is not None and value < least:
                faults.append(f"{name} {value:.2f}")
    return faults


def _judge_faults(scored: QuestionScore) -> list[str]:
    judged = {name: scored.values[name] for name in ("faithfulness", "context_recall") if name in scored.values}
    low = [f"{name} {each.value:.2f}" for name, each in judged.items() if each.value is not None and each.value < 1]
    return low + [f"{name} failed: {each.gap}" for name, each in judged.items() if each.failed]


def _rank(scored: QuestionScore) -> float:
    """Mean of what matters most; failures come first."""
    values = [
        scored.values[name]
        for name in ("evidence_hit@5", "hit@5", "refusal_accuracy", "token_f1")
        if name in scored.values
    ]
    if any(value.failed for value in values):
        return -1.0
    numbers = [value.value for value in values if value.value is not None]
    return sum(numbers) / len(numbers) if numbers else 1.0


def _told(row: Row, why: Sequence[str]) -> str:
    question, answer = row.question, row.answer
    lines = [f"### {_cell(question.id)}: {_cell(question.user_input)}", f"- Why: {_cell('; '.join(why))}"]
    if question.answerable:
        place = ", ".join(question.sources) + (f", p. {question.page}" if question.page else "")
        lines.append(f"- Expected: {_cell(question.reference) or '–'} ({_cell(place) or 'no source given'})")
        lines += [f"- Evidence: {_excerpt(context)}" for context in question.reference_contexts]
    else:
        lines.append("- Expected: a refusal")
    if answer is not None:
        lines.append(f"- Answer: {_cell(answer.text)}")
    for number, hit in enumerate((row.hits or ())[:3], start=1):
        page = f", p. {hit.page}" if hit.page else ""
        lines.append(f"- Hit {number} ({hit.score:.3f}) {_cell(hit.source)}{page}: {_excerpt(hit.text)}")
    return "\n".join(lines)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(text: str) -> str:
    """One line that cannot end a table cell."""
    return " ".join(text.split()).replace("|", "\\|")


def _excerpt(text: str) -> str:
    short = " ".join(text.split())
    return _cell(short if len(short) <= _EXCERPT else short[: _EXCERPT - 1] + "…")


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _interval(low: float | None, high: float | None, *, sign: str = "") -> str:
    return "–" if low is None or high is None else f"[{low:{sign}.3f}, {high:{sign}.3f}]"
