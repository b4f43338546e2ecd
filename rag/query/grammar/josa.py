"""Korean particles that depend on the sound before them: 검색은, 청크는; ResNet은, BERT는."""

import re

_PAIRS = {
    "은": "은는",
    "는": "은는",
    "이": "이가",
    "가": "이가",
    "을": "을를",
    "를": "을를",
    "과": "과와",
    "와": "과와",
    "으로": ("으로", "로"),
    "로": ("으로", "로"),
    "이란": ("이란", "란"),
    "란": ("이란", "란"),
    "이랑": ("이랑", "랑"),
    "랑": ("이랑", "랑"),
}
_RIEUL = 8
"""Number of ㄹ among the final consonants of Unicode's syllables."""

_CLOSED_DIGITS = frozenset("013678")
_CLOSED_LATIN = re.compile(r"(?:[LMNRlmn]|ng|[aeiou][tpkbc])$")
"""Latin endings that are read with a final consonant: MMR (알), ResNet (넷), recall (콜)."""


def with_particle(word: str, particle: str) -> str:
    """The word with the form of the particle that goes with it; a particle that has one form only is appended."""
    pair = _PAIRS.get(particle)
    if pair is None:
        return word + particle
    open_enough = pair[1] == "로" and _ends_in_rieul(word)
    return word + (pair[0] if _closed(word) and not open_enough else pair[1])


def _ends_in_rieul(word: str) -> bool:
    """Whether a word ends with ㄹ, as it is read: 모델로, MMR로, 8로."""
    last = _bare(word)[-1:]
    return (ord(last) - ord("가")) % 28 == _RIEUL if "가" <= last <= "힣" else last in "178lLR" and last != ""


def _bare(word: str) -> str:
    return word.rstrip("’'\")]}…. ")


def _closed(word: str) -> bool:
    """Whether a word ends with a consonant, as it is read."""
    bare = _bare(word)
    last = bare[-1:]
    if "가" <= last <= "힣":
        return (ord(last) - ord("가")) % 28 > 0
    return last in _CLOSED_DIGITS if last.isdigit() else bool(_CLOSED_LATIN.search(bare))
