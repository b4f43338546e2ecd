"""Names looked up in a question: the longest, both ways, one pair further; and the file."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import CorruptIndexError
from rag.query.bridge import Name, TermBridge, TermPair, TermPairs
from rag.query.expansion import Expansion


def pair(one: str, other: str, score: float = 0.8) -> TermPair:
    """Names whose index terms are their words."""
    return TermPair((one, other), (tuple(one.split()), tuple(other.split())), score)


def found(bridge: TermBridge, question: str) -> dict[tuple[str, str], float]:
    return {
        (" ".join(each.of), " ".join(each.to)): round(each.weight, 3) for each in bridge.expansions(question.split())
    }


def test_both_ways_with_the_score_as_weight() -> None:
    bridge = TermBridge(TermPairs(used=(pair("경사 하강", "gradient descent"),)))
    assert bridge.expansions(["경사", "하강", "쓰다"]) == [
        Expansion(of=("경사", "하강"), to=("gradient", "descent"), weight=0.8, why="terms")
    ]
    assert found(bridge, "why gradient descent") == {("gradient descent", "경사 하강"): 0.8}
    assert [each.weight for each in bridge.expansions(["경사", "하강"], weight=0.5)] == [0.4]
    assert bridge.expansions(["경사", "하강"], weight=0) == []
    assert found(bridge, "descent of gradient") == found(bridge, "하강 경사") == {}


def test_the_longest_name_counts_and_each_name_once() -> None:
    pairs = (pair("신경망", "network"), pair("순환 신경망", "rnn"), pair("망", "net"))
    bridge = TermBridge(TermPairs(used=pairs))
    assert found(bridge, "순환 신경망 신경망 순환 신경망") == {("순환 신경망", "rnn"): 0.8, ("신경망", "network"): 0.8}
    assert len(bridge.expansions("순환 신경망 순환 신경망".split())) == 1


def test_one_pair_further_is_worth_the_product() -> None:
    pairs = (pair("경사하강", "gradient descent", 0.9), pair("gradient descent", "gd", 0.8), pair("gd", "sgd", 0.9))
    bridge = TermBridge(TermPairs(used=pairs))
    assert found(bridge, "경사하강") == {("경사하강", "gradient descent"): 0.9, ("경사하강", "gd"): 0.72}
    weak = TermBridge(TermPairs(used=(pair("a", "b", 0.4), pair("b", "c", 0.5))))
    assert found(weak, "a") == {("a", "b"): 0.4}


def test_a_forbidden_pair_is_not_reached_by_way_of_another() -> None:
    pairs = (pair("함수", "function"), pair("function", "softmax"))
    bridge = TermBridge(TermPairs(used=pairs, forbidden=(pair("softmax", "함수"),)))
    assert found(bridge, "함수") == {("함수", "function"): 0.8}


def test_the_six_surest() -> None:
    pairs = tuple(pair("가", f"n{number}", 0.3 + number / 100) for number in range(9))
    assert list(found(TermBridge(TermPairs(used=pairs)), "가").values()) == [0.38, 0.37, 0.36, 0.35, 0.34, 0.33]


def test_a_name_of_thousands_takes_no_longer_than_others() -> None:
    hub = TermBridge(TermPairs(used=tuple(pair("가", f"n{number}") for number in range(20_000))))
    assert len(hub.expansions(["가"])) == 6
    assert found(hub, "n19999")[("n19999", "가")] == 0.8


def test_no_pairs_lead_nowhere() -> None:
    assert TermBridge().expansions(["경사"]) == []
    assert TermBridge(TermPairs(unsure=(pair("가", "a"),))).expansions(["가"]) == []


WORDS = st.lists(st.sampled_from("abcde"), min_size=1, max_size=3).map(tuple)


@given(
    pairs=st.lists(st.tuples(WORDS, WORDS, st.floats(0.4, 1.0)).filter(lambda each: each[0] != each[1]), max_size=8),
    words=st.lists(st.sampled_from("abcdef"), max_size=8),
)
def test_what_is_expanded_stands_in_the_question(pairs: list[tuple[Name, Name, float]], words: list[str]) -> None:
    used = tuple(TermPair((" ".join(one), " ".join(other)), (one, other), score) for one, other, score in pairs)
    for each in TermBridge(TermPairs(used=used)).expansions(words):
        assert each.of in [tuple(words[at : at + len(each.of)]) for at in range(len(words))]
        assert each.to != each.of
        assert 0 < each.weight <= 1


def test_the_file_gives_back_what_was_written(tmp_path: Path) -> None:
    full = TermPair(
        ("전이 학습", "TL\u2028"), (("전이", "학습"), ("tl",)), 0.9, 3, 2, ("table",), ("a.md", "b.pdf, p. 3")
    )
    pairs = TermPairs(used=(full, pair("a", "b")), forbidden=(pair("c", "d"),))
    pairs.write(tmp_path / "terms.json")
    assert TermPairs.read(tmp_path / "terms.json") == pairs
    assert TermBridge.open(tmp_path / "terms.json").pairs == pairs
    TermPairs().write(tmp_path / "empty.json")
    assert TermPairs.read(tmp_path / "empty.json") == TermPairs()


def test_an_older_version_has_no_file_and_an_empty_bridge(tmp_path: Path) -> None:
    assert TermBridge.open(tmp_path / "terms.json").pairs == TermPairs()


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"used": [], "unsure": []}', '{"used": [{}], "unsure": [], "forbidden": []}', "\x00", "3"]
)
def test_another_file_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "terms.json").write_text(text, encoding="utf-8")
    with pytest.raises(CorruptIndexError, match="not a list of terms"):
        TermBridge.open(tmp_path / "terms.json")
