"""Two sentences from two versions of one document, of which one is the other edited."""

import re
import unicodedata
from collections import Counter
from difflib import SequenceMatcher
from os.path import commonprefix
from pathlib import PurePosixPath

from ingest.dedup.recency import without_dates
from rag.analyzer import FUNCTION_WORDS

_SIMILAR = 0.75
"""Share of letters that an edit leaves as they are (Ratcliff-Obershelp)."""

_MOST_CHANGED = 0.34
"""Share of its words that an edit may change."""

_WORD = re.compile(r"[^\W\d_]+")
_FACT = re.compile(
    r"[^\W\d]*[_\d]\w*(?:[.,:/]\d+)*|[=<>≤≥≠±×÷+*/%^√∑∫∈∉∞→←−#✅❌-]|[월화수목금토일]요일|부터|까지|이상|이하|미만|초과"
    r"|\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|before|after|until|since)\b",
    re.IGNORECASE,
)
"""Numbers, signs, identifiers, days and bounds: another one is another fact."""

_NEGATION = re.compile(
    r"않|못하|못한|못했|\b못\b|\b안\b|없|아니|아닌|아닙|말아|마세요|금지|불가|제외"
    r"|\b(?:not|no|never|none|nor|neither|without|cannot|except|unless|hardly|false)\b|n[’']t\b",
    re.IGNORECASE,
)


def is_edit(old: str, new: str) -> bool:
    """Whether the newer of two sentences says what the older one does, in other words.

    Never if a number, a sign, an identifier, a name or a negation differs, or a word became one that looks like it
    (``supervised`` and ``unsupervised``, 정밀도 and 정확도): then each states a fact of its own. Other words may
    differ; which of two versions is right is told by their age.
    """
    old, new = unicodedata.normalize("NFKC", old), unicodedata.normalize("NFKC", new)
    if _FACT.findall(old) != _FACT.findall(new) or len(_NEGATION.findall(old)) != len(_NEGATION.findall(new)):
        return False
    before, after = (
        [word for word in _WORD.findall(text) if word.lower() not in FUNCTION_WORDS] for text in (old, new)
    )
    removed, added = Counter(before) - Counter(after), Counter(after) - Counter(before)
    if not removed or len(before) != len(after) or sum(removed.values()) > _MOST_CHANGED * len(before):
        return before == after  # the same words in another order, or words left out, say something else
    if any(map(_is_name, [*removed, *added])) or any(_is_another(one, other) for one in removed for other in added):
        return False
    return SequenceMatcher(None, old, new, autojunk=False).ratio() >= _SIMILAR


def same_document(source: str, other: str) -> bool:
    """Whether two sources have one name but for dates: ``2024/week1.md`` and ``2025-1/week1.pdf``."""
    one, two = (without_dates(PurePosixPath(each).stem.casefold()) for each in (source, other))
    return one == two and any(map(str.isalpha, one))


def _is_name(word: str) -> bool:
    """Latin words with a capital are names, or begin a sentence, which an edit seldom changes."""
    return word[0].isascii() and word != word.lower()


def _is_another(one: str, other: str) -> bool:
    """Whether two words look alike, but not as forms of one word do: those begin alike and end otherwise."""
    one, other = (unicodedata.normalize("NFD", word.lower()) for word in (one, other))  # Hangul letter by letter
    shorter = min(len(one), len(other))
    begin = len(commonprefix([one, other]))
    end = min(len(commonprefix([one[::-1], other[::-1]])), shorter - begin)
    return begin <= shorter / 2 <= begin + end
