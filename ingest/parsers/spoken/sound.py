"""The sound of a recording as windows of samples, so that a long lecture takes no more memory than ten minutes do."""

from collections.abc import Iterator
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import ParseError

RATE = 16_000
"""Samples per second, as Whisper wants them."""
_WINDOW_S = 600
_SEARCH_S = 30
"""A window ends at the quietest moment of its last half minute, so that no word is cut."""
_MOMENT_S = 0.4
_LONGEST_S = 12 * 3600
"""A damaged header can make hours of seconds: it may say that there is one sample per second."""

Samples = NDArray[np.float32]


class Sound:
    """The first sound track of a recording.

    Attributes:
        damaged: packets that could not be decoded so far; they are left out, as players do.
        cut: whether it was longer than twelve hours, and is read no further.
    """

    def __init__(self, file: IO[bytes], source: str) -> None:
        """Keep what to read.

        Args:
            file: audio, or video with a sound track, in any format PyAV reads.
            source: its name, for errors.
        """
        self.damaged = 0
        self.cut = False
        self._file = file
        self._source = source

    def windows(self) -> Iterator[tuple[float, Samples]]:
        """Windows of at most ten minutes.

        Yields:
            The second at which a window begins, and its samples, mono, (n,) in [-1, 1].

        Raises:
            ParseError: it is damaged, has no sound, or PyAV is not installed.
        """
        parts: list[Samples] = []
        length, begin = 0, 0
        for part in self._pieces():
            parts.append(part)
            length += len(part)
            while length >= _WINDOW_S * RATE:
                samples = np.concatenate(parts)
                end = _quietest(samples[: _WINDOW_S * RATE])
                yield begin / RATE, samples[:end]
                parts, length, begin = [samples[end:]], len(samples) - end, begin + end
                if begin >= _LONGEST_S * RATE:
                    self.cut = True
                    return
        if length:
            yield begin / RATE, np.concatenate(parts)

    def _pieces(self) -> Iterator[Samples]:
        """Samples, as they are decoded."""
        try:
            import av
        except ImportError as error:
            raise ParseError(
                f"{self._source} is a recording, and PyAV is not installed.",
                remedy="Install the extra: pip install 'course-rag[formats]'.",
            ) from error
        try:
            with av.open(self._file, mode="r", metadata_errors="ignore") as container:
                if not container.streams.audio:
                    raise ParseError(
                        f"{self._source} has no sound.", remedy="Leave it out, or put its subtitles beside it."
                    )
                resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
                for frame in self._frames(container, av):
                    for piece in resampler.resample(frame):
                        yield piece.to_ndarray().reshape(-1).astype(np.float32) / 32768.0
        except (av.error.FFmpegError, ValueError, OverflowError) as error:
            raise ParseError(
                f"{self._source} is damaged: its sound cannot be decoded.",
                remedy="Check that it plays, or get it once more.",
            ) from error

    def _frames(self, container: Any, av: Any) -> Iterator[Any]:
        """Decoded frames, and None at the end, which flushes the resampler."""
        for packet in container.demux(audio=0):
            try:
                frames = packet.decode()
            except av.error.InvalidDataError:
                self.damaged += 1
                continue
            for frame in frames:
                frame.pts = None  # times of damaged files run backwards, which the resampler refuses
                yield frame
        yield None


def _quietest(samples: Samples) -> int:
    """Index in the last half minute around which the least is heard."""
    moment = int(_MOMENT_S * RATE)
    tail = samples[-_SEARCH_S * RATE :]
    energies = np.square(tail[: len(tail) // moment * moment]).reshape(-1, moment).mean(axis=1)
    return int(len(samples) - len(tail) + energies.argmin() * moment + moment // 2)
