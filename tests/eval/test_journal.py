"""A run that was killed goes on where it stopped, asks nothing twice, and never mixes what differs."""

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock

from eval.journal import JOURNAL, changes_of, differing
from eval.questions import Question, read_questions
from eval.records import JudgedRow, Run
from eval.run import RUN_FILE, load_run, run_into, run_questions, save_run
from ingest.build import Build
from rag.assistant import Assistant
from rag.errors import InputError, LLMError
from rag.settings import Settings


class Counting(Assistant):
    """The real assistant, which remembers what it was asked, and may break off or fail."""

    def __init__(self, settings: Settings, *, stop_after: int = 1000, fail: str = "") -> None:
        super().__init__(settings)
        self.asked: list[str] = []
        self._stop_after, self._fail = stop_after, fail

    def ask(self, question: str, history: object = ()) -> object:  # type: ignore[override]
        if len(self.asked) == self._stop_after:
            raise KeyboardInterrupt
        self.asked.append(question)
        if question == self._fail:
            raise LLMError("The server is gone.", remedy="Start it.")
        return super().ask(question)


@pytest.fixture
def question_set(tmp_path: Path) -> Path:
    path = tmp_path / "set.jsonl"
    texts = ["드롭아웃은 무엇인가요?", "What is attention?", "BM25는 무엇인가요?", "Who won the world cup?"]
    rows = ({"id": f"q{number}", "user_input": text} for number, text in enumerate(texts))
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def _run_into(folder: Path, assistant: Assistant, question_set: Path, **options: object) -> Run:
    questions = read_questions(question_set)
    return run_into(folder, assistant, questions, question_set=question_set, **options)  # type: ignore[arg-type]


def _stopped(folder: Path, settings: Settings, question_set: Path, after: int = 2) -> None:
    with pytest.raises(KeyboardInterrupt):
        _run_into(folder, Counting(settings, stop_after=after), question_set)


def _without_times(run: Run) -> Run:
    rows = tuple(replace(row, search_ms=None, answer_ms=None) for row in run.rows)
    return replace(run, rows=rows, created="")


def test_it_goes_on_where_it_stopped_and_asks_nothing_twice(
    course_settings: Settings, question_set: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    _stopped(folder, course_settings, question_set)
    assert sorted(each.name for each in folder.iterdir()) == [JOURNAL]
    before = [json.loads(line) for line in (folder / JOURNAL).read_text(encoding="utf-8").splitlines()]
    assert [row["question"]["id"] for row in before[1:]] == ["q0", "q1"]

    assistant, told, seen = Counting(course_settings), [], []
    run = _run_into(
        folder, assistant, question_set, told=told.append, progress=lambda done, total: seen.append((done, total))
    )
    assert assistant.asked == [row.question.user_input for row in run.rows[2:]]
    assert told == ["2 of 4 questions were answered before and are not asked again."]
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert run.created == before[0]["created"]
    assert [each.name for each in folder.iterdir()] == [RUN_FILE]
    assert load_run(folder / RUN_FILE) == run
    whole = run_questions(Assistant(course_settings), read_questions(question_set), question_set=question_set)
    assert _without_times(run) == _without_times(whole)


def test_a_finished_run_is_not_asked_again_unless_that_is_wanted(
    course_settings: Settings, question_set: Path, tmp_path: Path
) -> None:
    first = _run_into(tmp_path / "run", Assistant(course_settings), question_set)
    idle = Counting(course_settings)
    assert _run_into(tmp_path / "run", idle, question_set) == first
    assert idle.asked == []
    again = Counting(course_settings)
    _run_into(tmp_path / "run", again, question_set, restart=True)
    assert len(again.asked) == 4


def test_a_torn_last_line_is_asked_again(course_settings: Settings, question_set: Path, tmp_path: Path) -> None:
    _stopped(tmp_path, course_settings, question_set)
    journal = tmp_path / JOURNAL
    journal.write_bytes(journal.read_bytes()[:-30])
    assistant = Counting(course_settings)
    run = _run_into(tmp_path, assistant, question_set)
    assert len(assistant.asked) == 3
    assert [row.question.id for row in run.rows] == ["q0", "q1", "q2", "q3"]
    _stopped(tmp_path / "head", course_settings, question_set)
    (tmp_path / "head" / JOURNAL).write_bytes(b'{"format":1,"crea')
    assert len(_run_into(tmp_path / "head", Assistant(course_settings), question_set).rows) == 4


def test_a_damaged_journal_is_told(course_settings: Settings, question_set: Path, tmp_path: Path) -> None:
    _stopped(tmp_path, course_settings, question_set)
    lines = (tmp_path / JOURNAL).read_bytes().splitlines(keepends=True)
    (tmp_path / JOURNAL).write_bytes(lines[0] + b"nonsense\n" + lines[2])
    with pytest.raises(InputError, match="is damaged") as caught:
        _run_into(tmp_path, Assistant(course_settings), question_set)
    assert "--restart" in caught.value.remedy


@pytest.mark.parametrize("finished", [False, True])
def test_other_settings_are_told_and_nothing_is_mixed(
    course_settings: Settings, question_set: Path, tmp_path: Path, finished: bool
) -> None:
    if finished:
        _run_into(tmp_path, Assistant(course_settings), question_set)
    else:
        _stopped(tmp_path, course_settings, question_set)
    files = {each.name: each.read_bytes() for each in tmp_path.iterdir() if each.name.startswith("run")}
    retrieval = course_settings.retrieval.model_copy(update={"k": 3})
    assistant = Counting(course_settings.model_copy(update={"retrieval": retrieval}))
    with pytest.raises(InputError, match=r"retrieval\.k was 5 and is 3") as caught:
        _run_into(tmp_path, assistant, question_set)
    assert "--out" in caught.value.remedy
    assert assistant.asked == []
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir() if each.name.startswith("run")} == files


