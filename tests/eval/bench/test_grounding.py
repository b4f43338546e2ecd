"""Sentences made false by rule, and the fit of the guard to them."""

import json
import random
from pathlib import Path

import numpy as np
import pytest

from eval.bench.corruptions import names, negated, renamed, renumbered, reworded, shortened
from eval.bench.grounding import chances, fit, read, table
from eval.bench.grounding_sets import asked_paragraphs, group_cases, pair_cases, passage_cases, translated_cases
from rag.analyzer import Analyzer
from rag.grounding.figures import claimed
from rag.grounding.support import FEATURES, THRESHOLDS, WEIGHTS

KOREAN = "하이브리드 검색은 키워드 검색과 벡터 검색의 점수를 합친다."


@pytest.mark.parametrize(
    ("sentence", "opposite"),
    [
        (KOREAN, "하이브리드 검색은 키워드 검색과 벡터 검색의 점수를 합치지 않는다."),
        ("이것은 좋은 모델이다.", "이것은 좋은 모델이 아니다."),
        ("여기에는 문제가 있다.", "여기에는 문제가 없다."),
        ("It is used in training.", "It is not used in training."),
        ("It is not used in training.", "It is used in training."),
        ("This allows faster training.", "This does not allow faster training."),
        ("Bananas grow.", None),
    ],
)
def test_the_opposite(sentence: str, opposite: str | None) -> None:
    assert negated(sentence) == opposite


def test_other_words_for_the_same() -> None:
    assert reworded(KOREAN) == KOREAN.replace("합친다", "합칩니다")
    assert reworded("If it is too large, training diverges.") == "Training diverges if it is too large."
    assert reworded("Bananas grow.") is None
    chance = random.Random(1)
    assert shortened("하이브리드 검색은 점수를 모두 합치고, 키워드 검색은 정확한 용어에 강하다.", chance) in {
        "하이브리드 검색은 점수를 모두 합칩니다.",
        "키워드 검색은 정확한 용어에 강합니다.",
    }
    assert shortened(KOREAN, chance) is None


def test_another_number_or_name() -> None:
    chance = random.Random(1)
    changed = renumbered("It has 12 layers.", "It has 12 layers and 768 units.", chance)
    assert changed is not None
    assert not claimed(changed) & {12.0, 768.0}
    assert renumbered("It has 12 layers.", "12 and 768", chance, inside=True) == "It has 768 layers."
    assert renumbered("No number.", "12", chance) is None
    assert renamed("검색은 점수를 합친다.", "", ["드롭아웃"], chance) in {
        "드롭아웃은 점수를 합친다.",
        "검색은 드롭아웃를 합친다.",
    }
    assert names("It was made by Ada Lovelace.") == ["Ada", "Lovelace"]


def test_cases_are_what_they_say(tmp_path: Path) -> None:
    text = "{0}번 방법은 손실을 {0}배로 줄이고 학습을 빠르게 한다. 이 방법은 정답이 없는 자료에서도 잘 작동한다."
    cases = passage_cases([("제목", text.format(number)) for number in range(2, 9)], Analyzer())
    for case in cases:
        assert case.true == (case.kind in {"reworded", "shortened"})
        assert case.sentence not in case.chunk.text
    rows = [
        {"a": "가나다", "b": "가나다라", "score": 4.8},
        {"a": "가", "b": "나", "score": 1.0},
        {"a": "가", "b": "나", "score": 3},
    ]
    assert sorted((case.true, case.kind) for case in pair_cases(rows)) == [
        (False, "other meaning"),
        (True, "paraphrase"),
    ]
    groups = [{"topic": "0", "group": number, "text": f"{number} {word}"} for number in (1, 2) for word in ("가", "나")]
    for case in group_cases(groups):
        assert case.true == (case.sentence[0] == case.chunk.text[0])
    english = "Gradient descent moves the weights against the gradient of the loss, step by step, for long."
    korean = "경사 하강법은 손실의 기울기 반대 방향으로 가중치를 한 걸음씩 계속해서 움직이는 방법이다. " * 2
    with (tmp_path / "corpus.jsonl").open("w", encoding="utf-8") as file:
        file.write(json.dumps({"id": "c", "text": korean, "title": ""}) + "\n")
    with (tmp_path / "queries.jsonl").open("w", encoding="utf-8") as file:
        file.write(json.dumps({"id": "q", "text": english, "positive": ["c"]}) + "\n")
    assert {case.kind for case in translated_cases(asked_paragraphs(tmp_path))} >= {
        "translated, ko of en",
        "translated, en of ko",
    }


def test_a_fit_separates_and_reports() -> None:
    text = "{0}번 방법은 손실을 줄이고 {1} 학습을 빠르게 한다. {1} 모델은 정답이 없는 자료에서도 잘 작동한다."
    topics = "영상 음성 번역 요약 검색 추천 분류 군집 회귀 강화 증류 양자".split() * 2
    passages = [("제목", text.format(number, topic)) for number, topic in enumerate(topics)]
    reads = read(passage_cases(passages, Analyzer()), Analyzer())
    weights, thresholds = fit([each for each in reads if each.kind == "same"] * 2 + _cross())
    for kind, signs in FEATURES.items():
        assert all(weight * sign >= 0 for weight, sign in zip(weights[kind][1:], signs.values(), strict=True))
        assert 0 < thresholds[kind] < 1
    printed = table({"made": reads}, weights, thresholds)
    assert "| made | false: negated |" in printed
    assert "recall" in printed


def _cross() -> list:  # type: ignore[type-arg]
    """Cases of the other score, drawn so that similarity alone tells."""
    from eval.bench.grounding import Read
    from eval.bench.grounding_sets import Case
    from rag.chunks import Chunk

    draw = random.Random(2)
    return [
        Read(Case("x", Chunk("x", "x", "x", "x"), true, "drawn"), "cross", [0, 1, 0, value, value], "")
        for true in (True, False)
        for value in (draw.gauss(0.7 if true else 0.3, 0.1) for _ in range(60))
    ]


def test_the_weights_in_use_fit_their_features() -> None:
    for kind, signs in FEATURES.items():
        bias, *weights = WEIGHTS[kind]
        assert len(weights) == len(signs)
        assert all(weight * sign >= 0 for weight, sign in zip(weights, signs.values(), strict=True))
        good = np.array([[float(sign > 0) for sign in signs.values()]])
        assert chances(good, WEIGHTS[kind])[0] > THRESHOLDS[kind] > chances(1 - good, WEIGHTS[kind])[0]
