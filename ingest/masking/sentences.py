"""Passwords that a sentence tells further on: behind a verb, in brackets, in the answer to a question."""

import re
from collections.abc import Iterator

from ingest.masking.beside_label import Value, accepts, is_unmistakable, read_value
from ingest.masking.labels import KEY, LOGIN, PASSWORD, Label
from ingest.masking.personal import Found
from ingest.masking.values import has_sign, is_count, is_everyones, is_mixed, is_no_value
from rag.language import has_hangul

_STATEMENT = re.compile(
    r"[은는이가][ ](?:각각[ ][\w.@-]{2,64},[ ]|[가-힣0-9 ,]{1,40}?(?<=[ ]))(?P<value>[\x21-\x7e]{4,64}?)[ ]?"
    r"(?:입니다|이에요|예요|이다|(?:으로|로)[ ](?:통일|설정|변경|초기화|지정|바뀌|바꾸|되어))"
)
_WORDS_BETWEEN = re.compile(r"[ (][가-힣A-Za-z0-9 ()'_-]{1,60}?(?:[:：=→][ \t]{0,3}|[ ]is[ ](?:now[ ])?)")
_TOLD = (
    re.compile(
        r"[^\n]{0,60}?[ ,](?:type|enter|try|use|it['’]s(?:[ ]now)?|it[ ]is(?:[ ]now)?"
        r"|(?:changed|updated|set|reset)[ ]to)"
        r"[ ][\"'`“]?(?P<value>[\x21-\x7e]{4,64})",
        re.IGNORECASE,
    ),
    re.compile(
        r"[^\n]{0,40}?(?<=[ \"'`])(?P<value>[\x21-\x7e]{4,64}?)[\"'`]?(?:\([으을를]\)|[으을를])?(?:로)?[ ]?"
        r"(?:입력|넣으|누르|눌러|치[면시고]|쓰[면시고]|바[꾸뀌꿨뀐]|변경|설정|초기화|지정|통일|접속|로그인|들어|맞[아습는]|사용|써[서요])"
    ),
    re.compile(
        r"[^\n]{0,40}?(?:알려|안내|공유|입니다|이에요|예요)[가-힣 ]{0,12}[.:!]?[ ]?(?:[:→⇒☞👉▶]|=>|->)?[ ]"
        r"(?P<value>[\x21-\x7e]{4,64})[ ]*$"
    ),
)
"""``type X``, ``it's X now``; ``X를 입력``, ``X으로 변경``."""
_USED = re.compile(r"\b(?:with|using|use|and)[ ](?:(?:the|this)[ ])?(?:[a-z]{1,12}[ ])?$", re.IGNORECASE)
_CAMEL = re.compile(r"(?=\w*[a-z])(?=\w*[A-Z])\w*\d\d\w*$", re.ASCII)
_ON_THE_PHONE = re.compile(
    r"[*_`\"' ]{0,4}\((?=[^()\n]{0,40}(?:phone|dial|numeric|전화|숫자))[^()\d\n]{0,24}(?P<value>\d{4,10})(?!\d)"
)
_ANSWER = re.compile(
    r"[ \t>*-]{0,4}(?:(?:A|답변?|Answer|[가-힣A-Za-z]{1,10}[ ]?(?=:))\d?[.:)]{0,2}[*]{0,2}[ ]{0,2})?"
    r"[\"'`]?(?P<value>[\x21-\x7e]{4,64}?)[\"'`]?[ ]?"
    r"(?:입니다|이에요|예요|요|임)?[.!~]?[ ]*$"
)
_PAIR = re.compile(
    r"(?:(?<=\()|(?:^|(?<=\s))(?=\S{1,31}[ ]/))(?P<login_id>[A-Za-z][\w.-]{1,30})"
    r"[ ]?/[ ]?(?P<password>[\x21-\x7e]{7,40})",
    re.ASCII | re.MULTILINE,
)
_NAMED_PAIR = re.compile(
    r"(?:\b[Ll]og(?:ged)?[ -]?in[ ](?:as|with|using)[ ]|(?:AUTH|CREDENTIALS?|LOGIN)[ ]?=[ ]?)[\"'`]?"
    r"(?P<login_id>[A-Za-z][\w.@-]{1,40})[:/](?P<password>[\x21-\x7e]{6,40})"
)
_AS_THE_PASSWORD = re.compile(
    r"[\"'`”’]?[ ](?:as|is)[ ](?:the|your|our)[ ](?:[a-z]{1,12}[ ])?(?:passw(?:or)?d|passcode|passphrase|pw|pin)\b",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"(?:^|(?<=[\s\"'`“‘(]))[\x21-\x7e]{4,64}$")
_OF_A_PLACE = re.compile(
    r"아이디|비밀번호|비번|password|log[ -]?in|sign[ -]?in|credential|account|계정|로그인|접속|://|\d{1,3}(?:\.\d{1,3}){3}",
    re.IGNORECASE,
)
_CLOSING = ".,;:)]}\"'`”"


