"""The content terms of a text, and which of them it negates.

A negation belongs to the word it stands at: 안 and 못 to the predicate after them, 않다, 못하다, 없다, 아니다 and 말다
to the word before; English not, no, never and without to the content word after. Two texts that hold the same term, one
negated and one not, contradict each other, however many words they share.
"""

import re
from dataclasses import dataclass

from rag.analyzer import FUNCTION_WORDS, Analyzer, load_kiwi, normalize
from rag.language import has_hangul

_CONTENT = frozenset({"NNG", "NNP", "NR", "XR", "VV", "VA", "SL", "SH"})
_BEFORE = frozenset({"않", "못하", "없", "아니", "말", "없이", "마"})
_AFTER = frozenset({"안", "못"})
_ENGLISH_WORD = re.compile(r"[a-z0-9]+(?:[-_.+#'’][a-z0-9]+)*|[.;:!?]")
_ENGLISH_NOT = frozenset("not no never cannot neither nor without none hardly rarely unable".split())
_STOPS = frozenset(".;:!?")
_REACH = 4
"""Words that an English negation looks ahead for the one it negates."""

_PREFIXES = frozenset("불비미무")
_PREFIXED = re.compile(r"^불(?=(?:가능|필요|완전|안정|확실|연속|균형|일치|충분)$)|^비(?=(?:지도|선형|대칭|효율|활성)$)")
"""A prefix that negates, where it is the term's own; 불고기 and 비교 have none."""

_YES_OR_NO = re.compile(
    r"^\s*(?:네|예|아니요|아니오|아뇨|맞습니다|그렇습니다|그렇지 않습니다|yes|no)\s*[,.!]\s*", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Polarity:
    """The content terms of a text.

    Attributes:
        plain: terms that stand somewhere without a negation.
        negated: terms that stand somewhere with one.
        count: negations in all.
    """

    plain: frozenset[str]
    negated: frozenset[str]
    count: int

    def against(self, other: "Polarity") -> int:
        """How many terms one text negates and the other does not."""
        mine = self.negated - self.plain
        theirs = other.negated - other.plain
        return len(mine & (other.plain - other.negated)) + len(theirs & (self.plain - self.negated))


def polarity(text: str, analyzer: Analyzer) -> Polarity:
    """Read a sentence; a leading "yes" or "no" answers the question and negates nothing."""
    text = normalize(_YES_OR_NO.sub("", text))
    terms, negated = _korean(text, analyzer) if has_hangul(text) else _english(text, analyzer)
    plain = [term for number, term in enumerate(terms) if number not in negated and term]
    return Polarity(
        frozenset(plain) - FUNCTION_WORDS, frozenset(terms[number] for number in negated if terms[number]), len(negated)
    )


def _korean(text: str, analyzer: Analyzer) -> tuple[list[str], set[int]]:
    """Terms in order, and the places of those that are negated."""
    terms: list[str] = []
    negated: set[int] = set()
    waiting = False
    for token in load_kiwi(analyzer.user_words).tokenize(text):
        tag = token.tag.partition("-")[0]
        if token.form in _BEFORE and tag in {"VX", "VA", "VCN", "VV", "MAG"}:
            negated ^= {len(terms) - 1} if terms else set()  # twice is once more the same: 없지 않다
            continue
        if (token.form in _AFTER and tag == "MAG") or (token.form in _PREFIXES and tag == "XPN"):
            waiting = True
            continue
        if tag not in _CONTENT:
            continue
        term = token.form.lower() + ("다" if tag in {"VV", "VA"} else "")
        if term in FUNCTION_WORDS and not waiting:
            continue
        stem = _PREFIXED.sub("", term)
        terms.append(stem)
        if waiting or stem != term:
            negated.add(len(terms) - 1)
            waiting = False
    return terms, negated


def _english(text: str, analyzer: Analyzer) -> tuple[list[str], set[int]]:
    terms: list[str] = []
    negated: set[int] = set()
    reach = 0
    for word in _ENGLISH_WORD.findall(text):
        if word in _STOPS:
            reach = 0
            continue
        if word in _ENGLISH_NOT or word.endswith(("n't", "n’t")):
            reach = _REACH
            continue
        term = next(iter(analyzer.analyze_one(word).words), "")
        if not term or term in FUNCTION_WORDS:
            reach -= reach > 0
            continue
        terms.append(term)
        if reach:
            negated.add(len(terms) - 1)
            reach = 0
    return terms, negated
