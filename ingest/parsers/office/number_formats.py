"""Numbers of a spreadsheet as it shows them: decimals, thousands, per cent, currency, dates and times.

The codes are those of ECMA-376 part 1, section 18.8.31. What is not known here (fractions, conditions) is
shown plainly.
"""

import re
from datetime import datetime, timedelta

from ingest.parsers.office.drawings import shown_number

# Those dates whose form depends on the reader's country are written as ISO 8601.
BUILT_IN: dict[int, str] = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 14: "yyyy-mm-dd",
    15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss",
    22: "yyyy-mm-dd hh:mm", 37: "#,##0;-#,##0", 38: "#,##0;-#,##0", 39: "#,##0.00;-#,##0.00", 40: "#,##0.00;-#,##0.00",
    45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss", 48: "0.00E+00",
    32: "h:mm", 33: "h:mm:ss",
}  # fmt: skip
BUILT_IN |= dict.fromkeys((*range(27, 32), 34, 35, 36, *range(50, 59)), "yyyy-mm-dd")

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_.|\*.|\[\$(?P<currency>[^\]-]*)[^\]]*\]|(?P<elapsed>\[(?:h+|m+|s+)\])'
    r"|\[[^\]]*\]|(?P<half>AM/PM|A/P)|(?P<date>y+|m+|d+|h+|s+(?:\.0+)?|a{3,4}(?!/))"
    r"|(?P<number>General|[#0?][#0?,]*(?:\.[#0?]*)?(?:E[+-]0+)?,*|\.[#0?]+)"
    r"|(?P<percent>%)|(?P<text>@)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_MONTHS = "January February March April May June July August September October November December".split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_KOREAN_DAYS = "월화수목금토일"
_LAST_SERIAL = 2_958_465
"""31 December 9999."""

_Token = tuple[str, str]


def shown(number: float, code: str, *, since_1904: bool = False) -> str:
    """A number as a format code shows it.

    Args:
        number: as stored; a date is days since the end of 1899.
        code: ``#,##0.00``, ``yyyy"년" m"월"``; "" or ``General`` shows it plainly.
        since_1904: dates count from 1 January 1904.
    """
    section, number = _section(code, number)
    tokens: list[_Token] = [(match.lastgroup or "", match[match.lastgroup or 0]) for match in _TOKEN.finditer(section)]
    kinds = {kind for kind, _ in tokens}
    if kinds & {"date", "elapsed"}:
        return _date(tokens, number, since_1904)
    if not code or "text" in kinds or "/" in (text for kind, text in tokens if kind == "other"):
        return shown_number(str(number))
    scaled = number * 100 if "percent" in kinds else number
    parts, done = [], False
    for kind, text in tokens:
        if kind == "number":
            parts.append("" if done else _digits(scaled, text))
            done = True
        elif kind in ("quoted", "escaped", "currency", "percent", "other"):
            parts.append(text)
    return " ".join("".join(parts).split())


def _section(code: str, number: float) -> tuple[str, float]:
    """The part of the code for positive, negative or zero numbers, and the number it is to show."""
    # A semicolon between quotes is text. Excel's codes have at most 255 characters.
    sections = re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', code[:255])
    if number < 0 and len(sections) > 1:
        return sections[1], -number  # the section brings its own sign
    return sections[2 if number == 0 and len(sections) > 2 else 0], number


def _digits(number: float, form: str) -> str:
    if form.casefold() == "general":
        return shown_number(str(number))
    exponent = re.search(r"E[+-]0+$", form, re.IGNORECASE)
    whole, _, fraction = form[: exponent.start() if exponent else None].rstrip(",").partition(".")
    decimals = min(len(fraction), 15)
    if exponent:
        return f"{number:.{decimals}E}"
    number /= 1000 ** (len(form) - len(form.rstrip(",")))
    text = f"{number:,.{decimals}f}" if "," in whole else f"{number:.{decimals}f}"
    for _ in range(len(fraction) - len(fraction.rstrip("#?"))):
        text = text.removesuffix("0") if "." in text else text
    digits = len(re.sub(r"[^0]", "", whole))
    if digits > 1 and "," not in whole:
        sign, text = ("-", text[1:]) if text.startswith("-") else ("", text)
        at = text.find(".") if "." in text else len(text)
        text = sign + "0" * max(0, digits - at) + text
    return text.removesuffix(".")


def _date(tokens: list[_Token], serial: float, since_1904: bool) -> str:
    if not 0 <= serial <= _LAST_SERIAL:
        return shown_number(str(serial))
    start = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 31 if serial < 60 else 30)
    try:
        moment = start + timedelta(seconds=round(serial * 86_400))
    except OverflowError:
        return shown_number(str(serial))
    half = any(kind == "half" for kind, _ in tokens)
    parts: list[str] = []
    for at, (kind, text) in enumerate(tokens):
        if kind == "date":
            minutes = text[0] in "mM" and _is_minutes(tokens, at)
            parts.append(_date_part(text.lower(), moment, half=half, minutes=minutes))
        elif kind == "elapsed":
            unit = {"h": 3600, "m": 60, "s": 1}[text[1].lower()]
            parts.append(str(round(serial * 86_400) // unit))
        elif kind == "half":
            parts.append("AM" if moment.hour < 12 else "PM")
        elif kind in ("quoted", "escaped", "other"):
            parts.append(text)
    return " ".join("".join(parts).split())


def _is_minutes(tokens: list[_Token], at: int) -> bool:
    """``m`` is a month, but beside hours or seconds."""
    units = [
        (place, text[-2 if kind == "elapsed" else 0].lower())
        for place, (kind, text) in enumerate(tokens)
        if kind in ("date", "elapsed")
    ]
    before = [unit for place, unit in units if place < at]
    after = [unit for place, unit in units if place > at]
    return before[-1:] == ["h"] or after[:1] == ["s"]


def _date_part(form: str, moment: datetime, *, half: bool, minutes: bool) -> str:
    unit, width = form[0], len(form)
    if unit == "y":
        return str(moment.year) if width > 2 else f"{moment.year % 100:02}"
    if unit == "a":
        return _KOREAN_DAYS[moment.weekday()] + ("요일" if width == 4 else "")
    names = {"m": _MONTHS[moment.month - 1], "d": _DAYS[moment.weekday()]}
    if width > 2 and unit in names:
        return names[unit][: {3: 3, 5: 1}.get(width)]
    hour = (moment.hour % 12 or 12) if half else moment.hour
    number = {"m": moment.minute if minutes else moment.month, "d": moment.day, "h": hour, "s": moment.second}[unit]
    return str(number).zfill(min(width, 2))
