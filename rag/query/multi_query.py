"""Other wordings of a question, by a language model: each is searched, so that one of them meets the notes' words."""

import re

from langchain_core.language_models import BaseChatModel
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate

from rag.language import Language

_ASKED: dict[Language, str] = {
    "ko": "다음 질문을 강의 자료에서 검색하려고 한다. 뜻은 같고 쓰는 낱말이 다른 질문 {count}개를 한 줄에 하나씩 써라. "
    "하나는 영어로 쓴다. 답하지 말고, 번호나 설명도 붙이지 마라.",
    "en": "The following question is searched in course documents. Write {count} questions that mean the same in other "
    "words, one a line, one of them in Korean. Do not answer; no numbers and no comments.",
}
_MARKER = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.):])\s*")
_LONGEST = 500


def other_wordings(question: str, llm: BaseChatModel, count: int, language: Language) -> list[str]:
    """At most ``count`` wordings, none of them the question itself; what the model adds beside them is left out."""
    prompt = ChatPromptTemplate([("system", _ASKED[language]), ("human", "{question}")])
    written: str = (prompt | llm | StrOutputParser()).invoke({"question": question, "count": count})
    lines = (_MARKER.sub("", line).strip().strip('"') for line in written.splitlines())
    fresh = dict.fromkeys(line for line in lines if line and len(line) <= _LONGEST and line != question)
    return list(fresh)[:count]
