"""Korean follow-ups: which words of a question lean on the turn before, and what they stand for."""

import re
from typing import TYPE_CHECKING

from rag.query.grammar.josa import with_particle
from rag.query.grammar.korean_topic import NOUN, OPENING, tag_of, tokens_of
from rag.query.grammar.nouns import KOREAN_KINDS, is_asking, is_attribute
from rag.query.grammar.turns import Before, items

if TYPE_CHECKING:
    from kiwipiepy import Token

_NTH = re.compile(
    r"^(첫|두|세|네|다섯|여섯|일곱|\d+)\s*번?\s*째|^(첫째|둘째|셋째|넷째)|^(마지막)(?=\s*(?:은|는|을|거|것|건|항목|단계)(?:\s|\?|$))"
)
_NUMBERS = {"첫": 1, "두": 2, "둘": 2, "세": 3, "셋": 3, "네": 4, "넷": 4, "다섯": 5, "여섯": 6, "일곱": 7}
_PARTICLE = re.compile(r"^(은|는|이란|이|가|을|를|과|와|으로|로|의|에서는|에서|도)?(요)?(?=[\s?？.!]|$)")
_GENERIC = re.compile(r"^\s*(?:것|거|항목|건)")

_PRONOUN = re.compile(
    rf"(?<!\S)(?:(그건|이건)|(그게|이게)|(그걸|이걸)|(?:그것|이것|그거|이거)|(?:그|이|해당|위)\s(?:{KOREAN_KINDS})(?!\w*[점률]))"
    r"(으?로|은|는|이(?=\s)|가|을|를|과|와|의|에서|에는|에|도|란|이란)?(?=[\s?？.,!]|$)"
)
_AMONG = re.compile(r"(?<!\S)그\s?중(?:에서?|엔)?(?=\s)")
_THAN = re.compile(
    r"^(?:\S*[^\s은는의]\s)?[^\s()]+(?:보다는?\s|(?:과|와|이랑|랑|하고)(?:는|도)?\s(?=.*(?:다르|다른|달라|비슷|같|차이|비교|관계)))"
)
_SIDES = re.compile(r"^(전자|후자|둘\s*다|둘\s*중(?:에서?|엔)?|두\s(?:방법|방식|모델|개념)(?:\s중(?:에서?)?)?)")

_WHY = re.compile(
    r"왜(?:요|지요?|죠|그래요?|그런\S*|그럴까요?|그렇\S*)?|왜\s그\S+|이유(?:는|가)?(?:\s?(?:뭐\S*|무엇\S*))?요?|어째서(?:요)?"
)
_MORE = re.compile(
    r"(?:(?:좀|조금|더|다시|한번)\s?)*(?:자세히|자세하게|구체적으로|상세히|쉽게|간단히|간단하게|짧게|길게)"
    r"(?:\s*(?:설명|말|알려|얘기|이야기|풀어|써|요)\S*(?:\s*(?:줘|주세요|줄래)\S*)?)?"
)
_EXAMPLE = re.compile(
    r"(?:예를?\s?(?:들면|들어|들자면|하나)\S*(?:\s?(?:줘|주세요|봐|주)\S*)?|"
    r"예(?:시|제)?(?:는|를|가|도|요| 좀)?\s?(?:있\S*|들어\S*|보여\S*|알려\S*|줘\S*|주세요|뭐\S*)?"
    r"(?:\s?(?:줘|주세요)\S*)?)"
)
_WH = re.compile(r"무엇|뭐|뭘|뭔|왜|어떻|어떤|어디|언제|누구|누가|얼마|몇|어느|무슨|이란|란$|[은는]$")
_HOW_ABOUT = re.compile(r"(은|는|의\s경우는|의\s경우|도)?\s*(?:어때요?|어떤가요|어떻습니까|어떤데요?|어떨까요)$")
_DEFINING = 9
"""Fewer characters than that beside its topic: the question asks what it is, and nothing more (은 무엇인가요)."""

_REQUEST = re.compile(r"(?:줘|줘요|주세요|주실래요|줄래요?|봐|하라|할래)[.!?~]*$")
_PREDICATE = frozenset({"VV", "VA", "VX", "VCP", "VCN", "XSV", "XSA"})


def resolve(question: str, before: Before) -> str | None:
    """The question with what it leans on put in; None if it leans on nothing."""
    opening = OPENING.match(question)
    body = question[opening.end() :] if opening else question
    bare = body.rstrip(" ?？.!~")
    return (
        _nth(body, before)
        or _side(body, before)
        or _repeat(bare, before)
        or _pronoun(body, before)
        or _fragment(body, bare, before, opened=bool(opening))
        or _elliptic(body, before)
    )


