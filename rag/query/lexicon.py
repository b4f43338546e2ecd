"""A Korean-English lexicon of single terms, so that BM25 finds passages in the language a question is not in.

The course's own names (``rag.query.bridge``) are surer, but no course glosses all its words, and a small one glosses
none. Here each term has the terms that stand for it in aligned texts, with weights: the query translation of
probabilistic structured queries (Darwish & Oard 2003), where a translation is worth its probability. The pairs come
with the package (``rag/query/lexicon-ko-en``), and so do the frequencies of terms in any text of either language;
``python -m ingest.training.lexicon`` makes both.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

from rag.errors import EmbedderError
from rag.query.expansion import Expansion

BUNDLED = Path(__file__).with_name("lexicon-ko-en")
FILE, FREQUENCIES = "lexicon.tsv", "frequencies.tsv"

_SURE = 0.2
"""Least weight of a translation that is as good as the term itself."""

_MOST_TRANSLATIONS = 6
"""Translations of one term, the surest first."""


class Lexicon:
    """Looks up what index terms are in the other language."""

    def __init__(self, pairs: Iterable[tuple[str, str, float]], frequency: Mapping[str, float] | None = None) -> None:
        """Take what is known of index terms.

        Args:
            pairs: a Korean and an English term with a weight in (0, 1]; both directions are looked up.
            frequency: share of the texts of a language that have a term.
        """
        self.frequency = frequency or {}
        found: dict[str, dict[str, float]] = {}
        for one, other, weight in sorted(pairs, key=lambda pair: (-pair[2], pair)):
            for term, translation in ((one, other), (other, one)):
                known = found.setdefault(term, {})
                if len(known) < _MOST_TRANSLATIONS:
                    known.setdefault(translation, weight)
        self._translations = found

    @classmethod
    def open(cls, folder: Path) -> "Lexicon":
        """Read a folder: a line of ``lexicon.tsv`` is a pair and its weight, one of ``frequencies.tsv`` a term and its.

        Raises:
            EmbedderError: a file is missing or not one of ours.
        """
        try:
            pairs = [(one, other, float(weight)) for one, other, weight in _rows(folder / FILE)]
            return cls(pairs, {term: float(share) for term, share in _rows(folder / FREQUENCIES)})
        except (OSError, ValueError) as error:
            raise EmbedderError(f"{folder} is not a lexicon ({error}).", remedy="Install course-rag again.") from error

    def translations(self, term: str) -> Mapping[str, float]:
        """The terms that stand for a term in the other language, with weights in (0, 1]; the surest first."""
        return self._translations.get(term, {})

    def sure(self, term: str) -> tuple[str, ...]:
        """Those of them that hardly stand for anything else: a text that has one of them has the term."""
        return tuple(other for other, weight in self.translations(term).items() if weight >= _SURE)

    def expansions(self, words: Sequence[str], *, weight: float = 1.0) -> list[Expansion]:
        """What a question's terms are in the other language.

        Args:
            words: the question's index terms.
            weight: of a sure translation, in [0, 1]; 0 expands nothing.
        """
        if not weight:
            return []
        return [
            Expansion(of=(word,), to=(other,), weight=weight * sure, why="lexicon")
            for word in dict.fromkeys(words)
            for other, sure in self.translations(word).items()
        ]


def _rows(path: Path) -> list[list[str]]:
    return [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]


@cache
def bundled_lexicon() -> Lexicon:
    """The lexicon that comes with the package; read once."""
    return Lexicon.open(BUNDLED)
