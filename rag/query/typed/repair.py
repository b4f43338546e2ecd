"""The question as it is searched: what was mistyped put right by the words of the course, and told.

Only words that neither the course nor the dictionaries have are touched, and only where one word of the course is
clearly meant; a question whose words the course has stays as it is.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from rag.analyzer import FUNCTION_WORDS
from rag.query.typed.changes import Change, Kind, Repaired
from rag.query.typed.jamo import LETTERS, initials
from rag.query.typed.keyboard import to_hangul, to_latin
from rag.query.typed.lexicons import KoreanReading, english_words
from rag.query.typed.particles import is_suffix, splits
from rag.query.typed.pieces import Piece, pieces, tidy
from rag.query.typed.typos import english_typo, korean_typo
from rag.query.typed.words import CourseWords

_LONGEST = 400
"""Characters of a question that is repaired; what is longer was pasted, not typed."""
_SHORTEST_INITIALS = 3
_SHORTEST_LATIN = 3
_SHORTEST_LAYOUT = 5
"""Letters of a word in the wrong layout that gives a Korean word which the course does not have."""
_ALTERNATIVES = 3


@dataclass(frozen=True, slots=True)
class _Fix:
    start: int
    end: int
    after: str
    kind: Kind
    alternatives: tuple[str, ...] = ()


class QueryRepair:
    """Repairs questions on one version of a course. Safe to share among threads."""

    def __init__(self, words: CourseWords, user_words: Sequence[str] = ()) -> None:
        """Take the words of the course and the nouns that its analyzer keeps whole."""
        self._words = words
        self._user_words = tuple(user_words)

    def repair(self, question: str) -> Repaired:
        """The question as it is to be searched; empty if nothing in it can be seen."""
        text = tidy(question)
        changes = [Change(question, text, "form")] if text != question else []
        if self._words and len(text) <= _LONGEST:
            fixes = list(_Question(text, self._words, self._user_words).fixes())
            changes += [Change(text[fix.start : fix.end], fix.after, fix.kind, fix.alternatives) for fix in fixes]
            for fix in reversed(fixes):
                text = text[: fix.start] + fix.after + text[fix.end :]
        return Repaired(question, text, tuple(changes))


class _Question:
    """One question while it is looked at."""

    def __init__(self, text: str, words: CourseWords, user_words: tuple[str, ...]) -> None:
        self._text, self._words, self._user_words = text, words, user_words
        self._pieces = list(pieces(text))

    @cached_property
    def _reading(self) -> KoreanReading:
        return KoreanReading(self._text, self._user_words)

    def fixes(self) -> Iterator[_Fix]:
        """What to change, from left to right, nothing twice."""
        unknown = [piece for piece in self._pieces if not self._knows(piece)]
        if not unknown:
            return
        fixes = self._joins()
        joined = [range(fix.start, fix.end) for fix in fixes.values()]
        alone = [piece for piece in unknown if not any(piece.start in each for each in joined)]
        fixes |= {piece.start: fix for piece in alone if (fix := self._fix(piece))}
        fixes |= self._layouts(unknown, fixes)
        yield from (fixes[start] for start in sorted(fixes))

    def _knows(self, piece: Piece) -> bool:
        if not piece.hangul:
            return len(piece.text) < _SHORTEST_LATIN or self._knows_english(piece.text.lower())
        if piece.bound and is_suffix(piece.text):
            return True
        known = len(piece.text) == 1 or any(noun in self._words for noun, _ in splits(piece.text))
        return known or self._reading.is_korean(piece.start, piece.end)

    def _knows_english(self, word: str) -> bool:
        if word in self._words or word in english_words():
            return True
        import Stemmer

        stem = Stemmer.Stemmer("english").stemWord(word)
        return stem in self._words.stems or stem in FUNCTION_WORDS

    def _fix(self, piece: Piece) -> _Fix | None:
        ways: tuple[tuple[Kind, Callable[[str], str | None]], ...]
        if piece.hangul:
            if LETTERS.sub("", piece.text) == "" and initials(piece.text) == piece.text:
                return self._from_initials(piece)
            ways = (("layout", self._latin_meant), ("typo", lambda word: korean_typo(word, self._words)))
        else:
            ways = (
                ("layout", self._hangul_meant),
                ("typo", lambda word: english_typo(word, self._words)),
                ("spacing", self._parted),
            )
        for kind, way in ways:
            if (after := way(piece.text)) and after != piece.text:
                return _Fix(piece.start, piece.end, after, kind)
        return None

    def _from_initials(self, piece: Piece) -> _Fix | None:
        """The most frequent word of the course with these initials, the next ones as alternatives."""
        if len(piece.text) < _SHORTEST_INITIALS or len(set(piece.text)) == 1:
            return None  # ㅋㅋㅋ
        found = sorted(self._words.korean.with_initials(piece.text), key=lambda word: -self._words.count(word))
        if (
            not found
            or len(found) > _ALTERNATIVES + 1
            and self._words.count(found[0]) < 3 * self._words.count(found[1])
        ):
            return None
        return _Fix(piece.start, piece.end, found[0], "initials", tuple(found[1 : _ALTERNATIVES + 1]))

    def _latin_meant(self, word: str) -> str | None:
        for typed, suffix in splits(word):
            latin = to_latin(typed)
            if len(latin) >= _SHORTEST_LATIN and latin.isascii() and latin in self._words:
                return self._words.written(latin) + suffix
        return None

    def _hangul_meant(self, word: str) -> str | None:
        """Korean typed with the English layout: wholly, with a word of the course in it, or behind an English word."""
        hangul = to_hangul(word)
        syllables = len(hangul) > 1 and not LETTERS.search(hangul)
        if syllables and any(noun in self._words for noun, _ in splits(hangul)):
            return hangul
        for at in range(len(word) - 2, 1, -1):
            suffix = to_hangul(word[at:])
            if word[:at] in self._words and is_suffix(suffix):
                return word[:at] + suffix
        return None

    def _parted(self, word: str) -> str | None:
        """Two words of the course that were typed as one: gradientdescent."""
        if not word[1:].islower():
            return None  # DeepSpeed is a name
        parts = ((word[:at], word[at:]) for at in range(_SHORTEST_LATIN, len(word) - _SHORTEST_LATIN + 1))
        found = [pair for pair in parts if pair[0] in self._words and pair[1] in self._words]
        if not found:
            return None
        return " ".join(max(found, key=lambda pair: min(map(self._words.count, pair))))

    def _layouts(self, unknown: Sequence[Piece], fixes: dict[int, _Fix]) -> dict[int, _Fix]:
        """Latin letters that are Korean of the dictionary, if nothing in the question was meant to be Latin."""
        latin = [piece for piece in self._pieces if not piece.hangul]
        sure = any(fix.kind == "layout" and not fix.after.isascii() for fix in fixes.values())
        meant = {piece.start: to_hangul(piece.text) for piece in latin if piece.text not in self._words}
        korean = {start for start, hangul in meant.items() if self._is_korean(hangul)}
        whole = bool(latin) and all(piece in unknown and piece.start in korean for piece in latin)
        long = any(len(piece.text) >= _SHORTEST_LAYOUT for piece in latin)
        if not (sure or whole and long):
            return {}
        return {
            piece.start: _Fix(piece.start, piece.end, meant[piece.start], "layout")
            for piece in latin
            if piece.start in korean and piece.start not in fixes
            if piece in unknown or len(piece.text) < _SHORTEST_LATIN
        }

    def _is_korean(self, hangul: str) -> bool:
        return not LETTERS.search(hangul) and KoreanReading(hangul, self._user_words).is_korean(0, len(hangul))

    def _joins(self) -> dict[int, _Fix]:
        """A word of the course that was typed with a space in it: one half is no word, or neither is the course's."""
        found: dict[int, _Fix] = {}
        end = 0
        for one, other in pairwise(self._pieces):
            near = one.hangul == other.hangul and self._text[one.end : other.start] == " " and one.start >= end
            if not near or (self._has(one) or self._has(other)) and self._knows(one) and self._knows(other):
                continue
            whole = one.text + other.text
            if any(noun in self._words and len(noun) > len(one.text) for noun, _ in splits(whole)):
                end = other.end
                found[one.start] = _Fix(one.start, end, whole, "spacing")
        return found

    def _has(self, piece: Piece) -> bool:
        return any(noun in self._words for noun, _ in splits(piece.text))
