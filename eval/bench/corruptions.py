"""A true sentence said otherwise, and the same sentence made false: by rule, in Korean and English.

What is made false is said otherwise first, so that a false sentence does not give itself away by being verbatim.
"""

import random
import re
from collections.abc import Sequence

from rag.analyzer import load_kiwi
from rag.grounding.figures import claimed, stated
from rag.language import has_hangul

_FORMAL, _PLAIN = "습니다", ("다", "ᆫ다")
_ASIDE = re.compile(r"\s*\([^()]*\)")
_OPENING = re.compile(
    r"^(?:그리고|또한|따라서|즉|예를 들어|하지만|그러나|이때|so|thus|also|however|therefore|for example)[, ]\s*", re.I
)
_EN_CLAUSE = re.compile(r", (?=and |but |which |so |while )|,? (?:which|because|while|but|so that|where) |; |, and ")
_KO_CLAUSE = re.compile(r"(?<=[고며면서나만데])\s(?=\S)|,\s+")
_EN_AUXILIARY = re.compile(
    r"\b(is|are|was|were|can|will|should|may|must|does|do|did|has|have|could|would)\b(?! not|n't)"
)
_EN_NOT = re.compile(r"\s(?:not|never)\b|(?<=n)'t\b|n't\b")
_EN_VERB = re.compile(
    r"\b(allows|uses|gives|makes|takes|provides|contains|returns|means|helps|requires|includes|shows)\b"
)
_EN_IF = re.compile(r"^(If|When|After|Before) ([^,]{8,80}), ([a-z][^.;]{8,})\.$")
_NUMBER = re.compile(r"(?<![\w.,-])\d+(?:,\d{3})*(?:\.\d+)?(?![\w-]|[.,]\d)")
_NAME = re.compile(r"(?<![.!?] )(?<!^)\b[A-Z][A-Za-z0-9-]{2,}\b|\b[a-z][a-z-]{6,}\b")

_EN_WORDS = {
    "In order to": "To",
    " in order to ": " to ",
    " is able to ": " can ",
    " such as ": " like ",
    " use ": " employ ",
    " uses ": " employs ",
    " because ": " since ",
    " large ": " big ",
    " many ": " a lot of ",
    " called ": " named ",
    " show ": " demonstrate ",
    " also ": " ",
    " very ": " ",
    " often ": " frequently ",
    " but ": " although ",
    " help ": " assist ",
    " which ": " that ",
    " must ": " have to ",
}
"""Words that may be said otherwise; the first that stands in a sentence is."""

_Token = tuple[str, str]


def reworded(sentence: str) -> str | None:
    """The sentence in other words that mean the same: endings, asides and openings; None if nothing can be changed."""
    plain = _OPENING.sub("", _ASIDE.sub("", sentence))
    said = _korean_ending(plain) if has_hangul(plain) else _english_order(plain)
    return said if said and said.strip() != sentence.strip() else None


def shortened(sentence: str, chance: random.Random) -> str | None:
    """One clause of it as a sentence of its own, as answers are that say only what was asked; None if it has one."""
    plain = _ASIDE.sub("", sentence)
    if not has_hangul(plain):
        clauses = [each.strip(" ,.") for each in _EN_CLAUSE.split(plain) if len(each.split()) >= 4]
        said = chance.choice(clauses) if len(clauses) > 1 else None
        return f"{said[0].upper()}{said[1:]}." if said else None
    clauses = [each.strip(" ,") for each in _KO_CLAUSE.split(plain) if len(each.strip()) >= 12]
    if len(clauses) < 2:
        return None
    tokens = [(token.form, token.tag) for token in load_kiwi(()).tokenize(chance.choice(clauses))]
    while tokens and tokens[-1][1] in {"SP", "SF", "JX"}:
        tokens.pop()
    if len(tokens) < 4 or tokens[-1][1] not in {"EC", "EF"}:
        return None
    return str(load_kiwi(()).join([*tokens[:-1], (_FORMAL, "EF"), (".", "SF")]))


def negated(sentence: str) -> str | None:
    """Its opposite."""
    return _korean_negated(sentence) if has_hangul(sentence) else _english_negated(sentence)


def renumbered(sentence: str, passage: str, chance: random.Random, *, inside: bool = False) -> str | None:
    """One of its numbers replaced: by one that the passage does not have, or by another one of the passage."""
    found = list(_NUMBER.finditer(sentence))
    if not found:
        return None
    match = chance.choice(found)
    here = claimed(sentence)
    if inside:
        others = [other for other in _NUMBER.findall(passage) if not claimed(other) & here]
        return _put(sentence, match, chance.choice(others)) if others else None
    value = match.group().replace(",", "")
    options = [_changed(value, step) for step in (1, 2, 3, 5, 10, 7)]
    held = stated(passage)
    new = next((each for each in chance.sample(options, len(options)) if float(each) not in held), None)
    return _put(sentence, match, new) if new else None


