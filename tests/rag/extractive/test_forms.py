import pytest

from rag.analyzer import Analyzer
from rag.answer import Hit
from rag.answering.prompts import ASSENTS, REFUSALS, answer_prompt, render_passages
from rag.chunks import Chunk
from rag.extractive.forms import assent
from rag.extractive.model import ExtractiveChatModel
from rag.extractive.scoring import Candidate
from rag.language import detect_language

MODEL = ExtractiveChatModel(threshold=0)


def answer(question: str, *texts: str) -> str:
    found = [Hit(n, Chunk(str(n), text, f"{n}.md", ""), 1.0, {}) for n, text in enumerate(texts, start=1)]
    values = {"passages": render_passages(found), "question": question}
    return str(MODEL.invoke(answer_prompt(detect_language(question)).invoke(values)).text)


def test_each_side_of_a_comparison_is_said() -> None:
    text = "스택은 크기가 정해진 값을 차례로 쌓는 곳이다. 힙은 크기가 변하는 값을 두는 곳이다. 스택은 빠르다."
    said = answer("스택과 힙의 차이는 무엇인가요?", text)
    assert said == "스택은 크기가 정해진 값을 차례로 쌓는 곳이다. [1]\n힙은 크기가 변하는 값을 두는 곳이다. [1]"


def test_a_sentence_about_both_sides_is_enough() -> None:
    text = "The stack is fast. The stack is smaller than the heap. The heap is slow."
    assert "The stack is smaller than the heap. [1]" in answer("What is the difference between stack and heap?", text)


def test_a_procedure_is_said_whole_with_its_lead_in() -> None:
    steps = "R을 설치하는 순서:\n1. 설치 파일을 내려받는다\n2. 설치 파일을 실행한다\n3. RStudio를 연다"
    assert answer("R은 어떻게 설치하나요?", "R은 통계 언어이다.", steps) == f"{steps} [2]"


def test_numbered_steps_without_a_lead_in_stay_together() -> None:
    steps = "1. Download the installer of R\n2. Run it\n3. Open RStudio"
    assert answer("How do I install R with the installer?", steps) == f"{steps} [1]"


def test_why_is_answered_with_the_reason_in_the_next_sentence() -> None:
    text = "하이브리드 검색은 두 순위를 합친다. 낱말과 뜻이 서로의 빈틈을 메우기 때문이다. 식은 부록에 있다."
    said = answer("하이브리드 검색은 왜 쓰나요?", text)
    assert said.splitlines()[:2] == [
        "하이브리드 검색은 두 순위를 합친다. [1]",
        "낱말과 뜻이 서로의 빈틈을 메우기 때문이다. [1]",
    ]


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("청킹의 단점은 무엇인가요?", "청킹은 문서를 조각으로 나누는 일이다."),
        ("What are the drawbacks of Adam?", "Adam is an optimiser."),
    ],
)
def test_a_definition_is_no_drawback(question: str, text: str) -> None:
    assert answer(question, text) == REFUSALS[detect_language(question)]


def test_a_drawback_may_be_said_in_other_words() -> None:
    text = "청킹은 문서를 조각으로 나누는 일이다. 청킹은 조각이 크면 느리다."
    assert answer("청킹의 단점은 무엇인가요?", text).startswith("청킹은 조각이 크면 느리다. [1]")


def test_a_name_with_a_hyphen_is_another_name() -> None:
    said = answer("What is RAG?", "course-rag is a tool. RAG is a way to answer from documents.")
    assert said.splitlines()[0] == "RAG is a way to answer from documents. [1]"


def test_a_lead_in_without_its_list_says_nothing() -> None:
    text = "The following table sums up regularization:\n\nRegularization keeps weights small."
    assert answer("What is used in regularization?", text).startswith("Regularization keeps weights small. [1]")


@pytest.mark.parametrize(
    ("question", "sentence", "yes"),
    [
        ("드롭아웃은 과적합을 막나요?", "드롭아웃은 과적합을 막는다.", True),
        ("드롭아웃은 과적합을 막나요?", "드롭아웃은 과적합을 막지 못한다.", False),
        ("Is dropout used in training?", "Dropout is used in training.", True),
        ("Is dropout used in training?", "Dropout is not used in training.", False),
        ("Is dropout used in training?", "Dropout is often used in training.", None),  # not always
        ("Is Adam better than SGD?", "SGD is better than Adam.", None),  # a comparison has a direction
        ("드롭아웃은 과적합을 막나요?", "드롭아웃은 과적합을 막는다고 생각하지만 오해이다.", None),
        ("드롭아웃은 과적합을 막나요?", "드롭아웃은 2012년에 나왔다.", None),
        ("드롭아웃은 무엇을 막나요?", "드롭아웃은 과적합을 막는다.", None),  # asks what
        ("Does the heap hold the stack?", "The stack holds the heap.", None),  # the other way round
        ("Does it take 3 days of training?", "It takes 5 days of training.", None),
    ],
)
def test_yes_and_no_only_where_it_is_sure(question: str, sentence: str, yes: bool | None) -> None:
    assert assent(question, Candidate(1, 0, (sentence,), 1.0), Analyzer()) is yes


def test_yes_stands_above_what_says_so() -> None:
    assert answer("드롭아웃은 과적합을 막나요?", "드롭아웃은 과적합을 막는다.") == (
        f"{ASSENTS['ko'][0]}\n드롭아웃은 과적합을 막는다. [1]"
    )


def test_steps_may_be_longer_than_other_answers() -> None:
    steps = "\n".join(f"{n}. Install package number {n} {'of the many packages ' * 4}" for n in range(1, 6)).rstrip()
    said = answer("How do I install the packages?", steps)
    assert len(said) > MODEL.max_chars
    assert [line[:2] for line in said.splitlines()] == ["1.", "2.", "3.", "4.", "5."]
