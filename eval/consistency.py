"""Consistency tests: the same question in other words must be answered alike.

Two answers agree if both refuse or neither does and, where both answer, if they cite a passage in common. No reference
is needed, so any question set will do; nor is anything said of whether the answers are right.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from eval.agreement import Agreement, agreement_of
from eval.making.definitions import asked_what, definitions
from eval.making.made import Made, spread
from eval.making.passages import OtherNames, Passages
from eval.metrics.intervals import mean_interval
from eval.questions import Question
from eval.records import GivenAnswer
from eval.run import Progress
from eval.variants import Variant, variants_of, yes_no_of
from rag.assistant import Assistant
from rag.errors import CourseRagError
from rag.language import detect_language

OVERALL = "all"


@dataclass(frozen=True, slots=True)
class Case:
    """A question and the other ways to ask it."""

    id: str
    question: str
    variants: tuple[Variant, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """A question, one variant, and both answers.

    Attributes:
        id: of the case.
        kind: of the variant.
        question, variant: as they were asked.
        first, second: their answers; None where there was an error.
        agreement: None where there was an error.
        error: why one of them has no answer.
    """

    id: str
    kind: str
    question: str
    variant: str
    first: GivenAnswer | None
    second: GivenAnswer | None
    agreement: Agreement | None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Rate:
    """How often pairs of one kind agree, with 95% intervals.

    Of all kinds together it is the mean over the questions, since variants of one question rise and fall together.
    """

    count: int
    agree: float
    low: float | None
    high: float | None
    refusal: float
    citations: float | None
    text: float
    errors: int


@dataclass(frozen=True, slots=True)
class Consistency:
    """What was asked and how it was answered.

    Attributes:
        pairs: in the order of the cases.
        rates: by kind, and of all.
        without: ids of questions of which no rule makes a variant.
    """

    pairs: tuple[Pair, ...]
    rates: dict[str, Rate]
    without: tuple[str, ...]

    @property
    def disagreements(self) -> list[Pair]:
        """The pairs that do not agree."""
        return [pair for pair in self.pairs if pair.agreement is not None and not pair.agreement.agree]


def cases_of(questions: Sequence[Question], names: OtherNames, *, seed: int = 0) -> list[Case]:
    """A case for each question of a set; where no rule fits, without variants."""
    return [Case(each.id, each.user_input, tuple(variants_of(each.user_input, names, seed=seed))) for each in questions]


def made_cases(passages: Passages, *, count: int, seed: int = 0) -> list[Case]:
    """Cases from the definitions of a course: "what is X?", its variants, and "is X a Y?"."""
    by_question: dict[str, Case] = {}
    pool = []
    for each in definitions(passages):
        language = detect_language(each.sentence.text)
        text = asked_what(each.name, language, seed, article=each.article)
        made = Made("consistency", text, language, each.sentence.chunk, about=each.name)
        is_it = yes_no_of(each)
        variants = [*variants_of(text, passages.names, seed=seed), *([is_it] if is_it else [])]
        by_question[text] = Case(made.row()["id"], text, tuple(variants))
        pool.append(made)
    return [by_question[made.user_input] for made in spread(pool, seed=seed)[:count]]


def check_consistency(assistant: Assistant, cases: Sequence[Case], *, progress: Progress | None = None) -> Consistency:
    """Ask every question and every variant once, and compare.

    Args:
        assistant: with the settings under test.
        cases: from ``cases_of`` or ``made_cases``.
        progress: told after each case.
    """
    pairs: list[Pair] = []
    for number, case in enumerate(cases, start=1):
        pairs += _pairs(assistant, case)
        if progress:
            progress(number, len(cases))
    without = tuple(case.id for case in cases if not case.variants)
    return Consistency(tuple(pairs), rates_of(pairs), without)


def _pairs(assistant: Assistant, case: Case) -> Iterator[Pair]:
    first = _answer(assistant, case.question) if case.variants else ""
    for variant in case.variants:
        second = _answer(assistant, variant.text)
        one, other = (each if isinstance(each, GivenAnswer) else None for each in (first, second))
        both = agreement_of(one, other) if one and other else None
        error = next((each for each in (first, second) if isinstance(each, str)), "")
        yield Pair(case.id, variant.kind, case.question, variant.text, one, other, both, error)


def _answer(assistant: Assistant, text: str) -> GivenAnswer | str:
    """The answer, or why there is none."""
    try:
        return GivenAnswer.of(assistant.ask(text))
    except CourseRagError as error:
        return f"{type(error).__name__}: {error.message} {error.remedy}"


def rates_of(pairs: Sequence[Pair]) -> dict[str, Rate]:
    """Rates by kind, in the order in which kinds first occur, and of all."""
    by_kind: dict[str, list[Pair]] = {}
    for pair in pairs:
        by_kind.setdefault(pair.kind, []).append(pair)
    rates = {kind: _rate(members, {}) for kind, members in by_kind.items()}
    by_question: dict[str, list[float]] = {}
    for pair in pairs:
        if pair.agreement is not None:
            by_question.setdefault(pair.id, []).append(float(pair.agreement.agree))
    return ({OVERALL: _rate(pairs, by_question)} if pairs else {}) | rates


def _rate(pairs: Sequence[Pair], by_question: Mapping[str, Sequence[float]]) -> Rate:
    found = [pair.agreement for pair in pairs if pair.agreement is not None]
    values = [sum(each) / len(each) for each in by_question.values()] or [float(each.agree) for each in found]
    interval = mean_interval(values)
    cited = [float(each.citations) for each in found if each.citations is not None]
    return Rate(
        count=len(found),
        agree=_mean(values) or 0.0,
        low=interval[0] if interval else None,
        high=interval[1] if interval else None,
        refusal=_mean([float(each.refusal) for each in found]) or 0.0,
        citations=_mean(cited),
        text=_mean([float(each.text) for each in found]) or 0.0,
        errors=len(pairs) - len(found),
    )


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
