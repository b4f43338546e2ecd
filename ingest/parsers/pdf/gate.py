"""The page gate: how much a page's text looks like text that was written, 0 to 1, and why not.

A page's characters may come out wrong although the page looks right: fonts without a code table give glyph numbers,
a damaged one gives other letters, a converter drops spaces or tears syllables apart. Each measure below looks for
one such damage and is 1 for sound text of any subject, formulas, code and tables included; the score is the lowest.
"""

import re
import unicodedata
from collections import Counter
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

GATE = 0.8
"""Score below which a page's text layer is not believed."""
_FEW = 40
"""Fewer letters than this say nothing about how letters follow each other."""
_CID = re.compile(r"\(cid:\d+\)", re.IGNORECASE)
_LOST = "\ufffd"
_CERTAIN = 3
_HYPHEN = "\x02"
_JAMO = re.compile("[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff\uffa1-\uffdc]+|[ㄱ-ㅎ]+[ㅏ-ㅣ]+[ㄱ-ㅣ]*")
"""Letters of torn syllables: conjoining ones, or a consonant and a vowel side by side (ㅋㅋ and ㄱ. are none)."""
_HANGUL = re.compile("[가-힣]")
_RUN = re.compile("[가-힣]{20,}|[A-Za-z가-힣,.;:]{60,}")
"""No word is that long; addresses have slashes and digits between their parts."""
_ACCENTED = re.compile("[\u00a1-\u00ff]")
_LATIN = re.compile("[A-Za-z\u00a1-\u00ff]")
_WORD = re.compile("[a-z]{3,}")
_COMMON = re.compile(
    "[\\s\x20-\x7e\u00a1-\u00ff\u0131\u0150-\u0153\u0160\u0161\u0170\u0171\u0178-\u017e\u02c6-\u02dd\u0300-\u036f"
    "\u0370-\u03ff\u2000-\u206f\u2070-\u209c\u20a0-\u20bf\u20d0-\u20ff\u2100-\u27ff\u2900-\u2bff\u3000-\u33ff\ufb00-\ufb06"
    "\ufe00-\ufe0f\uff01-\uff9f\uffe0-\uffe6\U0001d400-\U0001d7ff\U0001f000-\U0001faff\u0002\ufffe\ufeff]"
)
"""Signs that stand in texts of any language, formulas and tables; U+0002 and U+FFFE are pdfium's soft hyphens."""
_SCRIPTS = re.compile(
    "(?P<latin>[\u0100-\u017f])|(?P<cyrillic>[\u0400-\u052f])|(?P<hebrew>[\u0590-\u05ff\ufb1d-\ufb4f])"
    "|(?P<arabic>[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc])|(?P<indic>[\u0900-\u0dff])|(?P<thai>[\u0e00-\u0e7f])"
    "|(?P<vietnamese>[\u01a0\u01a1\u01af\u01b0\u1ea0-\u1ef9])|(?P<jamo>[\u1100-\u11ff\u3130-\u318f])"
)
"""Alphabets; text is in one of them beside the common signs, glyph numbers run through all."""
_STANDARD = ("euc_kr", "gb2312", "shift_jis", "big5")
"""National sets of the syllables and ideographs in use; the rest of Unicode's 40,000 is hardly ever printed."""
_FOLLOWS = (
    "07870460715979070989663461 60318000560710610542700060 80508008606710920648600040 72159120800522710463621040 "
    "84897753501879375998375750 60227600800601810624600240 50107045600425430652600020 81009000800232700525300030 "
    "66877760105879962699060406 30006000000000200030300000 30007110500203020050202000 83369320801820830366733070 "
    "85019000600452880041600020 70898592714545750189551050 56784850525789670967867320 70148114600720760856600060 "
    "00000000000000000000600000 83569661805466840677653060 60609416804434762189712150 80539609901531950886705060 "
    "65647350600768260888000000 70008000700000400000300000 60007007800204600550000000 60404000400020050006000000 "
    "01215000400334760056002000 40006000300000100000000000"
).split()
"""How common it is that a letter (row) is followed by another (column): 9 + log₂(share · 676) − 3, within 0 … 9.

Counted on 6.9 million pairs of English technical documentation (of TensorFlow, Python, React, Vue, Rust, FastAPI and
PyTorch). Other languages in Latin letters score 4.5 to 8, letters put for one another 2 to 4.
"""
_SALAD = 4.3


