"""Questions for a secret: the documents have it, masked, so the answer says where it stands and not what it is.

Decided before any model is asked, so that none can guess a value; a question about passwords in general is no
question for one, and takes the usual way.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.analyzer import FUNCTION_WORDS, Analyzer
from rag.answer import Citation, Hit
from rag.language import detect_language
from rag.retrieval.retriever import CourseRetriever

MASK = re.compile(r"\[masked: (?P<kind>[a-z -]{1,30})\]")
"""What ``ingest.masking.spans`` puts in the place of a value."""

_MOST_PLACES = 50
_CREDENTIALS = ("password", "login")
_KINDS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("password",), r"비밀\s?번호|비번|암호|패스워드", r"passwords?|passcodes?|passphrase|pw|pwd|pin"),
    (
        ("login", "password"),
        r"아이디|계정(?:명)?|사용자\s?(?:명|이름)|회의\s?id|id",
        r"user\s?names?|user\s?id|login(?:\s?name)?|id",
    ),
    (
        _CREDENTIALS,
        r"(?:로그인|접속|계정)\s?정보|접속\s?계정",
        r"credentials|log-?in (?:details|information|info|data)|account",
    ),
    (
        ("key",),
        r"(?:api|에이피아이|인증|비밀|시크릿|액세스)\s?(?:키|key|토큰)|토큰",
        r"(?:api|access|secret|auth) (?:key|token)s?|token",
    ),
    (("private key",), r"개인\s?키|비밀\s?키", r"private key"),
    (
        ("phone number",),
        r"(?:전화|휴대폰|핸드폰|휴대\s?전화)\s?(?:번호)?|연락처",
        r"(?:tele|mobile |cell )?phone(?: numbers?)?|contact number",
    ),
    (("e-mail",), r"이?메일(?:\s?주소)?", r"e-?mail(?: address)?"),
    (("resident number",), r"주민\s?(?:등록)?\s?번호|외국인\s?등록\s?번호", r"(?:resident )?registration number|rrn"),
    (("card number",), r"카드\s?번호", r"card number"),
    (("account number",), r"계좌(?:\s?번호)?", r"(?:bank )?account number"),
    (("passport number",), r"여권\s?번호", r"passport number"),
)
_ASKED_KO = (
    r"(?>{words}|(?:뭐|무엇|뭔|뭘|어떤|어디|알려|말해|보여|가르쳐|찾아|공유|부탁|궁금|적혀|적어|쓰여|써|있|없|줘|주세|주실|주시"
    r"|주라|달라|해|다오|어떻게\s?(?:되|돼|된)|필요|싶)[가-힣]*+|인가요?|인지|이에요|예요|이랑|이야|야|죠|지|요|랑|와|과|하고|좀|및"
    r"|수|것|건|게|거|다시|혹시|제발|그럼|[은는이가을를도만/,·&\s])*+[?？.!~\s]*$"
)
"""Atomic and possessive: a word is taken whole or not at all, so that time grows with the length alone."""

_LONGEST = 500
"""Characters of a question that are looked at; who asks for a value does so in a sentence."""

_ASKS_EN = re.compile(
    r"\b(?:what(?:'s| is| are| was|s)?|which|tell|give|show|send|find|need|know|where|list|share|remind|print"
    r"|reveal|have"
    r"|looking for|forgot|get|repeat|is there)\b"
)
_GENERAL_EN = re.compile(
    r"\b(?:an?|good|strong|weak|secure|safe|best|every|any|hashed)\s+(?:[a-z-]+\s+){0,2}$|\b(?:how|why|when|should)\b"
)
_BEHIND_EN = re.compile(
    r"\s*(?:$|[?.,!/]|'s?$|(?:for|of|to|in|on|at|from|used|is|are|do|does|did|i|we|you|and|or|please|here|again|that|by"
    r"|written|mentioned|given|listed|number|with)\b)"
)


def asked_kinds(question: str) -> set[str]:
    """Which masked kinds a question asks the value of, as the labels call them; empty for any other question."""
    lowered = " ".join(question[:_LONGEST].lower().split())
    find = _asked_in_korean if detect_language(question) == "ko" else _asked_in_english
    return {kind for kinds, korean, english in _KINDS if find(lowered, korean, english) for kind in kinds}


def _asked_in_korean(question: str, korean: str, english: str) -> bool:
    """Whether nothing follows the word but what asks for it: ``비밀번호가 뭐예요``, not ``비밀번호의 조건은``."""
    words = "|".join(part for _, first, second in _KINDS for part in (first, second))
    asked = re.compile(_ASKED_KO.replace("{words}", words))
    for match in re.finditer(rf"(?<![a-z])(?:{korean}|{english})(?![a-z])", question):
        if asked.match(question, match.end()) or re.search(r"(?:어떤|무슨)\s$", question[: match.start()]):
            return True
    return False


def _asked_in_english(question: str, korean: str, english: str) -> bool:
    del korean
    for match in re.finditer(rf"\b(?:{english})\b", question):
        before = question[: match.start()]
        fragment = len(question.split()) <= 6 and not re.search(r"\b(?:is|are|does|do|can)\b", before)
        if _BEHIND_EN.match(question, match.end()) and not _GENERAL_EN.search(before):
            if _ASKS_EN.search(before) or (fragment and _ASKS_EN.search(question) is None):
                return True
    return False


def not_shown(question: str, hits: Sequence[Hit], analyzer: Analyzer) -> Citation | None:
    """Where the value stands that a question asks for, if it was masked there; None if there is no such place.

    Of several places that which shares most words with the question counts; one that shares none counts only if the
    question has no words of its own, or is in another language than the place.
    """
    kinds = asked_kinds(question)
    wanted = {
        word
        for word in analyzer.analyze_one(_without_kinds(question)).words
        if len(word) > 1 and word not in FUNCTION_WORDS
    }
    best: tuple[tuple[int, int], Citation] | None = None
    for hit in hits if kinds else ():
        chunk = hit.chunk
        place = f"{chunk.title} {' '.join(chunk.heading)} {chunk.source}\n{chunk.lead}\n{chunk.text}"
        shared = len(wanted & set(analyzer.analyze_one(place).words))
        foreign = detect_language(chunk.text) != detect_language(question)
        lines = [line for line in chunk.text.split("\n") if any(mask["kind"] in kinds for mask in MASK.finditer(line))]
        if lines and (shared or foreign or not wanted) and (best is None or (shared, -hit.rank) > best[0]):
            best = (shared, -hit.rank), Citation(hits.index(hit) + 1, hit.holding(lines[0]), lines[0].strip())
    return best[1] if best else None


def look_up(question: str, retriever: CourseRetriever, hits: Sequence[Hit]) -> tuple[Citation, tuple[Hit, ...]] | None:
    """As ``not_shown``, of the whole index: the masks are words in it, so the lexical side finds them.

    For a question that would be refused otherwise. Returns the hits with the place behind them, so that its mark
    counts; None if the question asks for no secret, or no place has it.
    """
    kinds = asked_kinds(question)
    if not kinds:
        return None
    lexical = retriever.settings.model_copy(update={"mode": "keyword", "threshold": None})
    search = retriever.model_copy(update={"settings": lexical}).search
    masked = [hit for kind in sorted(kinds) for hit in search(f"masked {kind}", k=_MOST_PLACES)]
    found = not_shown(
        question, [replace(hit, rank=rank) for rank, hit in enumerate(masked, 1)], retriever.course.analyzer
    )
    if found is None:
        return None
    hit = replace(masked[found.mark - 1], rank=len(hits) + 1)
    return replace(found, mark=len(hits) + 1), (*hits, hit)


def _without_kinds(question: str) -> str:
    """The question without the words for what is asked and for asking: what is left says of what."""
    lowered = question[:_LONGEST].lower()
    for _, korean, english in _KINDS:
        lowered = re.sub(rf"{korean}|\b(?:{english})\b", " ", lowered)
    return re.sub(
        r"(?:뭐|무엇|뭔|알려|말해|보여|가르쳐|찾아|어떻게|어디|주세|줘|있|적혀)[가-힣]*",
        " ",
        _ASKS_EN.sub(" ", lowered),
    )
