"""What a question asks for, told by its question words, and the form of a sentence which gives it.

The words are those of the two languages, not those of any course: 몇 and "how many" want a number, 종류, 어떻게 and
"difference" want more than one sentence. A question may ask for several things at once, or for nothing that has a form.
"""

import re
from collections.abc import Callable, Sequence
from typing import Literal

Asked = Literal["number", "time", "person", "list", "definition", "reason", "drawback", "benefit"]
"""``list``: kinds, steps and differences too, all that is not answered by half a list."""

_NUMBER_KO = r"몇|얼마|개수|횟수|비율은|확률은|점수는|크기는|가격은"
_NUMBER_EN = (
    r"how (?:many|much|long|old|far|large|big|high|tall|often|fast)|what (?:percentage|percent|number|size|price)"
)
_TIME_KO = r"언제|몇\s?(?:년|월|일|시|세기|주차)|연도|년도|날짜|며칠|어느\s?해|기간"
_TIME_EN = r"when|(?:what|which) (?:year|month|day|date|century|decade|time)|how long"
_PERSON_KO = r"누가|누구|누군"
_PERSON_EN = r"who|whom|whose"
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
    r"|(?:이?란|[은는이가])\s*(?:무엇인지|뭐인지|뭔지)\s?(?:설명|알려|말씀?)\s?[\w ]{0,8}[.?]?$"
    r"|이?란\s?[?？]$|무슨 (?:뜻|의미|말)|(?:정의|의미)[은는를가]?\s?\w{0,6}[?？.]?$"
)
_DEFINITION_EN = (
    r"(?:what(?:'s| is| are) (?:an? |the )?[\w-]+(?: [\w-]+){0,3}\W*$|what does .{2,40} mean|define|definition of"
    r"|meaning of)"
)

_REASON_KO = r"(?<![가-힣])왜(?![가-힣])|이유[는가를]?|무엇 때문|까닭|원인"
_REASON_EN = r"why|reasons?|what causes?|how come"
_DRAWBACK_KO = r"단점|약점|한계점?|문제점"
_DRAWBACK_EN = r"drawbacks?|disadvantages?|limitations?|weakness(?:es)?|downsides?|shortcomings?"
_BENEFIT_KO = r"장점|이점|강점"
_BENEFIT_EN = r"advantages?|benefits?|strengths?"

_GIVEN: dict[Asked, re.Pattern[str]] = {
    "reason": re.compile(
        r"때문|위해|위하여|위한|이유|까닭|덕분|도록|므로|아서|어서|(?:으로|로) 인해|방지|막(?:는|기|을|아|다)"
        r"|\b(?:because|since|so that|in order to|due to|thus|therefore|reasons?|prevents?|avoids?)\b"
        r"|\bto (?:make|keep|reduce|prevent|avoid|ensure|improve|allow|help|get)\b",
        re.IGNORECASE,
    ),
    "drawback": re.compile(
        rf"{_DRAWBACK_KO}|문제|어렵|어려|부족|느리|느려|비싸|비용|취약|약하|불가|못|않|없|그러나|하지만|반면|떨어|낮|손실|오래|복잡|많이"
        rf"|\b(?:{_DRAWBACK_EN}|problems?|slow\w*|cost\w*|cannot|not|fails?|lacks?|difficult|expensive|however|but|poor\w*|hard|only|loses?)\b"
        r"|n['’]t\b",
        re.IGNORECASE,
    ),
    "benefit": re.compile(
        rf"{_BENEFIT_KO}|좋|빠르|빨|효율|효과|쉽|쉬|높|강하|줄|유용|유리|편|가능|수 있|잘|개선|향상|정확|절약|단순|간단"
        rf"|\b(?:{_BENEFIT_EN}|better|fast\w*|efficien\w+|eas\w+|improv\w+|reduc\w+|robust|useful|helps?|allows?|can|good|simple"
        r"|strong|well|best|accurate)\b",
        re.IGNORECASE,
    ),
}
"""Words of sentences that give a reason, a drawback or a benefit; some of the last two are said in many words."""

_COMPARES = re.compile(
    r"차이|비교|다른\s?점|구별|어떻게 (?:달라|다르|다른)|(?:뭐가|무엇이) (?:달라|다르|다른)"
    r"|\b(?:differences?|differs?|differ|different|compare[ds]?|comparison|versus|vs)\b",
    re.IGNORECASE,
)
_YES_OR_NO_KO = re.compile(r"(?:나요|가요|ㄴ가요|까요?|니까|지요|죠|니)\s*[?？]?$")
_YES_OR_NO_EN = re.compile(
    r"(?:is|are|was|were|does|do|did|can|could|should|will|would|must|has|have)\b(?!.*\bor\b)", re.IGNORECASE
)
_WH = re.compile(
    r"무엇|무슨|뭐|뭘|뭔|왜|어떻|어떤|어디|언제|누구|누가|얼마|(?<!\S)몇|어느|며칠"
    r"|\b(?:what|which|who|whom|whose|when|where|why|how)\b",
    re.IGNORECASE,
)

