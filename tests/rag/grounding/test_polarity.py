import pytest

from rag.analyzer import Analyzer
from rag.grounding.polarity import polarity


@pytest.mark.parametrize(
    ("text", "negated"),
    [
        ("ReLU는 음수를 0으로 바꾸지 않는다.", {"바꾸다"}),
        ("과적합이 없다.", {"과적합"}),
        ("문제가 없지 않다.", set()),
        ("사용 불가능하다.", {"가능"}),
        ("정답을 안 쓴다.", {"쓰다"}),
        ("X는 Y가 아니다.", {"y"}),
        ("아니요, 라벨이 필요합니다.", set()),
        ("It does not prevent overfitting.", {"prevent"}),
        ("It can't be used without labels.", {"use", "label"}),
        ("No, it prevents overfitting.", set()),
        ("비교와 미분은 불과 무관하지 않다", {"무관"}),
    ],
)
def test_the_word_that_is_negated(text: str, negated: set[str]) -> None:
    assert polarity(text, Analyzer()).negated == negated


@pytest.mark.parametrize(
    ("one", "other", "against"),
    [
        ("드롭아웃은 과적합을 막는다.", "드롭아웃은 과적합을 막지 않는다.", 1),
        ("Dropout prevents overfitting.", "Dropout does not prevent overfitting.", 1),
        ("정답이 필요하지 않다.", "정답이 필요 없다.", 0),
        ("It needs no labels.", "Labels are not needed.", 1),
        ("드롭아웃은 과적합을 막는다.", "배치 정규화는 빠르지 않다.", 0),
    ],
)
def test_what_contradicts(one: str, other: str, against: int) -> None:
    read = [polarity(text, Analyzer()) for text in (one, other)]
    assert read[0].against(read[1]) == read[1].against(read[0]) == against or against == 1
    assert (read[0].against(read[1]) > 0) == (against > 0)
