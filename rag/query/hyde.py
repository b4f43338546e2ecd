"""A passage that a language model imagines as the answer: nearer to the true one, by its embedding, than the question.

Gao, Ma, Lin & Callan 2023, "Precise Zero-Shot Dense Retrieval without Relevance Labels" (HyDE). It is only searched
with: what is imagined never reaches an answer.
"""

from langchain_core.language_models import BaseChatModel
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate

from rag.language import Language

_ASKED: dict[Language, str] = {
    "ko": "다음 질문에 답하는 강의 자료의 한 문단을 상상해서 써라. 두세 문장으로, 강의 노트의 말투로 쓴다.",
    "en": "Imagine a paragraph of course notes that answers the following question, and write it in two or three "
    "sentences.",
}
_LONGEST = 1500
"""Characters: an embedder reads no more of it, and a model may not come to an end."""


def imagined_passage(question: str, llm: BaseChatModel, language: Language) -> str:
    """The passage; "" if the model writes none."""
    prompt = ChatPromptTemplate([("system", _ASKED[language]), ("human", "{question}")])
    written: str = (prompt | llm | StrOutputParser()).invoke({"question": question})
    return written.strip()[:_LONGEST]
