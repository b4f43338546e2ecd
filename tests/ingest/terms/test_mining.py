"""Passages to pairs: names that are one, counts, what is left out, and the instructor's word."""

import pytest

from ingest.terms.mining import index_terms, mine
from ingest.terms.own import OwnTerms
from rag.analyzer import Analyzer
from rag.chunks import Chunk
from rag.query.bridge import TermPair, TermPairs


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return Analyzer()


def passages(*texts: str, sources: tuple[str, ...] = ()) -> list[Chunk]:
    return [
        Chunk(str(number), text, sources[number] if sources else f"{number}.md", "title")
        for number, text in enumerate(texts)
    ]


def named(pairs: tuple[TermPair, ...]) -> dict[tuple[str, str], float]:
    return {pair.names: pair.score for pair in pairs}


def test_spellings_of_one_name_are_one_pair(analyzer: Analyzer) -> None:
    chunks = passages(
        "전이 학습(Transfer Learning)을", "전이학습(transfer-learning)은", "전이 학습(transfer learning)의 예"
    )
    (pair,) = mine(chunks, analyzer).used
    assert pair.names == ("전이 학습", "transfer learning")
    assert pair.terms == (("전이", "학습"), ("transfer", "learn"))
    assert (pair.count, pair.sources, pair.how) == (3, 3, ("parentheses",))
    assert pair.places == ("0.md", "1.md", "2.md")
    assert pair.score == round(1 - 0.15**3, 3)


def test_both_directions_are_one_pair(analyzer: Analyzer) -> None:
    (pair,) = mine(passages("재현율(Recall)과", "Recall(재현율)은"), analyzer).used
    assert pair.names == ("재현율", "Recall")
    assert pair.how == ("parentheses", "reversed")


def test_one_document_repeating_itself_is_no_further_evidence(analyzer: Analyzer) -> None:
    texts = ("과적합(overfitting)이다", "과적합(overfitting)은")
    (once,) = mine(passages(*texts[:1]), analyzer).used
    (again,) = mine(passages(*texts, sources=("a.md", "a.md")), analyzer).used
    (elsewhere,) = mine(passages(*texts, sources=("a.md", "b.md")), analyzer).used
    assert (again.count, again.sources) == (2, 1)
    assert again.score == once.score < elsewhere.score


def test_a_heading_counts_once(analyzer: Analyzer) -> None:
    chunks = [Chunk(str(n), f"본문 {n}", "a.md", "a", heading=("과적합(Overfitting)",)) for n in range(3)]
    (pair,) = mine(chunks, analyzer).used
    assert pair.count == 1


def test_a_word_with_many_glosses_means_none_of_them(analyzer: Analyzer) -> None:
    texts = ("함수(softmax)", "함수(sigmoid)", "함수(tanh)", "과적합(overfitting)")
    pairs = mine(passages(*texts), analyzer)
    assert list(named(pairs.used)) == [("과적합", "overfitting")]
    assert set(named(pairs.unsure)) == {("함수", "softmax"), ("함수", "sigmoid"), ("함수", "tanh")}


def test_a_name_and_its_abbreviation_do_not_share(analyzer: Analyzer) -> None:
    pairs = mine(passages("순환 신경망(Recurrent Neural Network, RNN)은"), analyzer)
    assert named(pairs.used) == {
        ("Recurrent Neural Network", "RNN"): 0.95,
        ("순환 신경망", "RNN"): 0.85,
        ("순환 신경망", "Recurrent Neural Network"): 0.85,
    }


def test_a_compound_that_is_analysed_otherwise_without_its_space_is_a_pair(analyzer: Analyzer) -> None:
    pairs = mine(passages("경사 하강법(gradient descent)과 전이 학습(transfer learning)"), analyzer)
    assert named(pairs.used)["경사 하강법", "경사하강법"] == 0.95
    assert [pair.terms for pair in pairs.used if pair.how == ("spacing",)] == [
        (("경사", "하강", "법"), ("경사하강법",))
    ]


def test_a_longer_gloss_speaks_for_the_shorter_one(analyzer: Analyzer) -> None:
    texts = (
        "경사 하강법(Gradient Descent)",
        "경사 하강법(Stochastic Gradient Descent, SGD)",
        "경사 하강법(Adam Optimizer)",
    )
    pairs = mine(passages(*texts), analyzer)
    used = named(pairs.used)
    assert used["경사 하강법", "Gradient Descent"] == round(0.85 * 3 / 4, 3)
    assert ("경사 하강법", "Adam Optimizer") not in used


def test_a_name_of_very_many_glosses_is_bounded(analyzer: Analyzer) -> None:
    chunks = passages(*(f"함수({word}{other})" for word in ("alpha", "beta") for other in "abcdefghijklmnopqrst" * 4))
    assert mine(chunks, analyzer).used == ()


def test_the_instructor_adds_and_forbids(analyzer: Analyzer) -> None:
    chunks = passages("과적합(overfitting)과 비용(cost)")
    own = OwnTerms(added=(("손실", "cost"),), forbidden=(("cost", "비용"),))
    pairs = mine(chunks, analyzer, own)
    assert named(pairs.used) == {("손실", "cost"): 1.0, ("과적합", "overfitting"): 0.85}
    assert [pair.names for pair in pairs.forbidden] == [("비용", "cost")]
    assert pairs.used[0].how == ("file",)


def test_nothing_at_all(analyzer: Analyzer) -> None:
    assert mine([], analyzer) == TermPairs()
    assert mine(passages("이름이 없다.", "No names."), analyzer) == TermPairs()


def test_names_that_the_index_cannot_tell_apart_are_no_pair(analyzer: Analyzer) -> None:
    own = OwnTerms(added=(("fine-tuning", "fine tuning"), ("그", "the")))
    assert mine([], analyzer, own).used == ()
    terms = index_terms(["fine-tuning", "Fine Tuning", "GPT-4"], analyzer)
    assert terms["fine-tuning"] == terms["Fine Tuning"]
    assert terms["GPT-4"] == ("gpt", "4")
