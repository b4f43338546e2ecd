"""The same question in other words, by rules of the two languages: what an answer must not depend on.

* ``politeness``   in another level of speech: 무엇인가요 → 무엇인가, "Can you tell me: …"
* ``wording``      asked in another form: … 인지 알려 주세요; "what is X?" as "explain X"
* ``order``        the place first or last: "In A, what is B?" as "what is B in A?"
* ``synonym``      a term by another of its names in the same language, which the term bridge knows
* ``language``     in the other language: what a term is, by its name there
* ``yes-no``       "is X a Y?" for "what is X?", where the course says that X is a Y

A rule that does not fit makes no variant; none guesses.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from eval.making.definitions import Definition, asked_what, said_of
from eval.making.passages import OtherNames, written
from eval.metrics.evidence import squeeze
from rag.analyzer import load_kiwi
from rag.language import Language, detect_language, has_hangul
from rag.query.grammar.josa import with_particle

Kind = Literal["politeness", "wording", "order", "synonym", "language", "yes-no"]
KINDS: tuple[Kind, ...] = ("politeness", "wording", "order", "synonym", "language", "yes-no")

_NIEUN = 4
"""Number of ㄴ among the final consonants of Unicode's syllables."""

_SHORTEST_NAME = 3
_LONGEST_TERM = 40

