"""The two layouts of a Korean keyboard: what was typed, had the other one been on (KS X 5002, two-beolsik)."""

from rag.query.typed.jamo import composed, strokes

ROWS = (
    ("qwertyuiop", "ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔ"),
    ("asdfghjkl", "ㅁㄴㅇㄹㅎㅗㅓㅏㅣ"),
    ("zxcvbnm", "ㅋㅌㅊㅍㅠㅜㅡ"),
)
"""Latin and Hangul letters of each row of keys, from left to right."""

_SHIFTED = dict(zip("QWERTOP", "ㅃㅉㄸㄲㅆㅒㅖ", strict=True))
_PLAIN = {latin: hangul for row in ROWS for latin, hangul in zip(*row, strict=True)}
_TO_HANGUL = str.maketrans({latin.upper(): hangul for latin, hangul in _PLAIN.items()} | _PLAIN | _SHIFTED)
_TO_LATIN = str.maketrans({hangul: latin for latin, hangul in (*_PLAIN.items(), *_SHIFTED.items())})


def to_hangul(latin: str) -> str:
    """``dkssud`` to 안녕."""
    return composed(latin.translate(_TO_HANGUL))


def to_latin(hangul: str) -> str:
    """``ㅗ디ㅣㅐ`` to hello."""
    return strokes(hangul).translate(_TO_LATIN)


def neighbours(letter: str) -> str:
    """The keys beside and diagonally next to a letter's, in the same layout; a doubled consonant has its own key's."""
    letter = {double: _PLAIN[key.lower()] for key, double in _SHIFTED.items()}.get(letter, letter)
    for row, pair in enumerate(ROWS):
        for layout, keys in enumerate(pair):
            at = keys.find(letter)
            if at >= 0:
                near = keys[max(at - 1, 0) : at] + keys[at + 1 : at + 2]
                above = ROWS[row - 1][layout][at : at + 2] if row > 0 else ""
                below = ROWS[row + 1][layout][max(at - 1, 0) : at + 1] if row + 1 < len(ROWS) else ""
                return near + above + below
    return ""
