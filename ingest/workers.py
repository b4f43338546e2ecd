"""A map over files: in this process, or in worker processes with a time and memory limit per file.

A build takes either as an argument; both yield ``(job, result)`` pairs as they are done, where a result may be a
``Lost``: the reason why one job did not come back. One bad file then costs one line in the report.
"""

import logging
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Protocol, TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")


_BEAT_EVERY_S = 0.5
_beats: Connection | None = None
"""The pipe of this process to its parent, if it is a worker."""
_last_beat = 0.0

_MOST_WORKERS = 8
"""Each may hold a morphological analyzer of some 300 MiB."""


@dataclass(frozen=True, slots=True)
class Lost:
    """A job without a result, and why."""

    why: str


class _Beat:
    """Sent by a worker in place of a result: the job goes on."""


def still_working() -> None:
    """Tell the parent that a job makes progress, so that its time limit starts anew; outside of a worker, nothing.

    To be called between parts of a job that each have a limit of their own, such as pages read by OCR.
    """
    global _last_beat
    now = time.monotonic()
    if _beats is None or now - _last_beat < _BEAT_EVERY_S:
        return
    _last_beat = now
    try:
        _beats.send(_Beat())
    except OSError:  # the parent is gone; the end of the job will find that out
        return


class FileMap(Protocol):
    """Applies a picklable function to jobs."""

    def __call__(self, function: Callable[[Job], Result], jobs: Sequence[Job]) -> Iterator[tuple[Job, Result | Lost]]:
        """Yield every job once, with its result, in any order."""
        ...


def serial_map(function: Callable[[Job], Result], jobs: Sequence[Job]) -> Iterator[tuple[Job, Result | Lost]]:
    """One after another in this process, without limits."""
    for job in jobs:
        yield job, _guarded(function, job)


@dataclass(frozen=True, slots=True)
class ProcessMap:
    """Worker processes.

    Attributes:
        workers: how many; 0 is one per core, at most eight.
        timeout_s: a job that makes no progress for longer is lost, and its process killed.
        memory_mib: address space a process may take; a job that needs more is lost.
    """

    workers: int = 0
    timeout_s: float = 120.0
    memory_mib: int = 4096

    def __call__(self, function: Callable[[Job], Result], jobs: Sequence[Job]) -> Iterator[tuple[Job, Result | Lost]]:
        """Yield every job once, with its result, as they are done."""
        waiting = list(reversed(jobs))
        count = min(len(jobs), self.workers or min(os.cpu_count() or 1, _MOST_WORKERS))
        busy: dict[Connection, tuple[_Worker, Job, float]] = {}
        idle = [_Worker(function, self.memory_mib) for _ in range(count)]
        try:
            while waiting or busy:
                while waiting and idle:
                    worker, job = idle.pop(), waiting.pop()
                    if not worker.send(job):  # it died after its last answer; this job is not to blame
                        worker = _Worker(function, self.memory_mib)
                        worker.send(job)
                    busy[worker.connection] = (worker, job, time.monotonic() + self.timeout_s)
                for worker, job, result in self._finished(busy):
                    if worker.alive:
                        idle.append(worker)
                    elif waiting:
                        idle.append(_Worker(function, self.memory_mib))
                    yield job, result
        finally:
            for worker in [*idle, *(entry[0] for entry in busy.values())]:
                worker.stop()

    def _finished(
        self, busy: dict[Connection, tuple["_Worker", Job, float]]
    ) -> Iterator[tuple["_Worker", Job, Result | Lost]]:
        """Wait for the next results or deadlines, and take those jobs out of ``busy``."""
        soonest = min(deadline for _, _, deadline in busy.values())
        ready = wait(list(busy), timeout=max(0.0, soonest - time.monotonic()))
        for connection in list(busy):
            worker, job, deadline = busy[connection]
            if connection in ready:
                received = worker.receive()
                if isinstance(received, _Beat):
                    busy[connection] = (worker, job, time.monotonic() + self.timeout_s)
                    continue
                result = received
            elif time.monotonic() >= deadline:
                worker.stop()
                result = Lost(f"it took longer than {self.timeout_s:g} s (setting parse.timeout_s)")
            else:
                continue
            del busy[connection]
            yield worker, job, result


class _Worker:
    """One process and the pipe to it. Spawned, not forked: the parent has threads, of Kiwi and of the interface."""

    def __init__(self, function: Callable[[Job], Result], memory_mib: int) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.alive = True
        self._process: SpawnProcess = context.Process(target=_serve, args=(function, theirs, memory_mib), daemon=True)
        self._process.start()
        theirs.close()  # so that the pipe breaks when the process dies

    def send(self, job: Job) -> bool:
        """Hand over a job; False if the process is no more. One that dies just then breaks the pipe to ``receive``."""
        try:
            self.connection.send(job)
        except (BrokenPipeError, ConnectionResetError):
            self.stop()
        return self.alive

    def receive(self) -> "Result | Lost | _Beat":
        try:
            result: Result | Lost | _Beat = self.connection.recv()
        except (EOFError, ConnectionResetError):
            self.stop()
            return Lost("the process that read it died; the file may be damaged, or need more memory")
        return result

    def stop(self) -> None:
        """End the process and what it has started."""
        self.alive = False
        if hasattr(os, "killpg") and self._process.pid is not None:
            with suppress(ProcessLookupError):  # it has no group of its own yet, and so no children
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        self._process.join()
        self.connection.close()


def _serve(function: Callable[[Job], Result], connection: Connection, memory_mib: int) -> None:
    """Answer jobs until the pipe closes."""
    # Parsing libraries chatter about damaged files; what is left out comes back with its reason instead.
    logging.disable(logging.WARNING)
    global _beats
    _beats = connection
    if hasattr(os, "setpgrp"):
        os.setpgrp()  # programs that a parser starts end with this process
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all of us; the parent stops its workers itself
    _limit_memory(memory_mib)
    while True:
        try:
            job = connection.recv()
        except EOFError:
            return
        result = _guarded(function, job)
        try:
            connection.send(result)
        except BrokenPipeError:  # the parent is gone, and nobody waits for it
            return


def _limit_memory(memory_mib: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limit; the time limit still holds
        return
    size = memory_mib << 20
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (size if hard == resource.RLIM_INFINITY else min(size, hard), hard))


def _guarded(function: Callable[[Job], Result], job: Job) -> "Result | Lost":
    """The one place where whatever a parsing library raises on a damaged file becomes a reason."""
    try:
        return function(job)
    except MemoryError:
        return Lost("it needs more memory than allowed (setting parse.memory_mib)")
    except RecursionError:
        return Lost("it is nested too deeply")
    except Exception as error:
        line = (str(error).strip() or "no message").splitlines()[0][:200]
        return Lost(f"the parser failed on it ({type(error).__name__}: {line})")