class Judged(NamedTuple):
    """A score between 0 and 1, and what was found wrong where it is low."""

    score: float
    why: str

    @property
    def passed(self) -> bool:
        """Whether the text is believed."""
        return self.score >= GATE


def judge(text: str) -> Judged:
    """Judge the text of one page; a page without any text scores 0."""
    text = unicodedata.normalize("NFC", text)
    if not text.strip("\x00\x02\ufffe \t\r\n\f"):
        return Judged(0.0, "no text layer")
    return min(
        Judged(readable(text), "its characters are no text (fonts without a usable code table)"),
        Judged(_whole_syllables(text), "its Korean syllables are torn into letters"),
        Judged(_spaced(text), "the spaces between its words are lost"),
        Judged(_decoded(text), "its letters are those of another encoding"),
        Judged(_spelled(text), "its letters do not form words (fonts with a wrong code table)"),
    )


def plausibility(text: str) -> float:
    """The score alone."""
    return judge(text).score


def readable(text: str) -> float:
    """Share of characters that are written in any language or formula, and of one alphabet; 0 without any."""
    glyphs = _CID.sub(_LOST, text)
    counts = Counter(char for char in glyphs if not char.isspace())
    total = sum(counts.values())
    alphabets: Counter[str] = Counter()
    good = 0
    for char, count in counts.items():
        script = _SCRIPTS.match(char)
        if script:
            alphabets[str(script.lastgroup)] += count
        elif is_common(char):
            good += count
    # What is certainly lost weighs more than a sign of a drawn bracket.
    good -= (_CERTAIN - 1) * sum(
        count for char, count in counts.items() if char == _LOST or (char < " " and char != _HYPHEN)
    )
    # A second alphabet is a quotation or a list of languages; glyph numbers are spread over many.
    good += sum(count for _, count in alphabets.most_common(1))
    return max(0.0, good / total) if total else 0.0


def is_common(char: str) -> bool:
    """Whether a character stands in texts of any language, or is a syllable or ideograph in use."""
    return bool(_COMMON.match(char)) or _in_use(char)


@lru_cache(maxsize=50_000)
def _in_use(char: str) -> bool:
    if not ("\u3400" <= char <= "\u9fff" or "가" <= char <= "힣" or "\uf900" <= char <= "\ufaff"):
        return False
    for standard in _STANDARD:
        try:
            # Python's euc_kr writes a syllable outside of the set as eight bytes of its letters.
            if len(char.encode(standard)) == 2:
                return True
        except UnicodeEncodeError:
            continue
    return False


def _whole_syllables(text: str) -> float:
    torn = sum(len(match[0]) for match in _JAMO.finditer(text))
    korean = torn + len(_HANGUL.findall(text))
    return 1 - torn / korean if korean >= 20 else 1.0


def _spaced(text: str) -> float:
    """Share of letters that stand in words of a possible length; languages without spaces have other letters."""
    letters = sum(char.isalpha() for char in text)
    if letters < 2 * _FEW:
        return 1.0
    return 1 - sum(len(match[0]) for match in _RUN.finditer(text)) / max(letters, 1)


def _decoded(text: str) -> float:
    """Share of Latin letters that are plain, where a European language has up to a third of accented ones."""
    latin = len(_LATIN.findall(text))
    accented = len(_ACCENTED.findall(text))
    if accented < _FEW or accented <= latin / 3:
        return 1.0
    return 1 - accented / latin


def _spelled(text: str) -> float:
    """How usual it is for the letters of its words to follow each other."""
    words = _WORD.findall(text.casefold())
    seen = [int(_FOLLOWS[ord(left) - 97][ord(right) - 97]) for word in words for left, right in pairwise(word)]
    if len(seen) < 2 * _FEW:
        return 1.0
    usual = sum(seen) / len(seen)
    return 1.0 if usual >= _SALAD else GATE * usual / (_SALAD + 0.2)
