"""Questions by a language model, on a real server that is scripted; every one is checked against its passage."""

import json
from pathlib import Path
from typing import Any

import pytest

from eval.judging.cache import AnswerCache
from eval.judging.settings import JudgeSettings, Prices
from eval.making.passages import Passages
from eval.making.sections import SectionQuestions, holding
from rag.analyzer import Analyzer
from rag.errors import LLMKeyError, SettingsError
from rag.index.course import Course


def _says(server: Any, query: str, answer: str) -> None:
    server.says(json.dumps({"query": query, "answer": answer}, ensure_ascii=False))


def _settings(server: Any, **values: Any) -> JudgeSettings:
    return JudgeSettings("openai:x", base_url=server.base_url, max_retries=0, timeout_s=10, **values)


@pytest.fixture
def passages(terms_course: Course) -> Passages:
    return Passages(terms_course)


def test_holding_sentences_are_those_that_share_the_most_words() -> None:
    sentences = ["Dropout switches neurons off.", "It was a sunny day.", "That prevents overfitting."]
    analyzer = Analyzer()
    assert holding("Dropout prevents overfitting.", sentences, analyzer) == [sentences[0], sentences[2]]
    assert holding("A sunny day.", sentences, analyzer) == [sentences[1]]
    assert holding("Transformers attend to tokens.", sentences, analyzer) == []
    assert holding("", sentences, analyzer) == []


def test_the_plan_spends_nothing_and_counts_every_call(passages: Passages, openai_server: Any) -> None:
    asked = SectionQuestions(passages, _settings(openai_server), count=2)
    assert asked.calls == len(asked.sections) == 2
    tokens_in, tokens_out = asked.tokens()
    assert tokens_in > 500 * asked.calls
    assert tokens_out == 160 * asked.calls
    assert openai_server.requests == []


def test_the_same_seed_asks_the_same(passages: Passages, openai_server: Any) -> None:
    first, again, other = (
        [each.prompt for each in SectionQuestions(passages, _settings(openai_server), count=9, seed=seed).sections]
        for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other


def test_korean_passages_are_asked_about_in_korean(passages: Passages, openai_server: Any) -> None:
    for section in SectionQuestions(passages, _settings(openai_server), count=9).sections:
        assert ("한국어로" in section.prompt) is (section.language == "ko")
        assert section.chunk.text.split("\n")[0][:20] in section.prompt


@pytest.mark.parametrize(
    ("query", "answer", "why"),
    [
        ("이것은 무엇인가요?", "x", "the question is in the other language"),
        ("What does the passage say?", "x", "the question speaks of the text it was made from"),
        ("Why is it so?", "Zebras graze on the savannah at noon.", "the answer's words do not stand in the passage"),
        (" ", "x", "the model gave no question or no answer"),
    ],
)
def test_what_does_not_hold_is_dropped_and_told(
    passages: Passages, openai_server: Any, query: str, answer: str, why: str
) -> None:
    _says(openai_server, query, answer)
    asked = SectionQuestions(passages, _settings(openai_server), count=50)
    asked.sections = [each for each in asked.sections if each.language == "en"][:1]
    done = asked.make()
    assert done.made == ()
    assert done.dropped == ((asked.sections[0].chunk.place, why),)


def test_a_question_that_holds_has_verbatim_contexts_and_costs_nothing_again(
    passages: Passages, openai_server: Any, tmp_path: Path
) -> None:
    cache = AnswerCache(tmp_path / "cache.sqlite")
    asked = SectionQuestions(passages, _settings(openai_server), count=50, cache=cache)
    asked.sections = [each for each in asked.sections if each.language == "en"][:1]
    sentence = passages.sentences_in(asked.sections[0].chunk)[0].text
    _says(openai_server, "Why is it so?", sentence)
    told: list[tuple[int, int]] = []
    (made,) = asked.make(progress=lambda done, total: told.append((done, total))).made
    assert told == [(1, 1)]
    row = made.row()
    assert row["tags"] == ["generated", "model"]
    assert row["source"] == asked.sections[0].chunk.source
    assert row["reference_contexts"] == [sentence]
    assert len(openai_server.requests) == 1
    assert asked.calls == 0
    again = asked.make()
    assert (again.made, again.usage.cached, len(openai_server.requests)) == ((made,), 1, 1)


def test_troubles_are_reasons_and_the_bound_holds(passages: Passages, openai_server: Any) -> None:
    openai_server.says("no JSON at all")
    done = SectionQuestions(passages, _settings(openai_server), count=1).make()
    assert [why for _, why in done.dropped] == ["the model's answer has no JSON in it"]
    assert len(openai_server.requests) == 2  # asked once more
    bound = _settings(openai_server, prices=Prices(1000.0, 1000.0), max_cost=0.001)
    stopped = SectionQuestions(passages, bound, count=1).make()
    assert "bound of 0.001" in stopped.dropped[0][1]
    assert len(openai_server.requests) == 2


def test_a_model_that_cannot_be_asked_is_told(passages: Passages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(SettingsError):
        SectionQuestions(passages, JudgeSettings("x"), count=1)
    with pytest.raises(LLMKeyError):
        SectionQuestions(passages, JudgeSettings("openai:x"), count=1)
