"""``course-rag eval consistency``: are questions that ask the same answered alike?"""

from pathlib import Path
from typing import Annotated

import typer

from ui.cli.options import ConfigOption, IndexOption, JsonOption, LLMOption, settings_of
from ui.cli.output import say, say_json


def consistency(
    context: typer.Context,
    questions: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="Question set, JSONL.", show_default=False)
    ] = None,
    generate: Annotated[
        bool, typer.Option("--generate", help="Make the questions from the index's definitions.")
    ] = False,
    count: Annotated[int, typer.Option("--count", min=1, help="How many questions are made at most.")] = 50,
    seed: Annotated[int, typer.Option("--seed", help="Another seed makes other questions.")] = 0,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Where to write consistency.md and consistency.json.")
    ] = None,
    min_agree: Annotated[
        float | None,
        typer.Option("--min-agree", min=0, max=1, metavar="SHARE", help="Exit code 1 if fewer agree."),
    ] = None,
    llm: LLMOption = None,
    json: JsonOption = False,
    index: IndexOption = None,
    config: ConfigOption = None,
) -> None:
    """Ask questions in other words, in the other language, and as "is X a Y?"; list where the answers disagree."""
    from eval.consistency import OVERALL, cases_of, check_consistency, made_cases
    from eval.making.passages import OtherNames, Passages
    from eval.questions import read_questions
    from eval.reporting.agreement import consistency_json, consistency_markdown
    from rag.assistant import Assistant
    from rag.errors import InputError
    from ui.cli.eval_shadow import write_report
    from ui.cli.progress import Bars

    if (questions is None) != generate:
        raise typer.BadParameter("give either FILE or --generate")
    settings = settings_of(context, index, config, llm={"model": llm})
    assistant = Assistant(settings)
    if questions is None:
        cases = made_cases(Passages(assistant.course), count=count, seed=seed)
    else:
        names = OtherNames(assistant.course.bridge.pairs.used)
        cases = cases_of(read_questions(questions), names, seed=seed)
    if not any(case.variants for case in cases):
        raise InputError("No question has another form that the rules know.", remedy="Ask in whole sentences.")
    with Bars().stage("ask", len(cases), "questions") as advance:
        found = check_consistency(assistant, cases, progress=lambda done, total: advance(1))
    report = consistency_markdown(found, title=questions.name if questions else "made from the index")
    values = consistency_json(found)
    if out:
        write_report(out, "consistency", report, values)
    if json:
        say_json(values)
    else:
        say(report)
    if min_agree is not None and (OVERALL not in found.rates or found.rates[OVERALL].agree < min_agree):
        raise typer.Exit(1)
