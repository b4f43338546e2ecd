"""Passages embedded while other files are still being read, where the embedder has a device of its own.

On the processor that the workers read on it gains nothing, so there the files are read first. What is embedded ahead
of the removal of duplicates may be left out by it; since vectors are cached by their text, that costs only time of a
device that would have waited. So it ends when the files are read: what is left is embedded without duplicates.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import TypeVar

from ingest.assembly import Source, passages_of
from ingest.embedding import VectorMaker
from ingest.prepare import Job, Prepared
from ingest.progress import Progress
from ingest.windows import Windows
from ingest.workers import FileMap, Lost
from rag.chunks import embedded_text

_AT_LEAST = 128
"""Texts for which the embedder is called. If it is slower than the workers, more have come by then, and batches fill;
if it is faster, it would have waited, and badly filled batches cost nothing."""

_Job = TypeVar("_Job")
_Result = TypeVar("_Result")


@contextmanager
def embedding_ahead(
    maker: VectorMaker, file_map: FileMap, progress: Progress, *, window_chars: int = 0
) -> Iterator[FileMap]:
    """The map over files, as which it goes on; while it is used, what comes out of it is embedded in a thread.

    Args:
        maker: embeds; must not be used elsewhere as long as this is open.
        file_map: reads the files.
        progress: told of the passages.
        window_chars: of the windows of a passage, which are embedded with it.

    Raises:
        EmbedderError: the embedder failed in the meantime; as soon as the next file is read.
    """
    if maker.embedder.device == "cpu":
        yield file_map
        return
    ahead = _Ahead(maker, progress, window_chars)
    ahead.start()
    try:
        yield ahead.watching(file_map)
    finally:
        ahead.stop()
    ahead.raise_failure()


class _Ahead(threading.Thread):
    """Takes prepared files, and embeds their passages until it is stopped."""

    def __init__(self, maker: VectorMaker, progress: Progress, window_chars: int) -> None:
        super().__init__(name="embedding-ahead", daemon=True)
        self._window_chars = window_chars
        self._maker, self._progress = maker, progress
        self._changed = threading.Condition()
        self._files: list[Source] = []
        self._stopped = False
        self._failure: BaseException | None = None

    def watching(self, file_map: FileMap) -> FileMap:
        """The same map; this thread sees what comes out of it."""

        def watched(function: Callable[[_Job], _Result], jobs: Sequence[_Job]) -> Iterator[tuple[_Job, _Result | Lost]]:
            for job, result in file_map(function, jobs):
                if isinstance(job, Job) and isinstance(result, Prepared):
                    self._take(Source(job.source, "", result))
                yield job, result

        return watched

    def stop(self) -> None:
        """End after the batch that is being computed; it is kept."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
        self.join()

    def raise_failure(self) -> None:
        """Raise here what the embedder raised there."""
        if self._failure is not None:
            raise self._failure

    def run(self) -> None:
        """Embed what comes, a group of files at a time."""
        try:
            with self._progress.stage("embed", 0, "passages") as advance:
                for texts in self._groups():
                    missing = self._maker.missing(texts)
                    advance(0, more=len(missing))
                    with closing(self._maker.make(missing, advance)) as batches:
                        for _ in batches:
                            if self._stopped:
                                return
        except Exception as error:  # told to the thread that builds, whatever it is
            self._failure = error

    def _take(self, file: Source) -> None:
        self.raise_failure()
        with self._changed:
            self._files.append(file)
            self._changed.notify()

    def _groups(self) -> Iterator[list[str]]:
        """Texts of the files that came meanwhile, at least so many as make good batches, until stopped."""
        texts: list[str] = []
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._files or self._stopped)
                if self._stopped:
                    return
                files, self._files = self._files, []
            passages = [chunk for file in files for chunk in passages_of(file)]
            texts += [embedded_text(chunk) for chunk in passages]
            texts += Windows.of(passages, self._window_chars).texts
            if len(texts) >= _AT_LEAST:
                yield texts
                texts = []