def _nth(body: str, before: Before) -> str | None:
    found = _NTH.match(body)
    if not found:
        return None
    word = next(group for group in found.groups() if group)
    number = int(word) if word.isdigit() else _NUMBERS.get(word.removesuffix("째"), -1)
    rest = body[found.end() :]
    noun = re.match(r"\s*([가-힣A-Za-z]+?)(?=(?:은|는|이|가|을|를|의)?(?:\s|\?|$))", rest)
    particle = _PARTICLE.match(rest)
    named = bool((particle and particle.group(1)) or _GENERIC.match(rest) or not rest.strip(" ?？.!~요"))
    if not named and not (noun and (is_attribute(noun.group(1)) or noun.group(1) in before.question + before.answer)):
        return None  # the second assignment, when nothing was said of assignments
    label = before.item(number)
    if label is None:
        return before.joined(body)
    if before.topic is None or not before.topical:
        return before.joined(f"{label}{rest if particle is None or not particle.group(1) else ''}")
    whole = f"{before.topic.phrase} 중 ‘{label}’"
    generic = _GENERIC.match(rest)
    rest = rest[generic.end() :] if generic else rest
    particle = _PARTICLE.match(rest)
    if particle and particle.group(1):
        return with_particle(whole, particle.group(1)) + rest[particle.end(1) :].replace("요?", "?")
    return whole + rest


def _side(body: str, before: Before) -> str | None:
    found = _SIDES.match(body)
    pair = before.topic.pair if before.topic else None
    if not found or pair is None:
        return None
    both = f"{with_particle(pair[0], '과')} {pair[1]}"
    word, rest = found.group(1), body[found.end() :]
    if word in {"전자", "후자"}:
        return put(pair[0] if word == "전자" else pair[1], rest)
    return f"{both} 중{rest}" if "중" in word else put(both, rest)


def _repeat(bare: str, before: Before) -> str | None:
    """Why, for example, in more detail: the last question again."""
    pointed = _PRONOUN.match(bare)
    rest = bare[pointed.end() :].strip() if pointed else bare
    if _WHY.fullmatch(rest):
        return before.joined(f"{rest}?") if _WH.search(before.bare) else f"왜 {before.question}"
    if _EXAMPLE.fullmatch(rest):
        simple = before.topic is not None and len(before.bare) - len(before.topic.phrase) < _DEFINING
        return f"{before.topic.text}의 예는?" if before.topic and simple else before.joined(rest)
    return before.joined(rest) if _MORE.fullmatch(rest) else None


def _pronoun(body: str, before: Before) -> str | None:
    if _AMONG.match(body):
        return before.joined(body)
    found = _PRONOUN.search(body)
    if not found or _own(tokens_of(body[: found.start()])):
        return None
    if before.topic is None:
        return before.joined(body)
    contracted = next((p for p, group in zip("은이을", found.groups(), strict=False) if group), "")
    named = with_particle(before.topic.text, contracted or found.group(4) or "")
    return body[: found.start()] + named + body[found.end() :]


def _fragment(body: str, bare: str, before: Before, *, opened: bool) -> str | None:
    """A noun that asks nothing itself: another side of the same thing (단점은?), or another thing (IVF는?)."""
    bare = _HOW_ABOUT.sub(r"\1", bare)
    tokens = tokens_of(bare)
    if not tokens or any(tag_of(token) in _PREDICATE for token in tokens) or len(bare.split()) > (4 if opened else 2):
        return None
    marked = tag_of(tokens[-1]) in {"JX", "JKB"} and tokens[-1].form not in {"이란", "란"}
    own = _own(tokens)
    if not own and not any(tag_of(token) in NOUN and is_attribute(token.form) for token in tokens):
        return before.joined(body)  # 얼마나? 언제?
    if not own and before.topic:
        return f"{before.topic.text}의 {bare}?"
    if not (marked or opened) or any(tag_of(token) == "JKG" for token in tokens) or is_attribute(_last_noun(tokens)):
        return None if own else before.joined(body)
    new = re.sub(r"(?:에서는|은|는|도)(?:요)?$", "", bare)
    if before.topic is None or any(new in item for item in items(before.answer)):
        return before.joined(body)
    return before.question[: before.topic.start] + put(new, before.question[before.topic.end :])


def _elliptic(body: str, before: Before) -> str | None:
    """A sentence without a thing of its own: "언제 써?", "기본값은 얼마야?"."""
    compared = _THAN.match(body)
    tokens = tokens_of(body[compared.end() :] if compared else body)
    if _own(tokens) or not any(tag_of(token) in _PREDICATE for token in tokens):
        return None
    if before.topic is None:
        return before.joined(body)
    begins = re.match(r"(\S+?)(?:이|가|은|는|을|를|도|만)?\s(?!필요)", body)
    if begins and is_attribute(begins.group(1)):
        return f"{before.topic.text}의 {body}"
    return before.joined(body) if _REQUEST.search(body) else f"{with_particle(before.topic.text, '은')} {body}"


def _own(tokens: "list[Token]") -> bool:
    """Whether the words name a thing: a noun that is no attribute, does not ask, and is not made a verb (계산하다)."""
    return any(
        tag_of(token) in NOUN
        and not is_asking(token.form)
        and not is_attribute(token.form)
        and not (follows is not None and (tag_of(follows) in {"XSV", "XSA"} or is_attribute(token.form + follows.form)))
        for token, follows in zip(tokens, [*tokens[1:], None], strict=False)
    )


def _last_noun(tokens: "list[Token]") -> str:
    return next((token.form for token in reversed(tokens) if tag_of(token) in NOUN), "")


def put(word: str, rest: str) -> str:
    """A word before the rest of a sentence, whose first particle is made to fit."""
    particle = _PARTICLE.match(rest)
    if particle and particle.group(1):
        return with_particle(word, particle.group(1)) + rest[particle.end(1) :]
    return word + rest
