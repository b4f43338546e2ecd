"""Whether two sentences say the same thing with another number, date or time, or the opposite of each other.

Sure ones only: their words have to be the same but for that, the numbers stand at the same places with the same units,
and neither is about a thing of its own ("Homework 2", "this figure", "for example"). De Marneffe et al. 2008 (ACL) name
these the contradictions that are found surely: negation, antonyms, and numbers that do not fit.
"""

import re
from dataclasses import dataclass

from rag.analyzer import Analyzer, normalize
from rag.grounding.figures import claimed
from rag.grounding.polarity import polarity

_DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:[.:/-]\d+)*"
_UNIT_LETTERS = (
    r"(?:[kmgt]?i?b|bits?|bytes?|[mun]?s|sec|min|h|hours?|[km]?g|[cmk]?m|ml|px|dpi|k?hz|k|am|pm|pts?|points?|x)\b"
)
_COUNTED = (
    r"(?:한|두|세|네|다섯|여섯|일곱|여덟|아홉|열)(?=\s?(?:가지|개|번|명|단계|종류|차례|시|시간|배|층|장|편|부분|주|달))"
)
_NAMED = (
    r"(?:january|february|march|april|june|july|august|september|october|november|december)|may(?=\s\d)"
    r"|[월화수목금토일]요일|(?:mon|tues|wednes|thurs|fri|satur|sun)day|오전|오후|(?<=\d\s)[ap]m"
    r"|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|hundred"
)
_VALUE = re.compile(
    rf"(?<![a-z0-9_.\-/])(?:{_DIGITS})(?:\s?[백천만억조]+)?(?=(?:{_UNIT_LETTERS})|[^a-z0-9_-]|-?$|-\s)"
    rf"|(?<![가-힣]){_COUNTED}|(?<![a-z가-힣])(?:{_NAMED})(?![a-z])"
)
"""A value in a text that is normalized; what is written onto letters (ResNet-50, 3D) belongs to a name."""

_LABEL_BEFORE = re.compile(
    r"(?:homework|hw|assignments?|labs?|weeks?|chapters?|ch|sections?|sec|fig(?:ure)?|tables?|tab|lectures?|lessons?"
    r"|parts?|steps?|problems?|questions?|exercises?|quiz|units?|modules?|sessions?|days?|pages?|pp?|slides?|versions?|v"
    r"|class|groups?|teams?|phases?|levels?|examples?|eq(?:uation)?|theorem|stages?|epochs?|case|experiments?|no"
    r"|과제|숙제|실습|주차|챕터|그림|표|예제|문제|강의|단계|퀴즈|조|팀|레벨|유형|식|정리|부록|실험|사례|버전|에포크|제)\.?\s?#?$"
)
_LABEL_AFTER = re.compile(
    r"^\s?(?:주차|차시|차(?![가-힣])|장(?![가-힣])|절(?![가-힣])|번째|강(?![가-힣])|학년|학기|회차|단계|번(?![가-힣])|부(?![가-힣])|st\b|nd\b|rd\b|th\b)"
)
_UNIT = re.compile(r"^\s?(?:%|[a-z]+|[가-힣]{1,2})?")
_YEAR = re.compile(r"(?:19|20)\d\d")
_NOT_SAID_OF_ALL = re.compile(
    r"예를 들어|예컨대|예시|가정|만약|라고 하자|(?<![가-힣])예\s?:"
    r"|^(?:\S+\s)?(?:이|그|위|아래|다음|여기|본|이번|해당)\s|이렇게"
    r"|\b(?:example|instance|suppose|assume|if|following|above|below)\b|\be\.g\b"
    r"|^(?:\S+\s)?(?:this|these|that|those|let|here)\b|[=<>{}\\]|\$(?!\d)|\w\(\S"
)
"""What makes a sentence one about a case, a place in the text, or a formula: another one may say otherwise."""

_ASKS = re.compile(r"[?？]\W*$")
_ABOUT = re.compile(
    r"(?<![가-힣])(?:약|대략)|정도|가량|\b(?:about|around|approximately|roughly|nearly|almost|over)\b|[~≈]"
)
_NEAR, _ROUGHLY = 1e-9, 0.15
_OPPOSITES = {
    "disabled": "enabled", "optional": "required", "mandatory": "required", "compulsory": "required",
    "prohibited": "allowed", "forbidden": "allowed", "permitted": "allowed", "closed": "open", "false": "true",
    "선택": "필수", "금지": "허용", "불가능": "가능", "불가": "가능", "비공개": "공개", "거짓": "참",
}  # fmt: skip
_TURNS = frozenset("disabled optional prohibited forbidden closed false 선택 금지 불가능 불가 비공개 거짓".split())
"""Those of the opposites that deny the other word; mandatory is only another word for required."""

_OPPOSITE = re.compile("|".join(rf"\b{word}\b" if word.isascii() else rf"(?<![가-힣]){word}" for word in _OPPOSITES))
_NEGATIONS = re.compile(r"\b(?:not|no|never|cannot)\b|n['’]t\b")
_LONGEST, _MOST_DIFFERENT = 300, 2
_FEW, _LEAST_SHARE = 4, 0.75


