"""A text without one of a term's names, so that only the other one is left in it."""

import re


def without(text: str, name: str) -> str:
    """The text without a name, with the parentheses where it fills them; it may stand in capitals or not."""
    bare = rf"(?<![A-Za-z]){re.escape(name)}(?![A-Za-z])"
    return re.sub(rf" ?[(（]\s*{bare}\s*[)）]|{bare}", "", text, flags=re.IGNORECASE)
