"""RAGAS's prompt for a question and its answer, with personas of a course, and in Korean for Korean passages."""

import os
from functools import partial
from typing import Any

from eval.judging.checking import read_answer
from eval.judging.ragas_metrics import in_korean
from eval.making.made import pick
from rag.extras import require
from rag.language import Language

_PERSONAS: dict[Language, tuple[tuple[str, str], ...]] = {
    "en": (
        ("Student", "Takes the course and revises it before the exam."),
        ("Newcomer", "Knows little of the subject and asks what things mean and why they are done."),
        ("Engineer", "Wants to apply what the course teaches and asks how."),
    ),
    "ko": (
        ("수강생", "강의를 듣고 시험 전에 복습합니다."),
        ("입문자", "주제를 잘 모르며 용어의 뜻과 이유를 묻습니다."),
        ("엔지니어", "강의에서 배운 것을 실무에 적용하려고 방법을 묻습니다."),
    ),
}
_STYLES = ("Perfect grammar", "Perfect grammar", "Web search like queries", "Poor grammar")
_LENGTHS = ("short", "medium", "medium")
_KOREAN_INSTRUCTION = (
    "주어진 조건(persona, term, style, length)과 context에 따라 single-hop 질문 하나와 그 답을 한국어로 만드세요. "
    "답은 context에 있는 내용으로만 쓰고, context에 없는 정보를 더하지 마세요.\n"
    "1. query: persona의 관점에서 term을 넣어 자연스러운 한국어 질문을 쓰세요. "
    "'주어진 글', 'context' 같은 말은 쓰지 마세요.\n"
    "2. answer: context의 내용만으로 질문에 답하세요."
)
_KOREAN_EXAMPLE = (
    {
        "persona": {"name": "수강생", "role_description": "강의를 듣고 시험 전에 복습합니다."},
        "term": "드롭아웃",
        "query_style": "Perfect grammar",
        "query_length": "short",
        "context": "드롭아웃은 학습할 때 뉴런을 무작위로 꺼서 과적합을 막는 정규화 기법이다.",
    },
    {
        "query": "드롭아웃은 과적합을 어떻게 막나요?",
        "answer": "드롭아웃은 학습할 때 뉴런을 무작위로 꺼서 과적합을 막습니다.",
    },
)


class GeneratorPrompt:
    """RAGAS's ``QueryAnswerGenerationPrompt``; importing it takes seconds.

    Raises:
        MissingExtraError: the extra ``eval`` is not installed.
    """

    def __init__(self) -> None:
        """Import RAGAS and put its prompt into Korean."""
        os.environ["RAGAS_DO_NOT_TRACK"] = "true"  # read once, at its first event
        self._module: Any = require("ragas.testset.synthesizers.single_hop.prompts", extra="eval")
        self._persona: Any = require("ragas.testset.persona", extra="eval").Persona
        korean = self._module.QueryAnswerGenerationPrompt()
        in_korean(korean, _KOREAN_INSTRUCTION, [_KOREAN_EXAMPLE])
        self._by_language = {"en": self._module.QueryAnswerGenerationPrompt(), "ko": korean}
        self.read = partial(read_answer, shape=self._module.GeneratedQueryAnswer)

    def text(self, language: Language, *, term: str, context: str, key: str, seed: int) -> str:
        """The whole prompt; persona, style and length depend on the key and the seed alone."""
        name, role = pick(_PERSONAS[language], f"{key} persona", seed)
        condition = self._module.QueryCondition(
            persona=self._persona(name=name, role_description=role),
            term=term,
            query_style=pick(_STYLES, f"{key} style", seed),
            query_length=pick(_LENGTHS, f"{key} length", seed),
            context=context,
        )
        return str(self._by_language[language].to_string(condition))