@dataclass(frozen=True, slots=True)
class Value:
    """A value in a sentence, with what follows it, and whether it only numbers something (Homework 2)."""

    text: str
    unit: str
    label: bool

    @property
    def is_year(self) -> bool:
        """Whether it is the number of a year."""
        return _YEAR.fullmatch(self.text) is not None

    def agrees(self, other: "Value", *, roughly: bool) -> bool:
        """Whether two values are the same: 3만 and 30,000, 16 and 16.2, about 80 and 83."""
        mine, others = self._figures(), other._figures()
        if len(mine) != 1 or len(others) != 1:
            return self.text == other.text
        a, b = *mine, *others
        decimals = min(_decimals(self.text), _decimals(other.text))
        uneven = _decimals(self.text) != _decimals(other.text)
        if uneven and round(a, decimals) == round(b, decimals):
            return True
        return abs(a - b) <= (_ROUGHLY if roughly else _NEAR) * max(abs(a), abs(b))

    def _figures(self) -> frozenset[float]:
        composed = re.search(r"\d[:/-]\d|\d\.\d+\.\d", self.text)
        return frozenset() if composed else claimed(f"{self.text}{self.unit}") or claimed(self.text)


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence as it is compared: its values in order, and its words with the values left out."""

    text: str
    masked: str
    values: tuple[Value, ...]


def statement(sentence: str) -> Statement | None:
    """Read a sentence; None if it is one that others need not agree with: an example, a question, a formula."""
    text = " ".join(normalize(re.sub(r"^\s*(?:[-*+•]|\d+[.)])\s+", "", sentence)).split())
    if len(text) > _LONGEST or _ASKS.search(text) or _NOT_SAID_OF_ALL.search(text):
        return None
    values = tuple(_value(text, match) for match in _VALUE.finditer(text))
    return Statement(text, _VALUE.sub(" # ", text), values)


def differ(one: Statement, other: Statement, analyzer: Analyzer, *, time_asked: bool = False) -> bool:
    """Whether two statements cannot both be true, as far as their words tell.

    Args:
        one: a statement.
        other: another.
        analyzer: gives their terms.
        time_asked: whether a time is asked for; else another year makes it a statement of that year.
    """
    if [value.unit for value in one.values] != [value.unit for value in other.values]:
        return False
    pairs = list(zip(one.values, other.values, strict=True))
    roughly = _ABOUT.search(one.text) is not None or _ABOUT.search(other.text) is not None
    apart = [(a, b) for a, b in pairs if not a.agrees(b, roughly=roughly)]
    if len(apart) > _MOST_DIFFERENT or any(a.label or b.label for a, b in apart):
        return False
    if any(a.is_year and b.is_year for a, b in apart) and (len(apart) > 1 or not time_asked):
        return False
    if not _same_words(one, other, analyzer, exactly=not apart):
        return False
    return bool(apart) != _opposite(one, other, analyzer)


def _same_words(one: Statement, other: Statement, analyzer: Analyzer, *, exactly: bool) -> bool:
    """Whether the words are the same; one may have a few more, but not each some that the other has not."""
    a, b = (frozenset(analyzer.analyze_one(_plain(each.masked)).content().words) - {"#"} for each in (one, other))
    if not any(term.isalpha() for term in a & b) or not (a <= b or b <= a):
        return False
    if a == b:
        return not exactly or len(a) >= _FEW - 1
    return not exactly and len(a & b) >= _FEW - 1 and len(a & b) >= _LEAST_SHARE * len(a | b)


def _opposite(one: Statement, other: Statement, analyzer: Analyzer) -> bool:
    """Whether one denies what the other says."""
    turned = _turns(one.text) != _turns(other.text)
    read = [polarity(_affirmed(each.text), analyzer) for each in (one, other)]
    denied = read[0].against(read[1]) == 1 and (read[0].count + read[1].count) % 2 == 1
    return turned != denied


def _value(text: str, match: re.Match[str]) -> Value:
    before, after = text[: match.start()], text[match.end() :]
    unit = _UNIT.match(after)
    label = _LABEL_AFTER.match(after) is not None or (
        _LABEL_BEFORE.search(before) is not None and not after.lstrip()[:1] == "%"
    )
    return Value(match.group(), unit.group().strip() if unit else "", label)


def _decimals(text: str) -> int:
    return len(text.partition(".")[2])


def _turns(text: str) -> bool:
    """Whether an odd number of its words are the denying ones of their pairs."""
    return sum(match.group() in _TURNS for match in _OPPOSITE.finditer(text)) % 2 == 1


def _affirmed(text: str) -> str:
    """Each word of a pair of opposites as the other one, so that it counts as the same word."""
    return _OPPOSITE.sub(lambda match: _OPPOSITES[match.group()], text)


def _plain(masked: str) -> str:
    """Without negations and opposites."""
    return _NEGATIONS.sub(" ", _affirmed(masked))
