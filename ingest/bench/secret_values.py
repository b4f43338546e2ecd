"""Made values of secrets and of what only looks like one, drawn at random.

Nothing here is a secret of anybody; they are put together at run time, so that no scanner of the source finds one.
"""

import string
from base64 import urlsafe_b64encode
from collections.abc import Callable
from random import Random

Draw = Callable[[Random], str]

_LETTERS, _DIGITS, _LOWER, _UPPER = string.ascii_letters, string.digits, string.ascii_lowercase, string.ascii_uppercase
_ALNUM = _LETTERS + _DIGITS
_URL_SAFE = _ALNUM + "-_"
_HEX = "0123456789abcdef"
_WORDS = "hello welcome student spring autumn orange tiger seoul busan apple campus summer coffee python dream".split()
_NAMES = "minsu jiwoo kim.hana parkjs student guest class lab team ml ai lee_sy tutor ta".split()


def drawn(name: str, random: Random) -> str:
    """A value of this name: ``pw``, ``pw.digits``, ``key.openai``, ``phone`` and others of ``_VALUES``."""
    return _VALUES[name](random)


def kind_of(name: str) -> str:
    """The kind of a value, as masking calls it."""
    return _KINDS.get(name.partition(".")[0], name.partition(".")[0])


_KINDS = {"pw": "password", "login": "login_id", "key": "api_key", "rrn": "resident_number", "pem": "private_key"}


def _some(random: Random, alphabet: str, count: int) -> str:
    return "".join(random.choices(alphabet, k=count))


def _of(*parts: str | tuple[str, int]) -> Draw:
    """Literal parts and runs of an alphabet, one after the other."""
    return lambda random: "".join(part if isinstance(part, str) else _some(random, *part) for part in parts)


def _password(random: Random) -> str:
    word, sign = random.choice(_WORDS), random.choice("!@#$%^&*?")
    digits = _some(random, _DIGITS, random.choice((2, 3, 4)))
    forms = (f"{word}{digits}{sign}", f"{word.title()}{digits}{sign}", f"{word}{sign}{digits}", f"{word[:4]}{digits}")
    return random.choice(forms)


def _strong(random: Random) -> str:
    return (
        _some(random, _LETTERS, 4)
        + random.choice("!@#%^&*+-_")
        + _some(random, _DIGITS, 2)
        + _some(random, _LETTERS, 4)
    )


def _login(random: Random) -> str:
    return random.choice(_NAMES) + _some(random, _DIGITS, random.choice((0, 2, 3, 4)))


def _jwt(random: Random) -> str:
    def part(text: str) -> str:
        return urlsafe_b64encode(text.encode()).decode().rstrip("=")

    body = f'{{"sub":"{_some(random, _DIGITS, 10)}","iat":{_some(random, _DIGITS, 10)}}}'
    head = f'{{"alg":"HS256","kid":"{_some(random, _ALNUM, 4)}"}}'
    return f"{part(head)}.{part(body)}.{_some(random, _URL_SAFE, 43)}"


def _pem(begin: str, end: str, lines: int) -> Draw:
    def draw(random: Random) -> str:
        body = "\n".join(_some(random, _ALNUM + "+/", 64) for _ in range(lines))
        return f"-----{begin}-----\n{body}\n{_some(random, _ALNUM, 22)}==\n-----{end}-----"

    return draw


def _putty(random: Random) -> str:
    def lines(count: int) -> str:
        return "\n".join(_some(random, _ALNUM + "+/", 64) for _ in range(count))

    return (
        "PuTTY-User-Key-" + "File-2: ssh-rsa\nEncryption: none\nComment: rsa-key-20240301\n"
        f"Public-Lines: 2\n{lines(2)}\nPrivate-Lines: 3\n{lines(3)}\nPrivate-MAC: {_some(random, _HEX, 40)}"
    )


def _resident(foreign: bool) -> Draw:
    def draw(random: Random) -> str:
        digits = f"{random.randrange(70, 100)}{random.randrange(1, 13):02}{random.randrange(1, 29):02}"
        digits += random.choice("56" if foreign else "12") + _some(random, _DIGITS, 5)
        weights = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
        total = sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=True))
        check = ((13 if foreign else 11) - total % 11) % 10
        return f"{digits[:6]}-{digits[6:]}{check}"

    return draw


