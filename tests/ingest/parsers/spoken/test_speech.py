"""Speech to text end to end: a real decoder, a real voice detector, a real Whisper of random weights."""

import io
import re
import sys
import wave
from pathlib import Path

import av
import numpy as np
import pytest
from langchain_core.document_loaders import Blob
from made_whisper import make_whisper
from numpy.typing import NDArray

from ingest.elements import Kind
from ingest.parsers.registry import parser_for
from ingest.parsers.spoken import cues as spoken
from ingest.parsers.spoken import sound
from ingest.parsers.spoken.sound import RATE, Sound
from ingest.parsers.spoken.speech import SpeechParser
from rag.errors import ParseError
from rag.settings import ParseSettings


def wav(samples: NDArray[np.float64], rate: int = RATE) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return buffer.getvalue()


def voice(seconds: float) -> NDArray[np.float64]:
    """Vowels: pulses of a voice through three formants, in syllables. The voice detector takes it for speech."""
    time = np.arange(int(seconds * RATE)) / RATE
    pitch = np.cumsum(120 + 20 * np.sin(2 * np.pi * 0.7 * time)) / RATE
    pulses = np.diff(np.floor(pitch), prepend=0.0)
    ring = np.arange(int(0.05 * RATE)) / RATE
    formants = sum(
        gain * np.exp(-np.pi * width * ring) * np.sin(2 * np.pi * frequency * ring)
        for frequency, width, gain in ((700, 80, 1.0), (1200, 90, 0.6), (2600, 120, 0.3))
    )
    spoken = np.convolve(pulses, formants)[: len(time)] * np.clip(np.sin(2 * np.pi * 3 * time), 0, 1)
    return np.asarray(0.6 * spoken / np.abs(spoken).max())


def blob(data: bytes, name: str = "talk.wav") -> Blob:
    return Blob.from_data(data, path=name)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_whisper(tmp_path_factory.mktemp("weights") / "tiny")


def test_a_recording_becomes_paragraphs_with_times(weights: Path) -> None:
    parser = parser_for(Path("talk.wav"), ParseSettings(speech_model=str(weights)))
    assert isinstance(parser, SpeechParser)
    parsed = parser.parse_elements(blob(wav(voice(6))))
    assert [(element.kind, element.label) for element in parsed.elements] == [(Kind.PARAGRAPH, "00:00:00")]
    assert re.fullmatch("[a-z]{100,}", parsed.elements[0].text)
    assert parsed.metadata["language"] in ("en", "ko")
    assert parsed.skipped == []
    again = SpeechParser(str(weights)).parse_elements(blob(wav(voice(6))))
    assert again == parsed  # a build is reproducible


def test_a_long_recording_has_times_of_the_whole(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound, "_WINDOW_S", 10)
    monkeypatch.setattr(sound, "_SEARCH_S", 4)
    monkeypatch.setattr(spoken, "_LONGEST", 10)  # so that each segment is a paragraph
    parsed = SpeechParser(str(weights), voices_only=False).parse_elements(blob(wav(voice(25))))
    labels = [element.label for element in parsed.elements]
    assert labels[0] == "00:00:00"
    assert len(labels) == 3
    assert "00:00:06" <= labels[1] <= "00:00:10"
    assert "00:00:12" <= labels[2] <= "00:00:20"


def test_one_phrase_over_and_over_is_no_speech(tmp_path: Path) -> None:
    looping = make_whisper(tmp_path / "looping", looping=True)
    with pytest.raises(ParseError, match="recognition only repeated itself"):
        SpeechParser(str(looping)).parse_elements(blob(wav(voice(6))))


def test_silence_is_no_speech(weights: Path) -> None:
    with pytest.raises(ParseError, match=r"No speech was found in talk\.wav") as caught:
        SpeechParser(str(weights)).parse_elements(blob(wav(np.zeros(4 * RATE))))
    assert "subtitles" in caught.value.remedy


def test_without_weights_the_reason_names_the_setting(tmp_path: Path) -> None:
    with pytest.raises(ParseError, match="no weights for speech recognition") as caught:
        parser = parser_for(Path("talk.mp4"))
        assert parser is not None
        parser.parse_elements(blob(b"any", "talk.mp4"))
    assert "parse.speech_model" in caught.value.remedy
    assert ".srt" in caught.value.remedy
    with pytest.raises(ParseError, match=r"has no model\.bin"):
        SpeechParser(str(tmp_path)).parse_elements(blob(b"any"))


def test_weights_that_are_none_are_told(tmp_path: Path) -> None:
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (tmp_path / name).write_bytes(b"x")
    with pytest.raises(ParseError, match="cannot be loaded"):
        SpeechParser(str(tmp_path)).parse_elements(blob(wav(voice(1))))


def test_without_the_extra_the_reason_names_it(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "faster_whisper", None)  # as if it were not installed
    folder = weights.rename(weights.with_name("moved"))  # so that weights loaded before are not taken
    try:
        with pytest.raises(ParseError, match="faster-whisper is not installed") as caught:
            SpeechParser(str(folder)).parse_elements(blob(wav(voice(1))))
    finally:
        folder.rename(weights)
    assert "course-rag[formats]" in caught.value.remedy


@pytest.mark.parametrize("data", [b"", b"no sound at all" * 100, b"RIFF\x00\x00\x00\x00WAVEfmt "])
def test_what_cannot_be_decoded_is_told(weights: Path, data: bytes) -> None:
    with pytest.raises(ParseError, match="talk.wav") as caught:
        SpeechParser(str(weights)).parse_elements(blob(data))
    assert caught.value.remedy


def test_a_video_without_sound_is_told(weights: Path) -> None:
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=5)
        stream.width = stream.height = 32
        stream.pix_fmt = "yuv420p"
        for packet in stream.encode(av.VideoFrame(32, 32, "yuv420p")):
            container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    with pytest.raises(ParseError, match=r"talk\.mp4 has no sound"):
        SpeechParser(str(weights)).parse_elements(blob(buffer.getvalue(), "talk.mp4"))


def test_windows_cover_all_samples_once_and_end_where_it_is_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound, "_WINDOW_S", 10)
    monkeypatch.setattr(sound, "_SEARCH_S", 4)
    samples = np.sin(np.arange(25 * RATE) / 5) * 0.5
    for quiet in (7, 15):
        samples[quiet * RATE : (quiet + 1) * RATE] = 0
    windows = list(Sound(io.BytesIO(wav(samples)), "talk.wav").windows())
    begins = [begin for begin, _ in windows]
    assert begins[0] == 0
    assert 7 <= begins[1] <= 8
    assert 15 <= begins[2] <= 16
    joined = np.concatenate([window for _, window in windows])
    assert joined.shape == (25 * RATE,)
    np.testing.assert_allclose(joined, samples, atol=1e-4)
    ends = [begin + len(window) / RATE for begin, window in windows]
    np.testing.assert_allclose(ends[:-1], begins[1:])


def test_other_rates_are_resampled() -> None:
    ((begin, samples),) = Sound(io.BytesIO(wav(np.sin(np.arange(8000 * 3) / 4), rate=8000)), "a.wav").windows()
    assert begin == 0
    assert samples.dtype == np.float32
    assert abs(len(samples) - 3 * RATE) < 100
