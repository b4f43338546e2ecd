"""A run as one HTML file that needs neither network nor script: ``templates/run.html.jinja`` lays it out.

Whatever a document, a user or a model wrote is escaped by Jinja, loses what would steer how text is shown, and stands
below a content security policy that lets nothing run or be fetched.
"""

from eval.metrics.holding import Holding
from eval.records import Run
from eval.reporting.cards import card_of
from eval.reporting.findings import findings
from eval.reporting.outcomes import outcomes
from eval.reporting.reasons import failures, left_out, varied, worst
from eval.reporting.rendering import environment
from eval.reporting.views import LISTED, facts_of, families_of, flat, listed_of, plots_of, slices_of, tiles_of
from eval.reporting.wording import SLICED
from eval.scoring import Scores
from rag.analyzer import Analyzer

_WORST = 25


def render_run_html(run: Run, scores: Scores, *, most: int = _WORST) -> str:
    """The report of a run as one HTML file.

    Args:
        run: with its rows.
        scores: of this run.
        most: how many of the worst questions are shown in full.
    """
    bad, analyzer = worst(run, scores), Analyzer()
    holding = Holding(analyzer)
    cards = [card_of(each, analyzer, holding, run.threshold) for each in varied(bad, most)]
    return (
        environment()
        .get_template("run.html.jinja")
        .render(
            run=run,
            title=run.question_set or "Questions",
            facts=facts_of(run),
            findings=findings(run, scores),
            outcomes=outcomes(run),
            tiles=tiles_of(scores),
            families=families_of(scores),
            plots=plots_of(run, scores),
            sliced=[name for name in SLICED if name in scores.means],
            whole=scores.means,
            slices=slices_of(scores),
            cards=cards,
            bad=len(bad),
            listed=listed_of(run, {card.bad.number for card in cards}),
            more=max(len(run.rows) - LISTED, 0),
            failures=failures(scores.questions),
            left_out=left_out(scores.questions),
            settings=flat(run.settings),
        )
    )
