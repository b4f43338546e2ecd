"""Runs to report on: one in which everything happened once, and one whose every text is an attack."""

from dataclasses import replace

import pytest

from eval.questions import Question
from eval.records import FORMAT, CitedPassage, GivenAnswer, JudgedRow, Passage, Row, Run

EVIDENCE = Passage("a.md", "Some words before. Dropout is a trick that turns neurons off. Some after.", score=0.9)
OTHER = Passage("b.pdf", "Batch normalisation is something else.", page=3, heading=("Norms",), score=0.5)

ATTACK = (
    "<script>document.title='attacked'</script><img src=x onerror=\"document.title='attacked'\">"
    "{{ 7 * 7 }}{% raw %}</td></details></style>&lt;b&gt; \u202e\u2066right to left\x1b[31m [x](javascript:alert(1)) | "
)
HUGE = "가나다라" * 2000


def _asked(name: str, *, answerable: bool = True, **extra: object) -> Question:
    question = Question(name, f"What of {name}?", lang="en", tags=("lookup",), answerable=answerable)
    known = {"reference": "Dropout turns neurons off", "sources": ("a.md",)} if answerable else {}
    contexts = {"reference_contexts": ("Dropout is a trick that turns neurons off.",)} if answerable else {}
    return replace(question, **(known | contexts | extra))  # type: ignore[arg-type]


def _answer(text: str, *handed: Passage, mark: int = 0, support: float | None = None) -> GivenAnswer:
    cited = (CitedPassage(mark, handed[mark - 1].text),) if mark else ()
    return GivenAnswer(text, not mark, cited, handed, llm="extractive", support=support)


ROWS = (
    Row(_asked("right"), (EVIDENCE,), _answer("It turns neurons off [1].", EVIDENCE, mark=1, support=0.9), "", 5, 50),
    Row(_asked("elsewhere"), (OTHER, EVIDENCE), _answer("Norms [1].", OTHER, EVIDENCE, mark=1, support=0.5), "", 5, 60),
    Row(_asked("timid"), (EVIDENCE,), _answer("Nothing found.", EVIDENCE, support=0.1), "", 6, 70),
    Row(_asked("lost"), (OTHER,), _answer("Nothing found.", OTHER, support=0.2), "", 7, 80),
    Row(_asked("blind"), (OTHER,), _answer("Norms [1].", OTHER, mark=1, support=0.6), "", 8, 90),
    Row(_asked("silent", answerable=False), (OTHER,), _answer("Nothing found.", OTHER, support=0.05), "", 9, 95),
    Row(_asked("invented", answerable=False), (OTHER,), _answer("Norms [1].", OTHER, mark=1, support=0.7), "", 9, 99),
    Row(_asked("failed"), None, None, "LLMError: the server is gone. Start it."),
    Row(_asked("unknown", reference_contexts=(), sources=()), (OTHER,), _answer("N [1].", OTHER, mark=1), "", 9, 2000),
)
"""Each is named after what becomes of it."""


@pytest.fixture
def run() -> Run:
    """A run of nine questions, each of which ended in a way of its own."""
    return Run(
        FORMAT,
        "2026-01-02T03:04:05+00:00",
        "set.jsonl",
        "ab" * 32,
        True,
        20,
        {"retrieval": {"mode": "hybrid", "k": 5}, "llm": {"model": "extractive", "base_url": None}},
        {"version": 3, "chunks": 12, "embedder": "static@sha256:12", "fingerprint": "f" * 64},
        {"numpy": "2.0"},
        ROWS,
        judge="openai:rules",
        judged=(JudgedRow("right", "faithfulness", 0.5), JudgedRow("timid", "faithfulness", None, "refused")),
        seeds={"bootstrap": 7},
        machine="Linux x86_64, 2 cores",
        threshold=0.24,
    )


@pytest.fixture
def hostile(run: Run) -> Run:
    """The same, where everything that anybody wrote is an attack, and some of it endless."""
    passage = Passage(ATTACK, f"{ATTACK}{HUGE}", page=1, heading=(ATTACK,), score=0.1)
    question = Question(ATTACK, ATTACK, HUGE, (ATTACK,), ATTACK[:30], (ATTACK, HUGE), True, (ATTACK,))
    answer = GivenAnswer(f"{ATTACK} [1]", False, (CitedPassage(1, ATTACK),), (passage,), notes=(ATTACK,), llm=ATTACK)
    rows = (
        Row(question, (passage,), answer, "", 1.0, 1.0),
        Row(replace(question, id="2", reference_contexts=(HUGE,)), (passage,), answer, "", 1.0, 1.0),
        Row(replace(question, id="3"), None, None, f"LLMError: {ATTACK}"),
    )
    return replace(
        run,
        question_set=ATTACK,
        settings={"llm": {"model": ATTACK, ATTACK: ATTACK}, "retrieval": {"mode": ATTACK, "k": 5}},
        index={"version": ATTACK, "embedder": ATTACK, ATTACK: ATTACK},
        libraries={ATTACK: ATTACK},
        rows=rows,
        judged=(JudgedRow("2", "faithfulness", None, ATTACK, failed=True),),
        judge=ATTACK,
        machine=ATTACK,
    )
