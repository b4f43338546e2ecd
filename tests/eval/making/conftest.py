"""A small course that defines terms, glosses them in the other language, and has tables and sections."""

from pathlib import Path

import pytest

from ingest.build import Build
from ingest.workers import serial_map
from rag.index.course import Course
from rag.settings import Settings

DOCUMENTS = {
    "loss.md": """# 학습

## 손실 함수

손실 함수(loss function)는 모델의 예측과 정답의 차이를 수로 나타내는 수학적 함수이다. 손실 함수가 작을수록 좋다.

## 경사하강법

경사하강법(gradient descent, GD)은 손실이 줄어드는 방향으로 가중치를 조금씩 옮기는 최적화 알고리즘이다.

## 정규화 비교

| 구분 | 드롭아웃 | 가중치 감쇠 |
| --- | --- | --- |
| 적용 대상 | 은닉층의 뉴런 | 모든 가중치 |
| 추가 비용 | 거의 없음 | 곱셈 한 번 |
| 대표값 | 0.5 | 0.01 |
""",
    "sequence.md": """# Sequences

## Long Short-Term Memory

Long Short-Term Memory (LSTM) networks keep a state over many steps. An LSTM has three gates.

## Beam search

Beam search is a decoding procedure that keeps the best few sequences at each step.

## Decoders

| Decoder | Description | Cost |
| --- | --- | --- |
| Greedy search | takes the best token | low |
| Sampling | draws a token at random | low |
""",
    "history.md": """# Perceptron history

## Perceptron

A perceptron is a linear classifier that learns from its mistakes. It was proposed by Rosenblatt in 1958.

## 전치 합성곱

전치 합성곱(transposed convolution)은 특징 맵의 크기를 키우는 합성곱 연산이다.
""",
    "more.md": """# 더 읽기

## 경사하강법과 손실 함수

손실 함수(loss function)를 고르고 경사하강법(gradient descent)을 돌린다. Beam search 를 쓰는 번역기도 있다.
LSTM (Long Short-Term Memory)은 뒤에서 다룬다. 전치 합성곱(transposed convolution)도 마찬가지다.
""",
}


@pytest.fixture(scope="session")
def terms_course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """The opened course. Do not change it."""
    folder = tmp_path_factory.mktemp("terms")
    for name, text in DOCUMENTS.items():
        (folder / "documents" / name).parent.mkdir(exist_ok=True)
        (folder / "documents" / name).write_text(text, encoding="utf-8")
    settings = Settings(index={"path": folder / "index"})
    Build(settings, file_map=serial_map).run([Path(folder / "documents")])
    return Course.open(folder / "index")