_QUESTIONS: tuple[tuple[Asked, re.Pattern[str]], ...] = (
    ("number", re.compile(rf"(?:{_NUMBER_KO})|\b(?:{_NUMBER_EN})(?!\w)", re.IGNORECASE)),
    ("time", re.compile(rf"(?:{_TIME_KO})|\b(?:{_TIME_EN})(?!\w)", re.IGNORECASE)),
    ("person", re.compile(rf"(?:{_PERSON_KO})|\b(?:{_PERSON_EN})\b", re.IGNORECASE)),
    ("list", re.compile(rf"(?:{_LIST_KO})|\b(?:{_LIST_EN})(?!\w)", re.IGNORECASE)),
    ("definition", re.compile(rf"(?:{_DEFINITION_KO})|\b(?:{_DEFINITION_EN})", re.IGNORECASE)),
    ("reason", re.compile(rf"(?:{_REASON_KO})|\b(?:{_REASON_EN})\b", re.IGNORECASE)),
    ("drawback", re.compile(rf"(?:{_DRAWBACK_KO})|\b(?:{_DRAWBACK_EN})\b", re.IGNORECASE)),
    ("benefit", re.compile(rf"(?:{_BENEFIT_KO})|\b(?:{_BENEFIT_EN})\b", re.IGNORECASE)),
)

_FORMS: frozenset[Asked] = frozenset(_GIVEN)

_NUMBER = re.compile(
    r"(?<![A-Za-z\d])\d"
    r"|[한두세네] ?(?:개|가지|번|명|차례|배|종류|단계)|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve"
    r"|hundred|thousand|million|billion|half|third|quarter|dozen|twice|once)\b",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"\d{3,4}\s?년|\d{1,2}:\d\d|\d{1,2}\s?(?:월|일|시|주|세기|분|초)|매[년월주일]|\b1\d{3}s?\b|\b20\d\ds?\b|\d(?:st|nd|rd|th)\b"
    r"|\bcentur|\b(?:year|month|week|day|hour|minute|second)s?\b|\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"(?<=[^.!?:|\n] )[A-Z][a-z]+|\b[A-Z][a-z]+ [A-Z]\.?\s?[A-Za-z]*|\b[A-Z]{2,}\b"
    r"|[가-힣]\s?(?:교수|박사|연구원|연구진|연구팀|연구소|대학|학자|저자|조교|강사|선생|회사|재단|팀)|에 의해"
    r"|[가-힣][은는이가] .{0,30}(?:제안|발명|개발|발표|고안|만들|창시|도입|소개|정의|증명|설립|주도|맡|담당|[썼쓴])"
    r"|[가-힣]{2,4}(?:이다|입니다|이며|이고|씨|님)"
)
"""Somebody or some body is named, or does something: names have no mark in Korean, and in English one."""

_LONGEST_DEFINITION = 400
_FIRST_WORDS = 30
_DEFINING = re.compile(
    r"(?:이?란|[은는])\s.*(?:이다|이며|입니다|이고|말한다|말합니다|뜻한다|뜻합니다|의미한다|의미합니다|가리킨다|가리킵니다|것|법|술|함|임)\W*$"
    r"|\b(?:is|are) (?:an?|the|one|when|how)\b|\b(?:refers? to|means?|(?:known|defined) as)\b",
    re.IGNORECASE | re.DOTALL,
)
_GLOSSED_TOPIC = re.compile(r"([^.?!:|\n()]{1,40})\(([^()\n]{2,60})\)(?:[은는]|이?란)\s")
"""What is defined, with its other name: 검색 증강 생성(retrieval-augmented generation, RAG)은 …"""

_COMPOUND_TOPIC = re.compile(r"\W*(?:the )?([a-z0-9]+(?:-[a-z0-9]+)+)(?:[은는이가]|\s+(?:is|are)\b)", re.IGNORECASE)
"""A name with a hyphen is a name of its own: course-rag is no RAG."""


def asked_for(question: str) -> frozenset[Asked]:
    """What a question asks for; empty where its words do not say. A date is not taken for a number of anything."""
    asked = {each for each, pattern in _QUESTIONS if pattern.search(question)}
    if "time" in asked:
        asked -= {"number"}
    return frozenset(asked - {"definition"} if asked & _FORMS else asked)


def compares(question: str) -> bool:
    """Whether a question asks how two things differ."""
    return _COMPARES.search(question) is not None


def yes_or_no(question: str) -> bool:
    """Whether a question can be answered with yes or no."""
    question = question.strip()
    if _WH.search(question):
        return False
    return _YES_OR_NO_KO.search(question) is not None or _YES_OR_NO_EN.match(question) is not None


def gives(asked: frozenset[Asked], sentence: str) -> bool:
    """Whether a sentence gives a reason, a drawback or a benefit, where one is asked for."""
    return any(_GIVEN[each].search(sentence) is not None for each in asked & _FORMS)


def gives_number(sentence: str) -> bool:
    """Whether a number stands in a sentence."""
    return _NUMBER.search(sentence) is not None


def gives_time(sentence: str) -> bool:
    """Whether a date, a year, a time of day or a length of time stands in a sentence."""
    return _TIME.search(sentence) is not None


def gives_person(sentence: str) -> bool:
    """Whether a sentence names somebody, as far as its form tells."""
    return _PERSON.search(sentence) is not None


def ungiven(asked: frozenset[Asked], sentences: Sequence[str]) -> int:
    """How much of what is asked for by kind no sentence gives: a number, a time, a person."""
    return sum(kind in asked and not any(map(gives, sentences)) for kind, gives in _KINDS)


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
        compound = _COMPOUND_TOPIC.match(sentence)
        return sentence[:_FIRST_WORDS], (compound[1].casefold(),) if compound else ()
    names = (glossed[1], *re.split("[,;/]", glossed[2]))
    return glossed[0], tuple(name.strip().casefold() for name in names)


def is_compound(names: tuple[str, ...]) -> bool:
    """Whether it is one name with a hyphen."""
    return len(names) == 1 and "-" in names[0]


_KINDS: tuple[tuple[Asked, Callable[[str], bool]], ...] = (
    ("number", gives_number),
    ("time", gives_time),
    ("person", gives_person),
)
