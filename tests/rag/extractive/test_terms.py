import pytest

from rag.analyzer import Analyzer
from rag.extractive.terms import TermFinder


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("기울기", "기울기소실을 막는다"),
        ("나누다", "조각으로 나눈 것"),
        ("나누다", "조각으로 나눠 담는다"),
        ("막다", "과적합을 막는다"),
        ("막히다", "길이 막혔다"),
        ("값", "그 값은 크다"),
        ("train", "Training took long"),
        ("α", "학습률 α를 정한다"),
        ("gpt-4", "GPT‐4는 크다"),
    ],
)
def test_a_term_is_found_as_it_is_written(term: str, text: str) -> None:
    assert TermFinder([term, "nowhere"], Analyzer()).found([text, ""]) == [{term}, set()]


@pytest.mark.parametrize(
    ("term", "text"), [("값", "손실값"), ("막다", "마지막"), ("train", "constraint"), ("층", "위층")]
)
def test_a_short_term_is_not_found_inside_another_word(term: str, text: str) -> None:
    assert TermFinder([term], Analyzer()).found([text]) == [frozenset()]
