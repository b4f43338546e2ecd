"""Personal data: numbers that carry a check digit or a form of their own, or that a label names, and e-mail addresses.

Every pattern is bounded, so that time grows with the length of the text alone.
"""

import re
from collections.abc import Iterator
from datetime import date

Found = tuple[int, int, str]
"""Start, end and kind of a value."""

_HYPHEN = r"[-‐‑–]"
_RESIDENT = re.compile(rf"(?<![\d.])(?<!\d-)(\d{{6}})({_HYPHEN}| {_HYPHEN} |)([1-8]\d{{6}})(?!\d)(?![.-]\d)")
_RESIDENT_LABEL = re.compile(r"주민|등록\s?번호|resident|\bRRN\b|외국인", re.IGNORECASE)
_SEPARATOR = rf"(?:{_HYPHEN}|[. ]| {_HYPHEN} )"
_MOBILE = re.compile(
    rf"(?<![\d.,+])(?<!\d-)(?:\+?82[-. ]?\(?0?\)?[-. ]?|0)1[016789](?:({_SEPARATOR})\d{{3,4}}\1\d{{4}}"
    rf"|\d{{8}})(?!\d)(?![-.]\d)"
)
_AREA = r"(?:2|[3-6][1-5]|70|80|50\d?)"
_LANDLINE = re.compile(
    rf"(?<![\d.+-])(?:\+82[- ]?{_AREA}{_HYPHEN}|\(0{_AREA}\)[ ]?|0{_AREA}(?:\)[ ]?|{_HYPHEN}))\d{{3,4}}{_HYPHEN}\d{{4}}"
    r"(?!\d)(?![-.]\d)"
)
_LOOSE_LANDLINE = re.compile(rf"(?<![\d.+-])0{_AREA}([. ])\d{{3,4}}\1\d{{4}}(?!\d)(?![-.]\d)")
_ABROAD = re.compile(r"(?<![\w+])\+(?!82)[1-9]\d{0,2}[-. ](?:\(\d{1,4}\)[-. ]?)?\d{2,4}(?:[-. ]\d{2,4}){1,3}(?![\d-])")
_PHONE_LABEL = re.compile(
    r"전화|연락|휴대|핸드폰|문의|팩스|tel|phone|mobile|call|fax|office|☎|☏|📞|\b[TFM]\.", re.IGNORECASE
)
_CARD = re.compile(
    r"(?<!\d)(?<!\d[- ])(?:[2-69]\d{3}([- ])\d{4}\1\d{4}\1\d{4}|3[47]\d{2}([- ])\d{6}\2\d{5}|[2-69]\d{15})"
    r"(?!\d)(?![- ]\d)"
)
_CARD_LABEL = re.compile(r"카드|card|visa|master|amex", re.IGNORECASE)
_PASSPORT_LABEL = re.compile(r"여권|passport", re.IGNORECASE)
_PASSPORT_NUMBER = re.compile(r"(?<![A-Za-z0-9])(?:[A-Z]\d{8}|[A-Z]\d{3}[A-Z]\d{4})(?![A-Za-z0-9])")
_ACCOUNT = re.compile(r"(?<![\d-])\d{2,6}(?:-\d{2,8}){2,3}(?![\d-])")
_ACCOUNT_LABEL = re.compile(
    r"계좌|은행|신한|농협|수협|우체국|새마을|입금|송금|뱅크|bank account|account no", re.IGNORECASE
)
_LOCAL = re.compile(r"[\w.+-]{1,64}\Z", re.ASCII)
_HOST = re.compile(r"(?:[A-Za-z0-9-]{1,63}\.){1,6}[A-Za-z]{2,24}(?![\w-])", re.ASCII)
_REMOTE = re.compile(r"(?:\b(?:ssh|scp|sftp|rsync)\b[^\n]{0,80}|://[^\s/]{0,80})\Z")
_REACH = 30
"""Characters before a number in which its label may stand."""


def personal_numbers(text: str) -> Iterator[Found]:
    """Resident registration, card, phone, passport and account numbers."""
    yield from _residents(text)
    yield from _cards(text)
    yield from _phones(text)
    yield from _accounts(text)
    for match in _PASSPORT_NUMBER.finditer(text):
        if _named(text, match.start(), _PASSPORT_LABEL):
            yield *match.span(), "passport"


def emails(text: str) -> Iterator[Found]:
    """E-mail addresses; what ``git`` and ``ssh`` call a remote is none."""
    at = text.find("@")
    while at >= 0:
        local, host = _LOCAL.search(text[max(0, at - 64) : at]), _HOST.match(text, at + 1)
        if local and host and not _is_remote(text, at - len(local[0]), local[0], host.end()):
            yield at - len(local[0]), host.end(), "email"
        at = text.find("@", at + 1)


def _is_remote(text: str, start: int, local: str, end: int) -> bool:
    path = text[end : end + 1] == ":" and text[end + 1 : end + 2].strip() != ""
    return local == "git" or path or _REMOTE.search(text[max(0, start - 90) : start]) is not None


def _named(text: str, start: int, label: re.Pattern[str]) -> bool:
    return label.search(text, max(0, start - _REACH), start) is not None


def _residents(text: str) -> Iterator[Found]:
    for match in _RESIDENT.finditer(text):
        birth, separator, tail = match.groups()
        if not _is_date(birth, tail[0]):
            continue
        # Numbers given out since October 2020 have no check digit; whoever was born since then has such a one.
        recent = tail[0] in "3478" and birth[:2] >= "20"
        checked = bool(separator) and (recent or _check_digit(birth + tail))
        if checked or _named(text, match.start(), _RESIDENT_LABEL):
            yield *match.span(), "resident_number"


def _is_date(birth: str, gender: str) -> bool:
    century = 2000 if gender in "3478" else 1900
    try:
        date(century + int(birth[:2]), int(birth[2:4]), int(birth[4:]))
    except ValueError:
        return False
    return True


def _check_digit(number: str) -> bool:
    """Check digit of a resident registration number: (11 - weighted sum mod 11) mod 10; of a foreigner's, 2 more."""
    weights = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
    rest = 11 - sum(weight * int(digit) for weight, digit in zip(weights, number, strict=False)) % 11
    return int(number[12]) in {rest % 10, (rest + 2) % 10 if number[6] in "5678" else rest % 10}


def _cards(text: str) -> Iterator[Found]:
    for match in _CARD.finditer(text):
        separated = bool(match[1] or match[2])
        if (separated or _named(text, match.start(), _CARD_LABEL)) and _luhn(match[0]):
            yield *match.span(), "card"


def _luhn(number: str) -> bool:
    digits = [int(char) for char in number if char.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0 and len(set(digits)) > 1


def _phones(text: str) -> Iterator[Found]:
    for pattern in (_MOBILE, _LANDLINE, _LOOSE_LANDLINE, _ABROAD):
        for match in pattern.finditer(text):
            # Groups of digits with points or spaces may be decimals or columns: their label decides.
            if pattern is _LOOSE_LANDLINE and not _named(text, match.start(), _PHONE_LABEL):
                continue
            # A string of bits such as 01011010110 has the length of a phone number, but not its digits.
            if len(set(match[0]) & set("0123456789")) > 2:
                yield *match.span(), "phone"


def _accounts(text: str) -> Iterator[Found]:
    for match in _ACCOUNT.finditer(text):
        digits = sum(map(str.isdigit, match[0]))
        if 10 <= digits <= 16 and _named(text, match.start(), _ACCOUNT_LABEL):
            yield *match.span(), "account"
