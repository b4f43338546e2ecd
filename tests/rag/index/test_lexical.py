import json
import math
import random
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.analyzer import Analyzer, Terms
from rag.errors import CorruptIndexError
from rag.index.lexical import K1, WINDOW_SHARE, B, LexicalIndex, Windowed
from rag.query.expansion import Expansion

TEXTS = [
    "기울기 소실은 기울기가 작아지는 문제이다",
    "Gradient descent follows the gradient, the gradient of the loss",
    "하이브리드 검색은 BM25와 벡터 검색을 합친다",
    "BM25 ranks passages by their terms",
    "",
    "정규화",
]

WORDS = ("기울기", "소실", "gradient", "loss", "bm25", "검색", "정규화", "unknown")


def bm25(documents: list[list[str]], query: list[str]) -> list[float]:
    """BM25 term by term, with Lucene's idf ``ln(1 + (N - n + ½) / (n + ½))`` (Kamphuis et al. 2020, table 1)."""
    average = sum(map(len, documents)) / len(documents)
    scores = []
    for document in documents:
        counts = Counter(document)
        score = 0.0
        for term in query:
            containing = sum(term in other for other in documents)
            if not counts[term]:
                continue
            idf = math.log(1 + (len(documents) - containing + 0.5) / (containing + 0.5))
            frequency = counts[term]
            score += idf * frequency / (frequency + K1 * (1 - B + B * len(document) / average))
        scores.append(score)
    return scores


@pytest.fixture(scope="module")
def terms() -> list[Terms]:
    return list(Analyzer().analyze(TEXTS))


@pytest.fixture(scope="module")
def index(terms: list[Terms]) -> LexicalIndex:
    return LexicalIndex.build(terms)


QUERIES = ["기울기 소실이란?", "gradient of BM25", "벡터검색", "BM25 BM25", "미등록어", ""]


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("weight", [0.0, 0.3, 2.0])
def test_scores_are_textbook_bm25(index: LexicalIndex, terms: list[Terms], query: str, weight: float) -> None:
    asked = Analyzer().analyze_one(query)
    words = bm25([each.words for each in terms], asked.words)
    bigrams = bm25([each.bigrams for each in terms], asked.bigrams)
    wanted = [word + weight * bigram for word, bigram in zip(words, bigrams, strict=True)]
    assert index.scores(asked, bigram_weight=weight).tolist() == pytest.approx(wanted, abs=1e-5)


def test_scores_are_textbook_bm25_on_many_random_documents() -> None:
    rng = random.Random(7)
    vocabulary = [f"w{number}" for number in range(30)]
    documents = [
        Terms(rng.choices(vocabulary, k=rng.randint(0, 40)), rng.choices(vocabulary[:5], k=rng.randint(0, 5)))
        for _ in range(60)
    ]
    index = LexicalIndex.build(documents)
    for _ in range(10):
        query = Terms(rng.choices([*vocabulary, "unknown"], k=4), rng.choices(vocabulary[:5], k=2))
        wanted = np.array(bm25([each.words for each in documents], query.words))
        wanted += 0.5 * np.array(bm25([each.bigrams for each in documents], query.bigrams))
        assert index.scores(query, bigram_weight=0.5).tolist() == pytest.approx(wanted.tolist(), abs=1e-4)


def test_unknown_words_score_nothing(index: LexicalIndex) -> None:
    asked = Analyzer().analyze_one("xylophone 캥거루")
    assert index.scores(asked, bigram_weight=1.0).tolist() == [0.0] * len(TEXTS)


def test_save_and_open(index: LexicalIndex, tmp_path: Path) -> None:
    index.save(tmp_path / "lexical")
    opened = LexicalIndex.open(tmp_path / "lexical")
    assert len(opened) == len(index) == len(TEXTS)
    for query in QUERIES:
        asked = Analyzer().analyze_one(query)
        found = opened.scores(asked, bigram_weight=0.3)
        assert found.tolist() == index.scores(asked, bigram_weight=0.3).tolist()
    assert opened.idf(["기울기", "bm25"]) == index.idf(["기울기", "bm25"])


@pytest.mark.parametrize(
    ("documents", "query"),
    [
        ([Terms([], []), Terms([], [])], Terms(["a"], ["b"])),
        ([Terms(["a"], []), Terms([], [])], Terms(["x"], ["b"])),
    ],
)
def test_fields_without_a_term(documents: list[Terms], query: Terms, tmp_path: Path) -> None:
    index = LexicalIndex.build(documents)
    assert index.scores(query, bigram_weight=0.3).tolist() == [0.0, 0.0]
    index.save(tmp_path / "lexical")
    assert LexicalIndex.open(tmp_path / "lexical").scores(query, bigram_weight=0.3).tolist() == [0.0, 0.0]


def test_no_documents_at_all(tmp_path: Path) -> None:
    index = LexicalIndex.build([])
    index.save(tmp_path / "lexical")
    assert LexicalIndex.open(tmp_path / "lexical").scores(Terms(["a"], ["b"]), bigram_weight=0.3).tolist() == []


