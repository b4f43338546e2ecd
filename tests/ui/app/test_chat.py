"""The page, run by Streamlit's own tester over real indexes."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from langchain_core.messages import AIMessage, HumanMessage
from streamlit.testing.v1 import AppTest

from rag.answer import Sought
from rag.answering.prompts import REFUSALS
from rag.assistant import Assistant
from rag.settings import Settings, load_settings
from ui.app.escaping import html_text, label
from ui.app.sources import citations_html, finished_answer_html, nearest_html, sought_html
from ui.app.state import Conversation, Turn
from ui.app.style import STYLE
from ui.app.texts import ENGLISH, KOREAN

PageOf = Callable[[Path], AppTest]
Build = Callable[[Path, Path], Settings]

ANSWERED = "RRF는 무엇을 쓰나요?"
UNANSWERED = "What is the capital of Mongolia?"


def html_of(page: AppTest) -> list[str]:
    bodies = [str(element.value) for element in page.get("html")]
    return [body for body in bodies if body != STYLE]


def ask(page: AppTest, question: str) -> AppTest:
    page.chat_input(key="question").set_value(question).run()
    assert not page.exception
    return page


def turns_of(page: AppTest) -> list[Turn]:
    conversation: Conversation = page.session_state["conversation"]
    return conversation.turns


def test_an_answer_is_shown_with_its_citations(page_of: PageOf, sample: Settings) -> None:
    page = ask(page_of(sample.index.path).run(), ANSWERED)

    expected = Assistant(sample).ask(ANSWERED)
    assert not expected.refused
    shown = html_of(page)
    assert finished_answer_html(expected, 0) in shown
    assert citations_html(expected, 0, ENGLISH) in shown
    soup = BeautifulSoup("".join(shown), "html.parser")
    for citation in expected.citations:
        mark = soup.find("mark", id=f"answer-0-source-{citation.mark}")
        assert mark is not None
        assert mark.text == citation.quote
        assert mark.find_parent("details").summary.text.startswith(f"[{citation.mark}] {citation.chunk.source} · ")
        assert soup.find("a", href=f"#answer-0-source-{citation.mark}").text == f"[{citation.mark}]"


def test_a_refusal_is_plain_and_offers_the_nearest_passages(page_of: PageOf, sample: Settings) -> None:
    page = ask(page_of(sample.index.path).run(), UNANSWERED)

    expected = Assistant(sample).ask(UNANSWERED)
    assert [info.value for info in page.info] == [label(REFUSALS["en"])]
    assert nearest_html(expected.nearest, ENGLISH) in html_of(page)
    assert sought_html(Sought(("capital", "Mongolia"), ("capital", "Mongolia")), ENGLISH) in html_of(page)
    assert "cr-mark" not in "".join(html_of(page))


def test_mode_and_number_of_passages_are_searched_with(page_of: PageOf, sample: Settings) -> None:
    page = page_of(sample.index.path).run()
    page.selectbox(key="mode").set_value("keyword")
    page.slider(key="k").set_value(3).run()
    ask(page, ANSWERED)

    hits = turns_of(page)[0].answer.hits
    keyword = load_settings(None, index={"path": sample.index.path}, retrieval={"mode": "keyword", "k": 3})
    assert hits == tuple(Assistant(keyword).search(ANSWERED))
    assert [sorted(hit.scores) for hit in hits] == [["lexical"]] * 3


def test_a_threshold_drops_every_passage(page_of: PageOf, sample: Settings) -> None:
    page = page_of(sample.index.path).run()
    page.toggle(key="use_threshold").set_value(True).run()
    page.number_input(key="threshold").set_value(1.5).run()
    ask(page, ANSWERED)

    assert [info.value for info in page.info] == [label(REFUSALS["ko"])]
    assert turns_of(page)[0].answer.hits == ()


def test_a_follow_up_is_searched_with_what_it_refers_to(page_of: PageOf, sample: Settings) -> None:
    page = ask(ask(page_of(sample.index.path).run(), ANSWERED), "그럼 단점은?")

    first, second = turns_of(page)
    history = [HumanMessage(ANSWERED), AIMessage(first.answer.text)]
    assert second.answer == Assistant(sample).ask("그럼 단점은?", history)
    assert second.answer.standalone != second.question
    note = f'<div class="cr-note">{html_text(ENGLISH.searched)} {html_text(second.answer.standalone)}</div>'
    assert html_of(page).count(note) == 1
    assert finished_answer_html(first.answer, 0) in html_of(page)


def test_a_new_conversation_forgets_the_old_one(page_of: PageOf, sample: Settings) -> None:
    page = ask(page_of(sample.index.path).run(), ANSWERED)
    next(button for button in page.button if button.label == ENGLISH.new_conversation).click().run()

    assert turns_of(page) == []
    assert len(page.chat_message) == 0
    assert ENGLISH.welcome in "".join(html_of(page))


def test_an_example_of_an_empty_chat_is_asked(page_of: PageOf, sample: Settings) -> None:
    page = page_of(sample.index.path).run()
    example = page.button(key="example_0")
    headings = {
        heading
        for document in Assistant(sample).course.store.table.get(range(1, 500))
        for heading in document.metadata["heading"]
    }
    assert example.label in {label(ENGLISH.example.format(heading=heading)) for heading in headings}

    example.click().run()
    assert not page.exception
    assert label(turns_of(page)[0].question) == example.label
    assert turns_of(page)[0].answer is not None
    assert not [button for button in page.button if str(button.key).startswith("example")]


def test_without_an_index_the_page_says_how_to_build_one(page_of: PageOf, tmp_path: Path) -> None:
    index = tmp_path / "no index"
    page = page_of(index).run()

    assert not page.exception
    assert not page.chat_input
    assert [code.value for code in page.code] == [f"course-rag build FOLDER --index '{index}'"]


def test_an_index_built_meanwhile_is_found(page_of: PageOf, build: Build, tmp_path: Path) -> None:
    page = page_of(tmp_path / "index").run()
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "notes.md").write_text("# BM25\n\nBM25 ranks by rare words.\n", encoding="utf-8")
    build(tmp_path / "documents", tmp_path / "index")

    next(button for button in page.button if button.label == ENGLISH.look_again).click().run()
    assert ask(page, "What is BM25?").chat_message[1] is not None
    assert [citation.chunk.source for citation in turns_of(page)[0].answer.citations] == ["notes.md"]


def test_a_broken_index_is_told_with_its_remedy(page_of: PageOf, tmp_path: Path) -> None:
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / "CURRENT").write_text("nonsense", encoding="utf-8")
    page = page_of(tmp_path / "index").run()

    assert not page.exception
    assert len(page.error) == 1
    assert label("does not name a version") in page.error[0].value
    assert label("course-rag build FOLDER --full") in page.error[0].value


def test_a_wrong_setting_is_told(page_of: PageOf, sample: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_RAG_RETRIEVAL__K", "many")
    page = page_of(sample.index.path).run()

    assert not page.exception
    assert label("The setting retrieval.k is wrong") in page.error[0].value


def test_an_unknown_model_is_told_and_the_index_still_shown(page_of: PageOf, sample: Settings) -> None:
    page = page_of(sample.index.path).run()
    page.text_input(key="llm").set_value("nonsense").run()

    assert not page.exception
    assert label("'nonsense' is not a language model.") in page.error[0].value
    assert "cr-facts" in "".join(html_of(page))


def test_a_model_that_does_not_answer_is_told_and_can_be_asked_again(page_of: PageOf, sample: Settings) -> None:
    page = page_of(sample.index.path).run()
    page.text_input(key="llm").set_value("ollama:none")
    page.text_input(key="base_url").set_value("http://127.0.0.1:9").run()
    ask(page, ANSWERED)
    page.run()
    assert label("The language model ollama:none did not answer") in page.error[0].value

    page.text_input(key="llm").set_value("extractive").run()
    page.button(key="again_0").click().run()
    assert not page.exception
    assert not page.error
    assert [(turn.question, turn.error) for turn in turns_of(page)] == [(ANSWERED, None)]
    assert turns_of(page)[0].answer.llm == "extractive"


def test_who_takes_over_from_a_model_that_breaks_off_is_told(
    page_of: PageOf, sample: Settings, openai_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURSE_RAG_LLM__FALLBACK", "true")
    monkeypatch.setenv("COURSE_RAG_LLM__MAX_RETRIES", "0")
    openai_server.says("RRF uses nothing at all and")
    openai_server.replies = [replace(openai_server.replies[0], cut=3)]
    page = page_of(sample.index.path).run()
    page.text_input(key="llm").set_value("openai:gpt-test")
    page.text_input(key="base_url").set_value(openai_server.base_url).run()
    ask(page, ANSWERED)

    answer = turns_of(page)[0].answer
    assert answer is not None
    assert (answer.llm, answer.text) == ("extractive", Assistant(sample).ask(ANSWERED).text)
    shown = "".join(html_of(page))
    assert f'<div class="cr-note">{html_text(answer.notes[0])}</div>' in shown
    assert "자료의 문장으로 답했습니다" in answer.notes[0]
    assert "uses nothing" not in shown


def test_a_stopped_question_is_kept_and_is_not_history(page_of: PageOf, sample: Settings) -> None:
    page = page_of(sample.index.path)
    stopped = Conversation([Turn(ANSWERED)])
    page.session_state["conversation"] = stopped
    page.run()

    assert f'<div class="cr-question">{html_text(ANSWERED)}</div>' in html_of(page)
    assert ENGLISH.stopped in "".join(html_of(page))
    assert stopped.history() == []


def test_nothing_a_document_says_is_markup(
    page_of: PageOf, hostile: Settings, attack_sentence: str, attack_heading: str
) -> None:
    page = page_of(hostile.index.path).run()
    labels = [button.label for button in page.button]
    ask(page, f"What is the phlogiston constant? {attack_sentence}")

    answer = turns_of(page)[0].answer
    assert answer.citations
    whole = BeautifulSoup("".join(html_of(page)), "html.parser")
    ours = {
        "div",
        "a",
        "section",
        "h6",
        "details",
        "summary",
        "span",
        "bdi",
        "mark",
        "dl",
        "dt",
        "dd",
        "ul",
        "li",
        "small",
    }
    assert {tag.name for tag in whole.find_all(True)} <= ours
    assert {attribute for tag in whole.find_all(True) for attribute in tag.attrs} <= {
        "class", "href", "title", "id", "tabindex",
    }  # fmt: skip
    assert all(link["href"].startswith("#answer-0-") for link in whole.find_all("a"))
    passage = whole.find(class_="cr-passage").text
    assert "<script>document.title='attacked'</script>" in passage
    assert passage.count("$x^2$") == answer.citations[0].chunk.text.count("$x^2$") > 0
    assert "<img src=x onerror=alert(1)> $a$ :smile:.html" in whole.text
    assert label(ENGLISH.example.format(heading=attack_heading)) in labels


def test_a_new_version_is_picked_up(page_of: PageOf, build: Build, tmp_path: Path) -> None:
    documents, index = tmp_path / "documents", tmp_path / "index"
    documents.mkdir()
    (documents / "one.md").write_text("# BM25\n\nBM25 ranks by rare words.\n", encoding="utf-8")
    build(documents, index)
    page = ask(page_of(index).run(), "What is HNSW?")
    assert turns_of(page)[0].answer.refused
    (documents / "two.md").write_text("# HNSW\n\nHNSW is a graph of neighbours.\n", encoding="utf-8")
    build(documents, index)

    ask(page, "What is HNSW?")
    answer = turns_of(page)[1].answer
    assert (answer.index_version, [each.chunk.source for each in answer.citations]) == (2, ["two.md"])
    facts = BeautifulSoup("".join(html_of(page)), "html.parser").find("dl")
    assert facts.dd.text == "2"


def test_courses_beside_the_index_can_be_chosen(page_of: PageOf, build: Build, tmp_path: Path) -> None:
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "one.md").write_text("# BM25\n\nBM25 ranks by rare words.\n", encoding="utf-8")
    for name in ("b", "a"):
        build(tmp_path / "documents", tmp_path / name)
    (tmp_path / "no-index").mkdir()
    page = ask(page_of(tmp_path / "b").run(), "What is BM25?")
    assert page.selectbox(key="course").options == ["a", "b"]
    assert page.selectbox(key="course").value == tmp_path / "b"

    page.selectbox(key="course").set_value(tmp_path / "a").run()
    assert not page.exception
    assert turns_of(page) == []


def test_the_language_is_switched_without_losing_anything(page_of: PageOf, sample: Settings) -> None:
    page = page_of(sample.index.path).run()
    page.selectbox(key="mode").set_value("mmr").run()
    ask(page, ANSWERED)
    page.segmented_control(key="language").set_value("ko").run()

    assert not page.exception
    assert page.chat_input(key="question").placeholder == KOREAN.ask
    assert page.selectbox(key="mode").value == "mmr"
    assert citations_html(turns_of(page)[0].answer, 0, KOREAN) in html_of(page)
