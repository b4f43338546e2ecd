"""The documents say what is true: their commands exist, and every setting is in them."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from rag.settings import Settings
from ui.cli.main import app

ROOT = Path(__file__).parents[1]
DOCUMENTS = ["README.md", "CONTRIBUTING.md"]
FENCE = re.compile(r"^```[^\n]*\n(.*?)^```", re.DOTALL | re.MULTILINE)
MAKE = re.compile(r"(?:^|[`$;&]\s*)make ([a-z][a-z-]*)", re.MULTILINE)
END = {"|", ">", ">>", "<", "&&", "||", ";", "&", "2>", "2>&1"}


def text_of(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def code_lines(text: str) -> list[str]:
    """Lines of the code blocks; lines that end with a backslash are joined with the next."""
    blocks = [block.replace("\\\n", " ") for block in FENCE.findall(text)]
    return [line.strip().removeprefix("$ ").strip() for block in blocks for line in block.splitlines() if line.strip()]


def commands_in(text: str) -> Iterator[list[str]]:
    """Arguments of every ``course-rag`` that a code block runs or inline code names."""
    inline = re.findall(r"`((?:\S*/)?course-rag [^`\n]+)`", FENCE.sub("", text))
    for line in [*code_lines(text), *inline]:
        try:
            words = shlex.split(line, comments=True)
        except ValueError:
            continue  # prose or a table in a block, with a lone quote
        for position, word in enumerate(words):
            if word.rpartition("/")[2] == "course-rag" and (
                position == 0 or words[position - 1] in END | {"time"} or "=" in words[position - 1]
            ):
                rest = words[position + 1 :]
                stop = next((at for at, each in enumerate(rest) if each in END), len(rest))
                yield rest[:stop]


def wrong_with(words: list[str]) -> str | None:
    """What no command or option fits, or None."""
    command: Any = typer.main.get_command(app)
    known = {"--help"}
    for word in words:
        known |= {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
        name = word.strip("[]").partition("=")[0]
        if re.fullmatch(r"--?[a-zA-Z][\w-]*", name):
            if name not in known:
                return name
        elif hasattr(command, "commands"):
            names = name.split("|")
            if any(each not in command.commands for each in names):
                # The value of an option, such as --index DIR, may stand before the command.
                before = words[words.index(word) - 1] if words.index(word) else ""
                if before in {"--index", "--config"} or name.isupper() or name in {"…", "..."}:
                    continue
                return name
            command = command.commands[names[0]]
    return None


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("course-rag build data/sample --full", None),
        ("course-rag --index DIR ask 'a question' --json", None),
        ("course-rag search|ask --questions FILE.jsonl", None),
        ("course-rag eval run data/eval/sample.jsonl --out runs", None),
        ("course-rag build data --fast", "--fast"),
        ("course-rag index data", "index"),
        ("course-rag eval score data", "score"),
        ("course-rag eval run FILE --fast", "--fast"),
    ],
)
def test_the_check_finds_what_is_wrong(line: str, wrong: str | None) -> None:
    found = list(commands_in(f"```\n$ {line}\n```\n"))
    assert found == [shlex.split(line)[1:]]
    assert wrong_with(found[0]) == wrong


def test_the_first_command_stands_at_the_top() -> None:
    lines = text_of("README.md").splitlines()
    fences = [number for number, line in enumerate(lines) if line.startswith("```")]
    assert fences, "README.md has no code block"
    assert fences[0] + 1 < 20
    assert re.match(r"(\$ )?(make|git|course-rag|cd)\b", lines[fences[0] + 1])


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_make_target_exists(name: str) -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", text_of("Makefile"), re.MULTILINE))
    mentioned = set(MAKE.findall(text_of(name)))
    assert mentioned <= targets
    if name == "README.md":
        assert {"run", "test"} <= mentioned


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_command_exists(name: str) -> None:
    commands = list(commands_in(text_of(name)))
    wrong = {" ".join(words): wrong_with(words) for words in commands}
    assert {line: what for line, what in wrong.items() if what is not None} == {}
    if name == "README.md":
        assert {"build", "ask"} <= {words[0] for words in commands if words}


def test_every_setting_is_in_the_readme() -> None:
    readme = text_of("README.md")
    missing = []
    for section, field in Settings.model_fields.items():
        kind: Any = field.annotation
        missing += [f"{section}.{key}" for key in kind.model_fields if f"{section}.{key}" not in readme]
    assert missing == []


def test_every_setting_is_described() -> None:
    for section, field in Settings.model_fields.items():
        kind: Any = field.annotation
        for key, inner in kind.model_fields.items():
            assert inner.description, f"{section}.{key}"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_blank_is_left(name: str) -> None:
    assert re.findall(r"@@\w+@@|TODO|TBD", text_of(name)) == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_local_link_leads_somewhere(name: str) -> None:
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", text_of(name))
    assert [link for link in links if not (ROOT / link).exists()] == []
