"""Subtitles: SubRip (.srt) and WebVTT (.vtt), also as they are found: broken numbers, tags, rolling captions."""

import re
from collections.abc import Iterator, Sequence
from html import unescape

from langchain_core.document_loaders import Blob

from ingest.elements import ElementParser, ParsedFile, Skipped
from ingest.parsers.decoding import decode
from ingest.parsers.spoken.cues import Cue, paragraphs
from ingest.parsers.text import damage
from rag.errors import ParseError

_TIME = r"(?:(\d{1,3})\s?:\s?)?(\d{1,2})\s?:\s?(\d{1,2})(?:\s?[.,:]\s?(\d{1,3}))?"
_TIMING = re.compile(rf"^\s*{_TIME}\s*(?:-->|->|–>|—>)\s*{_TIME}")
_LONGEST_TIMING = 100
_COMMENT = re.compile(r"^(?:NOTE|STYLE|REGION)(?:\s|$)")
_HEADER = re.compile(r"^WEBVTT(?:[ \t]+-?[ \t]*(.*))?$")
_SPEAKER = re.compile(r"<v(?:\.[\w.-]*)?[ \t]+([^<>]{1,100})>", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:c|i|b|u|s|v|lang|ruby|rt|font|span)(?:\.[\w.#-]{0,100})?(?:\s[^<>]{0,200})?>|<\d[\d:.]{3,15}>|\{\\[^{}]{1,100}\}",
    re.IGNORECASE,
)
_INDEX = re.compile(r"^\s*\d{1,7}\s*$")


class SubtitleParser(ElementParser):
    """SRT and WebVTT, as paragraphs labelled with the time at which they begin."""

    def parse_elements(self, blob: Blob) -> ParsedFile:
        """Read one file of subtitles.

        Raises:
            ParseError: it is empty, in no known encoding, or has no subtitles in it.
        """
        source = str(blob.source or "subtitles")
        decoded = decode(blob.as_bytes(), source)
        lines = decoded.text.split("\n")
        header = _HEADER.match(lines[0].strip())
        cues = list(_cues(lines, vtt=header is not None))
        skipped = damage(source, decoded.damaged)
        untimed = sum(cue.start < 0 for cue in cues)
        if untimed:
            skipped.append(Skipped(source, f"the times of {untimed} subtitles cannot be read; their text is kept"))
        elements = paragraphs(_timed(cues))
        if not elements:
            raise ParseError(f"{source} has no subtitles in it.", remedy="Check that its suffix says what it is.")
        return ParsedFile(elements, _title(header), skipped, {"encoding": decoded.encoding})


def _title(header: re.Match[str] | None) -> str | None:
    title = (header[1] or "").strip() if header else ""
    return title if title and ":" not in title else None  # "Kind: captions" is none


def _cues(lines: Sequence[str], *, vtt: bool) -> Iterator[Cue]:
    """The cues of a file; one whose times cannot be read has a negative start."""
    times: tuple[float, float] | None = None
    text: list[str] = []
    comment, blank = False, True
    for line in lines:
        timing = _TIMING.match(line)
        broken = "-->" in line and len(line) < _LONGEST_TIMING and (blank or bool(text and _INDEX.match(text[-1])))
        if timing or broken:
            yield from _cue(times, _without_index(text, vtt=vtt))
            times = _seconds(timing) if timing else (-1.0, -1.0)
            text, comment, blank = [], False, False
            continue
        if not line.strip():
            blank, comment = True, False
            if vtt and text and not line:  # an empty line ends a cue; one of spaces does not, and in SRT none does
                yield from _cue(times, text)
                times, text = None, []
            elif not vtt:
                text.append("")
            continue
        comment = comment or (vtt and blank and _COMMENT.match(line) is not None)
        blank = False
        if times is not None and not comment:
            text.append(line)
    yield from _cue(times, text)


def _without_index(text: list[str], *, vtt: bool) -> list[str]:
    """Lines of a cue without the number of the next one, which stands right before its times."""
    number = next((at for at in range(len(text) - 1, -1, -1) if text[at].strip()), None)
    if vtt or number is None or not _INDEX.match(text[number]):
        return text
    alone = number > 0 and not text[number - 1].strip()
    next_to_times = number > 0 and number == len(text) - 1
    return text[:number] if alone or next_to_times else text


def _cue(times: tuple[float, float] | None, text: Sequence[str]) -> Iterator[Cue]:
    """One cue for each voice in it."""
    if times is None:
        return
    speaker, lines = "", list[str]()
    for line in text:
        voice = _SPEAKER.search(line)
        if voice and lines:
            yield Cue(*times, tuple(lines), speaker)
            lines = []
        speaker = " ".join(unescape(voice[1]).split()) if voice else speaker
        plain = unescape(_TAG.sub("", line)).replace("\u200b", "").strip("\u200e\u200f\ufeff \t")
        if plain:
            lines.append(plain)
    if lines:
        yield Cue(*times, tuple(lines), speaker)


def _seconds(match: re.Match[str]) -> tuple[float, float]:
    start, end = (
        int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + int((fraction or "0").ljust(3, "0")) / 1000
        for hours, minutes, seconds, fraction in (match.groups()[:4], match.groups()[4:])
    )
    return start, max(start, end)


def _timed(cues: Sequence[Cue]) -> Iterator[Cue]:
    """Cues without a time get that at which the one before them ends."""
    end = 0.0
    for cue in cues:
        if cue.start < 0:
            yield Cue(end, end, cue.lines, cue.speaker)
        else:
            yield cue
            end = cue.end
