"""Whether a judge's answer is what was asked for: RAGAS reads the JSON, and takes whatever numbers stand in it."""

import re
from itertools import product
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from eval.judging.failures import BadAnswer

Answer = TypeVar("Answer", bound=BaseModel)

_THOUGHT = re.compile(r"^\s*<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL)
_YES_OR_NO = ("verdict", "attributed", "noncommittal")


def read_answer(text: str, shape: type[Answer], *, statements: int | None = None) -> Answer:
    """A judge's answer in RAGAS's own model.

    Thoughts before the JSON, a code fence and words around it are understood. What would make a wrong number is not:
    a verdict that is neither 0 nor 1, a statement without a verdict, a list with nothing in it, no question.

    Args:
        text: as it came.
        shape: RAGAS's model of it.
        statements: how many statements were handed over for a verdict each; None if none were.

    Raises:
        BadAnswer: what does not fit, in one line.
    """
    told = _THOUGHT.sub("", text)
    first, last = told.find("{"), told.rfind("}")
    if first < 0:
        raise BadAnswer("the judge's answer has no JSON in it" if told.strip() else "the judge's answer is empty")
    if last < first:
        raise BadAnswer("the judge's JSON breaks off")
    try:
        answer = shape.model_validate_json(told[first : last + 1])
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, problem["loc"]))
        said = f"{place}: {problem['msg']}" if place else problem["msg"]
        raise BadAnswer(f"the judge's answer does not fit: {said[:200]}") from error
    _check(answer, statements)
    return answer


def _check(answer: BaseModel, statements: int | None) -> None:
    lists = [value for name in type(answer).model_fields if isinstance(value := getattr(answer, name), list)]
    if not all(lists) or any(isinstance(each, str) and not each.strip() for part in lists for each in part):
        raise BadAnswer("the judge found no statement to judge")
    parts: list[Any] = [answer, *(each for part in lists for each in part)]
    for part, flag in product(parts, _YES_OR_NO):
        if getattr(part, flag, 0) not in (0, 1):
            raise BadAnswer(f"the judge's {flag} is {getattr(part, flag)}, neither 0 nor 1")
    if not str(getattr(answer, "question", "?")).strip() and not getattr(answer, "noncommittal", 0):
        raise BadAnswer("the judge made no question of the answer")
    if statements is not None and len(parts) - 1 != statements:
        raise BadAnswer(f"the judge gave {len(parts) - 1} verdicts on {statements} statements")
