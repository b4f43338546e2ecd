"""A run over a course that was really built: what is recorded, and that its file gives it back."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from eval.questions import Question, read_questions, sha256_of_set
from eval.records import Passage
from eval.run import load_run, run_questions, save_run
from eval.scoring import score
from rag.assistant import Assistant
from rag.errors import InputError
from rag.settings import Settings

QUESTIONS = [
    Question(
        "known",
        "드롭아웃은 무엇을 무작위로 끄나요?",
        reference="드롭아웃은 학습할 때 뉴런을 무작위로 끄는 정규화 기법이다.",
        reference_contexts=("드롭아웃은 학습할 때 뉴런을 무작위로 끄는 정규화 기법이다.",),
        lang="ko",
        tags=("lookup",),
        sources=("regularization.md",),
    ),
    Question("unknown", "Who won the world cup in 1966?", lang="en", tags=("unanswerable",), answerable=False),
]


@pytest.fixture
def assistant_by_words(course_settings: Settings) -> Assistant:
    """The tiny course's embedder knows letters, not meaning: search by words."""
    retrieval = course_settings.retrieval.model_copy(update={"mode": "keyword"})
    return Assistant(course_settings.model_copy(update={"retrieval": retrieval}))


def test_what_was_found_and_answered_is_recorded(assistant_by_words: Assistant) -> None:
    seen: list[tuple[int, int]] = []
    run = run_questions(assistant_by_words, QUESTIONS, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 2), (2, 2)]
    known, unknown = run.rows
    assert known.error == unknown.error == ""
    assert known.question == QUESTIONS[0]
    assert known.hits is not None
    assert known.hits[0].source == "regularization.md"
    assert known.hits[0].heading == ("정규화",)
    assert "뉴런을 무작위로 끄는" in known.hits[0].text
    assert known.hits[0].score == pytest.approx(known.hits[0].scores["lexical"])
    assert known.answer is not None
    assert "뉴런을 무작위로 끄는 정규화 기법이다." in known.answer.text
    assert known.answer.citations[0].quote in known.answer.handed[known.answer.citations[0].mark - 1].text
    assert unknown.answer is not None
    assert unknown.answer.refused
    assert known.search_ms is not None
    assert known.search_ms > 0
    assert known.answer_ms is not None
    assert known.answer_ms > 0
    manifest = assistant_by_words.course.manifest
    assert run.index["fingerprint"] == manifest.fingerprint
    assert run.index["embedder"].startswith("characters@sha256:")
    assert run.settings["retrieval"]["mode"] == "keyword"
    assert "numpy" in run.libraries


def test_its_score_is_what_a_reader_would_say(assistant_by_words: Assistant) -> None:
    scores = score(run_questions(assistant_by_words, QUESTIONS))
    means = {name: mean.mean for name, mean in scores.means.items()}
    assert means["recall@1"] == means["mrr"] == means["evidence_hit@1"] == 1.0
    assert means["answer_recall"] == means["citation_correctness"] == 1.0
    assert means["refusal_precision"] == means["refusal_recall"] == means["refusal_accuracy"] == 1.0
    assert scores.latency["search"].count == 2


def test_a_run_survives_its_file(assistant: Assistant, tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    row = {"id": "q", "user_input": "What is attention?", "also_in": [{"source": "b.md", "page": 2}], "by": {"a": 1}}
    path.write_text(json.dumps(row), encoding="utf-8")
    run = run_questions(assistant, read_questions(path), question_set=path)
    assert (run.question_set, run.question_set_sha256) == ("set.jsonl", sha256_of_set(path))
    save_run(run, tmp_path / "runs" / "run.json")
    assert load_run(tmp_path / "runs" / "run.json") == run
    assert score(load_run(tmp_path / "runs" / "run.json")) == score(run)
    assert [each.name for each in (tmp_path / "runs").iterdir()] == ["run.json"]
    assert json.loads((tmp_path / "runs" / "run.json").read_text(encoding="utf-8"))["format"] == 1


def test_an_error_of_one_question_is_a_row_with_its_reason(assistant: Assistant) -> None:
    bad = Question("bad", "   ", reference="x", sources=("search.md",))
    run = run_questions(assistant, [bad, *QUESTIONS])
    assert run.rows[0].error.startswith("InputError: The question is empty. Ask ")
    assert (run.rows[0].hits, run.rows[0].answer) == (None, None)
    assert run.rows[1].error == ""
    mean = score(run).means["recall@1"]
    assert (mean.count, mean.not_applicable, mean.failed) == (1, 1, 1)


def test_passages_alone_can_be_recorded(assistant: Assistant) -> None:
    run = run_questions(assistant, QUESTIONS, answers=False, depth=2)
    assert [row.answer for row in run.rows] == [None, None]
    assert all(row.hits is not None and len(row.hits) <= 2 for row in run.rows)
    metrics = score(run).means
    assert "recall@1" in metrics
    assert "recall@3" not in metrics  # two passages say nothing about the third
    assert "token_f1" not in metrics


def test_no_secret_is_recorded(course_settings: Settings) -> None:
    address = "https://user:hunter2@llm.example:8000/v1?api_key=sk-secret#frag"
    llm = course_settings.llm.model_copy(update={"base_url": address})
    run = run_questions(Assistant(course_settings.model_copy(update={"llm": llm})), QUESTIONS[:1])
    assert run.settings["llm"]["base_url"] == "https://llm.example:8000/v1"
    assert "hunter2" not in str(run.settings)
    assert "sk-secret" not in str(run.settings)


@pytest.mark.parametrize(
    ("content", "told"),
    [("", "is not a run file"), ("[]", "is not a run file"), ('{"format": 1}', "is not a run file: created")],
)
def test_what_is_no_run_file_is_told(tmp_path: Path, content: str, told: str) -> None:
    path = tmp_path / "run.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_run(path)
    assert told in caught.value.message


def test_a_missing_run_another_format_and_a_blocked_place_are_told(assistant: Assistant, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        load_run(tmp_path / "none.json")
    run = run_questions(assistant, QUESTIONS[:1], answers=False)
    save_run(replace(run, format=99), tmp_path / "run.json")
    with pytest.raises(InputError, match="run format 99"):
        load_run(tmp_path / "run.json")
    with pytest.raises(InputError, match="cannot be written"):
        save_run(run, tmp_path / "run.json" / "below a file.json")


def test_a_passage_has_every_field_that_scoring_needs(assistant_by_words: Assistant) -> None:
    hit = assistant_by_words.search("BM25")[0]
    chunk = hit.chunk
    assert Passage.of(hit) == Passage(
        source="search.md",
        text=chunk.text,
        page=None,
        heading=("검색",),
        start=chunk.start,
        end=chunk.end,
        lead=chunk.lead,
        also_in=(),
        score=hit.score,
        scores=hit.scores,
    )
