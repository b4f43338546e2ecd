"""The map over files: every job comes back once, whatever its function does to its process."""

import importlib
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.workers import FileMap, Lost, ProcessMap, serial_map

FUNCTIONS = """
import os, signal, subprocess, sys, threading, time

from ingest.workers import still_working

def act(job):
    what, value = job
    if what == "sleep":
        time.sleep(value)
    elif what == "allocate":
        return len(bytearray(value << 20))
    elif what == "exit":
        os._exit(value)
    elif what == "signal":
        os.kill(os.getpid(), value)
    elif what == "raise":
        raise ValueError(f"bad {value}\\nsecond line")
    elif what == "silent":
        raise KeyError
    elif what == "nest":
        return act(job)
    elif what == "pid":
        time.sleep(value)
        return os.getpid()
    elif what == "unpicklable":
        return lambda: value
    elif what == "die later":
        threading.Timer(0.1, os._exit, [1]).start()
    elif what == "beat":
        for _ in range(value):
            time.sleep(0.6)
            still_working()
    elif what == "beat, then stall":
        time.sleep(0.6)
        still_working()
        time.sleep(60)
    elif what == "call a program":
        path, name = value
        program = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        with open(path, "w", encoding="utf-8") as file:
            file.write(str(program.pid))
        if name == "die":
            os.kill(os.getpid(), 9)
        program.wait()
    elif what == "system exit":
        sys.exit(value)
    return value * 2
"""


