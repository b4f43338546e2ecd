"""RAGAS's metrics without a language model, on Korean: which mean something. Each case worked by hand.

The table of ``eval.metrics.characters`` says what follows from this; a new ragas that does better fails here first.
"""

import asyncio
import os
import unicodedata
import warnings
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics.characters import chrf

os.environ["RAGAS_DO_NOT_TRACK"] = "true"  # as ui.cli.main does; ragas reads it once, at import

PLAIN = "하이브리드 검색은 키워드 검색과 벡터 검색의 점수를 합친다."
PARTICLES = "하이브리드 검색이 키워드 검색과 벡터 검색에서 점수를 합칩니다."
SWAPPED = "벡터 검색과 키워드 검색의 점수를 합치는 것이 하이브리드 검색이다."
NEGATED = "하이브리드 검색은 키워드 검색과 벡터 검색의 점수를 합치지 않는다."
OTHER = "드롭아웃은 학습할 때 뉴런을 무작위로 끈다."

pytestmark = [
    pytest.mark.slow,  # importing ragas, nltk and sacrebleu
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]

Score = Callable[..., float]


@pytest.fixture(scope="module")
def ragas() -> Any:
    """The metrics as functions of keyword texts."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # ragas warns of its own old modules
        from ragas.metrics import collections

        def of(metric: Any) -> Score:
            return lambda **texts: float(asyncio.run(metric.ascore(**texts)).value)

        return SimpleNamespace(
            rouge=of(collections.RougeScore()),
            bleu=of(collections.BleuScore()),
            chrf=of(collections.CHRFScore()),
            similarity=of(collections.NonLLMStringSimilarity()),
            exact=of(collections.ExactMatch()),
            present=of(collections.StringPresence()),
            quoted=of(collections.QuotedSpansAlignment()),
        )


@pytest.fixture(scope="module")
def contexts() -> Any:
    """The deprecated metrics of contexts: recall and precision of passages by the similarity of strings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from ragas.dataset_schema import SingleTurnSample
        from ragas.metrics import IDBasedContextRecall, NonLLMContextPrecisionWithReference, NonLLMContextRecall

        def of(metric: Any) -> Score:
            return lambda **texts: float(asyncio.run(metric.single_turn_ascore(SingleTurnSample(**texts))))

        return SimpleNamespace(
            recall=of(NonLLMContextRecall()),
            precision=of(NonLLMContextPrecisionWithReference()),
            ids=of(IDBasedContextRecall()),
        )


def test_rouge_drops_hangul(ragas: Any) -> None:
    assert ragas.rouge(reference=PLAIN, response=PLAIN) == 0.0
    assert ragas.rouge(reference="a cat", response="a cat") == 1.0
    # Only what is written in Latin letters counts: two sentences about nothing in common are the same to it.
    assert ragas.rouge(reference="BM25는 빈도를 쓴다.", response="BM25는 오늘 쉰다.") == 1.0


def test_bleu_takes_particles_for_other_words(ragas: Any) -> None:
    assert ragas.bleu(reference=PLAIN, response=PLAIN) == pytest.approx(1.0)
    assert ragas.bleu(reference=PLAIN, response=PARTICLES) < 0.25  # says the same
    assert ragas.bleu(reference=PLAIN, response=NEGATED) > 0.5  # says the opposite
    # Of sentences beyond the number that the reference has, nothing is seen.
    more = f"{PLAIN[:-1]}. {OTHER}"
    assert ragas.bleu(reference=PLAIN, response=more) == pytest.approx(
        ragas.bleu(reference=PLAIN, response=PLAIN), abs=0.2
    )


def test_exact_match_and_presence_are_of_bytes(ragas: Any) -> None:
    decomposed = unicodedata.normalize("NFD", PLAIN)
    assert ragas.exact(reference=PLAIN, response=PLAIN) == ragas.present(reference=PLAIN, response=PLAIN) == 1.0
    assert ragas.exact(reference=PLAIN, response=f"{PLAIN[:-1]} [1].") == 0.0  # as our answers are written
    assert (
        ragas.exact(reference=PLAIN, response=decomposed) == ragas.present(reference=PLAIN, response=decomposed) == 0.0
    )
    assert ragas.present(reference="검색과 벡터", response=PLAIN) == 1.0
    assert ragas.present(reference="점수를 합칩니다", response=PLAIN) == 0.0


def test_string_similarity_is_of_order_and_length(ragas: Any) -> None:
    assert ragas.similarity(reference=PLAIN, response=PLAIN) == 1.0
    swapped, negated = (ragas.similarity(reference=PLAIN, response=each) for each in (SWAPPED, NEGATED))
    assert swapped < 0.55 < 0.8 < negated  # the opposite is nearer than the same in another order
    assert ragas.similarity(reference=PLAIN, response=f"{PLAIN} {OTHER * 4}") < 0.35  # all of it is there
    assert ragas.similarity(reference=PLAIN, response=unicodedata.normalize("NFD", PLAIN)) < 0.35


def test_quoted_spans_know_no_korean_quotes(ragas: Any) -> None:
    wrong = "교재는 「뉴런을 켜는 정규화 기법」이라고 말한다."
    assert ragas.quoted(response=wrong, retrieved_contexts=[OTHER]) == 1.0
    assert ragas.quoted(response=wrong.replace("「", '"').replace("」", '"'), retrieved_contexts=[OTHER]) == 0.0
    assert ragas.quoted(response='"배치정규화"라고 한다.', retrieved_contexts=[OTHER]) == 1.0  # one word is too few
    assert ragas.quoted(response="아무 인용도 없다.", retrieved_contexts=[OTHER]) == 1.0


def test_a_passage_is_never_similar_to_a_sentence_of_it(contexts: Any) -> None:
    passage = " ".join([OTHER, PLAIN, OTHER, PARTICLES.replace("하이브리드", "분산")])
    assert PLAIN in passage
    assert contexts.recall(retrieved_contexts=[passage], reference_contexts=[PLAIN]) == 0.0
    assert contexts.precision(retrieved_contexts=[passage], reference_contexts=[PLAIN]) == pytest.approx(0.0, abs=1e-9)
    assert contexts.recall(retrieved_contexts=[PLAIN], reference_contexts=[PLAIN]) == 1.0
    assert contexts.ids(retrieved_context_ids=["a", "b"], reference_context_ids=["b", "c"]) == 0.5


texts = st.text("가나다검색점수 ab.", max_size=40)


def test_chrf_of_ragas_does_not_know_nfd(ragas: Any) -> None:
    assert ragas.chrf(reference=PLAIN, response=unicodedata.normalize("NFD", PLAIN)) < 0.1 < chrf(PLAIN, PLAIN)


@given(texts, texts)
def test_chrf_agrees_with_ragas(ragas: Any, answer: str, reference: str) -> None:
    if answer.strip() and reference.strip():
        assert chrf(answer, reference) == pytest.approx(ragas.chrf(reference=reference, response=answer), abs=1e-9)
