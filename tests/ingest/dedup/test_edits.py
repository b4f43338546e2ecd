"""What counts as an edit of a sentence, and what states another fact."""

import pytest

from ingest.dedup.edits import is_edit, same_document


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "학습률이 너무 크면 발산하고, 너무 작으면 수렴이 느리다.",
            "학습률이 너무 크면 발산하고, 너무 작으면 수렴이 느립니다.",
        ),
        ("보통 0.01에서 시작해 실험으로 정한다.", "보통 0.01에서 시작해 실험으로 정합니다."),
        ("It will not generalize to new data at all.", "It will not generalize to unseen data at all."),
        ("Dropout switches off the random units.", "Dropout switches off random units."),
    ],
)
def test_other_wording_is_an_edit(old: str, new: str) -> None:
    assert is_edit(old, new)
    assert is_edit(new, old)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("과제는 3월 12일까지 제출한다.", "과제는 3월 19일까지 제출한다."),
        ("수업은 월요일 오후에 열린다.", "수업은 화요일 오후에 열린다."),
        ("신청은 다음 주부터 받는다.", "신청은 다음 주까지 받는다."),
        ("이 과목의 담당 교수는 김민수이다.", "이 과목의 담당 교수는 김민주이다."),
        ("이 값은 정밀도를 나타내는 지표이다.", "이 값은 정확도를 나타내는 지표이다."),
        ("늦게 낸 과제도 점수를 받을 수 있다.", "늦게 낸 과제도 점수를 받을 수 없다."),
        ("이 방법은 최솟값을 보장한다.", "이 방법은 최솟값을 보장하지 않는다."),
        ("지도 학습으로 분류기를 만든다.", "비지도 학습으로 분류기를 만든다."),
        ("Use supervised learning for the task.", "Use unsupervised learning for the task."),
        ("The encoder is frozen in this exercise.", "The decoder is frozen in this exercise."),
        ("실습에는 PyTorch를 설치해야 한다.", "실습에는 TensorFlow를 설치해야 한다."),
        ("Set the seed of model_a first.", "Set the seed of model_b first."),
        ("The exam is open book for everyone.", "The exam is not open book for everyone."),
        ("Reject if p < alpha in the test.", "Reject if p > alpha in the test."),
        ("The decoder reads what the encoder writes.", "The encoder reads what the decoder writes."),
        ("이 과제는 선택이다. 낸 사람은 점수를 더 받는다.", "낸 사람은 점수를 더 받는다."),
        ("- 항목 하나", "- 항목 둘"),
        ("BM25는 단어의 빈도로 점수를 매긴다.", "임베딩은 뜻이 가까운 문장을 찾는다."),
    ],
)
def test_another_fact_is_none(old: str, new: str) -> None:
    assert not is_edit(old, new)
    assert not is_edit(new, old)


@pytest.mark.parametrize(
    ("source", "other", "same"),
    [
        ("2024/week1.md", "2025/week1.pdf", True),
        ("ml/intro_2024-1.md", "ml/intro_2025-1.md", True),
        ("2024/week1.md", "2024/week2.md", False),
        ("2024.md", "2025.md", False),
    ],
)
def test_versions_have_one_name_but_for_dates(source: str, other: str, same: bool) -> None:
    assert same_document(source, other) is same
