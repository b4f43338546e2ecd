"""Whether a word goes on over a line break: hyphens in English, breaks inside words in Korean."""

import re
from collections.abc import Sequence

from ingest.parsers.pdf.page_lines import HYPHEN, Line, Page
from ingest.parsers.pdf.page_tables import LEADER

_HANGUL_END = re.compile(r"[가-힣]+$")
_HYPHENATED = re.compile(rf"[^\W\d_]{{2}}[-\u2010\u2011{HYPHEN}]$")
_OPEN_END = re.compile(rf"\w{HYPHEN}$")
_ADDRESS = re.compile(r"\S{0,3}https?://\S*[^\s.,;)]$")
_REST_OF_ADDRESS = re.compile(r"[\w.%~#-]*[/=&?_][\w./%~#=&?-]*(?:\s|$)", re.ASCII)
_CODE = re.compile(r"(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{5,}", re.ASCII)
"""The rest of an address on a line of its own, that is neither a word nor a number."""
_WORD_END = re.compile(r"\w$")
_HANGUL_START = re.compile(r"^[가-힣]+")
# Endings and particles that never begin a word; a line that begins with one goes on with the word above.
_BOUND = re.compile(
    r"^(?:을|를|은|는|이|가|의|에|에서|에게|으로|로|와|과|도|만|까지|부터|에는|에도|에서는|에서의|으로는|로는|와의|과의|으로서|로서|으로써|로써"
    r"|라고|이라고|라는|이라는|이다|이며|이고|니다|습니다|입니다|됩니다|합니다|습니까|세요|시오|십시오|였다|었다|았다|겠다|하였다|했다|된다|한다|하며|되며"
    r"|하여|되어|하고|되고|하는|되는|하게|들은|들을|들이|들의|므로|면서|지만|거나|어야|아야|려면|으면|다)(?![가-힣])"
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
                    spaced += bool(line.open_end)
        # Some writers print the space at the end of a line: then its absence says that the word goes on.
        self._spaces_printed = total >= 5 and 0.3 <= spaced / total <= 0.98

    def joined(self, lines: Sequence[Line]) -> str:
        """The text of lines as one line."""
        parts = [lines[0].text]
        margin = max(line.x1 for line in lines)
        for above, below in zip(lines, lines[1:], strict=False):
            following = below.text
            if _HYPHENATED.search(parts[-1]) and re.match(r"[^\W\d_]{2}", following) and following[0].islower():
                parts[-1] = self._hyphenated(parts[-1], following)
            elif not _OPEN_END.search(parts[-1]) and not self._is_cut(above, following, margin):
                parts.append(" ")
            parts.append(following)
        # After something else than a word pdfium's mark stands for a sign that has no character.
        return LEADER.sub(" … ", re.sub(rf"(?<=\w){HYPHEN}", "-", "".join(parts)).replace(HYPHEN, "")).strip()

    def _is_cut(self, above: Line, following: str, margin: float) -> bool:
        """Whether a Korean word or an address goes on in the next line."""
        wrapped = above.x1 + 1.5 * above.size >= margin
        if wrapped and _ADDRESS.match(above.words[-1].text):
            return bool(_REST_OF_ADDRESS.match(following) or _CODE.fullmatch(following))
        cut = _WORD_END.search(above.words[-1].text) and _HANGUL_START.match(following)
        return wrapped and bool(cut) and self._goes_on(above, following)

    def _hyphenated(self, text: str, following: str) -> str:
        """Keep the hyphen of a compound (state-of-the-art, or both parts are words), drop that of a broken word."""
        first, second = _bare(text[:-1].split()[-1]), _bare(following.split()[0])
        known = self._known
        one_word = first + second in known and f"{first}-{second}" not in known
        compound = f"{first}-{second}" in known or "-" in first or (first in known and second in known)
        return text[:-1] + ("-" if compound and not one_word else "")

    def _goes_on(self, above: Line, following: str) -> bool:
        last, first = above.words[-1].text, following.split()[0]
        if _BOUND.match(first):
            return not above.open_end
        if not _HANGUL_END.search(last):
            return False
        if self._spaces_printed and above.open_end is not None:
            return not above.open_end
        together = _bare(last + first)
        return together in self._known and not (_bare(last) in self._known and _bare(first) in self._known)


def _bare(word: str) -> str:
    return re.sub(r"^\W+|\W+$", "", word).casefold()