def renamed(sentence: str, passage: str, others: Sequence[str], chance: random.Random) -> str | None:
    """One of its names or nouns replaced by one of ``others`` that does not stand in the sentence."""
    found = names(sentence)
    fresh = [other for other in others if other.lower() not in sentence.lower()]
    if not found or not fresh:
        return None
    old = chance.choice(found)
    return sentence.replace(old, chance.choice(fresh))


def names(text: str) -> list[str]:
    """Nouns of a Korean text, two syllables or more, and names and longer words of an English one."""
    if not has_hangul(text):
        return list(dict.fromkeys(match.group() for match in _NAME.finditer(text)))
    tokens = load_kiwi(()).tokenize(text)
    return list(dict.fromkeys(each.form for each in tokens if each.tag in {"NNP", "NNG", "SL"} and len(each.form) > 1))


def _changed(value: str, step: int) -> str:
    whole, point, part = value.partition(".")
    return f"{whole}{point}{(int(part) + step) % 10 ** len(part):0{len(part)}d}" if part else str(int(whole) + step)


def _put(text: str, match: re.Match[str], new: str) -> str:
    return text[: match.start()] + new + text[match.end() :]


def _tokens(sentence: str) -> tuple[list[_Token], int] | None:
    """Morphemes, and the place of the final ending; None where the sentence has none."""
    tokens = [(token.form, token.tag) for token in load_kiwi(()).tokenize(sentence)]
    ends = [place for place, (_, tag) in enumerate(tokens) if tag == "EF"]
    return (tokens, ends[-1]) if ends and ends[-1] >= len(tokens) - 3 and ends[-1] > 1 else None


def _korean_ending(sentence: str) -> str | None:
    read = _tokens(sentence)
    if read is None:
        return None
    tokens, end = read
    plain = tokens[end][0] in _PLAIN or tokens[end][0].endswith("는다")
    verb = tokens[end - 1][1].startswith("VV") or tokens[end - 1][1] in {"XSV", "VX"}
    tokens[end] = (_FORMAL if plain else ("ᆫ다" if verb else "다"), "EF")
    return _joined(sentence, tokens)


def _korean_negated(sentence: str) -> str | None:
    read = _tokens(sentence)
    if read is None:
        return None
    tokens, end = read
    stem = end
    while tokens[stem - 1][1] == "EP":
        stem -= 1
    if tokens[stem - 1][0] in {"않", "못하"} and stem >= 3:
        del tokens[stem - 2 : stem]
        return _joined(sentence, tokens)
    if tokens[stem - 1] == ("있", "VA") or tokens[stem - 1] == ("있", "VV"):
        tokens[stem - 1] = ("없", "VA")
    elif tokens[stem - 1] == ("없", "VA"):
        tokens[stem - 1] = ("있", "VA")
    elif tokens[stem - 1][1] == "VCP":
        tokens[stem - 1 : stem] = [("이", "JKC"), ("아니", "VCN")]
    elif tokens[stem - 1][1] == "VCN":
        tokens[stem - 2 : stem] = [("이", "VCP")]
    else:
        tokens[stem:stem] = [("지", "EC"), ("않", "VX")]
    return _joined(sentence, tokens)


def _joined(sentence: str, tokens: list[_Token]) -> str | None:
    """Morphemes as text; None where Kiwi cannot write the rest of the sentence as it was."""
    said = str(load_kiwi(()).join(tokens))
    return said if len(said) > len(sentence) * 0.6 else None


def _english_order(sentence: str) -> str | None:
    clause = _EN_IF.match(sentence)
    if clause:
        when, condition, result = clause.groups()
        return f"{result[0].upper()}{result[1:]} {when.lower()} {condition}."
    for one, other in _EN_WORDS.items():
        if one in sentence:
            return sentence.replace(one, other, 1)
    return sentence


def _english_negated(sentence: str) -> str | None:
    if _EN_NOT.search(sentence):
        return _EN_NOT.sub("", sentence, count=1)
    if _EN_AUXILIARY.search(sentence):
        return _EN_AUXILIARY.sub(r"\1 not", sentence, count=1)
    verb = _EN_VERB.search(sentence)
    return f"{sentence[: verb.start()]}does not {verb.group()[:-1]}{sentence[verb.end() :]}" if verb else None
