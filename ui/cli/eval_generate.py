"""``course-rag eval generate``: a question set from the index, by rule or by a language model."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui.cli.options import ConfigOption, IndexOption, JsonOption, LLMOption, settings_of
from ui.cli.output import say, say_json, say_note

if TYPE_CHECKING:
    from eval.judging.settings import Prices
    from eval.making.sections import SectionQuestions
    from rag.settings import Settings


def generate(
    context: typer.Context,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to write.")] = Path(
        "data/runs/generated.jsonl"
    ),
    count: Annotated[int, typer.Option("--count", min=1, help="How many questions at most.")] = 50,
    seed: Annotated[int, typer.Option("--seed", help="Another seed draws other questions.")] = 0,
    kind: Annotated[
        list[str] | None,
        typer.Option(
            "--kind",
            metavar="KIND",
            help="definition, term, table, heading, cross-lingual, unanswerable or left-out; may be repeated.",
        ),
    ] = None,
    left_out: Annotated[
        list[str] | None,
        typer.Option(
            "--left-out",
            metavar="PATTERN",
            help="Documents that the index under test will not have; asks what only they know.",
        ),
    ] = None,
    llm: LLMOption = None,
    llm_url: Annotated[
        str | None, typer.Option("--llm-url", metavar="URL", help="Address of an OpenAI-compatible server.")
    ] = None,
    price_in: Annotated[float | None, typer.Option("--price-in", min=0, help="Of a million tokens read.")] = None,
    price_out: Annotated[float | None, typer.Option("--price-out", min=0, help="Of a million tokens written.")] = None,
    max_cost: Annotated[float | None, typer.Option("--max-cost", min=0, help="Spend no more than this.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Spend without asking.")] = False,
    json: JsonOption = False,
    index: IndexOption = None,
    config: ConfigOption = None,
) -> None:
    """Make a question set from the index: by rule, or with --llm by a language model.

    The same index, count and seed give the same set. Every question says in its tags how it was made.
    """
    settings = settings_of(context, index, config)
    if llm:
        _by_model(settings, llm, llm_url, (price_in, price_out, max_cost), yes, (out, count, seed, json))
        return
    from eval.making.course_questions import make_questions
    from eval.making.writing import write_rows
    from rag.index.course import Course

    course = Course.open(settings.index.path)
    made = make_questions(course, count=count, seed=seed, kinds=kind or (), left_out=left_out or ())
    write_rows(made.rows, out)
    _say_written(made.rows, out, json, {"possible": made.possible})


def _by_model(
    settings: "Settings",
    llm: str,
    url: str | None,
    money: tuple[float | None, float | None, float | None],
    yes: bool,
    wanted: tuple[Path, int, int, bool],
) -> None:
    from eval.judging.cache import FILE, AnswerCache
    from eval.judging.settings import JudgeSettings
    from eval.making.passages import Passages
    from eval.making.sections import SectionQuestions
    from eval.making.writing import write_rows
    from rag.errors import LLMError
    from rag.index.course import Course
    from ui.cli.progress import Bars

    out, count, seed, json = wanted
    prices = _prices(money)
    asked = JudgeSettings(llm, base_url=url or settings.llm.base_url, prices=prices, max_cost=money[2])
    cache = AnswerCache(out.parent / FILE)
    sections = SectionQuestions(Passages(Course.open(settings.index.path)), asked, count=count, seed=seed, cache=cache)
    _ask_first(sections, prices, agreed=yes or money[2] is not None)
    with Bars().stage("ask", len(sections.sections), "passages") as advance:
        done = sections.make(progress=lambda *_: advance(1))
    rows = [made.row() for made in done.made]
    for place, why in done.dropped:
        say_note(f"{place}: no question: {why}")
    if not rows:
        raise LLMError("The language model made no question that holds.", remedy="See the notes above for each reason.")
    write_rows(rows, out)
    spent = done.usage.as_dict()
    _say_written(
        rows, out, json, {"dropped": [{"place": place, "why": why} for place, why in done.dropped], "usage": spent}
    )


def _prices(money: tuple[float | None, float | None, float | None]) -> "Prices | None":
    from eval.judging.settings import Prices

    price_in, price_out, _ = money
    return None if price_in is None or price_out is None else Prices(price_in, price_out)


def _ask_first(sections: "SectionQuestions", prices: "Prices | None", *, agreed: bool) -> None:
    """Tell the cost, and ask whether it may be spent."""
    tokens_in, tokens_out = sections.tokens()
    money = f", about {prices.cost(tokens_in, tokens_out):.4f} in money" if prices else ""
    say_note(f"{sections.calls} calls, about {tokens_in} tokens in and {tokens_out} out{money}.")
    if sections.calls and not agreed and not typer.confirm("Ask the model?", err=True):
        raise typer.Exit(1)


def _say_written(rows: list[dict[str, Any]], out: Path, json: bool, more: dict[str, Any]) -> None:
    from eval.making.course_questions import kinds_of

    kinds = kinds_of(rows)
    if json:
        say_json({"out": str(out), "questions": len(rows), "kinds": kinds} | more)
    else:
        say(", ".join(f"{name} {number}" for name, number in kinds.items()))
        say(f"{len(rows)} questions written to {out}")
