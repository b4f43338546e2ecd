"""``course-rag embedder adapt``."""

import shlex
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from glossed_course import write_glossed_course

pytest.importorskip("torch")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

Run = Callable[..., Any]


@pytest.fixture
def built(cli: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An index of the course with words of its own, in the working folder."""
    monkeypatch.setenv("COURSE_RAG_EMBEDDER__MODEL", "static-ko-en")
    assert cli("--index", "my index", "build", write_glossed_course(tmp_path / "files")).code == 0
    monkeypatch.delenv("COURSE_RAG_EMBEDDER__MODEL")
    return Path("my index")


def test_the_commands_it_prints_put_the_model_to_use(cli: Run, built: Path) -> None:
    ran = cli("embedder", "adapt", "--index", built)
    assert ran.code == 0, ran.err
    lines = ran.out.splitlines()
    assert lines[0].split() == "questions on held-out sections, made from number recall@1 recall@5 MRR@10".split()
    assert lines[-7].startswith("MRR@10 +0.") and "95% interval +0." in lines[-7]
    folder = built / "embedder" / "static-ko-en-adapted"
    assert lines[-6] == f"The adapted model finds more: {folder.absolute()}"
    settings = "\n".join(line.strip() for line in lines if line.startswith(("  [", "  model")))
    assert tomllib.loads(settings) == {"embedder": {"model": str(folder.absolute())}}
    Path("course-rag.toml").write_text(settings, encoding="utf-8")
    refused = cli("--index", built, "build")
    assert refused.code == 1 and "--full" in refused.err
    program, *arguments = shlex.split(lines[-1])
    assert program == "course-rag"
    assert cli(*arguments).code == 0
    assert cli("--index", built, "status", "--json").json["embedder"].startswith("static-ko-en-adapted@sha256:")
    assert cli("--index", built, "search", "Zorbax", "--json").json["hits"]
    # Another build prunes no model, and one that is adapted again gets a name of its own.
    again = cli("embedder", "adapt", "--index", built, "--steps", "1", "--json").json
    assert again["model"].startswith("static-ko-en-adapted@sha256:") and again["adopted"] is False
    assert [each.name for each in (built / "embedder").iterdir()] == ["static-ko-en-adapted"]


def test_what_does_not_win_is_said_and_changes_nothing(cli: Run, built: Path) -> None:
    ran = cli("embedder", "adapt", "--index", built, "--steps", "1")
    assert ran.code == 0
    assert ran.out.splitlines()[-1] == (
        "The adapted model does not find more, beyond chance: nothing was written, nothing has changed."
    )
    assert "MRR@10 +0.000 (95% interval +0.000 to +0.000); 1 steps" in ran.out
    assert not (built / "embedder").exists()
    told = cli("embedder", "adapt", "--index", built, "--steps", "1", "--json").json
    assert (told["adopted"], told["folder"], told["adapted"], told["next"]) == (False, None, None, None)
    assert told["verdict"]["before"] == told["verdict"]["after"]
    assert told["verdict"]["before"]["all"]["questions"] > 40


def test_no_index_and_a_small_course_are_told(cli: Run, index: Path, tmp_path: Path) -> None:
    nothing = cli("embedder", "adapt", "--index", tmp_path / "none")
    assert nothing.code == 1 and "There is no index" in nothing.err
    small = cli("embedder", "adapt", "--index", index)
    assert small.code == 1 and "too small" in small.err
    assert not (index / "embedder").exists()
