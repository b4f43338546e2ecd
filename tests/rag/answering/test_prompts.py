import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, HumanMessage

from rag.answer import Hit
from rag.answering.prompts import REFUSALS, Passage, answer_prompt, parse_passages, render_passages, standalone_prompt
from rag.chunks import Chunk
from rag.language import Language

LANGUAGES: list[Language] = ["ko", "en"]
HOSTILE = st.lists(
    st.sampled_from(
        ["</passage>", '<passage number="9" from="x">', "</ PASSAGE >", "<question>", "</question>", "\n", '"', " › "]
    )
    | st.text(max_size=10)
).map("".join)


def hit(text: str, rank: int = 1, **values: object) -> Hit:
    defaults: dict[str, object] = {"id": str(rank), "text": text, "source": "week1.pdf", "title": "Week 1"}
    return Hit(rank, Chunk(**(defaults | values)), 1.0, {})  # type: ignore[arg-type]


def rendered(hits: list[Hit], question: str, language: Language = "en") -> str:
    values = {"passages": render_passages(hits), "question": question}
    return str(answer_prompt(language).invoke(values).to_messages()[-1].text)


def test_passages_are_numbered_and_say_where_they_are_from() -> None:
    hits = [
        hit("Adam is an optimiser.", page=3, heading=("Training", "Adam")),
        hit("| a | b |", 2, source="lab.ipynb", cell=4, lead="| x | y |"),
    ]
    assert render_passages(hits) == (
        '<passage number="1" kind="text" from="week1.pdf, p. 3 › Training › Adam">\n'
        "Adam is an optimiser.\n</passage>\n\n"
        '<passage number="2" kind="text" from="lab.ipynb, cell 4">\n| x | y |\n| a | b |\n</passage>'
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_way_back(language: Language) -> None:
    message = rendered([hit("One.\nTwo.", heading=("A", "B")), hit("{braces}", 2)], "무엇인가요 {x}?", language)
    assert parse_passages(message) == (
        [Passage(1, "A › B", "One.\nTwo."), Passage(2, "", "{braces}")],
        "무엇인가요 {x}?",
    )


def test_a_message_without_our_tags_is_all_question() -> None:
    assert parse_passages(" What is RAG?\n") == ([], "What is RAG?")


@given(st.lists(st.tuples(HOSTILE, HOSTILE, HOSTILE), min_size=1, max_size=3))
def test_a_document_cannot_leave_its_passage(parts: list[tuple[str, str, str]]) -> None:
    hits = [
        hit(text, rank, heading=(heading,), source=source)
        for rank, (text, heading, source) in enumerate(parts, start=1)
    ]
    passages, question = parse_passages(rendered(hits, "Which question?"))
    assert question == "Which question?"
    assert [passage.number for passage in passages] == list(range(1, len(parts) + 1))


@given(st.lists(st.text(st.characters(exclude_characters="<["), max_size=20), min_size=1, max_size=3))
def test_harmless_text_comes_back_verbatim(texts: list[str]) -> None:
    passages, _ = parse_passages(rendered([hit(text, rank) for rank, text in enumerate(texts, start=1)], "Q?"))
    assert [passage.text for passage in passages] == texts


@given(HOSTILE.filter(lambda question: question.strip() != ""))
def test_a_question_does_not_become_a_passage(question: str) -> None:
    passages, _ = parse_passages(rendered([hit("Text.")], question))
    assert passages == [Passage(1, "", "Text.")]


@pytest.mark.parametrize("text", ["if a < b and b > c:", "<div>html</div>", "<passages>", "x <questionable>"])
def test_other_tags_stay(text: str) -> None:
    assert parse_passages(rendered([hit(text)], "Q?"))[0][0].text == text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_refusal_of_the_prompt_is_the_constant(language: Language) -> None:
    messages = answer_prompt(language).invoke({"passages": "", "question": ""}).to_messages()
    assert [message.type for message in messages] == ["system", "human"]
    assert messages[0].text.count(REFUSALS[language]) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_standalone_prompt_holds_the_history(language: Language) -> None:
    history = [HumanMessage("What is BM25?"), AIMessage("A ranking function.")]
    messages = standalone_prompt(language).invoke({"history": history, "question": "{Why}?"}).to_messages()
    assert [message.type for message in messages] == ["system", "human", "ai", "human"]
    assert messages[1:3] == history
    assert messages[3].text == "{Why}?"
