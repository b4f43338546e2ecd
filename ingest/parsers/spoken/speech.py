"""Audio and video: what is said, recognised by faster-whisper with weights that the user has."""

import logging
from collections.abc import Iterator
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from threading import RLock
from typing import Any, Self

import numpy as np
from langchain_core.document_loaders import Blob

from ingest.elements import ElementParser, ParsedFile, Skipped
from ingest.parsers.spoken.cues import Cue, paragraphs
from ingest.parsers.spoken.sound import RATE, Sound
from ingest.workers import still_working
from rag.errors import ParseError
from rag.settings import ParseSettings

_LOG = logging.getLogger(__name__)
_LOOPS = 2.4
"""Whisper's own threshold: text that compresses better than this is one phrase over and over."""
_BESIDE = "or put its subtitles beside it as .srt or .vtt"


class SpeechParser(ElementParser):
    """Speech to text, as paragraphs labelled with the time at which they begin. Nothing is ever downloaded."""

    def __init__(self, model: str = "", *, voices_only: bool = True) -> None:
        """Keep where the weights are; they are loaded with the first file.

        Args:
            model: folder of Whisper weights in CTranslate2's format, "" for none.
            voices_only: leave out what is no voice before recognition (Silero VAD, part of faster-whisper), so that
                nothing is made up for silence and music.
        """
        self._folder = model
        self._voices_only = voices_only
        self._model: Any = None

    @classmethod
    def from_settings(cls, settings: ParseSettings) -> Self:
        """With the weights of ``parse.speech_model``."""
        return cls(settings.speech_model)

    def parse_elements(self, blob: Blob) -> ParsedFile:
        """Recognise what is said in one recording.

        Raises:
            ParseError: there are no weights, the extra is not installed, or the file has no sound or no speech.
        """
        source = str(blob.source or "recording")
        self._load(source)
        heard = _Heard()
        sound = Sound(BytesIO(blob.as_bytes()), source)
        elements = paragraphs(self._cues(sound, source, heard), captions=False)
        if not elements:
            why = " (recognition only repeated itself)" if heard.loops else ""
            raise ParseError(
                f"No speech was found in {source}{why}.", remedy=f"Check the recording and the weights, {_BESIDE}."
            )
        skipped = [Skipped(source, f"{sound.damaged} pieces of its sound are damaged")] if sound.damaged else []
        if heard.loops:
            skipped.append(Skipped(source, f"{heard.loops} passages, where recognition only repeated itself"))
        if sound.cut:
            skipped.append(Skipped(source, "it is longer than 12 hours, and read no further"))
        return ParsedFile(elements, None, skipped, {"language": heard.language}, recognised=True)

    def _load(self, source: str) -> None:
        if self._model is not None:
            return
        if not self._folder:
            raise ParseError(
                f"{source} is a recording, and no weights for speech recognition are set.",
                remedy=f"Set parse.speech_model to a folder of faster-whisper weights, {_BESIDE}.",
            )
        folder = Path(self._folder).expanduser()
        # The tokenizer has to be there too: without it faster-whisper would fetch one.
        missing = [name for name in ("model.bin", "config.json", "tokenizer.json") if not (folder / name).is_file()]
        if missing:
            raise ParseError(
                f"{source} cannot be recognised: the folder of parse.speech_model has no {missing[0]}.",
                remedy=f"Set parse.speech_model to a complete folder of faster-whisper weights, {_BESIDE}.",
            )
        self._model = _model(folder)

    def _cues(self, sound: Sound, source: str, heard: "_Heard") -> Iterator[Cue]:
        """What is said, window by window; the language is the one heard first."""
        for begin, samples in sound.windows():
            still_working()
            try:
                # Temperature 0: the same recording always says the same. Nothing is carried over from the text
                # before, so that one slip does not go on.
                segments, info = self._model.transcribe(
                    samples,
                    language=heard.language,
                    vad_filter=self._voices_only,
                    beam_size=5,
                    temperature=0.0,
                    condition_on_previous_text=False,
                )
                for segment in segments:
                    still_working()
                    if segment.compression_ratio > _LOOPS:
                        heard.loops += 1
                        continue
                    heard.language = heard.language or info.language
                    # What is made up at the end may have times behind it.
                    start, end = (begin + min(at, len(samples) / RATE) for at in (segment.start, segment.end))
                    yield Cue(start, end, (" ".join(segment.text.replace("\ufffd", "").split()),))
            except (RuntimeError, ValueError) as error:  # what CTranslate2 and onnxruntime raise
                raise ParseError(
                    f"{source} cannot be recognised: {_line(error)}.",
                    remedy=f"Check the weights of parse.speech_model, {_BESIDE}.",
                ) from error


class _Heard:
    """What recognition finds out on its way."""

    language: str | None = None
    loops = 0


@lru_cache(maxsize=1)
def _model(folder: Path) -> Any:
    """The loaded weights, once per process: a worker reads many files."""
    try:
        import ctranslate2
        from faster_whisper import WhisperModel
        from tqdm import tqdm
    except ImportError as error:
        raise ParseError(
            "It is a recording, and faster-whisper is not installed.",
            remedy=f"Install the extra: pip install 'course-rag[formats]', {_BESIDE}.",
        ) from error
    # Its progress bars, though hidden, hold a semaphore that a worker leaves behind when it is stopped.
    tqdm.set_lock(RLock())
    if ctranslate2.get_cuda_device_count() > 0:
        try:
            model = WhisperModel(str(folder), device="cuda", local_files_only=True)
            model.detect_language(np.zeros(RATE, dtype=np.float32))  # only now are the libraries of CUDA loaded
        except (RuntimeError, ValueError):  # not enough memory, or no libraries: the processor does it too
            _LOG.warning("The graphics card cannot be used for speech recognition; the processor does it.")
        else:
            return model
    try:
        return WhisperModel(str(folder), device="cpu", compute_type="int8", local_files_only=True)
    except Exception as error:  # CTranslate2, tokenizers and the JSON beside them each have errors of their own
        raise ParseError(
            f"The weights of parse.speech_model cannot be loaded: {_line(error)}.",
            remedy="Get them once more, as a model converted for faster-whisper (CTranslate2).",
        ) from error


def _line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")[:200]