_KO_WHAT = re.compile(
    r"^[‘'“\"]?(?P<term>[^?’'”\"]{2,40}?)[’'”\"]?(?:"
    r"(?:이란|란|은|는|이|가)\s?(?:무엇인가요|무엇인지 (?:설명해|알려) 주세요|무엇입니까|뭔가요|뭐예요|뭐에요|뭐야)"
    r"|의 (?:뜻|의미|정의)[이가은는]? 무엇인가요)[?.]$"
)
_EN_WHAT = re.compile(
    r"^(?:(?P<does>what does )|(?P<how>how is )|(?P<explain>can you explain what )|what is meant by |what is )"
    r"(?:(?:an?|the) )?[“\"']?(?P<term>[^?“”\"']{2,40}?)[”\"']?(?(does) mean|(?(how) defined|(?(explain) is|)))\?$",
    re.IGNORECASE,
)
_KO_PLACE = re.compile(r"^(?P<place>[‘“].+?[’”]\s?(?:표)?에서|\S+에서) (?P<topic>\S.*?[은는]) (?P<rest>[^,]+)$")
_EN_PLACE = re.compile(
    r"^In (?P<place>[^,?]+), (?P<rest>(?:what|which|how|who|when|where|why)\b[^?]+)\?$", re.IGNORECASE
)
_EN_GENUS = re.compile(
    r"^(?P<genus>an? (?:[\w-]+ ){0,3}?[\w-]+)(?=(?: (?:that|which|of|used|for|in|to|from|whose|where|when"
    r"|meant|under|with|on|and|at|by|between|if|as|who)\b)|[,.:;]|$)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Variant:
    """Another way to ask the same."""

    kind: Kind
    text: str


def variants_of(question: str, names: OtherNames, *, seed: int = 0) -> list[Variant]:
    """The variants of a question that rules make of it, at most one of each kind."""
    korean = detect_language(question) == "ko"
    found = list(_korean(question)) if korean else list(_english(question))
    found += _synonym(question, names)
    found += _other_language(question, names, seed)
    asked = squeeze(question)
    once = {variant.kind: variant for variant in reversed(found) if squeeze(variant.text) != asked}
    return [once[kind] for kind in KINDS if kind in once]


def yes_no_of(definition: Definition) -> Variant | None:
    """Whether a defined term is what its definition says it is; None where that is not said in few words."""
    said = said_of(definition.sentence)
    if has_hangul(definition.sentence.text):
        genus = _korean_genus(said)
        text = f"{with_particle(definition.name, '은')} {genus}인가요?" if genus else ""
    else:
        match = _EN_GENUS.match(said)
        article = f"{definition.article} " if definition.article else ""
        text = f"Is {article}{definition.name} {match['genus']}?" if match else ""
    return Variant("yes-no", text) if text else None


def _korean(question: str) -> Iterator[Variant]:
    polite = re.search(r"([가-힣])요\?$", question)
    if polite:
        yield Variant("politeness", f"{question[: polite.end(1)]}?")
    told = _told_ending(question)
    if told:
        yield Variant("wording", told)
    place = _KO_PLACE.match(question)
    if place:
        yield Variant("order", f"{place['topic']} {place['place']} {place['rest']}")
    term = _KO_WHAT.match(question)
    if term:
        yield Variant("wording", f"{with_particle(term['term'], '을')} 설명해 주세요.")


def _told_ending(question: str) -> str | None:
    """The question as a wish to be told: 있나요? → 있는지 알려 주세요. 무엇인가요? → 무엇인지 알려 주세요."""
    asked = re.search(r"([가-힣])(나|가)요\?$", question)
    if asked is None:
        return None
    if asked[2] == "나":
        return f"{question[: asked.end(1)]}는지 알려 주세요."
    # 인가요, 한가요, 큰가요 — not the verb 가요, as in 어디로 가요?
    return f"{question[: asked.end(1)]}지 알려 주세요." if (ord(asked[1]) - ord("가")) % 28 == _NIEUN else None


def _english(question: str) -> Iterator[Variant]:
    if question.endswith("?") and not question.lower().startswith(("can you", "could you")):
        yield Variant("politeness", f"Can you tell me: {question[:1].lower()}{question[1:]}")
    place = _EN_PLACE.match(question)
    if place:
        yield Variant("order", f"{place['rest'][:1].upper()}{place['rest'][1:]} in {place['place']}?")
    term = _EN_WHAT.match(question)
    if term:
        yield Variant("wording", f"Explain “{term['term']}”.")


def _synonym(question: str, names: OtherNames) -> list[Variant]:
    """The longest name in the question that has another one in the same language, put in its place."""
    for name in sorted(names.written, key=len, reverse=True):
        if len(name) < _SHORTEST_NAME or squeeze(name) not in squeeze(question):
            continue
        place = written(name).search(question)
        others = [other.name for other in names.of(name) if has_hangul(other.name) == has_hangul(name)]
        if place and others and not place.group().endswith("s"):
            rest = _with_its_particle(others[0], question[place.end() :])
            return [Variant("synonym", _before(question[: place.start()], others[0]) + rest)]
    return []


def _before(text: str, name: str) -> str:
    """What stands before a name, its article as the name's sound wants it: an LSTM, a long short-term memory."""
    letters = "AEFHILMNORSX" if name[1:2].isupper() else "AEIOaeio"
    article = "an" if name[:1] in letters else "a"
    return re.sub(r"\ban?(?=\s$)", article, text)


def _with_its_particle(name: str, rest: str) -> str:
    """A name before the rest of a sentence, whose first particle becomes the one that the name takes."""
    particle = re.match(r"(이란|란|으로|은|는|이|가|을|를|과|와|로)(?=\s)", rest)
    return with_particle(name, particle[1]) + rest[particle.end() :] if particle else name + rest


def _other_language(question: str, names: OtherNames, seed: int) -> list[Variant]:
    asked = _KO_WHAT.match(question) or _EN_WHAT.match(question)
    other = names.foreign(asked["term"].strip()) if asked else None
    if other is None:
        return []
    language: Language = "ko" if has_hangul(other) else "en"
    return [Variant("language", asked_what(other, language, seed))]


def _korean_genus(said: str) -> str | None:
    """What a Korean definition says its term is: the nouns right before 이다, or before 을 의미한다."""
    body = re.sub(r"(?:을|를)\s(?:말|뜻|의미|가리)\S*\W*$|(?:이다|입니다|임)?\W*$", "", said)
    tokens = load_kiwi(()).tokenize(body)
    start = len(body)
    for token in reversed(tokens):
        if not token.tag.startswith(("NNG", "NNP", "SL", "XSN", "XPN")) or token.start + token.len < start - 1:
            break
        start = token.start
    genus = body[start:].strip()
    return genus if _is_genus(genus) else None


def _is_genus(genus: str) -> bool:
    vague = ("것", "방법", "방식", "기법", "기술", "과정", "작업", "개념", "단계", "구조", "함수", "모델", "데이터")
    return 2 <= len(genus) <= _LONGEST_TERM and genus not in vague