@pytest.fixture
def act(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[tuple[str, int]], Any]]:
    """A function in a module that a spawned process can import: its ``sys.path`` is copied from this one."""
    (tmp_path / "worker_functions.py").write_text(FUNCTIONS, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("worker_functions").act
    del sys.modules["worker_functions"]


def results(file_map: FileMap, function: Callable[[Any], Any], jobs: list[Any]) -> dict[Any, Any]:
    found = list(file_map(function, jobs))
    assert sorted(job for job, _ in found) == sorted(jobs)  # every job once
    return dict(found)


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def is_alive(pid: int) -> bool:
    """Whether it runs; in some containers nobody takes note of the end of an orphan, which then stays a zombie."""
    if not is_running(pid):
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"


@pytest.mark.parametrize("file_map", [serial_map, ProcessMap(workers=1), ProcessMap(workers=2)])
def test_results_come_with_their_jobs(file_map: FileMap, act: Callable[..., Any]) -> None:
    jobs = [("double", number) for number in range(7)]
    assert results(file_map, act, jobs) == {job: job[1] * 2 for job in jobs}
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("file_map", [serial_map, ProcessMap()])
def test_no_jobs_need_no_process(file_map: FileMap, act: Callable[..., Any]) -> None:
    assert list(file_map(act, [])) == []


@pytest.mark.parametrize("file_map", [serial_map, ProcessMap(workers=1)])
def test_what_a_function_raises_becomes_a_reason(file_map: FileMap, act: Callable[..., Any]) -> None:
    jobs = [("raise", 1), ("silent", 0), ("nest", 0), ("double", 4)]
    assert results(file_map, act, jobs) == {
        ("raise", 1): Lost("the parser failed on it (ValueError: bad 1)"),
        ("silent", 0): Lost("the parser failed on it (KeyError: no message)"),
        ("nest", 0): Lost("it is nested too deeply"),
        ("double", 4): 8,
    }


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither these signals nor a memory limit")
@pytest.mark.parametrize("workers", [1, 2])
def test_a_job_that_kills_its_process_costs_that_job_alone(
    workers: int, act: Callable[..., Any], capfd: pytest.CaptureFixture[str]
) -> None:
    bad = [("exit", 0), ("exit", 3), ("signal", 11), ("signal", 9), ("unpicklable", 1), ("system exit", 2)]
    good = [("double", number) for number in range(4)]
    jobs = [job for pair in zip(bad, [*good, ("double", 8), ("double", 9)], strict=True) for job in pair]
    found = results(ProcessMap(workers=workers, timeout_s=60), act, jobs)
    assert {job: value for job, value in found.items() if job[0] == "double"} == {
        ("double", number): number * 2 for number in (0, 1, 2, 3, 8, 9)
    }
    for job in bad:
        assert isinstance(found[job], Lost), job
    died = Lost("the process that read it died; the file may be damaged, or need more memory")
    assert [found[job] for job in bad[:4]] == [died] * 4
    assert multiprocessing.active_children() == []
    capfd.readouterr()


def test_a_job_over_the_time_limit_is_given_up(act: Callable[..., Any]) -> None:
    jobs = [("sleep", 60), ("double", 1), ("double", 2)]
    started = time.monotonic()
    found = results(ProcessMap(workers=1, timeout_s=1.5), act, jobs)
    assert time.monotonic() - started < 30
    assert found == {
        ("sleep", 60): Lost("it took longer than 1.5 s (setting parse.timeout_s)"),
        ("double", 1): 2,
        ("double", 2): 4,
    }
    assert multiprocessing.active_children() == []


def test_a_job_that_makes_progress_may_take_longer(act: Callable[..., Any]) -> None:
    found = results(ProcessMap(workers=2, timeout_s=1.5), act, [("beat", 5), ("beat, then stall", 0), ("double", 1)])
    assert found == {
        ("beat", 5): 10,
        ("beat, then stall", 0): Lost("it took longer than 1.5 s (setting parse.timeout_s)"),
        ("double", 1): 2,
    }


def test_progress_outside_of_a_worker_is_told_to_nobody(act: Callable[..., Any]) -> None:
    assert list(serial_map(act, [("beat", 1)])) == [(("beat", 1), 2)]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no process groups")
@pytest.mark.parametrize("end", ["stall", "die"])
def test_programs_that_a_job_has_started_end_with_it(end: str, act: Callable[..., Any], tmp_path: Path) -> None:
    job = ("call a program", (str(tmp_path / "pid"), end))
    assert isinstance(results(ProcessMap(workers=1, timeout_s=1.5), act, [job])[job], Lost)
    pid = int((tmp_path / "pid").read_text(encoding="utf-8"))
    deadline = time.monotonic() + 5  # whoever adopts it has to take note of its end
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_alive(pid)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_job_over_the_memory_limit_is_given_up(act: Callable[..., Any]) -> None:
    jobs = [("allocate", 4096), ("allocate", 16), ("double", 1)]
    assert results(ProcessMap(workers=1, memory_mib=1024), act, jobs) == {
        ("allocate", 4096): Lost("it needs more memory than allowed (setting parse.memory_mib)"),
        ("allocate", 16): 16 << 20,
        ("double", 1): 2,
    }


def test_two_workers_are_two_processes_and_none_is_left(act: Callable[..., Any]) -> None:
    # While one process sleeps, the other takes the next job.
    found = dict(ProcessMap(workers=2)(act, [("pid", 1.0), ("pid", 1.1), ("pid", 0.0)]))
    pids = set(found.values())
    assert len(pids) == 2
    assert os.getpid() not in pids
    assert not any(map(is_running, pids))


def test_a_map_that_is_abandoned_leaves_no_process(act: Callable[..., Any]) -> None:
    mapped = ProcessMap(workers=2)(act, [("pid", 0), ("sleep", 60), ("sleep", 61)])
    _, pid = next(mapped)
    assert is_running(pid)
    started = time.monotonic()
    mapped.close()  # type: ignore[attr-defined]
    assert time.monotonic() - started < 10
    assert not is_running(pid)
    assert multiprocessing.active_children() == []


def test_a_process_that_dies_between_jobs_is_replaced(act: Callable[..., Any]) -> None:
    mapped = ProcessMap(workers=1)(act, [("die later", 1), ("double", 2), ("double", 3)])
    assert next(mapped) == (("die later", 1), 2)
    time.sleep(1.0)
    assert list(mapped) == [(("double", 2), 4), (("double", 3), 6)]
    assert multiprocessing.active_children() == []