def _card(separator: str, amex: bool = False) -> Draw:
    def draw(random: Random) -> str:
        digits = random.choice(("34", "37") if amex else ("4", "51", "55", "94", "62"))
        digits += _some(random, _DIGITS, (14 if amex else 15) - len(digits))
        doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in digits[::-2])
        digits += str(-(doubled + sum(map(int, digits[-2::-2]))) % 10)
        cuts = (0, 4, 10, 15) if amex else (0, 4, 8, 12, 16)
        return separator.join(digits[start:end] for start, end in zip(cuts, cuts[1:], strict=False))

    return draw


def _mobile(separator: str, prefix: str = "010") -> Draw:
    return lambda random: separator.join(
        (prefix, str(random.randrange(2000, 9999)), f"{random.randrange(123, 9999):04}")
    )


def _landline(separator: str, *areas: str) -> Draw:
    return lambda random: separator.join(
        (random.choice(areas), str(random.randrange(210, 9999)), f"{random.randrange(123, 9999):04}")
    )


def _email(random: Random) -> str:
    host = random.choice(("cs.example.ac.kr", "example.com", "mail.example.org", "lab-ai.example.co.kr"))
    return f"{random.choice(_NAMES)}{_some(random, _DIGITS, 2)}@{host}"


def _uuid(random: Random) -> str:
    return "-".join(_some(random, _HEX, count) for count in (8, 4, 4, 4, 12))


