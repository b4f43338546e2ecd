"""Secrets and personal data: where they stand in a text.

Precision matters as much as recall: a course on machine learning is full of ``token = ...``, long hashes and numbers.
So a value counts only by its own form (a key's prefix, a checksum) or by a label beside it. Every pattern is bounded,
so that time grows with the length of the text alone.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from ingest.mask_labels import login_ids, passwords
from rag.settings import MaskSettings

_KEYS = re.compile(
    r"""(?<![\w-])(?:
        sk-(?:ant-|proj-|svcacct-|or-v1-)?[A-Za-z0-9_-]{20,200}
      | sk_(?:live|test)_[A-Za-z0-9]{16,100}
      | gh[pousr]_[A-Za-z0-9]{30,255} | github_pat_\w{22,255} | glpat-[\w-]{20,64}
      | A(?:KIA|SIA)[0-9A-Z]{16} | AIza[\w-]{35} | ya29\.[\w-]{20,300} | GOCSPX-[\w-]{20,64}
      | xox[abeprs]-[\w-]{10,200} | hf_[A-Za-z0-9]{30,64}
      | gsk_[A-Za-z0-9]{30,100} | pcsk_\w{30,100} | nvapi-[\w-]{30,100}
      | lsv2_(?:pt|sk)_[A-Za-z0-9_]{30,100} | tvly-[\w-]{20,64}
      | npm_[A-Za-z0-9]{36} | pypi-[\w-]{50,300} | r8_[A-Za-z0-9]{37}
      | eyJ[\w-]{10,2000}\.eyJ[\w-]{10,4000}\.[\w-]{10,1000}
    )(?![\w-])""",
    re.VERBOSE,
)
_NAMED_KEY = re.compile(
    r"""(?:(?:api|secret|access|auth|private|service|인증|서비스|비밀)[ _-]?(?:key|token|키)
        |client[_-]?secret|bearer|토큰|token)
        ["'`]?[ \t]{0,3}(?:[:=|]|은|는|(?<=bearer))[ \t]{0,3}["'`]?(?P<value>[A-Za-z0-9_\-+/=]{20,200})(?![\w.(\[])""",
    re.IGNORECASE | re.VERBOSE,
)
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,6}[A-Za-z]{2,24}(?![\w-])", re.ASCII)
_RESIDENT = re.compile(r"(?<!\d)(?<!\d[.-])(\d{6})([-–]| - |)([1-8]\d{6})(?!\d)(?![.-]\d)")
_RESIDENT_LABEL = re.compile(r"주민|등록\s?번호|resident|\bRRN\b|외국인", re.IGNORECASE)
_MOBILE = re.compile(
    r"(?<![\d.,+])(?<!\d-)(?:\+?82[-. ]?\(?0?\)?|0)1[016789](?:([-. ])\d{3,4}\1\d{4}|\d{8})(?!\d)(?![-.]\d)"
)
_LANDLINE = re.compile(
    r"(?<![\d.+-])(?:\+82[- ]?|\(?0)(?:2|[3-6][1-5]|70|80|50\d?)(?:\)[ ]?|[-])\d{3,4}-\d{4}(?!\d)(?![-.]\d)"
)
_CARD = re.compile(
    r"(?<!\d)(?<!\d[- ])(?:[2-69]\d{3}([- ])\d{4}\1\d{4}\1\d{4}|3[47]\d{2}([- ])\d{6}\2\d{5}|[2-69]\d{15})"
    r"(?!\d)(?![- ]\d)"
)
_CARD_LABEL = re.compile(r"카드|card", re.IGNORECASE)
_LABEL_REACH = 30
"""Characters before a number in which its label may stand."""

_LABELS = {
    "private_key": "private key",
    "api_key": "key",
    "password": "password",
    "login_id": "login",
    "resident_number": "resident number",
    "card": "card number",
    "phone": "phone number",
    "email": "e-mail",
}


@dataclass(frozen=True, slots=True)
class MaskSpan:
    """Characters ``start`` to ``end`` hold a value of this kind."""

    start: int
    end: int
    kind: str


def mask_label(kind: str) -> str:
    """What is put in place of a value: ``[masked: password]``."""
    return f"[masked: {_LABELS[kind]}]"


