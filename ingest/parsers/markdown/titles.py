"""Which bold lines are headings: the pseudo-headings of notes."""

import re

from ingest.parsers.lines import is_short_title

_SENTENCE = re.compile(r"(?:니다|습니까|세요|해요|예요|이다|한다|된다|있다|없다|하자|인가요|나요|까요)[.!?~]*$")
_MARKED = re.compile(r"^\s*(?:\(?\d{1,2}[.)-]|\d{1,2}(?:[.-]\d{1,2}){1,4}\s|[가-하][.)]\s|[①-⑳\[【<])")
"""A number or a bracket in front says that even a sentence is a heading."""
_NUMBER = re.compile(r"^\s*\d{1,2}((?:[.-]\d{1,2}){1,4})[.)]?\s")


def is_title(text: str) -> bool:
    """Whether a line that is wholly bold is a heading rather than a sentence that matters."""
    return is_short_title(text) and bool(_MARKED.match(text) or not _SENTENCE.search(text.strip()))


def numbered_depth(text: str) -> int:
    """Levels a numbered heading lies below one with a single number: ``1.2 Loss`` → 1."""
    match = _NUMBER.match(text)
    return len(re.findall(r"\d+", match[1])) if match else 0
