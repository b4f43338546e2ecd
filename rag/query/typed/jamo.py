"""Hangul as it is typed: syllables to the letters that are struck for them (two-beolsik), and back.

A doubled consonant (ㄲ) is one stroke with shift, a compound vowel (ㅘ) or final (ㄳ) is two, as on the keyboard of
KS X 5002. So one slip of a finger is one edit of the strokes.
"""

import re

LETTERS = re.compile(r"[ㄱ-ㅎㅏ-ㅣ]")
"""One Hangul letter that stands alone (compatibility jamo)."""

_FIRST, _LAST = 0xAC00, 0xD7A3
_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_FINALS = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")
_COMPOUND = {
    "ㅘ": "ㅗㅏ",
    "ㅙ": "ㅗㅐ",
    "ㅚ": "ㅗㅣ",
    "ㅝ": "ㅜㅓ",
    "ㅞ": "ㅜㅔ",
    "ㅟ": "ㅜㅣ",
    "ㅢ": "ㅡㅣ",
    "ㄳ": "ㄱㅅ",
    "ㄵ": "ㄴㅈ",
    "ㄶ": "ㄴㅎ",
    "ㄺ": "ㄹㄱ",
    "ㄻ": "ㄹㅁ",
    "ㄼ": "ㄹㅂ",
    "ㄽ": "ㄹㅅ",
    "ㄾ": "ㄹㅌ",
    "ㄿ": "ㄹㅍ",
    "ㅀ": "ㄹㅎ",
    "ㅄ": "ㅂㅅ",
}
_JOINED = {pair: whole for whole, pair in _COMPOUND.items()}


def _strokes(code: int) -> str:
    initial, rest = divmod(code - _FIRST, len(VOWELS) * len(_FINALS))
    vowel, final = divmod(rest, len(_FINALS))
    return "".join(_COMPOUND.get(letter, letter) for letter in (_INITIALS[initial], VOWELS[vowel], _FINALS[final]))


_STROKES = {code: _strokes(code) for code in range(_FIRST, _LAST + 1)} | str.maketrans(_COMPOUND)


def strokes(text: str) -> str:
    """The letters struck for a text: 괜찮 is ㄱㅗㅐㄴㅊㅏㄴㅎ; what is not Hangul stays."""
    return text.translate(_STROKES)


def initials(text: str) -> str:
    """The first consonant of every syllable: 경사하강법 is ㄱㅅㅎㄱㅂ; what is no syllable stays."""
    block = len(VOWELS) * len(_FINALS)
    return "".join(_INITIALS[(ord(char) - _FIRST) // block] if "가" <= char <= "힣" else char for char in text)


def composed(letters: str) -> str:
    """What an input method makes of struck letters; the inverse of ``strokes`` on whole syllables.

    A final consonant goes over to the next syllable if a vowel follows, as one sees it happen while typing.
    """
    done: list[str] = []
    syllable = ["", "", ""]
    for letter in letters:
        if letter in VOWELS:
            syllable = _with_vowel(done, syllable, letter)
        elif letter in _INITIALS:
            syllable = _with_consonant(done, syllable, letter)
        else:
            done += [_syllable(syllable), letter]
            syllable = ["", "", ""]
    return "".join([*done, _syllable(syllable)])


def _with_vowel(done: list[str], syllable: list[str], letter: str) -> list[str]:
    initial, vowel, final = syllable
    if final:
        struck = _COMPOUND.get(final, final)
        done.append(_syllable([initial, vowel, struck[:-1]]))
        return [struck[-1], letter, ""]
    if not vowel:
        return [initial, letter, ""]
    if joined := _JOINED.get(vowel + letter):
        return [initial, joined, ""]
    done.append(_syllable(syllable))
    return ["", letter, ""]


def _with_consonant(done: list[str], syllable: list[str], letter: str) -> list[str]:
    initial, vowel, final = syllable
    joined = _JOINED.get(final + letter) if final else letter
    if initial and vowel and joined in _FINALS:
        return [initial, vowel, joined or ""]
    done.append(_syllable(syllable))
    return [letter, "", ""]


def _syllable(letters: list[str]) -> str:
    initial, vowel, final = letters
    if not (initial and vowel):
        return initial + vowel + final
    place = _INITIALS.index(initial) * len(VOWELS) + VOWELS.index(vowel)
    return chr(_FIRST + place * len(_FINALS) + _FINALS.index(final))
