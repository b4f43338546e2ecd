"""How a made question is worded, in Korean and in English. Particles follow the sound before them."""

import re
from collections.abc import Mapping

from eval.making.made import pick
from rag.language import Language
from rag.query.grammar.josa import with_particle

DEFINITION: dict[Language, tuple[str, ...]] = {
    "ko": (
        "{term:이란} 무엇인가요?",
        "{term:은} 무엇인가요?",
        "{term:이} 무엇인지 설명해 주세요.",
        "{term}의 뜻이 무엇인가요?",
    ),
    "en": ("What is {article}{term}?", "Can you explain what {article}{term} is?"),
}
DEFINITION_QUOTED = ("What does “{term}” mean?", "How is “{term}” defined?", "What is meant by “{term}”?")
"""For English names of which it is not known whether they take an article."""

STANDS_FOR: dict[Language, tuple[str, ...]] = {
    "ko": ("{term:은} 무엇의 약자인가요?", "{term:은} 무엇의 줄임말인가요?"),
    "en": ("What does {term} stand for?", "What is {term} short for?"),
}
CALLED: dict[Language, tuple[str, ...]] = {
    "ko": ("‘{term:’을} 영어로는 뭐라고 하나요?", "‘{term:’에} 해당하는 영어 용어는 무엇인가요?"),
    "en": ("What is “{term}” called in Korean?", "Which Korean term is used for “{term}”?"),
}
HEADING: dict[Language, tuple[str, ...]] = {
    "ko": ("‘{term:’에} 대해 자료는 무엇이라고 설명하나요?", "자료에서 ‘{term:’에} 대해 다룬 내용을 알려 주세요."),
    "en": ("What does the course say about “{term}”?", "What do the course materials explain under “{term}”?"),
}
CELL: dict[Language, tuple[str, ...]] = {
    "ko": ("‘{table:’에서} {row}의 {column:은} 무엇인가요?", "‘{table}’ 표에서 {row}의 {column:은} 어떻게 되나요?"),
    "en": (
        "In “{table}”, what is listed for {row} under {column}?",
        "What is given as {column} for {row} in “{table}”?",
    ),
}
NUMBER_CELL: dict[Language, tuple[str, ...]] = {
    "ko": ("‘{table:’에서} {row}의 {column:은} 얼마인가요?",),
    "en": CELL["en"],
}
EXPLAINED_CELL: dict[Language, tuple[str, ...]] = {
    "ko": ("‘{table:’에서} {row:은} 어떻게 설명되어 있나요?", "‘{table}’ 표에서 {row}에 대해 뭐라고 설명하나요?"),
    "en": ("How is {row} described in “{table}”?", "What does “{table}” say about {row}?"),
}
YEAR: dict[Language, tuple[str, ...]] = {
    "ko": ("{term:은} 몇 년도에 처음 제안되었나요?", "{term:이} 처음 등장한 해는 언제인가요?"),
    "en": ("In which year was {article}{term} first proposed?", "When was {article}{term} first introduced?"),
}
PERSON: dict[Language, tuple[str, ...]] = {
    "ko": ("{term:을} 처음 제안한 사람은 누구인가요?", "{term:을} 만든 사람은 누구예요?"),
    "en": ("Who first proposed {article}{term}?", "Who came up with {article}{term}?"),
}
TOPIC: dict[Language, tuple[str, ...]] = {
    "ko": ("{term:은} 무엇인가요?", "{term}에 대해 설명해 주세요."),
    "en": ("What does “{term}” mean?", "Can you explain “{term}”?"),
}

_SLOT = re.compile(r"\{(\w+)(?::([’”]?)([가-힣]+))?\}")
_TRAILING = re.compile(r"\s*[(\[（][^()\[\]（）]*[)\]）]\s*$")


def worded(templates: tuple[str, ...], seed: int, **values: str) -> str:
    """One of some templates with its slots filled; ``{term:은}`` takes the particle that the term wants.

    ``{term:’은}`` puts the closing mark between the two.
    """
    template = pick(templates, "\0".join(values.values()), seed)
    return filled(template, values)


def filled(template: str, values: Mapping[str, str]) -> str:
    """A template with its slots filled."""
    return _SLOT.sub(lambda slot: _slot(values[slot[1]], slot[2] or "", slot[3] or ""), template)


def _slot(value: str, mark: str, particle: str) -> str:
    if not particle:
        return value
    spoken = _TRAILING.sub("", value) or value  # 손실 함수(loss)는: what is in parentheses is not read
    with_it = with_particle(spoken, particle)
    return value + mark + with_it[len(spoken) :]