def test_another_question_set_is_told(course_settings: Settings, question_set: Path, tmp_path: Path) -> None:
    _stopped(tmp_path, course_settings, question_set)
    question_set.write_text(question_set.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="the question set was"):
        _run_into(tmp_path, Assistant(course_settings), question_set)


def test_settings_that_cannot_change_an_answer_may_change(assistant: Assistant) -> None:
    run = run_questions(assistant, [], answers=False)
    settings = run.settings | {"ui": {"port": 1}, "index": {"path": "elsewhere"}, "chunk": {"max_tokens": 1}}
    assert changes_of(run, replace(run, settings=settings, index=run.index | {"version": 9})) == []
    assert set(differing(run, replace(run, settings=settings))) >= {"index.path", "chunk.max_tokens"}
    other = replace(run, index=run.index | {"fingerprint": "0" * 64}, libraries=run.libraries | {"numpy": "0"})
    assert [change.partition(" was ")[0] for change in changes_of(run, other)] == ["the index", "library numpy"]


def test_what_failed_can_be_asked_again_and_its_verdicts_go(
    course_settings: Settings, question_set: Path, tmp_path: Path
) -> None:
    questions = read_questions(question_set)
    failing = Counting(course_settings, fail=questions[1].user_input)
    run = _run_into(tmp_path, failing, question_set)
    assert [bool(row.error) for row in run.rows] == [False, True, False, False]
    verdicts = (JudgedRow("q0", "faithfulness", 1.0), JudgedRow("q1", "faithfulness", None, "no answer", failed=True))
    save_run(replace(run, judge="openai:x", judged=verdicts), tmp_path / RUN_FILE)

    assert _run_into(tmp_path, Counting(course_settings), question_set).rows[1].error
    assistant = Counting(course_settings)
    mended = _run_into(tmp_path, assistant, question_set, retry_failed=True)
    assert assistant.asked == [questions[1].user_input]
    assert [row.error for row in mended.rows] == [""] * 4
    assert mended.judged == verdicts[:1]


def test_two_processes_do_not_write_one_run(course_settings: Settings, question_set: Path, tmp_path: Path) -> None:
    with FileLock(tmp_path / "run.lock"), pytest.raises(InputError, match="Another process is at work in"):
        _run_into(tmp_path, Assistant(course_settings), question_set)


