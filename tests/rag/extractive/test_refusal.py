"""What a refusal rests on and what it says: names that the course has not, what was looked for, what is nearest."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from rag.analyzer import Analyzer
from rag.answer import Answer, Citation, Hit, Sought
from rag.answering.prompts import Passage
from rag.chunks import Chunk
from rag.extractive.features import QuestionReader
from rag.extractive.scoring import SUPPORT, UNGIVEN, Reading, supports
from rag.extractive.sought import sought
from rag.index.course import Course
from rag.query.lexicon import Lexicon

ANALYZER = Analyzer()
PASSAGE = Passage(1, "", "BM25 ranks passages by their words.")


def rarity_of(known: dict[str, float], unknown: float) -> Callable[[Sequence[str]], list[float]]:
    return lambda terms: [known.get(term, unknown) for term in terms]


def test_what_the_course_nowhere_names_counts_by_its_rarity() -> None:
    idf = rarity_of({"passag": 1.0, "rank": 2.0}, 5.0)
    for question, share in (("passages rank GraphRAG", 5 / 8), ("passages rank", 0), ("GraphRAG", 1)):
        reader = QuestionReader(question, ANALYZER, idf)
        assert reader.covered(reader.nowhere) == pytest.approx(share)


def test_a_verb_that_the_course_does_not_use_is_no_name_it_lacks() -> None:
    idf = rarity_of({"문서": 1.0}, 3.0)
    reader = QuestionReader("문서를 쪼개면", ANALYZER, idf)
    assert reader.names == {"문서"}
    assert reader.nowhere == frozenset()


def test_without_rarities_nothing_is_known_to_be_absent() -> None:
    assert QuestionReader("GraphRAG", ANALYZER).nowhere == frozenset()


def test_covered_may_look_at_names_alone() -> None:
    reader = QuestionReader("문서를 쪼개면", ANALYZER, rarity_of({"문서": 1.0}, 3.0))
    held = frozenset({"문서"})
    assert reader.covered(held) == pytest.approx(1 / 4)
    assert reader.covered(held, among=reader.names) == 1


def test_features_are_shares_and_have_a_weight_each() -> None:
    idf = rarity_of({"bm25": 2.0, "bm": 1.0, "25": 1.0, "passag": 1.0, "rank": 1.0}, 4.0)
    reading = Reading("How does BM25 rank GraphRAG?", [PASSAGE], ANALYZER, idf=idf)
    values = reading.features()
    assert values.shape == (1, len(SUPPORT))
    assert values == pytest.approx(np.array([[5 / 9, 5 / 9, 5 / 9, 0, 0, 4 / 9, 4 / 9, 0]]))


def test_each_passage_is_judged_by_itself_and_the_best_one_decides() -> None:
    passages = [PASSAGE, Passage(2, "", "단어로 순위를 매긴다."), Passage(3, "", "Nothing of it.")]
    idf = rarity_of({"passag": 1.0, "rank": 1.0}, 4.0)
    reading = Reading("How are passages ranked?", passages, ANALYZER, idf=idf)
    values = reading.features()
    assert values[:, 0].tolist() == [1, 0, 0]
    assert values[:, 3].tolist() == [0, 1, 0]
    alone = Reading("How are passages ranked?", passages[:1], ANALYZER, idf=idf)
    assert reading.support() == pytest.approx(alone.support())


@pytest.mark.parametrize(
    ("question", "passage", "lost"),
    [
        ("How many passages does BM25 rank?", "BM25 ranks passages by their words.", 1),
        ("How many passages does BM25 rank?", "BM25 ranks ten passages by their words.", 0),
        ("BM25는 언제 나왔나요?", "BM25는 단어로 문서의 순위를 매긴다.", 1),
        ("BM25는 언제 나왔나요?", "BM25는 1994년에 나왔다.", 0),
        ("Who proposed BM25?", "the words of a passage are ranked by bm25.", 1),
        ("Who proposed BM25?", "It was proposed by Robertson as bm25.", 0),
        ("누가 언제 배치 정규화를 제안했나요?", "배치 정규화를 쓰면 빠르다.", 2),
        ("배치 정규화는 누가 제안했나요?", "배치 정규화는 이오페가 제안했다.", 0),
        ("수업은 몇 시에 시작하나요?", "수업은 18:00에 시작한다.", 0),
        ("What does BM25 rank?", "BM25 ranks passages by their words.", 0),
    ],
)
def test_what_kind_of_thing_is_asked_for_has_to_be_there(question: str, passage: str, lost: int) -> None:
    reading = Reading(question, [Passage(1, "", passage)], ANALYZER)
    assert reading.features()[0, -1] == lost


def test_a_number_elsewhere_in_the_passage_is_not_the_one_asked_for() -> None:
    passage = Passage(1, "", "The encoder has many layers. There are 12 weeks of lectures.")
    assert Reading("How many layers has the encoder?", [passage], ANALYZER).features()[0, -1] == 1


def test_without_the_kind_of_thing_there_is_less_support() -> None:
    features = Reading("BM25 ranks passages", [PASSAGE], ANALYZER).features()
    without = features.copy()
    without[0, -1] = 1
    odds = [
        np.log(value / (1 - value)) for value in (supports(each, np.array(SUPPORT))[0] for each in (features, without))
    ]
    assert odds[0] - odds[1] == pytest.approx(UNGIVEN)


def test_a_term_is_held_by_what_it_is_in_the_other_language() -> None:
    lexicon = Lexicon([("순위", "rank", 0.9), ("점수", "score", 0.1)])
    reader = QuestionReader("순위와 점수", ANALYZER, rarity_of({"rank": 1.0, "score": 1.0}, 4.0), lexicon)
    assert reader.found(["It ranks them.", "A score.", "순위"]) == [{"순위"}, set(), {"순위"}]
    assert reader.nowhere == {"점수"}, "the course has a word for 순위, if not this one"


def test_what_is_counted_is_not_what_is_asked_about() -> None:
    assert QuestionReader("중간고사는 몇 퍼센트인가요?", ANALYZER).terms == {"중간고사"}
    assert QuestionReader("몇 주차에 중간고사를 보나요?", ANALYZER).names == {"중간고사"}
    assert QuestionReader("몇 개?", ANALYZER).terms == {"개"}, "a question is not left without a term"


def test_who_asks_for_what_the_course_does_not_have_has_less_support() -> None:
    """Of two questions of which the passages hold the same, it is the one with a name that stands nowhere at all."""
    elsewhere, nowhere = {"rank": 1.0, "passag": 1.0, "graphrag": 3.9}, {"rank": 1.0, "passag": 1.0}
    supports = [
        Reading("How does GraphRAG rank passages?", [PASSAGE], ANALYZER, idf=rarity_of(known, 4.0)).support()
        for known in (elsewhere, nowhere)
    ]
    assert supports[0] > supports[1]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("GraphRAG와 청킹의 차이는 뭔가요?", Sought(("GraphRAG", "청킹", "차이"), ("GraphRAG", "차이"))),
        ("What does dropout do in GPT-4?", Sought(("dropout", "GPT-4"), ("GPT-4",))),
        ("기울기소실을 설명해 줘", Sought(("기울기소실",), ())),
        ("그건 뭐야?", Sought()),
        ("", Sought()),
    ],
)
def test_what_is_looked_for_is_said_as_it_was_typed(course: Course, question: str, expected: Sought) -> None:
    assert sought(question, course) == expected


def _answer(hits: Sequence[Hit], *, refused: bool = True, citations: tuple[Citation, ...] = ()) -> Answer:
    return Answer("?", "?", "…", refused=refused, citations=citations, hits=tuple(hits))


def test_the_nearest_are_the_places_that_were_found_each_once() -> None:
    one, two = Chunk("1", "a", "x.md", "", heading=("A",)), Chunk("2", "b", "x.md", "", heading=("B",))
    again = Chunk("3", "c", "x.md", "", heading=("A",))
    hits = [Hit(rank, chunk, 1.0, {}) for rank, chunk in enumerate((one, two, again), start=1)]
    assert [hit.rank for hit in _answer(hits).nearest] == [1, 2]
    assert _answer(hits, refused=False).nearest == ()
    assert _answer(hits, citations=(Citation(1, one, "a"),)).nearest == ()
