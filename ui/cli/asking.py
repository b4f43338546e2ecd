"""``course-rag search``, ``ask`` and ``chat``."""

import json as json_library
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui.cli.options import (
    AgentOption,
    ConfigOption,
    CountOption,
    IndexOption,
    JsonOption,
    LLMOption,
    ModeOption,
    QuestionsOption,
    ThresholdOption,
    settings_of,
)
from ui.cli.output import plain, say, say_answer, say_error, say_hits, say_json, say_note, say_notes, say_searched

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

    from rag.assistant import Assistant

QuestionArgument = Annotated[str | None, typer.Argument(metavar="QUESTION", help="In Korean, English or both.")]


def search(
    context: typer.Context,
    question: QuestionArgument = None,
    k: CountOption = None,
    mode: ModeOption = None,
    threshold: ThresholdOption = None,
    questions: QuestionsOption = None,
    json: JsonOption = False,
    index: IndexOption = None,
    config: ConfigOption = None,
) -> None:
    """Find passages, without an answer."""
    from rag.assistant import Assistant

    asked_for = _asked(question, questions)
    retrieval = {"k": k, "mode": mode, "threshold": threshold}
    assistant = Assistant(settings_of(context, index, config, retrieval=retrieval))

    for asked in asked_for:
        started = time.monotonic()
        hits = assistant.search(asked)
        took_ms = round((time.monotonic() - started) * 1000, 1)
        if json:
            say_json({"question": asked, "hits": [hit.to_json() for hit in hits], "took_ms": took_ms})
        else:
            say_searched(asked, assistant.repaired(asked))
            say_hits(hits)


def ask(
    context: typer.Context,
    question: QuestionArgument = None,
    llm: LLMOption = None,
    agent: AgentOption = None,
    k: CountOption = None,
    mode: ModeOption = None,
    threshold: ThresholdOption = None,
    questions: QuestionsOption = None,
    json: JsonOption = False,
    index: IndexOption = None,
    config: ConfigOption = None,
) -> None:
    """Answer a question from the documents, with citations, or say that they do not answer it."""
    from rag.assistant import Assistant

    asked_for = _asked(question, questions)
    retrieval = {"k": k, "mode": mode, "threshold": threshold}
    assistant = Assistant(settings_of(context, index, config, retrieval=retrieval, llm={"model": llm, "agent": agent}))

    for asked in asked_for:
        answer = assistant.ask(asked)
        if json:
            say_json(answer.to_json())
        else:
            say_searched(asked, answer.standalone)
            say_answer(answer)
        say_notes(answer)


def chat(
    context: typer.Context,
    llm: LLMOption = None,
    agent: AgentOption = None,
    k: CountOption = None,
    mode: ModeOption = None,
    index: IndexOption = None,
    config: ConfigOption = None,
) -> None:
    """A conversation in the terminal; an empty line or Ctrl-D ends it."""
    from rag.assistant import Assistant
    from rag.errors import CourseRagError

    settings = settings_of(context, index, config, retrieval={"k": k, "mode": mode}, llm={"model": llm, "agent": agent})
    assistant = Assistant(settings)
    say(
        f"{assistant.course.manifest.chunks} passages, version {assistant.course.version}. An empty line ends the chat."
    )
    history: list[BaseMessage] = []
    while question := _typed():
        try:
            _turn(assistant, question, history)
        except CourseRagError as error:
            say_error(error)  # the conversation goes on


def _typed() -> str:
    try:
        return input("\n> ").strip()
    except EOFError:
        return ""


def _turn(assistant: "Assistant", question: str, history: "list[BaseMessage]") -> None:
    """Ask, print the answer as it comes, and remember it."""
    from langchain_core.messages import AIMessage, HumanMessage

    answer = None
    for step in assistant.stream(question, history):
        say_searched(question, step.get("standalone", question))
        if "restarted" in step:
            say()
            say_note(step["restarted"])
        if "step" in step:
            say_note(step["step"])
        if "raw" in step:
            typer.echo(plain(step["raw"]), nl=False)
        answer = step.get("answer", answer)
    say()
    if answer is None:
        return
    # What was streamed is the raw text; where checking changed it, the checked text is what counts.
    say_answer(answer, with_text=answer.text != answer.raw)
    say_notes(answer)
    history += [HumanMessage(question), AIMessage(answer.text)]


def _asked(question: str | None, questions: Path | None) -> list[str]:
    """The one question, or every question of a file in order; all are checked before the first is asked.

    Raises:
        typer.BadParameter: neither or both were given.
        InputError: the file cannot be used.
    """
    if question is not None and questions is None:
        return [question]
    if questions is not None and question is None:
        return list(_questions(questions))
    raise typer.BadParameter("Give either QUESTION or --questions FILE.")


def _questions(path: Path) -> Iterator[str]:
    from rag.errors import InputError

    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read ({error}).", remedy="Give a UTF-8 file of JSON lines.") from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _question(line, f"{path}, line {number}")


def _question(line: str, where: str) -> str:
    from rag.errors import InputError

    remedy = 'Write one JSON object per line, such as {"user_input": "What is BM25?"}'
    try:
        row: Any = json_library.loads(line)
    except ValueError as error:
        raise InputError(f"{where} is not JSON ({error}).", remedy=remedy) from error
    asked = row.get("user_input", row.get("question")) if isinstance(row, dict) else None
    if not isinstance(asked, str) or not asked.strip():
        raise InputError(f"{where} has no question.", remedy=remedy)
    return asked
