"""What belongs together: a list and the sentence that introduces it, a table and its caption, code and its sentence."""

import re
from functools import lru_cache

from ingest.elements import Kind

_COLON = (":", "：")
_SENTENCE_GAP = re.compile(r"(?<=[.!?。！？…])[\"')\]”’*_]*\s+(?=\S)")
_SENTENCE_END = re.compile(r"[.!?。！？…][\"')\]”’*_]*$")
_ANNOUNCES = re.compile(
    r"다음|아래|이와 같|같다|같습니다|같아요"
    r"|\b(?:follow(?:s|ing)|below|listed|these|such as|includes?|namely|here (?:is|are))\b",
    re.IGNORECASE,
)
_CAPTION = re.compile(r"^[\W_]{0,4}(?:표|그림|table|figure|fig\.?|listing)\s*[\d<(]", re.IGNORECASE)
_FOOTNOTE = re.compile(
    r"^(?:[*†‡※]|\[\^?\w+\]|(?:주|출처|자료|비고|참고|notes?|sources?)\s*[\d)]*\s*[:：.)])", re.IGNORECASE
)
_LONGEST_TITLE = 80
"""Characters of a line that is no sentence and still introduces what is below it."""

_SHORTEST_SENTENCE = 16
"""Characters of a sentence that says something by itself; "It is as follows." needs the one before it."""


@lru_cache(maxsize=64)
def lead_in(paragraph: str) -> str:
    """The end of a paragraph, if it introduces what follows: its last sentence, or a line like a heading; or ""."""
    line = paragraph.rstrip().rpartition("\n")[2].strip()
    bare = line.rstrip("*_ ")
    if len(line) <= _LONGEST_TITLE and (bare.endswith(_COLON) or not _SENTENCE_END.search(line)):
        return line
    tail = line[-_LONGEST_TITLE * 10 :]
    # Punctuation and a blank will do here; Kiwi would take as long for this as all the rest of the chunking.
    starts = [0, *(match.end() for match in _SENTENCE_GAP.finditer(tail))]
    start = starts[-1]
    if len(tail) - start < _SHORTEST_SENTENCE and len(starts) > 1:
        start = starts[-2]
    if start == 0 and len(tail) < len(line):
        return ""
    last = tail[start:]
    alone = start == 0 and line == paragraph.strip()
    return last if alone or bare.endswith(_COLON) or _ANNOUNCES.search(last) else ""


def is_caption(text: str) -> bool:
    """Whether a paragraph names a table or figure: ``표 1. …``, ``Figure 2: …``."""
    return _CAPTION.match(text) is not None


def belongs(before: Kind, text_before: str, after: Kind, text_after: str) -> bool:
    """Whether a block should stay with the one before it."""
    if before is Kind.PARAGRAPH and after is Kind.TABLE:
        return is_caption(text_before) or bool(lead_in(text_before))
    if before is Kind.PARAGRAPH and after in (Kind.LIST, Kind.CODE):
        return bool(lead_in(text_before))
    if after is Kind.PARAGRAPH and before in (Kind.TABLE, Kind.CODE):
        return is_caption(text_after) or (before is Kind.TABLE and _FOOTNOTE.match(text_after) is not None)
    return False
