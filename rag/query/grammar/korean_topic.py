"""What a Korean question is about, and where it joins two things or two clauses: read from its particles."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rag.analyzer import load_kiwi
from rag.query.grammar.nouns import is_attribute, is_side
from rag.query.grammar.turns import Topic

if TYPE_CHECKING:
    from kiwipiepy import Token

Span = tuple[int, int]
"""Start and end (exclusive) in characters of the question."""

OPENING = re.compile(
    r"^(?:(?:그럼|그러면|그렇다면|그리고|그런데|근데|그래서|또|혹시|아|음|아니|네|넵|응|오케이|고마워요?|고맙습니다|감사합니다|감사해요)"
    r"[\s,.!~]+)+(?=\S)"
)
_IF = re.compile(r"(?:면|때|니까|려고|위해|해서|하여)(?=[\s,])")
_COUNT = re.compile(r"\s+(?:한|두|세|네|다섯|여섯|일곱|여덟|몇|\d+)\s*(?:가지|개|단계)$")
_OF = re.compile(r"^(.+)의\s+(\S+)$")
_DEFINED = re.compile(r"^(.{1,40}?)이?란(?:\s(?:무엇|뭐|뭔)\S*)?[\s?.]*$")
_TOLD = re.compile(r"^(.{1,40}?)에\s(?:대해서?|대하여|관해서?|관하여)\s")
_PAIR = re.compile(r"^(.+?)(?:와|과|이랑|랑|하고|\s+vs\.?)\s+(.+)$")
_LONGEST = 50
"""A topic with more characters is a clause, and is not put into another sentence."""

_BETWEEN = re.compile(r"차이|공통|비교")
_WHAT = frozenset("거 것 게 얼마 언제 어디 때 수 줄".split())
NOUN = frozenset({"NNG", "NNP", "NR", "NP", "SL", "XR", "SH"})
_RIEUL = 8
"""Number of the final consonant ㄹ in the order of Unicode."""

_NAMING = NOUN - {"NP"} | {"NNB", "XSN", "SN", "ETN", "SSC", "SW"}
_TOPIC = frozenset({"은", "는", "이란", "란", "ᆫ"})


def topic(question: str) -> Topic | None:
    """What a Korean question is about: what its first topic particle marks, else its subject, else its object."""
    opening = OPENING.match(question)
    start = opening.end() if opening else 0
    defined = _DEFINED.match(question[start:]) or _TOLD.match(question[start:])
    if defined:
        return _topic(question, start, start + defined.end(1))
    tokens = [token for token in tokens_of(question) if token.start >= start]
    for marked in ("JX", "JKS", "JKO"):
        for before, token in zip(tokens, tokens[1:], strict=False):
            if not _names(before) or tag_of(token) != marked or (marked == "JX" and token.form not in _TOPIC):
                continue
            if marked == "JX" or not _IF.search(question[start : before.start]):
                return _topic(question, start, before.end)
    return None


def _names(token: "Token") -> bool:
    """Whether a phrase that names something can end with it."""
    return token.form not in _WHAT and tag_of(token) in _NAMING


def _topic(question: str, start: int, end: int) -> Topic | None:
    phrase = _COUNT.sub("", question[start:end])
    thing, name, pair = phrase, "", None
    owned = _OF.match(phrase)
    if owned and is_attribute(owned.group(2)):
        thing = owned.group(1)
    elif " " in phrase and is_side(phrase.rsplit(" ", 1)[1]):
        thing = phrase.rsplit(" ", 1)[0]
        name = " 것" if tag_of(tokens_of(phrase)[-2]) == "ETM" else ""  # 내적 색인을 쓰는 (이유)
    if thing != phrase and (two := _PAIR.match(thing)):
        pair = (two.group(1), two.group(2))
    return Topic(thing + name, start, start + len(thing), phrase, pair) if 0 < len(thing) <= _LONGEST else None


def asked(question: str, end: int) -> str | None:
    """The clause that ends with a connective ending (고, 며) before a position, as a question; None if none does."""
    tokens = [token for token in tokens_of(question) if tag_of(token) not in {"SP", "MAJ"}]
    follows = next((token for token in tokens if token.start >= end), None)
    tokens = [token for token in tokens if token.end <= end]
    if len(tokens) < 2 or tag_of(tokens[-1]) != "EC" or tokens[-1].form not in {"고", "며"}:
        return None
    if follows is None or tag_of(follows) == "VX":  # 가지고 있다
        return None
    if tag_of(tokens[-2]) == "VCP":
        stem = question[: tokens[-2].start]
        return f"{stem[:-1]}뭔가요?" if stem.endswith("뭐") else f"{stem}인가요?"
    stem = question[: tokens[-1].start]
    last = stem[-1:]
    if "가" <= last <= "힣" and (ord(last) - ord("가")) % 28 == _RIEUL:
        stem = stem[:-1] + chr(ord(last) - _RIEUL)  # 만들고, 만드나요
    return f"{stem}나요?"


def pairs(question: str) -> Iterator[tuple[Span, Span]]:
    """Where two things are joined, and where the particle stands behind the second: "A와 B는" gives 와 and 는.

    Without a particle ("A와 B 차이", "A vs B 차이") it is the empty span before the word that asks.
    """
    tokens = tokens_of(question)
    for number, token in enumerate(tokens):
        joint = tag_of(token) in {"JC", "JKB"} and token.form in {"와", "과", "랑", "이랑", "하고"}
        if not joint and token.form.lower() != "vs":
            continue
        begins = len(question) - len(question[token.end :].lstrip(" ."))
        ends = len(question[: token.start].rstrip())
        for later in tokens[number + 2 :]:
            if tag_of(later) in {"JX", "JKS", "JKO", "JKG"}:
                yield (ends, begins), (later.start, later.end)
                break
            if _BETWEEN.match(later.form) and later.start > begins:
                yield (ends, begins), (len(question[: later.start].rstrip()), later.start)
                break


def tokens_of(text: str) -> "list[Token]":
    """The morphemes of a text."""
    return list(load_kiwi(()).tokenize(text))


def tag_of(token: "Token") -> str:
    """The part of speech; VV-R and VV-I are VV."""
    return str(token.tag).partition("-")[0]