_VALUES: dict[str, Draw] = {
    "pw": _password,
    "pw.strong": _strong,
    "pw.digits": lambda random: _some(random, "123456789", 1) + _some(random, _DIGITS, random.choice((5, 7))),
    "pw.short": lambda random: _some(random, _DIGITS, 4),
    "pw.word": lambda random: random.choice(_WORDS) + random.choice(_WORDS),
    "pw.zoom": lambda random: _some(random, _LETTERS, 3) + _some(random, _DIGITS, 2) + _some(random, _LETTERS, 2),
    "pw.link": _of((_ALNUM, 32), ".1"),
    "pw.door": _of((_DIGITS, 4), "*"),
    "pw.hash": _of((_DIGITS, 4), "#"),
    "pw.hangul": lambda random: random.choice(("홍길동", "인공지능", "우리반", "특강")) + _some(random, _DIGITS, 4),
    "pw.phrase": lambda random: "-".join(random.sample(_WORDS, 4)),
    "pw.app": lambda random: " ".join(_some(random, _LOWER, 4) for _ in range(4)),
    "login": _login,
    "login.email": _email,
    "login.meeting": lambda random: (
        f"8{_some(random, _DIGITS, 2)} {_some(random, _DIGITS, 4)} {_some(random, _DIGITS, 4)}"
    ),
    "login.student": lambda random: f"20{random.randrange(18, 27)}{_some(random, _DIGITS, 6)}",
    "key.openai": _of("s" + "k-", (_ALNUM, 20), "T3Blbk" + "FJ", (_ALNUM, 20)),
    "key.openai_project": _of("s" + "k-proj-", (_URL_SAFE, 74), "T3Blbk" + "FJ", (_ALNUM, 74)),
    "key.openai_short": _of("s" + "k-proj-", (_ALNUM, 24)),
    "key.anthropic": _of("s" + "k-ant-api03-", (_URL_SAFE, 93), "AA"),
    "key.openrouter": _of("s" + "k-or-v1-", (_HEX, 64)),
    "key.github": _of("gh" + "p_", (_ALNUM, 36)),
    "key.github_fine": _of("github_" + "pat_", (_ALNUM, 22), "_", (_ALNUM, 59)),
    "key.gitlab": _of("glp" + "at-", (_ALNUM, 20)),
    "key.aws": _of("AK" + "IA", (_UPPER + "234567", 16)),
    "key.aws_secret": _of((_ALNUM + "/+", 40)),
    "key.google": _of("AI" + "za", (_ALNUM, 35)),
    "key.google_oauth": _of("GOC" + "SPX-", (_ALNUM, 28)),
    "key.google_access": _of("ya" + "29.a0", (_ALNUM, 60)),
    "key.slack": _of("xo" + "xb-", (_DIGITS, 12), "-", (_DIGITS, 12), "-", (_ALNUM, 24)),
    "key.slack_hook": _of("https://hooks.sl" + "ack.com/services/T", (_UPPER, 8), "/B", (_UPPER, 8), "/", (_ALNUM, 24)),
    "key.hugging_face": _of("h" + "f_", (_LETTERS, 34)),
    "key.groq": _of("gs" + "k_", (_ALNUM, 52)),
    "key.langsmith": _of("lsv" + "2_pt_", (_HEX, 32), "_", (_HEX, 10)),
    "key.tavily": _of("tv" + "ly-", (_ALNUM, 32)),
    "key.pinecone": _of("pc" + "sk_", (_ALNUM, 40)),
    "key.nvidia": _of("nva" + "pi-", (_ALNUM, 64)),
    "key.replicate": _of("r" + "8_", (_ALNUM, 37)),
    "key.stripe": _of("sk" + "_live_", (_ALNUM, 24)),
    "key.sendgrid": _of("S" + "G.", (_ALNUM, 22), ".", (_ALNUM, 43)),
    "key.twilio": _of("S" + "K", (_HEX, 32)),
    "key.discord": _of("M", (_ALNUM, 23), ".", (_ALNUM, 6), ".", (_ALNUM, 27)),
    "key.telegram": _of((_DIGITS, 10), ":A", (_ALNUM, 34)),
    "key.npm": _of("np" + "m_", (_ALNUM, 36)),
    "key.pypi": _of("py" + "pi-AgEIcHlwaS5vcmc", (_ALNUM, 90)),
    "key.azure": _of((_ALNUM + "+/", 86), "=="),
    "key.mailchimp": _of((_HEX, 32), "-us12"),
    "key.jwt": _jwt,
    "key.hex": _of((_HEX, 32)),
    "key.hex40": _of((_HEX, 40)),
    "key.hex64": _of((_HEX, 64)),
    "key.uuid": _uuid,
    "key.base64": _of((_ALNUM + "+/", 86), "=="),
    "key.mixed": _of((_ALNUM, 32)),
    "key.short": _of((_ALNUM, 20)),
    "pem.rsa": _pem("BEGIN RSA PRIV" + "ATE KEY", "END RSA PRIV" + "ATE KEY", 6),
    "pem.plain": _pem("BEGIN PRIV" + "ATE KEY", "END PRIV" + "ATE KEY", 5),
    "pem.openssh": _pem("BEGIN OPENSSH PRIV" + "ATE KEY", "END OPENSSH PRIV" + "ATE KEY", 5),
    "pem.ec": _pem("BEGIN EC PRIV" + "ATE KEY", "END EC PRIV" + "ATE KEY", 2),
    "pem.pgp": _pem("BEGIN PGP PRIV" + "ATE KEY BLOCK", "END PGP PRIV" + "ATE KEY BLOCK", 4),
    "pem.putty": _putty,
    "rrn": _resident(foreign=False),
    "rrn.foreign": _resident(foreign=True),
    "rrn.joined": lambda random: _resident(foreign=False)(random).replace("-", ""),
    "phone": _mobile("-"),
    "phone.dots": _mobile("."),
    "phone.spaces": _mobile(" "),
    "phone.joined": _mobile(""),
    "phone.abroad": _mobile("-", "+82-10"),
    "phone.abroad_spaces": _mobile(" ", "+82 10"),
    "phone.old": _mobile("-", "011"),
    "phone.seoul": _landline("-", "02"),
    "phone.area": _landline("-", "031", "051", "042", "064"),
    "phone.area_dots": _landline(".", "031", "053"),
    "phone.area_spaces": _landline(" ", "02", "062"),
    "phone.bracketed": lambda random: f"({random.choice(('02', '031'))}) {_mobile('-', '')(random)[1:]}",
    "phone.internet": _landline("-", "070"),
    "phone.abroad_seoul": _landline("-", "+82-2"),
    "card": _card("-"),
    "card.spaces": _card(" "),
    "card.joined": _card(""),
    "card.amex": _card("-", amex=True),
    "email": _email,
    "passport": _of("M", (_DIGITS, 8)),
    "account": _of((_DIGITS, 3), "-", (_DIGITS, 6), "-", (_DIGITS, 5)),
    "account.long": _of((_DIGITS, 6), "-", (_DIGITS, 2), "-", (_DIGITS, 6)),
    "not.hex40": _of((_HEX, 40)),
    "not.hex7": _of((_HEX, 7)),
    "not.hex64": _of((_HEX, 64)),
    "not.uuid": _uuid,
    "not.digits": _of((_DIGITS, 8)),
    "not.long_digits": _of(("123456789", 1), (_DIGITS, 18)),
    "not.base64": _of((_ALNUM + "+/", 400), "=="),
    "not.decimal": lambda random: f"0.{_some(random, _DIGITS, 16)}",
    "not.student": lambda random: f"20{random.randrange(18, 27)}{_some(random, _DIGITS, 6)}",
}