def test_idf_is_lucenes(index: LexicalIndex) -> None:
    found = index.idf(["bm25", "기울기", "미등록어"])
    assert found == pytest.approx([math.log(1 + 4.5 / 2.5), math.log(1 + 5.5 / 1.5), math.log(1 + 6.5 / 0.5)])
    assert LexicalIndex.build([Terms([], [])]).idf(["a"]) == pytest.approx([math.log(1 + 1.5 / 0.5)])


def test_ceiling_is_the_sum_of_the_idf(index: LexicalIndex) -> None:
    query = Terms(["bm25", "미등록어", "bm25"], ["검색", "없다"])
    known, unknown, bigram = math.log(1 + 4.5 / 2.5), math.log(1 + 6.5 / 0.5), math.log(1 + 5.5 / 1.5)
    assert index.ceiling(query, bigram_weight=0.5) == pytest.approx(2 * known + unknown + 0.5 * (bigram + unknown))
    assert index.ceiling(Terms([], []), bigram_weight=0.5) == 0


@pytest.mark.parametrize("query", QUERIES)
def test_no_score_exceeds_the_ceiling(index: LexicalIndex, query: str) -> None:
    asked = Analyzer().analyze_one(query)
    assert float(index.scores(asked, bigram_weight=0.3).max()) <= index.ceiling(asked, bigram_weight=0.3)


@pytest.mark.parametrize("size", ["", "[]", json.dumps({"chunks": "many"}), json.dumps({"passages": 6})])
def test_a_folder_that_is_no_index_is_told(index: LexicalIndex, tmp_path: Path, size: str) -> None:
    index.save(tmp_path / "lexical")
    (tmp_path / "lexical" / "size.json").write_text(size, encoding="utf-8")
    with pytest.raises(CorruptIndexError, match="is not a lexical index"):
        LexicalIndex.open(tmp_path / "lexical")


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(CorruptIndexError, match="is not a lexical index"):
        LexicalIndex.open(tmp_path / "none")


def test_a_missing_array_is_told(index: LexicalIndex, tmp_path: Path) -> None:
    index.save(tmp_path / "lexical")
    next((tmp_path / "lexical" / "words").glob("*.npy")).unlink()
    with pytest.raises(CorruptIndexError, match="is not a lexical index"):
        LexicalIndex.open(tmp_path / "lexical")


GRADIENT = Terms(["gradient", "descent"], [])
KOREAN = Expansion(("gradient", "descent"), ("기울기", "소실"), 0.5)


def test_other_words_count_for_those_of_the_question(index: LexicalIndex) -> None:
    plain = index.scores(GRADIENT, bigram_weight=0)
    found = index.scores(GRADIENT, bigram_weight=0, expansions=[KOREAN])
    other = index.scores(Terms(list(KOREAN.to), []), bigram_weight=0)
    worth = sum(index.idf(KOREAN.of)) / sum(index.idf(KOREAN.to))
    assert plain[0] == 0 and found[0] == pytest.approx(0.5 * worth * other[0], abs=1e-5)
    assert found[1:] == pytest.approx(plain[1:])


def test_a_passage_with_both_names_gains_nothing(index: LexicalIndex) -> None:
    query, also = Terms(["bm25"], []), Expansion(("bm25",), ("검색",), 1.0)
    plain = index.scores(query, bigram_weight=0)
    found = index.scores(query, bigram_weight=0, expansions=[also])
    other = index.scores(Terms(["검색"], []), bigram_weight=0)
    worth = index.idf(["bm25"])[0] / index.idf(["검색"])[0]
    assert found == pytest.approx(np.maximum(plain, worth * other), abs=1e-5)
    assert plain[2] > 0 and other[2] > 0


def test_names_within_names_are_not_counted_twice(index: LexicalIndex) -> None:
    short = Expansion(("gradient",), ("정규화",), 1.0)
    assert index.scores(GRADIENT, bigram_weight=0, expansions=[short, KOREAN]) == pytest.approx(
        index.scores(GRADIENT, bigram_weight=0, expansions=[KOREAN])
    )


@given(st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(WORDS), st.floats(0.01, 1)), max_size=6))
def test_no_expansion_lifts_a_score_above_the_ceiling(pairs: list[tuple[str, str, float]]) -> None:
    index = LexicalIndex.build(Analyzer().analyze(TEXTS))
    query = Terms(sorted({of for of, _, _ in pairs}), [])
    found = index.scores(
        query, bigram_weight=0, expansions=[Expansion((of,), (to,), weight) for of, to, weight in pairs]
    )
    assert found.max(initial=0) <= index.ceiling(query, bigram_weight=0) + 1e-4