def find_spans(text: str, settings: MaskSettings) -> list[MaskSpan]:
    """Values to be masked, sorted, none overlapping another.

    Labels are looked for on the same line, on the line above and in table headers, so give a whole document rather
    than its pieces.
    """
    found: list[MaskSpan] = []
    if settings.secrets:
        found += _private_keys(text)
        found += (MaskSpan(*match.span(), "api_key") for match in _KEYS.finditer(text) if _is_random(match[0][4:], 2.5))
        found += _named_keys(text)
        secret = list(passwords(text))
        found += (MaskSpan(start, end, "password") for start, end in secret)
        found += (MaskSpan(start, end, "login_id") for start, end in login_ids(text, secret))
    if settings.personal:
        found += _resident_numbers(text)
        found += _cards(text)
        found += _phones(text)
    if settings.emails:
        found += (MaskSpan(*match.span(), "email") for match in _EMAIL.finditer(text))
    return _without_overlaps(found)


def _without_overlaps(found: Iterable[MaskSpan]) -> list[MaskSpan]:
    """The union of what was found; where two overlap, the one that begins first (the longer, if both do) names it."""
    spans: list[MaskSpan] = []
    for span in sorted(found, key=lambda span: (span.start, span.kind == "email", -span.end)):
        if spans and span.start < spans[-1].end:
            # user:password@host is no address: the password alone goes.
            if span.kind != "email" and span.end > spans[-1].end:
                spans[-1] = MaskSpan(spans[-1].start, span.end, spans[-1].kind)
        else:
            spans.append(span)
    return spans


def _private_keys(text: str) -> Iterator[MaskSpan]:
    for match in re.finditer(r"-----BEGIN ((?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY)-----", text):
        ending = f"-----END {match[1]}-----"
        end = text.find(ending, match.end())
        following = re.compile(r"(?:[ \t]*[A-Za-z0-9+/=:\-, ]{1,120}\n?){0,200}")
        # A key that was cut off has no end mark: its lines of base64 go.
        rest = following.match(text, match.end() + (text[match.end() : match.end() + 1] == "\n"))
        yield MaskSpan(
            match.start(), end + len(ending) if end >= 0 else (rest.end() if rest else match.end()), "private_key"
        )


def _named_keys(text: str) -> Iterator[MaskSpan]:
    for match in _NAMED_KEY.finditer(text):
        value = match["value"]
        if _is_random(value, 3.2) and any(map(str.isdigit, value)) and any(map(str.isalpha, value)):
            yield MaskSpan(*match.span("value"), "api_key")


def _is_random(value: str, bits: float) -> bool:
    """Whether characters are spread as in a made key; ``sk-xxxx`` and ``your_api_key_here`` are not.

    Shannon entropy of the characters, in bits per character.
    """
    if re.search(r"your|example|sample|dummy|insert|placeholder|xxxx|<|\*{3}", value, re.IGNORECASE):
        return False
    counts = Counter(value)
    entropy = -sum(count / len(value) * math.log2(count / len(value)) for count in counts.values())
    return entropy >= bits


def _resident_numbers(text: str) -> Iterator[MaskSpan]:
    for match in _RESIDENT.finditer(text):
        birth, separator, tail = match.groups()
        if not _is_date(birth, tail[0]):
            continue
        labelled = bool(_RESIDENT_LABEL.search(text, max(0, match.start() - _LABEL_REACH), match.start()))
        # Numbers given out since October 2020 have no check digit; whoever was born since then has such a one.
        recent = tail[0] in "3478" and birth[:2] >= "20"
        if labelled or (separator and (recent or _check_digit(birth + tail))):
            yield MaskSpan(*match.span(), "resident_number")


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


def _cards(text: str) -> Iterator[MaskSpan]:
    for match in _CARD.finditer(text):
        separated = bool(match[1] or match[2])
        labelled = separated or bool(_CARD_LABEL.search(text, max(0, match.start() - _LABEL_REACH), match.start()))
        if labelled and _luhn(match[0]):
            yield MaskSpan(*match.span(), "card")


def _luhn(number: str) -> bool:
    digits = [int(char) for char in number if char.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0 and len(set(digits)) > 1


def _phones(text: str) -> Iterator[MaskSpan]:
    for pattern in (_MOBILE, _LANDLINE):
        # A string of bits such as 01011010110 has the length of a phone number, but not its digits.
        yield from (
            MaskSpan(*match.span(), "phone")
            for match in pattern.finditer(text)
            if len(set(match[0]) - set("+-. ()")) > 2
        )
