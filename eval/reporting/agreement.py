"""Consistency tests and shadow runs for people (Markdown) and for programs (JSON)."""

from collections.abc import Sequence
from typing import Any

from eval.consistency import Consistency, Pair, Rate
from eval.metrics.answers import without_marks
from eval.records import GivenAnswer
from eval.reporting.tables import cell, table
from eval.shadow import Shadow, Shadowed, Side

MOST_SHOWN = 50
_LONGEST = 300


def consistency_markdown(found: Consistency, *, title: str) -> str:
    """Rates by kind, then every disagreement with both answers."""
    count = len({pair.id for pair in found.pairs})
    lines = [
        f"# Consistency: {cell(title)}",
        "",
        f"{count} questions in {len(found.pairs)} other forms; {len(found.without)} questions have no other form. "
        "Two answers agree if both refuse or neither does and, where both answer, if they cite a passage in common.",
        "",
        table(
            ["variant", "pairs", "agree", "95%", "same refusal", "common citation", "same text", "errors"],
            [_rate_row(kind, rate) for kind, rate in found.rates.items()],
        ),
        "",
    ]
    disagreements = found.disagreements
    lines += [f"## {len(disagreements)} disagreements", ""]
    for pair in disagreements[:MOST_SHOWN]:
        lines += [*_pair_lines(pair), ""]
    return "\n".join([*lines, *_rest(len(disagreements)), *_errors(found.pairs)]).rstrip() + "\n"


def consistency_json(found: Consistency) -> dict[str, Any]:
    """Rates, disagreements and errors."""
    return {
        "questions": len({pair.id for pair in found.pairs}),
        "pairs": len(found.pairs),
        "without_variant": list(found.without),
        "rates": {
            kind: {
                "count": rate.count,
                "agree": rate.agree,
                "low": rate.low,
                "high": rate.high,
                "same_refusal": rate.refusal,
                "common_citation": rate.citations,
                "same_text": rate.text,
                "errors": rate.errors,
            }
            for kind, rate in found.rates.items()
        },
        "disagreements": [
            {
                "id": pair.id,
                "kind": pair.kind,
                "question": pair.question,
                "variant": pair.variant,
                "answers": [_answer_json(pair.first), _answer_json(pair.second)],
            }
            for pair in found.disagreements
        ],
        "errors": [{"id": pair.id, "kind": pair.kind, "error": pair.error} for pair in found.pairs if pair.error],
    }


def shadow_markdown(found: Shadow, *, live: str, candidate: str) -> str:
    """What would change, in numbers; then the changed answers side by side."""
    lines = [
        "# Shadow run",
        "",
        f"In service: {cell(live)}. Candidate: {cell(candidate)}. {len(found.rows)} different questions, asked "
        f"{sum(row.times for row in found.rows)} times.",
        "",
        f"**{found.changed:.0%} of the questions change**"
        + (f": {', '.join(f'{name} {count}' for name, count in found.changes.items())}." if found.changes else "."),
        "",
        table(
            ["", "mean", "95%", "questions"],
            [
                [name, f"{share.mean:.3f}", _interval(share.low, share.high), str(share.count)]
                for name, share in found.shares.items()
            ],
        ),
        "",
    ]
    if found.latency_ratio:
        ratio, low, high = found.latency_ratio
        lines += [f"The candidate takes {ratio:.2f} times as long (median; 95% {low:.2f} to {high:.2f}).", ""]
    if found.liked_lost:
        lines += ["## Answers that were liked and change", "", *(f"- {cell(text)}" for text in found.liked_lost), ""]
    changed = [row for row in found.rows if row.change]
    lines += [f"## {len(changed)} changed answers", ""]
    for row in changed[:MOST_SHOWN]:
        lines += [*_shadow_lines(row), ""]
    return "\n".join([*lines, *_rest(len(changed))]).rstrip() + "\n"


def shadow_json(found: Shadow) -> dict[str, Any]:
    """The same numbers, and every row."""
    return {
        "questions": len(found.rows),
        "changed": found.changed,
        "changes": found.changes,
        "liked_lost": list(found.liked_lost),
        "shares": {
            name: {"mean": share.mean, "low": share.low, "high": share.high, "count": share.count}
            for name, share in found.shares.items()
        },
        "latency_ratio": dict(zip(("median", "low", "high"), found.latency_ratio, strict=True))
        if found.latency_ratio
        else None,
        "rows": [
            {
                "question": row.question,
                "times": row.times,
                "thumbs_up": row.thumbs_up,
                "thumbs_down": row.thumbs_down,
                "change": row.change,
                "overlap": row.overlap,
                "live": _side_json(row.live),
                "candidate": _side_json(row.candidate),
            }
            for row in found.rows
        ],
    }


def _rate_row(kind: str, rate: Rate) -> list[str]:
    cited = "-" if rate.citations is None else f"{rate.citations:.3f}"
    numbers = [str(rate.count), f"{rate.agree:.3f}", _interval(rate.low, rate.high), f"{rate.refusal:.3f}", cited]
    return [kind, *numbers, f"{rate.text:.3f}", str(rate.errors)]


def _interval(low: float | None, high: float | None) -> str:
    return "-" if low is None or high is None else f"{low:.3f} to {high:.3f}"


def _pair_lines(pair: Pair) -> list[str]:
    return [
        f"### {cell(pair.id)}: {pair.kind}",
        "",
        table(
            ["asked", "answer", "cites"],
            [[pair.question, *_told(pair.first)], [pair.variant, *_told(pair.second)]],
        ),
    ]


def _shadow_lines(row: Shadowed) -> list[str]:
    times = f", asked {row.times} times" if row.times > 1 else ""
    thumbs = f", thumbs {row.thumbs_up} up {row.thumbs_down} down" if row.thumbs_up or row.thumbs_down else ""
    sides = [("in service", row.live), ("candidate", row.candidate)]
    return [
        f"### {cell(row.question)}",
        "",
        f"{row.change}{times}{thumbs}",
        "",
        table(["", "answer", "cites"], [[name, *_told(side.answer, side.error)] for name, side in sides]),
    ]


def _told(answer: GivenAnswer | None, error: str = "") -> list[str]:
    """Answer and citations, each in a line."""
    if answer is None:
        return [f"error: {error}" if error else "error", ""]
    text = " ".join(without_marks(answer.text).split())
    shown = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return [f"(refused) {shown}" if answer.refused else shown, "; ".join(_places(answer))]


def _places(answer: GivenAnswer) -> list[str]:
    cited = [each.passage or answer.handed[each.mark - 1] for each in answer.citations]
    places = [f"{each.source}{f', p. {each.page}' if each.page else ''}" for each in cited]
    return list(dict.fromkeys(places))


def _answer_json(answer: GivenAnswer | None) -> dict[str, Any] | None:
    if answer is None:
        return None
    return {"answer": answer.text, "refused": answer.refused, "cites": _places(answer)}


def _side_json(side: Side) -> dict[str, Any]:
    return {"answer": _answer_json(side.answer), "took_ms": round(side.took_ms, 1), "error": side.error}


def _rest(count: int) -> list[str]:
    return [f"… and {count - MOST_SHOWN} more; the JSON file has all of them.", ""] if count > MOST_SHOWN else []


def _errors(pairs: Sequence[Pair]) -> list[str]:
    failed = [f"- {cell(pair.id)}, {pair.kind}: {cell(pair.error)}" for pair in pairs if pair.error]
    return ["## Errors", "", *failed[:MOST_SHOWN], ""] if failed else []
