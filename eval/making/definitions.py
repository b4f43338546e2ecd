"""Sentences that define a term, told by their form: X(Y)는 …이다, X란 …, "A loss function is a function …".

Stricter than what the extractive model takes for a definition: there a doubtful sentence is one of several that are
weighed, here it becomes a question. The name must be one that the course treats as a term: glossed in parentheses,
marked by 란, a heading, or a name of the term bridge.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from eval.making.made import Made
from eval.making.passages import Passages, Sentence
from eval.making.wording import DEFINITION, DEFINITION_QUOTED, worded
from eval.metrics.evidence import squeeze
from rag.analyzer import load_kiwi
from rag.language import Language, detect_language, has_hangul
from rag.query.grammar.josa import with_particle

_SHORTEST, _LONGEST = 25, 300
_LONGEST_NAME = 40
_MOST_WORDS = 4

_GLOSS = r"(?:\s?\((?P<gloss>[^()]{2,60})\))?"
_KOREAN = re.compile(
    rf"^(?P<name>[^.,:;?!|(){{}}\[\]=<>]{{2,{_LONGEST_NAME}}}?){_GLOSS}(?P<mark>이?란|[은는]),?\s(?P<said>.+)$",
    re.DOTALL,
)
_KOREAN_END = re.compile(
    r"(?:이다|입니다|말한다|말합니다|뜻한다|뜻합니다|의미한다|의미합니다|의미함|가리킨다|가리킵니다|기법|방법|방식|기술|모델|구조|함수|과정|알고리즘|개념|단위"
    r"|데이터셋|지표)\W*$"
)
_LABELLED = re.compile(
    rf"^(?P<name>[^.,:;?!|(){{}}\[\]=<>]{{2,{_LONGEST_NAME}}}?){_GLOSS}(?P<mark>)\s?[:：]\s(?P<said>.+)$", re.DOTALL
)
_ELSEWHERE = re.compile(
    r"(?:^|\s)(?:이|그|이러한|그러한|이런|그런|위|앞의|해당|마찬가지로)\s|(?:것|편|점|때문|정도|연속|예|뿐)(?:이다|입니다)\W*$"
)
"""What leans on the sentence before, or says of the term what it does rather than what it is."""

_ENGLISH = re.compile(
    rf"^(?:(?P<label>[^–—―:.]{{2,60}}?)\s[–—―]\s)?(?P<article>(?:an?|the)\s)?(?P<name>[^.,:;?!|(){{}}\[\]=<>]{{2,{_LONGEST_NAME}}}?)"
    rf"{_GLOSS}(?:,[^,]{{3,40}},)?\s(?:is|are|refers to|means)\s(?P<said>(?:an?|the|one)\s.+)$",
    re.IGNORECASE | re.DOTALL,
)
_ORDINARY = frozenset(
    "this that these those it its there here what which who when where why how if in on at by for with from as and but "
    "or so we you they he she i our your their his one two first second both each every such some any all most many "
    "other another only note example goal idea problem question answer difference advantage result following above "
    "below default key main another then now also however therefore thus since because while although".split()
)
_POINTING = re.compile(
    r"^(?:이|그|저|이것|그것|이는|그는|우리|여러분|위|아래|다음|여기|이번|해당|또|또는|또한|즉|따라서|그러나|하지만|그리고|예를|첫|둘|셋|두|세|한|각|모든|어떤|현재|"
    r"지금|가장|만약|만일|다른|같은|본|예|목표|목적|장점|단점|문제|문제점|이유|방법|결과|차이|차이점|특징|핵심|중요|작업|부분|경우|이때)(?=\s|$)"
)
_NAME_TAGS = ("NN", "SL", "SN", "XS", "XP", "XR", "SO", "SS", "SY", "SW", "SH", "NR")


@dataclass(frozen=True, slots=True)
class Definition:
    """A term, the sentence that defines it, and the article or the particle that it has there, if any."""

    name: str
    sentence: Sentence
    article: str = ""
    particle: str = ""


@lru_cache(maxsize=2)
def definitions(passages: Passages) -> tuple[Definition, ...]:
    """The definitions of a course.

    A term that several sentences define, by this or another of its names, is left out: nobody could say which of them
    is the answer.
    """
    found: dict[str, list[Definition]] = {}
    for sentence in passages.sentences:
        definition = definition_in(sentence, passages)
        if definition:
            found.setdefault(squeeze(definition.name), []).append(definition)
    return tuple(
        several[0]
        for name, several in found.items()
        if len(several) == 1 and not found.keys() & {squeeze(other.name) for other in passages.names.of(name)} - {name}
    )


def definition_in(sentence: Sentence, passages: Passages) -> Definition | None:
    """What a sentence defines; None if it defines nothing that the course treats as a term."""
    if not _SHORTEST <= len(sentence.text) <= _LONGEST or sentence.text.count("\n") > 1:
        return None
    return _korean(sentence, passages) if has_hangul(sentence.text) else _english(sentence, passages)


def said_of(sentence: Sentence) -> str:
    """What a defining sentence says of its term: all that follows "X is", "X는" or "X:"."""
    match = _KOREAN.match(sentence.text) or _LABELLED.match(sentence.text) or _ENGLISH.match(sentence.text)
    return match["said"].strip() if match else ""


def made_definitions(passages: Passages, seed: int) -> Iterator[Made]:
    """A question for each definition, in the language of its sentence."""
    for each in definitions(passages):
        language = detect_language(each.sentence.text)
        yield Made(
            kind="definition",
            user_input=_asked(each, language, seed),
            lang=language,
            chunk=each.sentence.chunk,
            reference=each.sentence.text,
            contexts=(each.sentence.text,),
            about=each.name,
        )


def _asked(definition: Definition, language: Language, seed: int) -> str:
    name = definition.name
    if language == "ko" and definition.particle and with_particle(name, "은") != name + definition.particle:
        return f"{name}의 뜻이 무엇인가요?"  # CLIP은 where the rule says CLIP는: the course knows how it is read
    return asked_what(name, language, seed, article=definition.article)


def asked_what(name: str, language: Language, seed: int, *, article: str = "") -> str:
    """What a term is, in one of the wordings. An English name without article is asked for as a word, if it is one."""
    if language == "en" and not article and not _is_proper(name):
        return worded(DEFINITION_QUOTED, seed, term=name)
    return worded(DEFINITION[language], seed, term=name, article=f"{article} " if article else "")


def _is_proper(name: str) -> bool:
    """Whether a name is written like one: BM25, LoRA, Double DQN."""
    return all(not word[:1].islower() and any(char.isupper() for char in word) for word in name.split()) or (
        any(char.isupper() for char in name[1:]) and " " not in name
    )


def _korean(sentence: Sentence, passages: Passages) -> Definition | None:
    match = _KOREAN.match(sentence.text) or _LABELLED.match(sentence.text)
    if match is None or not _KOREAN_END.search(match["said"]) or _ELSEWHERE.search(match["said"]):
        return None
    name, gloss = match["name"].strip("‘’“”'\"*_` "), match["gloss"]
    sure = bool(gloss) or match["mark"].endswith("란")
    known = sure or name in passages.names or (match["mark"] != "" and squeeze(name) in passages.headings)
    if len(name.split()) > _MOST_WORDS or _POINTING.match(name) or len(name) < 2 or not _is_noun(name):
        return None
    particle = match["mark"] if match["mark"] in ("은", "는") and not gloss else ""
    return Definition(name, sentence, particle=particle) if known else None


def _english(sentence: Sentence, passages: Passages) -> Definition | None:
    match = _ENGLISH.match(sentence.text)
    if match is None:
        return None
    name, article = match["name"].strip("‘’“”'\"*_` "), (match["article"] or "").strip().lower()
    words = name.split()
    if (
        not 0 < len(words) <= _MOST_WORDS
        or words[0].lower() in _ORDINARY
        or not re.search("[A-Za-z]{3}|[A-Z]{2}", name)
    ):
        return None
    if squeeze(name) in squeeze(match["said"]):
        return None
    labelled = squeeze(match["label"] or "") == squeeze(name)
    squeezed = squeeze(name)
    if not (match["gloss"] or labelled or squeezed in passages.names or squeezed in passages.headings):
        return None
    return Definition(as_inside(name, passages), sentence, "" if re.search("['’]s\\b", name) else article)


def _is_noun(name: str) -> bool:
    """Whether a Korean name is nouns and foreign words only: 손실 함수, not 값을 구한 것."""
    tokens = load_kiwi(()).tokenize(name)
    return bool(tokens) and all(token.tag.startswith(_NAME_TAGS) for token in tokens) and tokens[-1].tag != "NNB"


def as_inside(name: str, passages: Passages) -> str:
    """A name as it is written inside a sentence: its first letter is small if the course writes that word so."""
    first = re.match("[A-Za-z]*", name)
    word = first.group() if first else ""
    counts = passages.course.words.counts
    small = word.lower()
    written_small = word[1:].islower() and name[len(word) :].lower() == name[len(word) :]
    if written_small and counts.get(small, 0) * 4 >= counts.get(word, 0) > 0:
        return small + name[len(word) :]
    return name