def test_a_chunk_of_several_windows_is_scored_by_its_best_one_too(tmp_path: Path) -> None:
    analyzer = Analyzer()
    windows = list(analyzer.analyze(["기울기 소실은 문제이다", "기울기가 작아진다", "검색은 합친다", "BM25와 벡터"]))
    owners = np.array([0, 0, 2, 2])
    plain = LexicalIndex.build(analyzer.analyze(TEXTS))
    index = LexicalIndex.build(analyzer.analyze(TEXTS), Windowed(windows, owners))
    index.save(tmp_path)
    query = analyzer.analyze_one("기울기 소실 벡터 검색")
    whole = plain.scores(query, bigram_weight=0.3)
    each = LexicalIndex.build(windows).scores(query, bigram_weight=0.3)
    wanted = whole.copy()
    wanted[0] = (1 - WINDOW_SHARE) * whole[0] + WINDOW_SHARE * max(each[:2])
    wanted[2] = (1 - WINDOW_SHARE) * whole[2] + WINDOW_SHARE * max(each[2:])
    assert each[0] > each[1] > 0
    for found in (index, LexicalIndex.open(tmp_path)):
        assert found.scores(query, bigram_weight=0.3) == pytest.approx(wanted, abs=1e-6)
        assert len(found) == len(TEXTS)


def test_of_two_passages_with_the_same_words_the_one_that_has_them_together_is_first() -> None:
    analyzer = Analyzer()
    together = ["경사 하강법의 학습률을 정한다.", "모델을 평가한다. 자료를 나눈다."]
    apart = ["경사 하강법의 모델을 평가한다.", "학습률을 정한다. 자료를 나눈다."]
    windows = Windowed(list(analyzer.analyze([*apart, *together])), np.array([0, 0, 1, 1]))
    index = LexicalIndex.build(analyzer.analyze([" ".join(apart), " ".join(together)]), windows)
    scores = index.scores(analyzer.analyze_one("경사 하강법의 학습률"), bigram_weight=0.0)
    assert scores[1] > scores[0] > 0


def test_windows_whose_owners_are_gone_are_told(tmp_path: Path) -> None:
    terms = list(Analyzer().analyze(TEXTS))
    LexicalIndex.build(terms, Windowed(terms[:2], np.array([0, 0]))).save(tmp_path)
    (tmp_path / "windows/owners.npy").unlink()
    with pytest.raises(CorruptIndexError, match="not a lexical index"):
        LexicalIndex.open(tmp_path)


def naive(
    index: LexicalIndex, query: Terms, expansions: list[Expansion], owners: list[int], windows: LexicalIndex | None
) -> list[float]:
    """The definition, chunk by chunk; names do not overlap."""
    scores = index.scores(query, bigram_weight=0.3).astype(float).tolist() if windows is None else []
    if windows is not None:
        own = naive(index, query, expansions, [], None)
        each = naive(windows, query, expansions, [], None)
        best = {owner: max(each[at] for at in range(len(each)) if owners[at] == owner) for owner in owners}
        return [score + WINDOW_SHARE * (best.get(at, score) - score) for at, score in enumerate(own)]
    for name in dict.fromkeys(expansion.of for expansion in expansions):
        had = index.scores(Terms(list(name), []), bigram_weight=0)
        for at in range(len(scores)):
            others = [
                expansion.weight
                * sum(index.idf(name))
                / sum(index.idf(expansion.to))
                * index.scores(Terms(list(expansion.to), []), bigram_weight=0)[at]
                for expansion in expansions
                if expansion.of == name
            ]
            scores[at] += max([had[at], *others]) - had[at]
    return scores


_few_words = st.lists(st.sampled_from("abcdef"), max_size=6)
_some_terms = st.builds(Terms, _few_words, _few_words)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(_some_terms, st.lists(_some_terms, max_size=4)), min_size=1, max_size=8),
    _some_terms,
    st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("cdefg")), max_size=4, unique=True),
)
def test_both_scores_are_what_their_definition_says(
    chunks: list[tuple[Terms, list[Terms]]], query: Terms, pairs: list[tuple[str, str]]
) -> None:
    expansions = [Expansion((of,), (to,), 0.8, "test") for of, to in pairs]
    owners = [at for at, (_, windows) in enumerate(chunks) for _ in windows]
    windows = [terms for _, some in chunks for terms in some]
    whole = [terms for terms, _ in chunks]
    index = LexicalIndex.build(whole, Windowed(windows, np.array(owners, np.int64)))
    parts = LexicalIndex.build(windows) if windows else None
    plain, expanded = index.both(query, bigram_weight=0.3, expansions=expansions)
    flat = LexicalIndex.build(whole)
    assert plain == pytest.approx(naive(flat, query, [], owners, parts), abs=1e-5)
    assert expanded == pytest.approx(naive(flat, query, expansions, owners, parts), abs=1e-5)
    np.testing.assert_array_equal(index.scores(query, bigram_weight=0.3), plain)
    np.testing.assert_array_equal(index.scores(query, bigram_weight=0.3, expansions=expansions), expanded)
