"""The numbers of a text as values: 1,000 = 천 = one thousand, 3만 5천 = 35,000, 50% = 50 퍼센트, 두 가지 = 2 가지.

A sentence is read strictly, as what it claims; a passage leniently, in every way that its numbers can be read.
"""

import re
import unicodedata
from collections.abc import Iterator

_DIGITS = re.compile(r"(?<![\d.])\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_SCALES = {"십": 10, "백": 100, "천": 1000, "만": 10**4, "억": 10**8, "조": 10**12}
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_SCALED_PART = re.compile(rf"({_NUMBER})\s?([백천만억조]+)\s?")
_SCALED = re.compile(rf"(?:{_NUMBER}\s?[백천만억조]+\s?)+(?:{_NUMBER}(?![\d%]))?")
_ENGLISH_SCALED = re.compile(rf"({_NUMBER})[\s-]?(thousand|million|billion|trillion)\b", re.IGNORECASE)
_ENGLISH_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}

_NATIVE = {
    "두": 2, "둘": 2, "세": 3, "셋": 3, "석": 3, "네": 4, "넷": 4, "넉": 4, "다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8,
    "아홉": 9, "열": 10, "스무": 20, "서른": 30,
}  # fmt: skip
_COUNTERS = "|".join(
    "가지 개 번 명 단계 종류 차례 사람 배 달 시 살 권 마리 층 줄 쪽 칸 장 대 곳 편 회 차원 부분 요소 방법 조건 "
    "원칙 유형".split()
)
_NATIVE_COUNTED = re.compile(rf"(?<![가-힣])({'|'.join(sorted(_NATIVE, key=len, reverse=True))})\s?(?:{_COUNTERS})")
_SINO_DIGITS = {digit: value for value, digit in enumerate("일이삼사오육칠팔구", start=1)}
_SINO = re.compile(
    r"(?<![가-힣])([일이삼사오육칠팔구십백천만억]+)\s?(?:년|월|일(?![가-힣])|퍼센트|프로|%|명|개|번|배|원|시간|분|초|층|차원|회|가지|단계)"
)

_UNITS = "zero one two three four five six seven eight nine ten eleven twelve".split()
_WORDS = {word: value for value, word in enumerate(_UNITS)} | {
    "twice": 2, "thrice": 3, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
    "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9,
}  # fmt: skip
_VAGUE = frozenset({"one", "zero", "twice"})
"""Words that count nothing as often as something ("one of them"): no claim about a number."""

_ENGLISH = re.compile(rf"\b({'|'.join(sorted(_WORDS, key=len, reverse=True))})\b", re.IGNORECASE)
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "once": 1, "double": 2, "both": 2, "첫": 1}
_ORDINAL = re.compile(rf"\b({'|'.join(_ORDINALS)})", re.IGNORECASE)
_LIST_MARKER = re.compile(r"^\s*\d{1,2}[.)]\s+", re.MULTILINE)
_ITEM = re.compile(r"^\s*(?:[-*+•]|\d+[.)]|\|)\s*\S", re.MULTILINE)


def claimed(sentence: str) -> frozenset[float]:
    """The numbers that a sentence states; the number of a list item is none."""
    text = _LIST_MARKER.sub("", unicodedata.normalize("NFKC", sentence))
    found: list[float] = []
    for pattern, value in ((_SCALED, _scaled), (_ENGLISH_SCALED, _english_scaled)):
        found += [value(match) for match in pattern.finditer(text)]
        text = pattern.sub(" ", text)
    found += [_sino(match.group(1)) for match in _SINO.finditer(text) if len(match.group(1)) > 1]
    found += [float(_NATIVE[match.group(1)]) for match in _NATIVE_COUNTED.finditer(text)]
    words = (match.group().lower() for match in _ENGLISH.finditer(text))
    found += [float(_WORDS[word]) for word in words if word not in _VAGUE]
    return frozenset([*found, *_digits(text)])


def stated(passage: str) -> frozenset[float]:
    """Every number that a passage can be said to hold, its shares as percentages and its lists counted too."""
    text = unicodedata.normalize("NFKC", passage)
    found = {*claimed(text), *_digits(text)}
    found |= {float(_WORDS[match.group().lower()]) for match in _ENGLISH.finditer(text)}
    found |= {float(_ORDINALS[match.group().lower()]) for match in _ORDINAL.finditer(text)}
    found |= {float(value) for word, value in _NATIVE.items() if re.search(rf"(?<![가-힣]){word}(?![가-힣])", text)}
    found |= {_sino(match.group(1)) for match in _SINO.finditer(text)}
    found |= {round(value * 100, 6) for value in found if 0 < value < 1}
    return frozenset(found | {float(count) for count in _list_lengths(text)})


def missing(wanted: frozenset[float], held: frozenset[float]) -> int:
    """How many numbers do not stand there; 50 is also held as 0.5."""
    return sum(value not in held and round(value / 100, 6) not in held for value in wanted)


def _digits(text: str) -> Iterator[float]:
    for match in _DIGITS.finditer(text):
        yield float(match.group().replace(",", ""))


def _scaled(match: re.Match[str]) -> float:
    """3만 5천 → 35,000: the parts added up, and what is left behind the last one."""
    total, end = 0.0, 0
    for part in _SCALED_PART.finditer(match.group()):
        value = float(part.group(1).replace(",", ""))
        for scale in part.group(2):
            value *= _SCALES[scale]
        total, end = total + value, part.end()
    rest = match.group()[end:].strip().replace(",", "")
    return total + (float(rest) if rest else 0.0)


def _english_scaled(match: re.Match[str]) -> float:
    return float(match.group(1).replace(",", "")) * _ENGLISH_SCALES[match.group(2).lower()]


def _sino(word: str) -> float:
    """이천이십 → 2020: digits times scales, myriads apart."""
    total, part, digit = 0, 0, 0
    for letter in word:
        if letter in _SINO_DIGITS:
            digit = _SINO_DIGITS[letter]
        elif _SCALES[letter] < 10**4:
            part, digit = part + (digit or 1) * _SCALES[letter], 0
        else:
            total, part, digit = total + ((part + digit) or 1) * _SCALES[letter], 0, 0
    return float(total + part + digit)


def _list_lengths(text: str) -> Iterator[int]:
    """How many items each list of a text has; "three methods" is supported by a list of three."""
    count = 0
    for line in [*text.split("\n"), ""]:
        if _ITEM.match(line):
            count += 1
        elif count:
            yield count
            count = 0
