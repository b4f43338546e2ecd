"""What a reader is told of how an answer came about, as data until the language is known."""

from dataclasses import dataclass
from typing import Literal

from rag.language import Language


@dataclass(frozen=True, slots=True)
class Note:
    """Something to be told.

    Attributes:
        kind: what it is about: another model answered, fewer passages were read, sentences were dropped or marked, an
            agent had to stop, or there is no model that could be one.
        count: how many passages, sentences or steps.
        of: of how many.
        reason: the error's own sentence.
    """

    kind: Literal["fallback", "fewer", "dropped", "marked", "stopped", "no agent"]
    count: int = 0
    of: int = 0
    reason: str = ""


_SAID: dict[str, dict[Language, str]] = {
    "fallback": {
        "ko": "언어 모델을 쓸 수 없어서 자료의 문장으로 답했습니다. ({reason})",
        "en": "The language model could not be used, so sentences of the documents answer. ({reason})",
    },
    "fewer": {
        "ko": "언어 모델이 읽기에 너무 길어서 구절 {of}개 중 {count}개만 보고 답했습니다.",
        "en": "The passages were too long for the language model: it read only {count} of {of}.",
    },
    "dropped": {
        "ko": "자료가 뒷받침하지 않는 문장 {count}개를 답에서 뺐습니다.",
        "en": "Sentences of the answer that the documents do not support were left out: {count}.",
    },
    "marked": {
        "ko": "자료에서 확인되지 않은 문장 {count}개에 표시를 했습니다.",
        "en": "Sentences of the answer that the documents do not confirm are marked: {count}.",
    },
    "no agent": {
        "ko": "여러 번 검색하게 하려면 언어 모델이 필요합니다 (llm.model). 한 번만 검색했습니다.",
        "en": "Only a language model can search several times (llm.model); this was searched once.",
    },
    "stopped": {
        "ko": "정해진 {count}단계를 다 써서, 그때까지 찾은 것으로 답했습니다.",
        "en": "The agent had used its {count} steps, so the answer is from what it had found by then.",
    },
}


def told(note: Note, language: Language) -> str:
    """The note as a sentence."""
    return _SAID[note.kind][language].format(count=note.count, of=note.of, reason=note.reason)
