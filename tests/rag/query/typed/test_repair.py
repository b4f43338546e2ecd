import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.query.typed.changes import Change
from rag.query.typed.pieces import pieces, tidy
from rag.query.typed.repair import QueryRepair
from rag.query.typed.words import CourseWords

WORDS = CourseWords(
    {"임베딩": 60, "경사하강법": 30, "설명": 25, "ResNet": 20, "설정": 8, "모델": 50, "검색": 40, "hello": 3}
    | {"그래디언트": 19, "트랜스포머": 12, "과적합": 9, "gradient": 12, "descent": 12, "learning": 40, "BERT": 30}
    | {"가나다": 1, "구내담": 1, "chunks": 9, "하이퍼파라미터": 5}
)
REPAIR = QueryRepair(WORDS)


@pytest.mark.parametrize(
    ("typed", "searched", "kind"),
    [
        ("임배딩이 뭐야?", "임베딩이 뭐야?", "typo"),
        ("임배딩이란게 뭐야", "임베딩이란게 뭐야", "typo"),
        ("임배딩모델의 차이", "임베딩모델의 차이", "typo"),
        ("RestNet이랑은 뭐가 달라", "ResNet이랑은 뭐가 달라", "typo"),
        ("경사하겅법은 무엇인가", "경사하강법은 무엇인가", "typo"),
        ("그라디언트 소실", "그래디언트 소실", "typo"),
        ("트렌스포머의 구조", "트랜스포머의 구조", "typo"),
        ("what is a gradeint?", "what is a gradient?", "typo"),
        ("경사하 강법이 뭐야", "경사하강법이 뭐야", "spacing"),
        ("gradientdescent가 뭐야", "gradient descent가 뭐야", "spacing"),
        ("ㄱㅅㅎㄱㅂ 알려줘", "경사하강법 알려줘", "initials"),
        ("dkssud", "안녕", "layout"),
        ("ㅗ디ㅣㅐ", "hello", "layout"),
        ("ㄱㄷㄴㅜㄷㅅ이 뭐야", "ResNet이 뭐야", "layout"),
        ("rudtkgkrkdqjqdms 뭐야", "경사하강법은 뭐야", "layout"),
    ],
)
def test_what_is_repaired(typed: str, searched: str, kind: str) -> None:
    repaired = REPAIR.repair(typed)
    assert repaired.text == searched
    assert [change.kind for change in repaired.shown] == [kind]
    assert repaired.shown[0].before in typed
    assert repaired.shown[0].after in searched


def test_a_whole_question_in_the_other_layout() -> None:
    assert REPAIR.repair("rudtkgkrkdqjqdl anjdi?").text == "경사하강법이 뭐야?"


@pytest.mark.parametrize(
    "question",
    [
        "임베딩과 경사하강법을 설명해줘",
        "`gradeint`는 무엇인가",
        "'임배딩'이라는 말은 어디에 나와?",
        "“임배딩”",
        "https://example.org/gradeint 는?",
        "gradeint2 파라미터",
        "gradeint_clip 값은?",
        "gradeint.py 파일은?",
        "$gradeint$ 는?",
        "냉장고는 어디에 있나요?",  # Korean that the course does not have
        "Compare the oxygen of bakeries",  # English that the course does not have
        "learned what?",  # its stem is the course's
        "구나다",  # between two words
        "LERT",  # another acronym
        "ㅋㅋㅋ",
        "work",  # 재가 by its keys
        "GPT-4o",
    ],
)
def test_what_is_left_alone(question: str) -> None:
    assert REPAIR.repair(question).text == question
    assert REPAIR.repair(question).changes == ()


def test_a_word_of_the_course_is_never_changed_for_a_more_frequent_one() -> None:
    repair = QueryRepair(CourseWords({"그라디언트": 1, "그래디언트": 1000}))
    assert repair.repair("그라디언트는?").changes == ()


def test_form_is_repaired_and_not_shown() -> None:
    typed = unicodedata.normalize("NFD", "임베딩은") + "\u200b　ＢＥＲＴ\x01와"
    repaired = REPAIR.repair(typed)
    assert repaired.text == "임베딩은 BERT와"
    assert repaired.changes == (Change(typed, repaired.text, "form"),)
    assert repaired.shown == ()


def test_initials_have_alternatives() -> None:
    repair = QueryRepair(CourseWords({"모델링": 5, "마들렌": 3}))
    repaired = repair.repair("ㅁㄷㄹ?")
    assert repaired.shown == (Change("ㅁㄷㄹ", "모델링", "initials", ("마들렌",)),)


def test_without_words_only_the_form_is_repaired() -> None:
    assert QueryRepair(CourseWords({})).repair("ｒｅｓｔnet dkssud").text == "restnet dkssud"


def test_what_was_pasted_is_not_looked_at() -> None:
    assert REPAIR.repair("임배딩 " * 200).shown == ()


TYPED = st.text(
    st.sampled_from("임배베딩경사하강법을이란모델 ㄱㅅㅎㅏㅣ?gradientREsNab1_`'\u1100\u1161\u200b"), max_size=30
)
KNOWN = st.lists(st.sampled_from(sorted(WORDS.counts)), min_size=1, max_size=6).map(" ".join)


@given(TYPED)
def test_what_was_repaired_is_not_repaired_again(question: str) -> None:
    once = REPAIR.repair(question)
    again = REPAIR.repair(once.text)
    assert again.changes == ()
    assert bool(once.text) == bool(tidy(question))


@given(KNOWN)
def test_a_question_of_known_words_stays(question: str) -> None:
    assert REPAIR.repair(question).changes == ()


@given(st.text(max_size=40))
def test_pieces_lie_where_they_say(text: str) -> None:
    end = 0
    for piece in pieces(text):
        assert text[piece.start : piece.end] == piece.text
        assert piece.start >= end
        end = piece.end
