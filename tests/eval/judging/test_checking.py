"""What a judge's answer must be before RAGAS may count it; the shapes are those of RAGAS, written down again."""

import pytest
from pydantic import BaseModel

from eval.judging.checking import read_answer
from eval.judging.failures import BadAnswer


class Verdict(BaseModel):
    statement: str
    reason: str
    verdict: int


class Verdicts(BaseModel):
    statements: list[Verdict]


class Statements(BaseModel):
    statements: list[str]


class Asked(BaseModel):
    question: str
    noncommittal: int


GOOD = '{"statements": [{"statement": "a", "reason": "b", "verdict": 1}]}'


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        f"```json\n{GOOD}\n```",
        f"Here it is:\n{GOOD}\nI hope that helps.",
        f"<think>Is {{a}} so? No: {{}}</think>\n{GOOD}",
        GOOD.replace("1", '"1"'),
        GOOD.replace("1", "true"),
    ],
)
def test_json_is_found_in_what_models_put_around_it(text: str) -> None:
    assert read_answer(text, Verdicts, statements=1).statements[0].verdict == 1


@pytest.mark.parametrize(
    ("text", "shape", "reason"),
    [
        ("", Verdicts, "is empty"),
        ("<think>so</think>", Verdicts, "is empty"),
        ("I think so.", Verdicts, "no JSON"),
        (GOOD[:20], Verdicts, "breaks off"),
        (GOOD[:-1], Verdicts, "Invalid JSON"),
        ('{"verdicts": []}', Verdicts, "statements: Field required"),
        (GOOD.replace("1", "0.5"), Verdicts, "verdict"),
        (GOOD.replace("1", "7"), Verdicts, "verdict is 7, neither 0 nor 1"),
        (GOOD.replace("1", "-1"), Verdicts, "neither 0 nor 1"),
        ('{"statements": []}', Verdicts, "no statement"),
        ('{"statements": ["a", " "]}', Statements, "no statement"),
        ('{"question": " ", "noncommittal": 0}', Asked, "no question"),
        ('{"question": "Q?", "noncommittal": 2}', Asked, "noncommittal is 2"),
    ],
)
def test_what_would_make_a_wrong_number_is_refused_in_one_line(text: str, shape: type[BaseModel], reason: str) -> None:
    with pytest.raises(BadAnswer, match=reason) as refused:
        read_answer(text, shape)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 300


def test_each_statement_has_its_verdict() -> None:
    """A judge that leaves out what is not supported would make an answer look faithful."""
    with pytest.raises(BadAnswer, match="1 verdicts on 2 statements"):
        read_answer(GOOD, Verdicts, statements=2)


def test_an_evasive_answer_needs_no_question() -> None:
    assert read_answer('{"question": "", "noncommittal": 1}', Asked).noncommittal == 1
