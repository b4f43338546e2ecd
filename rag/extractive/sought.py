"""What a question looks for, as it was typed, and what of it the course nowhere names: a refusal says both."""

import re

from rag.analyzer import FUNCTION_WORDS
from rag.answer import Sought
from rag.index.course import Course
from rag.query.typed.words import HANGUL_RUN, CourseWords

_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-_.+'][A-Za-z0-9]+)*[+#]*")
_NOWHERE = "\0"
"""A term that no course has."""


def sought(question: str, course: Course) -> Sought:
    """What a question looks for in a course."""
    user_words = course.analyzer.user_words
    korean = CourseWords.of([" ".join(HANGUL_RUN.findall(question))], user_words).counts
    nouns = [word for word in korean if not any(word != other and word in other for other in korean)]
    found = dict.fromkeys([*nouns, *_LATIN.findall(question)])
    words = [word for word in sorted(found, key=question.find) if len(word) > 1 and not _asks(word, course)]
    return Sought(tuple(words), tuple(word for word in words if _is_unknown(word, course)))


def _asks(word: str, course: Course) -> bool:
    """Whether a word only asks, or says nothing."""
    return FUNCTION_WORDS.issuperset(course.analyzer.analyze_one(word).words)


def _is_unknown(word: str, course: Course) -> bool:
    terms = course.analyzer.analyze_one(word).words
    rarity = course.lexical.idf([*terms, _NOWHERE])
    return max(rarity[:-1]) >= rarity[-1] and word not in course.words and not course.bridge.expansions(terms)
