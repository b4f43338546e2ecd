"""A sweep as one HTML file that needs no network and runs no script."""

from html import escape

from eval.sweeping.drawing import Points, drawn
from eval.sweeping.grid import told
from eval.sweeping.records import Sweep, Trial
from eval.sweeping.text import told_p

_STYLE = """
:root { color-scheme: light dark; --ink: #1c2024; --soft: #60646c; --line: #d9dce1; --mark: #0b68cb; --back: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #edeef0; --soft: #a1a6ad; --line: #3a3f45; --mark: #70b8ff; --back: #15171a; } }
body { font: 16px/1.5 system-ui, "Noto Sans KR", "Apple SD Gothic Neo", sans-serif; color: var(--ink);
  background: var(--back); max-width: 68rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
.verdict { font-size: 1.1rem; font-weight: 600; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .875rem; }
th, td { text-align: right; padding: .3rem .55rem; border-bottom: 1px solid var(--line);
  font-variant-numeric: tabular-nums; white-space: nowrap; }
th { color: var(--soft); font-weight: 600; } .text { text-align: left; white-space: normal; min-width: 14rem; }
tr.on td:first-child { color: var(--mark); font-weight: 700; } .note, dt { color: var(--soft); font-size: .875rem; }
svg { width: 100%; max-width: 45rem; height: auto; display: block; } svg text { fill: var(--ink); font-size: 12px; }
svg .label { text-anchor: middle; fill: var(--soft); } svg .tick { fill: var(--soft); }
svg .grid { stroke: var(--line); } svg .front { fill: none; stroke: var(--mark); stroke-width: 2; }
svg circle { fill: var(--back); stroke: var(--soft); stroke-width: 2; }
svg .on circle { fill: var(--mark); stroke: var(--mark); } svg .on text { font-weight: 700; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; } dd { margin: 0; }
"""


def render_page(sweep: Sweep) -> str:
    """The whole page."""
    parts = [
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>Sweep: {escape(sweep.question_set)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>",
        f"<h1>{len(sweep.trials)} settings on {escape(sweep.question_set)}</h1>",
        f'<p class="verdict">{escape(sweep.verdict)}</p>',
        "<h2>Quality against time of a search</h2>",
        _search_plot(sweep),
        '<p class="note">Filled: nothing else is as good and as fast (times within a tenth are equal). Median of '
        f"{sweep.questions} questions each; point at a circle to see its setting.</p>",
        "<h2>Quality against time of a build</h2>",
        _build_plot(sweep),
        "<h2>Settings</h2>",
        _settings(sweep),
        "<h2>Indexes</h2>",
        _indexes(sweep),
        "<h2>Made with</h2>",
        _facts(sweep),
        "</body>\n</html>",
    ]
    return "\n".join(parts) + "\n"


def _titles(sweep: Sweep) -> dict[int, str]:
    return {each.number: f"{each.number}: {told(each.changes)}" for each in sweep.trials}


def _search_plot(sweep: Sweep) -> str:
    points: Points = {each.number: (each.quality.mean or 0.0, each.search.p50) for each in sweep.trials}
    return drawn(points, sweep.front, quality=sweep.metric, time="ms per question, median", titles=_titles(sweep))


def _build_plot(sweep: Sweep) -> str:
    if not sweep.build_front:
        return (
            '<p class="note">Indexes took from each other what they could, so their times cannot be compared. '
            "<code>--full</code> builds each from nothing.</p>"
        )
    points: Points = {each.number: (each.quality.mean or 0.0, sweep.builds[each.built].wall_s) for each in sweep.trials}
    return drawn(points, sweep.build_front, quality=sweep.metric, time="s per build", titles=_titles(sweep))


def _settings(sweep: Sweep) -> str:
    head = ("", "setting", sweep.metric, "95% interval", "to the base", "p", "ms", "p95", "chars handed over", "index")
    ranked = sorted(sweep.trials, key=lambda each: (-(each.quality.mean or 0.0), each.search.p50))
    rows = "".join(
        f'<tr class="{"on" if each.number in sweep.front else ""}">{_cells(_row(each))}</tr>' for each in ranked
    )
    note = f"Base: setting {sweep.base}. <i>p</i> is adjusted for all settings; below .05 a setting differs."
    return f'{_table(head, rows)}<p class="note">{note}</p>'


def _row(each: Trial) -> tuple[str, ...]:
    low, high = each.quality.low, each.quality.high
    return (
        str(each.number),
        told(each.changes),
        f"{each.quality.mean:.3f}" + (f" ({each.failed} failed)" if each.failed else ""),
        "–" if low is None else f"[{low:.3f}, {high:.3f}]",
        "–" if each.difference is None else f"{each.difference:+.3f} [{each.low:+.3f}, {each.high:+.3f}]",
        told_p(each.p),
        f"{each.search.p50:.1f}",
        f"{each.search.p95:.1f}",
        f"{each.handed_chars:,.0f}",
        str(each.built + 1),
    )


def _indexes(sweep: Sweep) -> str:
    head = ("", "setting", "s", "files read", "texts embedded", "passages")
    rows = "".join(
        "<tr>"
        + _cells(
            (
                str(number),
                told(each.changes) or "as it is",
                f"{each.wall_s:.1f}",
                f"{each.files_read} of {each.files}",
                f"{each.embedded:,}",
                f"{each.chunks:,}",
            )
        )
        + "</tr>"
        for number, each in enumerate(sweep.builds, start=1)
    )
    ratio = sweep.build_ratio
    told_ratio = f" All builds took {ratio:.2f} times one full build." if ratio and len(sweep.builds) > 1 else ""
    return f'{_table(head, rows)}<p class="note">Searches took {sweep.searches_s:.1f} s.{told_ratio}</p>'


def _facts(sweep: Sweep) -> str:
    facts = {
        "Made": sweep.created,
        "Questions": f"{sweep.questions}, sha256 {sweep.question_set_sha256[:16]}",
        "Libraries": ", ".join(f"{name} {version}" for name, version in sweep.libraries.items()),
    }
    return "<dl>" + "".join(f"<dt>{name}</dt><dd>{escape(fact)}</dd>" for name, fact in facts.items()) + "</dl>"


def _table(head: tuple[str, ...], rows: str) -> str:
    cells = "".join(f"<th{' class=text' if name == 'setting' else ''}>{escape(name)}</th>" for name in head)
    return f'<div class="wide"><table><thead><tr>{cells}</tr></thead><tbody>{rows}</tbody></table></div>'


def _cells(values: tuple[str, ...]) -> str:
    return "".join(
        f"<td{' class=text' if place == 1 else ''}>{escape(value)}</td>" for place, value in enumerate(values)
    )
