"""What a question asks for, told by its question words, and the form of a sentence which gives it.

The words are those of the two languages, not those of any course: 몇 and "how many" want a number, 종류, 어떻게 and
"difference" want more than one sentence. A question may ask for several things at once, or for nothing that has a form.
"""

import re
from typing import Literal

Asked = Literal["number", "time", "list", "definition"]
"""``list``: kinds, steps and differences too, all that is not answered by half a list."""

_NUMBER_KO = r"몇|얼마|개수|횟수|비율은|확률은|점수는|크기는|가격은"
_NUMBER_EN = (
    r"how (?:many|much|long|old|far|large|big|high|tall|often|fast)|what (?:percentage|percent|number|size|price)"
)
_TIME_KO = r"언제|몇\s?(?:년|월|일|시|세기|주차)|연도|년도|날짜|며칠|어느\s?해|기간"
_TIME_EN = r"when|(?:what|which) (?:year|month|day|date|century|decade|time)|how long"
_LIST_KO = (
    r"종류|무엇무엇|뭐뭐|어떤 것들|들은|들이 있|들을|각각|나열|열거|가지|모두|구성\s?요소|단계|어떻게|방법(?!인)|절차"
    r"|과정|순서|하려면|차이|비교|다른\s?점|장단점|공통점"
)
_LIST_EN = (
    r"what are|which are|list|kinds? of|types? of|(?:key|main) \w+s|all of|components?|steps?|each|procedure|process"
    r"|how (?:to|do|does|did|can|could|should|is|are|was|were|would)|differences?|differ|compared?|versus|vs\.?"
)

_DEFINITION_KO = (
    r"(?:이?란|[은는이가]|[라하]는\s?(?:건|게|것은))\s*(?:무엇|뭐|뭔|뭘|뭣)\s?\w{0,8}\s*[?？.]?$"
    r"|이?란\s?[?？]$|무슨 (?:뜻|의미|말)|(?:정의|의미)[은는를가]?\s?\w{0,6}[?？.]?$"
)
_DEFINITION_EN = (
    r"(?:what(?:'s| is| are) (?:an? |the )?[\w-]+(?: [\w-]+){0,3}\W*$|what does .{2,40} mean|define|definition of"
    r"|meaning of)"
)

_QUESTIONS: tuple[tuple[Asked, re.Pattern[str]], ...] = (
    ("number", re.compile(rf"(?:{_NUMBER_KO})|\b(?:{_NUMBER_EN})(?!\w)", re.IGNORECASE)),
    ("time", re.compile(rf"(?:{_TIME_KO})|\b(?:{_TIME_EN})(?!\w)", re.IGNORECASE)),
    ("list", re.compile(rf"(?:{_LIST_KO})|\b(?:{_LIST_EN})(?!\w)", re.IGNORECASE)),
    ("definition", re.compile(rf"(?:{_DEFINITION_KO})|\b(?:{_DEFINITION_EN})", re.IGNORECASE)),
)

_NUMBER = re.compile(
    r"\d|[한두세네] ?(?:개|가지|번|명|차례|배|종류|단계)|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve"
    r"|hundred|thousand|million|billion|half|third|quarter|dozen|twice|once)\b",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"\d{3,4}\s?년|\d{1,2}\s?(?:월|일|시|주|세기|분|초)|매[년월주일]|\b1\d{3}s?\b|\b20\d\ds?\b|\d(?:st|nd|rd|th)\b"
    r"|\bcentur|\b(?:year|month|week|day|hour|minute|second)s?\b|\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b",
    re.IGNORECASE,
)
_LONGEST_DEFINITION = 400
_FIRST_WORDS = 30
_DEFINING = re.compile(
    r"(?:이?란|[은는])\s.*(?:이다|이며|입니다|이고|말한다|말합니다|뜻한다|뜻합니다|의미한다|의미합니다|가리킨다|가리킵니다|것|법|술|함|임)\W*$"
    r"|\b(?:is|are) (?:an?|the|one|when|how)\b|\b(?:refers? to|means?|(?:known|defined) as)\b",
    re.IGNORECASE | re.DOTALL,
)
_GLOSSED_TOPIC = re.compile(r"([^.?!:|\n()]{1,40})\(([^()\n]{2,60})\)(?:[은는]|이?란)\s")
"""What is defined, with its other name: 검색 증강 생성(retrieval-augmented generation, RAG)은 …"""


def asked_for(question: str) -> frozenset[Asked]:
    """What a question asks for; empty where its words do not say. A date is not taken for a number of anything."""
    asked = {each for each, pattern in _QUESTIONS if pattern.search(question)}
    return frozenset(asked - {"number"} if "time" in asked else asked)


def gives_number(sentence: str) -> bool:
    """Whether a number stands in a sentence."""
    return _NUMBER.search(sentence) is not None


def gives_time(sentence: str) -> bool:
    """Whether a date, a year, a time of day or a length of time stands in a sentence."""
    return _TIME.search(sentence) is not None


def defines(sentence: str) -> bool:
    """Whether a sentence has the form of a definition: X는 …이다, "X is a …", X(Y)는 …."""
    fits = _DEFINING.search(sentence) is not None or _GLOSSED_TOPIC.match(sentence) is not None
    return fits and len(sentence) <= _LONGEST_DEFINITION


def topic_of(sentence: str) -> tuple[str, tuple[str, ...]]:
    """Where what a sentence defines must stand, and its names as far as they are marked.

    That is its topic, where the other names follow in parentheses; else its first words, with no name sure.
    """
    glossed = _GLOSSED_TOPIC.match(sentence)
    if glossed is None:
        return sentence[:_FIRST_WORDS], ()
    names = (glossed[1], *re.split("[,;/]", glossed[2]))
    return glossed[0], tuple(name.strip().casefold() for name in names)