def read_told(line: str, label: Label, stop: int) -> Value | None:
    """What a sentence says of the password that the label names; None if it says none."""
    if label.kind == KEY:
        return _read_later_key(line, label, stop)
    if label.mark == "is":
        value = read_statement(line, label)
        return value if value and accepts(value, label, together=False) else _read_entered(line, label)
    return read_later(line, label, stop) or _read_entered(line, label) or _read_used(line, label, stop)


def read_statement(line: str, label: Label) -> Value | None:
    """``비밀번호는 모두 X입니다``: what a Korean sentence says at its end that the password is."""
    match = _STATEMENT.match(line, label.end)
    return Value(match["value"], *match.span("value"), False, True) if match else None


def read_later(line: str, label: Label, stop: int) -> Value | None:
    """``password for the lab: X``: behind a few words more and a colon, if it can be nothing but a password."""
    match = _WORDS_BETWEEN.match(line, label.end, stop)
    value = read_value(line, Label(PASSWORD, label.start, label.end, ":", match.end(), False), stop) if match else None
    sure = value and (is_unmistakable(value.text) or (value.quoted and is_mixed(value.text)))
    return value if value and sure and not re.match(r"\w+=", value.text) and not is_no_value(value.text) else None


def _read_later_key(line: str, label: Label, stop: int) -> Value | None:
    """``Paste an API key from your profile: X``."""
    match = _WORDS_BETWEEN.match(line, label.end, stop) if label.mark == "" else None
    later = Label(KEY, label.start, label.end, ":", match.end(), label.env) if match else None
    value = read_value(line, later, stop) if later else None
    return value if value and later and len(value.text) >= 32 and accepts(value, later, together=False) else None


def _read_entered(line: str, label: Label) -> Value | None:
    """``asks for a passcode, type X``: behind a verb that says what to do with it."""
    korean = has_hangul(line[label.end : label.end + 120])
    for pattern in _TOLD if korean else _TOLD[:1]:
        match = pattern.match(line, label.end)
        text = match["value"].rstrip(_CLOSING) if match else ""
        sure = len(text) >= 4 and text.isdigit() or is_unmistakable(text)
        if match and sure and not is_count(text) and not is_no_value(text):
            return Value(text, match.start("value"), match.start("value") + len(text), False, True)
    return None


def _read_used(line: str, label: Label, stop: int) -> Value | None:
    """``log in with the password X``."""
    value = read_value(line, label, stop) if _USED.search(line, max(0, label.start - 32), label.start) else None
    if value is None or is_no_value(value.text) or is_count(value.text):
        return None
    return value if is_unmistakable(value.text) or (len(value.text) >= 8 and _CAMEL.match(value.text)) else None


def read_on_the_phone(line: str, end: int) -> tuple[int, int] | None:
    """The same password in digits, for who joins by phone: ``X (12345678 from phones)``."""
    match = _ON_THE_PHONE.match(line, end)
    return match.span("value") if match else None


def read_answer(line: str) -> tuple[int, int] | None:
    """The line below a question for a password, if it says one, as in ``A. X 입니다``."""
    match = _ANSWER.match(line) if len(line) <= 100 else None
    return match.span("value") if match and is_unmistakable(match["value"]) else None


def pairs(text: str) -> Iterator[Found]:
    """``(admin / X)`` on a line with an address or a word for logging in, if X can be nothing but a password."""
    for match in _AS_THE_PASSWORD.finditer(text):
        said = _BEFORE.search(text[max(0, match.start() - 66) : match.start()])
        value = said[0].lstrip("\"'`(") if said else ""
        if _is_strong(value):
            yield match.start() - len(value), match.start(), PASSWORD
    for pattern in (_PAIR, _NAMED_PAIR):
        for match in pattern.finditer(text) if "/" in text or ":" in text else ():
            password = match["password"].rstrip(_CLOSING)
            if _is_strong(password) and (pattern is _NAMED_PAIR or _is_of_a_place(text, match.start(), match.end())):
                if not is_everyones(match["login_id"]):
                    yield *match.span("login_id"), LOGIN
                yield match.start("password"), match.start("password") + len(password), PASSWORD


def _is_strong(text: str) -> bool:
    """Whether it can be nothing but a password: letters, digits and a sign."""
    signed = has_sign(text) or "_" in text
    strong = len(text) >= 7 and signed and any(map(str.isdigit, text)) and any(map(str.isalpha, text))
    return strong and not is_no_value(text) and not is_count(text)


def _is_of_a_place(text: str, start: int, end: int) -> bool:
    """Whether the line speaks of logging in or gives an address, at most 200 characters before or 60 behind."""
    first = text.rfind("\n", max(0, start - 200), start) + 1 or max(0, start - 200)
    last = text.find("\n", end, end + 60)
    return _OF_A_PLACE.search(text, first, last if last >= 0 else min(len(text), end + 60)) is not None
