"""Turns that ask nothing of the course: thanks and greetings, and requests for the answer in the other language."""

import re

from rag.language import Language

_WORD = re.compile(r"[a-z']+|[가-힣ㄱ-ㅎㅏ-ㅣ]+")

_THANKS = re.compile(
    r"고마[워웠]\S*|고맙\S*|감사\S*|땡큐|ㄱㅅ\S*|ㅇㅋ\S*|ㅋ+|ㅎ+|ㅠ+|네+|넵|넹|예|응|아하|오케이|알겠\S*|알았\S*|이해했\S*|이해됐\S*|"
    r"그렇구나|그렇군요?|좋아요?|좋네요?|굿|최고\S*|수고\S*|안녕\S*|반가\S*|반갑\S*|"
    r"thanks|thank|ok|okay|great|cool|nice|perfect|awesome|hello|hi|hey|bye|goodbye|understood|got|see|lol|yes|yep|alright"
)
_BESIDES = re.compile(
    r"정말|진짜|너무|많이|완전|다|잘|아|오|어|음|도움이?|됐\S*|되었\S*|했\S*|덕분\S*|"
    r"you|so|much|very|a|lot|it|i|that|that's|was|is|good|helpful|helps|all|for|the|your|help|answer|morning|well|oh|ah"
)

_NAMED: dict[str, Language] = {
    "영어": "en",
    "영문": "en",
    "english": "en",
    "한국어": "ko",
    "한글": "ko",
    "우리말": "ko",
    "korean": "ko",
}
_INTO = re.compile(r"(영어|영문|한국어|한글|우리말)로|\b(?:in|into|to)\s+(english|korean)\b")
_SAYING = re.compile(
    r"(?:영어|영문|한국어|한글|우리말)(?:로|로도|로는)?|말고|다시|좀|한번|그럼|이번엔|이번에는|줘\S*|줄래\S*|주세요|주실\S*|가능\S*|"
    r"(?:답|답변|설명|말|말씀|번역|알려|써|해|대답|부탁|적어|얘기|이야기|바꿔)\S*|"
    r"in|into|to|english|korean|please|can|could|would|you|answer|say|explain|it|that|this|again|translate|repeat|"
    r"now|the|tell|me|write|same|and|but|reply|respond|i|want|not"
)


def is_small_talk(text: str) -> bool:
    """Whether a turn only thanks, greets or agrees: "네, 감사합니다!", "thanks, got it"."""
    words = _WORD.findall(text.lower())
    known = [bool(_THANKS.fullmatch(word)) for word in words]
    return any(known) and all(thanks or _BESIDES.fullmatch(word) for thanks, word in zip(known, words, strict=True))


def asked_language(text: str) -> Language | None:
    """The language that a turn asks the answer in, and asks nothing else: "영어로 설명해 줘", "in English please"."""
    lowered = text.lower()
    named = _INTO.findall(lowered)
    if not named or not all(_SAYING.fullmatch(word) for word in _WORD.findall(lowered)):
        return None
    return _NAMED["".join(named[-1])]
