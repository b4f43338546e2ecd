"""The sentence guard on answers in both languages, over passages in both."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.answer import Hit
from rag.answering.prompts import UNVERIFIED
from rag.chunks import Chunk
from rag.grounding.guard import Guard, Guarded, Unsupported
from rag.grounding.sentences import pieces
from rag.grounding.support import Support
from rag.index.course import Course

PASSAGES = [
    "드롭아웃은 학습 중에 뉴런의 50%를 무작위로 꺼서 과적합을 막는다. 2014년에 Srivastava가 제안했다.",
    "Gradient descent moves the weights against the gradient of the loss. The learning rate is 0.01.",
    "| 지표 | 정답 필요 |\n|---|---|\n| faithfulness | 아니요 |\n| context recall | 예 |",
]


@pytest.fixture(scope="module")
def support(course: Course) -> Support:
    return Support(course.analyzer, course.embedder, course.lexical.idf, course.bridge)


def guarded(support: Support, answer: str, mode: Unsupported = "drop") -> Guarded:
    hits = [Hit(n, Chunk(str(n), text, f"{n}.md", ""), 1.0, {}) for n, text in enumerate(PASSAGES, start=1)]
    return Guard(support, mode, "ko").check(answer, hits)


@pytest.mark.parametrize(
    "sentence",
    [
        "드롭아웃은 학습 중에 뉴런을 무작위로 꺼서 과적합을 막습니다 [1].",
        "드롭아웃은 2014년에 Srivastava가 제안했습니다 [1].",
        "뉴런의 50 퍼센트를 무작위로 끕니다 [1].",
        "Gradient descent moves weights against the gradient [2].",
        "Dropout randomly switches off 50% of the neurons during training to prevent overfitting [1].",
        "경사 하강법은 손실의 기울기 반대 방향으로 가중치를 움직입니다 [2].",
        "학습률(learning rate)은 0.01입니다 [2].",
    ],
)
def test_what_a_passage_says_stays(support: Support, sentence: str) -> None:
    assert guarded(support, sentence) == Guarded(sentence, ())


@pytest.mark.parametrize(
    "sentence",
    [
        "드롭아웃은 학습 중에 뉴런의 30%를 무작위로 꺼서 과적합을 막습니다 [1].",
        "드롭아웃은 2015년에 Srivastava가 제안했습니다 [1].",
        "드롭아웃은 2014년에 Hinton이 제안했습니다 [1].",
        "드롭아웃은 과적합을 막지 않습니다 [1].",
        "Gradient descent does not move the weights against the gradient of the loss [2].",
        "The learning rate is 0.1 [2].",
        "Dropout switches off 80% of the neurons [1].",
        "프랑스의 수도는 파리입니다 [1].",
        "Bananas are yellow and bent [2].",
        "Paris [1].",
    ],
)
def test_what_no_passage_says_goes(support: Support, sentence: str) -> None:
    assert guarded(support, sentence).text == ""
    assert len(guarded(support, sentence).unsupported) == 1


def test_a_wrong_mark_is_put_right_and_a_missing_one_set(support: Support) -> None:
    said = "드롭아웃은 학습 중에 뉴런을 무작위로 꺼서 과적합을 막습니다"
    assert guarded(support, f"{said} [2].").text == f"{said}. [1]"
    assert guarded(support, f"{said}.").text == f"{said}. [1]"


def test_only_the_sentence_goes(support: Support) -> None:
    true, false = "드롭아웃은 과적합을 막습니다 [1].", "드롭아웃은 1999년에 나왔습니다 [1]."
    assert guarded(support, f"{true} {false}") == Guarded(true, ("드롭아웃은 1999년에 나왔습니다.",))
    listed = f"다음과 같습니다:\n- {false}\n- {true}\n\n정리:\n- {false}"
    assert guarded(support, listed).text == f"다음과 같습니다:\n- {true}"


def test_unsupported_sentences_can_be_marked(support: Support) -> None:
    true, false = "드롭아웃은 과적합을 막습니다 [1].", "드롭아웃은 1999년에 나왔습니다 [1]."
    marked = guarded(support, f"{true} {false}", "mark")
    assert marked.text == f"{true} 드롭아웃은 1999년에 나왔습니다. {UNVERIFIED['ko']}"
    assert guarded(support, false, "mark").text == ""


def test_tables_and_code_are_read_as_wholes(support: Support) -> None:
    table = "| 지표 | 정답 |\n|---|---|\n| faithfulness | 아니요 [3] |"
    assert guarded(support, table).text == table
    assert guarded(support, table.replace(" [3]", "")).text == table
    code = "Gradient descent moves the weights [2].\n```python\nimport os\nos.remove('everything')\n```"
    assert guarded(support, code).text == "Gradient descent moves the weights [2]."
    assert guarded(support, code, "mark").text == f"{code}\n{UNVERIFIED['ko']}"


ANSWERS = st.lists(
    st.sampled_from(
        ["드롭아웃은 과적합을 막습니다", "[1]", "[2]", ".", ". ", "\n", "- ", "## ", "```\n", "|", "No", ":", "1. "]
    )
    | st.text(max_size=4),
    max_size=14,
).map("".join)


@given(ANSWERS)
def test_the_pieces_are_the_answer(answer: str) -> None:
    found = pieces(answer)
    whole = "".join(piece.before + piece.text for piece in found)
    assert answer.startswith(whole)
    assert answer[len(whole) :].strip() == ""


@given(ANSWERS)
@settings(max_examples=25)
def test_nothing_is_added_but_marks(support: Support, answer: str) -> None:
    left = guarded(support, answer).text
    words = [
        word for word in left.replace("[1]", " ").replace("[2]", " ").replace("[3]", " ").split() if word.isalnum()
    ]
    assert all(word in answer for word in words)
