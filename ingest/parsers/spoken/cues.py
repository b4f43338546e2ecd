"""What is said, with its times: subtitles and recognised speech, joined to paragraphs one can read and cite."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ingest.elements import Element, Kind

_PAUSE_S = 2.5
"""After a pause this long a paragraph may end, if its last sentence has."""
_LONG_PAUSE_S = 10.0
_FULL = 400
"""From this many characters on a paragraph ends with its sentence."""
_LONGEST = 700
_SENTENCE_END = re.compile(r"(?:[.!?。！？…][\"'”’)\]]{0,3}|(?:니다|이다|해요|어요|아요|예요|네요|까요|죠))$")
_SOUND = re.compile(
    r"(?:[\[(（【<*]\s*(?:음악|배경음악|박수|웃음|환호|잡음|침묵|기침|한숨|효과음|music|applause|laughter|laughs?|cheering|"
    r"silence|noise|sighs?|coughs?|inaudible|blank_audio|음성 없음)[^\])）】>*]{0,30}[\])）】>*]|[♪♫♬\s])+",
    re.IGNORECASE,
)
_LONGEST_SOUND = 60
_CHANGE = re.compile(r"^>>+\s*")


@dataclass(frozen=True, slots=True)
class Cue:
    """What is said from ``start`` to ``end`` (seconds), in lines as shown; ``speaker`` is a name or ""."""

    start: float
    end: float
    lines: tuple[str, ...]
    speaker: str = ""


def time_label(seconds: float) -> str:
    """``00:03:15``: whole seconds, as players show them."""
    whole = max(0, int(seconds))
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def paragraphs(cues: Iterable[Cue], *, captions: bool = True) -> list[Element]:
    """Paragraphs in order of time; the label of each is the time at which it begins.

    A paragraph ends at a change of speaker, at a pause, or at the end of a sentence once it is long enough.

    Args:
        cues: in any order.
        captions: whether they were shown, and so may repeat what the one before has shown.
    """
    ordered = sorted(cues, key=lambda cue: cue.start)
    if captions and _is_rolling(ordered):
        ordered = list(_unrolled(ordered))
    elements: list[Element] = []
    texts: list[str] = []
    begin, end, length = 0.0, 0.0, 0
    for cue, changed in _said(ordered):
        text = " ".join(cue.lines)
        if texts and (changed or _ends(texts[-1], length, cue.start - end)):
            elements.append(_paragraph(texts, begin))
            texts, length = [], 0
        if not texts:
            begin = cue.start
        if cue.speaker and not texts:
            text = f"{cue.speaker}: {text}"
        texts.append(text)
        length += len(text) + 1
        end = max(cue.end, cue.start)
    if texts:
        elements.append(_paragraph(texts, begin))
    return elements


def _paragraph(texts: Sequence[str], begin: float) -> Element:
    return Element(Kind.PARAGRAPH, " ".join(texts), label=time_label(begin))


def _ends(last: str, length: int, pause: float) -> bool:
    if pause >= _LONG_PAUSE_S or length >= _LONGEST:
        return True
    sentence = _SENTENCE_END.search(last[-10:]) is not None
    return (pause >= _PAUSE_S and (sentence or length >= _FULL // 2)) or (sentence and length >= _FULL)


def _said(cues: Iterable[Cue]) -> Iterator[tuple[Cue, bool]]:
    """Cues with text in them, one per speaker, and whether the speaker has changed; sounds in brackets are gone."""
    previous = ""
    for cue in cues:
        for marked, lines in _turns([" ".join(line.split()) for line in cue.lines]):
            yield replace(cue, lines=tuple(lines)), marked or cue.speaker != previous
            previous = cue.speaker


def _turns(lines: Sequence[str]) -> list[tuple[bool, list[str]]]:
    """Lines by speaker: ``>>`` marks a change, and so do dashes before two lines or more."""
    spoken = [line for line in lines if line and not (len(line) <= _LONGEST_SOUND and _SOUND.fullmatch(line))]
    dashes = sum(line.startswith(("- ", "– ", "-\u00a0")) for line in spoken) >= 2
    turns: list[tuple[bool, list[str]]] = []
    for line in spoken:
        change = _CHANGE.match(line)
        dash = dashes and line.startswith(("- ", "– ", "-\u00a0"))
        text = line[change.end() :] if change else line[2:].strip() if dash else line
        if not text:
            continue
        if change or dash or not turns:
            turns.append((bool(change) or dash, []))
        turns[-1][1].append(text)
    return turns


def _is_rolling(cues: Sequence[Cue]) -> bool:
    """Whether captions roll: each shows the last line of the one before it once more, as automatic ones do."""
    repeats = 0
    for before, cue in zip(cues, cues[1:], strict=False):
        last = before.lines[-1].strip() if before.lines else ""
        first = cue.lines[0].strip() if cue.lines else ""
        repeats += bool(last) and (first == last or first.startswith(f"{last} "))
    return repeats >= 2 and repeats * 10 >= 3 * len(cues)


def _unrolled(cues: Sequence[Cue]) -> Iterator[Cue]:
    """Of each cue only the words that the one before it has not shown."""
    shown: list[str] = []
    for cue in cues:
        words = [word for line in cue.lines for word in line.split()]
        new = words[_overlap(shown, words) :]
        shown = words
        if new:
            yield replace(cue, lines=(" ".join(new),))


def _overlap(before: Sequence[str], after: Sequence[str]) -> int:
    """How many words at the end of one are those at the beginning of the other (Knuth, Morris, Pratt; linear)."""
    borders = [0] * len(after)
    for at in range(1, len(after)):
        length = borders[at - 1]
        while length and after[at] != after[length]:
            length = borders[length - 1]
        borders[at] = length + (after[at] == after[length])
    matched = 0
    for word in before:
        while matched and (matched == len(after) or word != after[matched]):
            matched = borders[matched - 1]
        matched += bool(after) and word == after[matched]
    return matched
