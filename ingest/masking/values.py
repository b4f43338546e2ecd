"""Whether characters can be a secret at all, by their own form: a made value, not a word, a name or a piece of code."""

import math
import re
from collections import Counter

_NO_VALUE = re.compile(
    r"""^(?:
        none|null|nil|true|false|str|string|text|bytes|int|integer|char|varchar.*|secretstr|optional.*|required|hidden
      | empty|default|any|blank|unknown|n/?a|tbd|todo|undefined
      | (?:your|my|the|new|old|user|example|sample|dummy|test|some|db|current|root)?[_-]?
        (?:password|passwd|pwd|pw|pass|secret|username|user|login|id|name|token|key|apikey|api_key)
      | (?:your|my)[_-].*|.*_(?:here|goes)_?.*|change_?(?:me|it)\W*|x{3,}|\*{3,}|•{3,}|\.{2,}|-{2,}|_{3,}|masked.*
      | \[masked.*|__token__|return|raise|yield|self|lambda|await|async|print|import|!(?:secret|env|vault)
      | hash(?:ed|ing)?|plain(?:text)?|encrypted|encryption|encoded|input|field|value|argument|parameter
      | (?:sha|md|utf|aes|rsa|des|3des|base|pbkdf|argon|bcrypt|scrypt|hmac|ssl|tls|wpa|wep|oauth|jwt|totp|2fa|rc|pkcs
        |x\.?509|http|ascii|euc|cp|iso)s?[-_.]?\d*(?:[-_.]\w{1,8}){0,3}
      | must|should|is|are|was|were|for|and|or|in|of|to|the|not|with|without|on|by|as|at|length|manager|reset|protected
      | based|authentication|authenticated|authorization|policy|strength|verification|validation|generator|confirmation
      | weak|strong|medium|invalid|correct|incorrect|wrong|expired|changed|stored|needed|same|different|long|short
      | forward|backward|number|characters?|letters?|digits?|minimum|maximum|prompt|attribute|variable|column|object
    )$""",
    re.IGNORECASE | re.VERBOSE,
)
_PLACEHOLDER = re.compile(
    r"your|example|sample|dummy|insert|placeholder|xxxx|abcdef|<|\*{3}|\.\.\.|입력", re.IGNORECASE
)
_CODE = re.compile(r"[()\[\]{}\\]|^\$|^<|^%|==|::|^(?:https?|ftp)://|^[~.]{0,2}/|^@|^--?[a-z]")
_COUNT = re.compile(
    r"""^\d{1,3}$ | ^\d{1,4}(?:[-~/:x.,]\d+)+%?$ | ^[\d.]+e-?\d+$ | ^\d{4}[-./]\d\d?(?:[-./]\d\d?)?$ | ^\d{1,2}-[a-z]+$
      | ^\d+(?:bits?|bytes?|chars?|x|k|m|gb|mb|kb|ms|px|d|th|st|nd|rd|%)$ | ^\d[\d.,]*[-+~]$
      | ^\d[\d,]*(?:자|글자|자리|회|번|개|일|분|초|비트|년|월|명)""",
    re.IGNORECASE | re.VERBOSE,
)
_UUID = re.compile(r"^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.IGNORECASE)
_BASE64 = re.compile(r"^(?:[A-Za-z0-9+/=_-]|%2[BF]|%3D){40,}$")
_SIGN = re.compile(r"[^A-Za-z0-9_.,'/:-]")


def is_no_value(value: str) -> bool:
    """Whether it is a word that describes, a placeholder or a piece of code."""
    return bool(_NO_VALUE.match(value) or _CODE.search(value) or _PLACEHOLDER.search(value))


def is_everyones(name: str) -> bool:
    """Whether a login name is one that every machine has, and so tells nothing."""
    return name.lower() in {"root", "admin", "administrator", "postgres", "ubuntu", "localhost", "host", "sa"}


def is_dotted_name(value: str) -> bool:
    """Whether it is names joined by points, as in code: ``settings.password``."""
    return re.fullmatch(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+", value) is not None


def is_count(value: str) -> bool:
    """Whether it is a quantity, a decimal or a date: ``8``, ``0.5``, ``1e-4``, ``2024-03-01``."""
    return _COUNT.match(value) is not None


def is_mixed(value: str) -> bool:
    """Whether at least two of letters, digits and signs are in it, and a word with a hyphen is not all there is."""
    return sum((any(map(str.isalpha, value)), any(map(str.isdigit, value)), _SIGN.search(value) is not None)) >= 2


def has_sign(value: str) -> bool:
    """Whether a sign is in it that words, numbers and names do not have."""
    return _SIGN.search(value) is not None


def is_passphrase(value: str) -> bool:
    """Whether it is at least three words joined: ``correct-horse-battery``."""
    return re.fullmatch(r"[a-z]{3,12}(?:[-_.][a-z]{3,12}){2,6}", value) is not None


def is_key(value: str) -> bool:
    """Whether it has the form of a made key: long, random, and not words and numbers joined by signs.

    ``Llama-3.1-8B-Instruct`` has letters and digits too, but no long run of both; a UUID and base64 are known by form.
    """
    if len(value) < 16 or not is_random(value, 2.9):
        return False
    runs = [run for run in re.split(r"[^A-Za-z0-9]+", value) if len(run) >= 16]
    if any(_has_both(run) for run in runs) or _UUID.match(value):
        return True
    return len(value) >= 40 and _has_both(value) and value.lower() != value and _BASE64.match(value) is not None


def _has_both(value: str) -> bool:
    """Letters and digits; of letters alone, so many capitals that they are no words."""
    if not any(map(str.isdigit, value)):
        return len(value) >= 20 and 0.3 <= sum(map(str.isupper, value)) / len(value) <= 0.7
    return any(map(str.isalpha, value))


def is_random(value: str, bits: float) -> bool:
    """Whether characters are spread as in a made key; ``sk-xxxx`` and ``your_api_key_here`` are not.

    Shannon entropy of the characters, in bits per character.
    """
    if _PLACEHOLDER.search(value):
        return False
    counts = Counter(value)
    entropy = -sum(count / len(value) * math.log2(count / len(value)) for count in counts.values())
    return entropy >= bits
