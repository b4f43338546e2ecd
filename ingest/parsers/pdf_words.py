"""Whether a word goes on over a line break: hyphens in English, breaks inside words in Korean."""

import re
from collections.abc import Sequence

from ingest.parsers.pdf_lines import HYPHEN, Line, Page
from ingest.parsers.pdf_tables import LEADER

_HANGUL_END = re.compile(r"[가-힣]+$")
_WORD_END = re.compile(r"\w$")
_HANGUL_START = re.compile(r"^[가-힣]+")
# Endings and particles that never begin a word; a line that begins with one goes on with the word above.
_BOUND = re.compile(
    r"^(?:을|를|은|는|이|가|의|에|에서|에게|으로|로|와|과|도|만|까지|부터|에는|에도|으로서|로서|으로써|로써|라고|이라고|니다|습니다|입니다|됩니다|합니다"
    r"|하였다|했다|된다|한다|하며|되며|하여|되어|하고|되고|하는|되는|하게|이다|이며|이고|들은|들을|들이|들의|므로|면서|지만|거나|어야|아야|다)(?![가-힣])"
)


class Vocabulary:
    """The words of a document that stand inside lines, where no break can have cut them."""

    def __init__(self, pages: Sequence[Page]) -> None:
        """Learn from all lines."""
        self._known: set[str] = set()
        spaced = total = 0
        for page in pages:
            for line in page.lines:
                self._known.update(_bare(word.text) for word in line.words[1:-1])
                if _HANGUL_END.search(line.words[-1].text):
                    total += 1
                    spaced += line.open_end
        # Some writers print the space at the end of a line: then its absence says that the word goes on.
        self._spaces_printed = total >= 5 and 0.3 <= spaced / total <= 0.98

    def joined(self, lines: Sequence[Line]) -> str:
        """The text of lines as one line."""
        text = lines[0].text
        margin = max(line.x1 for line in lines)
        for above, below in zip(lines, lines[1:], strict=False):
            text = self._join(text, below.text, above, wrapped=above.x1 + 1.5 * above.size >= margin)
        return LEADER.sub(" … ", text.replace(HYPHEN, ""))

    def _join(self, text: str, following: str, above: Line, *, wrapped: bool) -> str:
        if text.endswith(HYPHEN):
            return text.removesuffix(HYPHEN) + following
        if re.search(r"[A-Za-z]{2}[-\u2010\u2011]$", text) and re.match(r"[a-z]{2}", following):
            return self._hyphenated(text, following)
        if wrapped and _WORD_END.search(text) and _HANGUL_START.match(following) and self._goes_on(above, following):
            return text + following
        return f"{text} {following}"

    def _hyphenated(self, text: str, following: str) -> str:
        first, second = text.split()[-1][:-1], following.split()[0]
        # well-known is written with its hyphen elsewhere in the document, in-formation is not.
        kept = _bare(f"{first}-{second}") in self._known
        return (text if kept else text[:-1]) + following

    def _goes_on(self, above: Line, following: str) -> bool:
        last, first = above.words[-1].text, following.split()[0]
        if _BOUND.match(first):
            return not above.open_end
        if not _HANGUL_END.search(last):
            return False
        if self._spaces_printed:
            return not above.open_end
        together = _bare(last + first)
        return together in self._known and not (_bare(last) in self._known and _bare(first) in self._known)


def _bare(word: str) -> str:
    return re.sub(r"^\W+|\W+$", "", word).casefold()
