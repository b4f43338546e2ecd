"""Which terms a text glosses, and where they begin."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.terms.glosses import glosses_in


@pytest.mark.parametrize(
    ("text", "term", "gloss"),
    [
        ("그래서 전이학습(Transfer Learning)을 쓴다", "전이학습", "Transfer Learning"),
        ("모델은 전이 학습(transfer learning)으로", "전이 학습", "transfer learning"),
        ("비지도 학습(Unsupervised Learning)은", "비지도 학습", "Unsupervised Learning"),
        ("이러한 순환 신경망 (Recurrent Neural Network)", "순환 신경망", "Recurrent Neural Network"),
        ("우리는 임베딩 (Embedding)을", "임베딩", "Embedding"),
        ("임베딩（Embedding）을", "임베딩", "Embedding"),
        ("Embedding(임베딩)은", "Embedding", "임베딩"),
        ("the gradient descent (경사 하강법) step", "gradient descent", "경사 하강법"),
        ("검색에는 MMR(Maximum Marginal Relevance)", "MMR", "Maximum Marginal Relevance"),
        ("a Maximum Marginal Relevance (MMR) score", "Maximum Marginal Relevance", "MMR"),
        ("uses retrieval-augmented generation (RAG)", "retrieval-augmented generation", "RAG"),
        ("이는 자연어 처리(NLP)에서", "자연어 처리", "NLP"),
        ("멀티-헤드 어텐션(Multi-Head Attention)", "멀티-헤드 어텐션", "Multi-Head Attention"),
        ("다음은 K-평균 군집화(K-means clustering)", "K-평균 군집화", "K-means clustering"),
        ("셀프 어텐션 (Self-Attention)", "셀프 어텐션", "Self-Attention"),
        ("경사하강법(영어: gradient descent)", "경사하강법", "gradient descent"),
        ("검색 증강 생성(이하 RAG)", "검색 증강 생성", "RAG"),
        ("벡터 간 내적(inner product)", "내적", "inner product"),
    ],
)
def test_a_term_begins_where_its_words_do(text: str, term: str, gloss: str) -> None:
    (found,) = glosses_in(text)
    assert (found.term, found.gloss) == (term, gloss)
    assert text[found.start : found.open] == term
    assert text[found.end - 1] in ")）"


@pytest.mark.parametrize(
    "text",
    [
        "함수 print(x)를 부른다",
        "프레임워크(PyTorch, TensorFlow)를",
        "학습을(예: 이것) 한다",
        "Generator(가짜 이미지를 만드는)와",
        "일단 읽는다(read)",
        "see the figure (below)",
        "the server (slow) and a model (large)",
        "평균 (1)은",
        "모델(e.g. SageMaker Endpoint)",
        "데이터(based on our evaluations)",
        "모델(VGG, Inception)",
        "효과적(Self-Attention)인",
        "방법들(dropout, batch normalization 등)",
        "(Transfer Learning)",
        "값 []",
    ],
)
def test_what_is_no_second_name_is_left(text: str) -> None:
    assert list(glosses_in(text)) == []


def test_several_in_order_and_one_key_for_both_ways_round() -> None:
    first, second, third = glosses_in("평균(mean)과 분산(variance), 그리고 Mean(평균)")
    assert [(each.term, each.gloss) for each in (first, second)] == [("평균", "mean"), ("분산", "variance")]
    assert first.key == third.key != second.key


def test_two_names_in_one_pair_of_parentheses() -> None:
    for text in ("순환 신경망(Recurrent Neural Network, RNN)", "순환 신경망 (RNN; Recurrent Neural Network)"):
        found = {frozenset((each.term, each.gloss)) for each in glosses_in(text)}
        assert found == {
            frozenset(("순환 신경망", "Recurrent Neural Network")),
            frozenset(("순환 신경망", "RNN")),
            frozenset(("RNN", "Recurrent Neural Network")),
        }


@given(st.text(alphabet="전이 학습을ABCab()（）\n.+#,;:-", max_size=60))
def test_what_is_found_stands_in_the_text(text: str) -> None:
    for found in glosses_in(text):
        assert text[found.start : found.open] == found.term
        assert found.gloss in text[found.open : found.end]
        assert "(" in text[: found.end] or "（" in text[: found.end]
