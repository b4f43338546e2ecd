"""The words that announce a credential, and where on a line its value may begin.

A label is a word of its own (비밀번호, PW) or the end of an identifier (``DB_PASSWORD``, ``user_pw``).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

PASSWORD, LOGIN, KEY, PAIR = "password", "login_id", "api_key", "pair"

_WORDS = {
    PAIR: (
        r"(?:아이디|계정|id)[ ]?(?:[/,&·]|와|및|and)[ ]?(?:비밀[ ]?번호|비번|암호|패스워드|pw|password|passwd)"
        r"|(?:로그인|접속|계정)[ ]?정보|(?:login|account)[ ](?:info(?:rmation)?|details|credentials?)|credentials?"
        r"|(?:user(?:name)?|login|id)[ ]?/[ ]?(?:password|pass|pwd|pw)"
    ),
    PASSWORD: (
        r"비밀[ ]?번호|비번|암호|패스워드|핀[ ]?번호|(?:접속|입장|참가|참여|초대|출입)[ ]?코드"
        r"|(?:출입문?|현관|도어락)[ ]?번호"
        r"|passw(?:or)?d|passwd|passcode|passphrase|(?<![a-z])pass[ ]?code"
        r"|(?<![a-z])(?:(?:access|entry|door|gate|lock"
        r"[ ]?(?:box|er)?|invit(?:e|ation)|join(?:ing)?|unlock|meeting)[ ]?(?:code|pin)"
        r"|enroll?ment[ ]?(?:key|code)|pre-?shared[ ]?key)"
        r"|(?:code|pin)[ ](?:for|to|of)[ ](?:the[ ])?(?:[a-z]{1,12}[ ]){0,2}(?:door|gate|locker|safe|lock)"
        r"|(?<![a-z0-9_])pin(?=[ ]?[:：])"
        r"|(?<![a-z0-9])(?:pwd|pw|pass|pin[ ]?(?:code|number))"
    ),
    KEY: (
        r"(?:api|secret|access|auth|private|service|인증|서비스|비밀|액세스|접근|개인)[ _-]?"
        r"(?:access[ _-]?)?(?:key|token|키|토큰)"
        r"|client[_-]?secret|인증키|api키|(?<![a-z])(?:oauth|pat)(?![a-z])"
        r"|(?<![a-z])(?:token|secret|bearer)|토큰|(?<=[._])key|(?<![a-z -])key(?=[ ]?=[ ]?[\"'])"
    ),
    LOGIN: (
        r"아이디|로그인[ ]?id|(?:로그인|접속)[ ]?계정|회의[ ]?id|계정(?:명)?|사용자(?:[ ]?(?:명|이름"
        r"|계정))?|유저(?:명)?"
        r"|(?<![a-z])(?:user[ _-]?(?:name|id)|meeting[ ]id|log(?:ged)?[ ]?in[ ](?:as|with)"
        r"|(?<!last[ ])login(?:[ _-]?id)?"
        r"|account|user|uid|id)|(?<= )-u(?= )"
    ),
}
_LABEL = re.compile("|".join(f"(?P<{name}>{words})" for name, words in _WORDS.items()))
_HINTS = (
    *(
        "번호",
        "비번",
        "암호",
        "패스워드",
        "코드",
        "code",
        "pass",
        "pw",
        "pin",
        "key",
        "token",
        "secret",
        "bearer",
        "키",
        "토큰",
    ),
    *("정보", "계정", "credential", "login", "account", "oauth", "pat"),
)
"""A line on which none of these stands has no label of anything but a login, which alone is no secret."""

TAG = r"</?(?:b|i|u|p|em|strong|code|kbd|br|span|div|td|th|dt|dd|li)(?:[ ][^<>\n]{0,60})?/?>"
_AFTER = re.compile(
    rf"""(?P<deco>(?:[*_`"'\])\\]|{TAG}){{0,4}})[ \t]{{0,3}}
        (?:\((?P<note>[^()\n]{{1,20}})\)[*_`"'\])]{{0,4}}[ \t]{{0,3}})?
        (?P<mark>:[ ]?(?:str|string|optional\[str\])(?:[ ]?\|[ ]?none)?[ ]?=[ ]?
          | ,[ ]?(?=["']) | (?:,[ ]?)?["']?value["']?[ ]?[:=][ ]?
          | >(?=[^\s<>]) | (?:[:：=→⇒—–|▶➡➜☞👉»]|=>|->|:=|[-][ ])[*_]{{0,2}}[ \t]{{0,6}}
          | (?:[ ]?값)?[은는이가를로][ \t]{{1,3}} | (?<=')s[ ]{{1,2}} | >{{2,3}}[ ]? | >[ ]{{1,2}}(?=\S{{4,64}}[ \t]*$)
          | (?:value[ ])?(?:is|was|has[ ]been)(?:[ ]now)?(?:[ ](?:changed|set|reset)[ ]to)?:?[ \t]{{1,3}}
          | [ \t]{{0,3}})(?:{TAG}){{0,3}}""",
    re.VERBOSE,
)
_PARTICLES = "은는이가를로"


@dataclass(frozen=True, slots=True)
class Label:
    """A label on a line.

    Attributes:
        kind: of the value it announces; ``pair`` announces a login and a password.
        start: where it begins, in characters of the line.
        end: where it ends.
        mark: what joins it to what follows: ``:``, ``=``, ``|``, ``,``, ``is`` (also a Korean particle) or "".
        value: where a value would begin.
        env: whether it stands in capitals, as a variable of the environment does.
    """

    kind: str
    start: int
    end: int
    mark: str
    value: int
    env: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a text: where it begins, as it is, and in lower case of the same length."""

    at: int
    text: str
    lowered: str


def lines_of(text: str) -> Iterator[Line]:
    """The lines of a text, each with its position."""
    at = 0
    lowered = text.lower()
    if len(lowered) != len(text):  # a few letters become two, as İ does
        lowered = "".join(char if len(low := char.lower()) != 1 else low for char in text)
    for line in text.split("\n"):
        yield Line(at, line, lowered[at : at + len(line)])
        at += len(line) + 1


def may_hold_label(lowered: str) -> bool:
    """Whether a line or text, in lower case, holds a word that may be a label."""
    return any(hint in lowered for hint in _HINTS)


def labels(line: str, lowered: str) -> Iterator[Label]:
    """The labels of a line, in order; ``lowered`` is the line in lower case, of the same length."""
    for match in _LABEL.finditer(lowered):
        kind, end = str(match.lastgroup), match.end()
        following = lowered[end : end + 2]
        if _goes_on(lowered[end - 1], following):
            continue
        after = _AFTER.match(lowered, end)
        if after is None:
            continue
        mark = after["mark"].strip(" \t*_")
        if "value" in mark and mark[-1] in "=:":
            mark = ":"
        elif mark[:1] in tuple(_PARTICLES + "값") or mark.startswith(("is", "was", "has", "value")) or mark == "s":
            mark = "is"
        elif mark.startswith(">") and (len(mark) > 1 or lowered[after.end() - 1] == " "):
            mark = "-"
        elif mark.endswith("=") and mark != "=" and "str" in mark:  # an annotation
            mark = "="
        yield Label(kind, match.start(), end, mark[:2].strip(), after.end(), line[match.start() : end].isupper())


def without_verbs(lowered: str, found: list[Label]) -> list[Label]:
    """The labels of a line but for ``pass`` as a verb or a statement of Python: with no mark and no login before it."""
    return [
        each
        for at, each in enumerate(found)
        if each.mark
        or lowered[each.start : each.end] != "pass"
        or any(one.kind == LOGIN for one in found[max(0, at - 3) : at])
    ]


def _goes_on(last: str, following: str) -> bool:
    """Whether the word goes on, so that it means something else: 암호화, passwords, ``password_hash``, token[0]."""
    if not following:
        return False
    if following[0] in _PARTICLES and not "가" <= following[1:2] <= "힣":
        return False
    if following in ("입니", "이에", "예요", "값은", "값이"):
        return False
    if "가" <= following[0] <= "힣":
        return True
    return last.isascii() and (
        following[0].isalpha() or following[0] == "." or re.match(r"[_-][a-z]", following) is not None
    )


def is_only_label(line: str, found: list[Label]) -> bool:
    """Whether a line says nothing but the label: ``- **초기 비밀번호**:``; one word may stand before it."""
    if len(found) not in (1, 2) or len(line) > 60:
        return False
    rest = line[found[-1].end :]
    between = line[found[0].end : found[-1].start] if len(found) == 2 else ""
    before = re.fullmatch(
        rf"[ \t>]*(?:{TAG}){{0,3}}(?:[-*•■▪▶○●※◆◦▷□✓·#]{{1,6}}[ \t]*"
        rf"|\d{{1,2}}[.)][ \t]+)?[*_\[\"']{{0,3}}(?:[가-힣A-Za-z0-9.-]{{1,20}}[ _.-]?){{0,2}}",
        line[: found[0].start],
    )
    after = re.fullmatch(
        rf"[*_\])\"']{{0,3}}[ ]?(?:안내|목록|정보|list)?(?:\([^()]{{1,20}}\))?[ ]?[:：]?[*_]{{0,2}}"
        rf"(?:{TAG}){{0,3}}[ \t]*",
        rest,
    )
    return before is not None and after is not None and re.fullmatch(r"[ ]?[/,&·(]?[ ]?", between) is not None