def test_an_index_that_is_rebuilt_meanwhile_is_told(
    course_settings: Settings, question_set: Path, tmp_path: Path
) -> None:
    course = course_settings.index.path.parent
    shutil.copytree(course, tmp_path / "course")
    index = course_settings.index.model_copy(update={"path": tmp_path / "course" / "index"})
    settings = course_settings.model_copy(update={"index": index})

    def rebuild(done: int, total: int) -> None:
        if done == 1:
            (tmp_path / "course" / "documents" / "new.md").write_text("# New\n\nSomething new.\n", encoding="utf-8")
            Build(settings).run([tmp_path / "course" / "documents"])

    with pytest.raises(InputError, match="Version 2 of the index was published while questions were put to version 1"):
        _run_into(tmp_path / "run", Assistant(settings), question_set, progress=rebuild)
    lines = (tmp_path / "run" / JOURNAL).read_text(encoding="utf-8").splitlines()
    assert len(lines) == 2  # what it began with, and the answer of version 1
    with pytest.raises(InputError, match="the index was"):
        _run_into(tmp_path / "run", Assistant(settings), question_set)


def test_a_blocked_folder_is_told(course_settings: Settings, question_set: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be written"):
        _run_into(tmp_path / "file" / "run", Assistant(course_settings), question_set)


def test_support_tells_what_was_refused(course_settings: Settings) -> None:
    questions = [
        Question("known", "드롭아웃은 무엇을 무작위로 끄나요?"),
        Question("unknown", "Who won the world cup in 1966?"),
        Question("small talk", "안녕하세요"),
    ]
    retrieval = course_settings.retrieval.model_copy(update={"mode": "keyword"})
    run = run_questions(Assistant(course_settings.model_copy(update={"retrieval": retrieval})), questions)
    answers = [row.answer for row in run.rows]
    assert run.threshold is not None
    assert answers[0] is not None
    assert answers[0].support is not None
    assert answers[0].support >= run.threshold
    assert answers[0].llm == "extractive"
    assert answers[1] is not None
    assert answers[1].refused
    assert answers[1].support is None or answers[1].support < run.threshold
    assert run.models["answers"] == "extractive"
    assert run.seeds == {"bootstrap": 20_250_101, "randomization": 20_250_102}
    assert run.machine.endswith(" cores")
    assert "python" in run.libraries


def test_an_old_run_file_can_still_be_read(assistant: Assistant, tmp_path: Path) -> None:
    """One of before these fields were recorded."""
    run = run_questions(assistant, [Question("q", "What is attention?")])
    save_run(run, tmp_path / RUN_FILE)
    old = json.loads((tmp_path / RUN_FILE).read_text(encoding="utf-8"))
    for name in ("models", "seeds", "machine", "threshold", "judging"):
        del old[name]
    for name in ("llm", "notes", "support"):
        del old["rows"][0]["answer"][name]
    (tmp_path / RUN_FILE).write_text(json.dumps(old), encoding="utf-8")
    read = load_run(tmp_path / RUN_FILE)
    assert read.threshold is None
    assert read.rows[0].hits == run.rows[0].hits


def test_half_a_character_stops_nothing(course_settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "half.jsonl"
    path.write_text('{"id": "q", "user_input": "What is attention \\ud800?"}\n', encoding="utf-8")
    half = [Question("q", "What is attention \ud800?")]
    run_into(tmp_path / "run", Assistant(course_settings), half, question_set=path)
    assert load_run(tmp_path / "run" / RUN_FILE).rows[0].question.user_input == "What is attention ??"


KILLED = """
import os, signal, sys
from pathlib import Path
from eval.questions import read_questions
from eval.run import run_into
from rag.assistant import Assistant
from rag.settings import load_settings

def progress(done, total):
    if done == 2:
        os.kill(os.getpid(), signal.SIGKILL)

path = Path(sys.argv[1])
settings = load_settings(index={"path": Path(sys.argv[2])}, embedder={"model": sys.argv[3]}, parse={"workers": 1})
run_into(Path(sys.argv[4]), Assistant(settings), read_questions(path), question_set=path, progress=progress)
"""


def test_a_killed_process_loses_nothing_that_was_answered(
    course_settings: Settings, question_set: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    arguments = (question_set, course_settings.index.path, course_settings.embedder.model, folder)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, *map(str, arguments)], env=dict(os.environ), check=False, timeout=60
    )
    assert killed.returncode == -signal.SIGKILL
    assert (folder / JOURNAL).exists()
    assistant = Counting(course_settings)
    run = _run_into(folder, assistant, question_set)
    assert len(assistant.asked) == 2
    assert len(run.rows) == 4
