import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.query.parts import parts


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("재현율은 무엇이고 정밀도는?", ("재현율은 무엇인가요?", "정밀도는 무엇인가요?")),
        ("RRF는 뭐고, MMR은 어떻게 쓰나요?", ("RRF는 뭔가요?", "MMR은 어떻게 쓰나요?")),
        ("겹침은 왜 두고, 크기는 얼마로 하나요?", ("겹침은 왜 두나요?", "겹침의 크기는 얼마로 하나요?")),
        ("색인은 언제 만들고 어디에 두나요?", ("색인은 언제 만드나요?", "색인은 어디에 두나요?")),
        (
            "하이브리드 검색과 키워드 검색의 차이는 무엇인가요?",
            ("하이브리드 검색은 무엇인가요?", "키워드 검색은 무엇인가요?"),
        ),
        ("dropout이랑 batch norm 차이가 뭐야?", ("dropout은 무엇인가요?", "batch norm은 무엇인가요?")),
        ("HNSW vs IVF 차이", ("HNSW는 무엇인가요?", "IVF는 무엇인가요?")),
        ("이 수업에서 HNSW와 IVF는 각각 언제 써?", ("이 수업에서 HNSW는 언제 써?", "이 수업에서 IVF는 언제 써?")),
        ("TCP와 UDP를 비교해 줘", ("TCP는 무엇인가요?", "UDP는 무엇인가요?")),
        ("HNSW는 빨라? 메모리는 얼마나 써?", ("HNSW는 빨라?", "HNSW의 메모리는 얼마나 써?")),
        ("What is the difference between precision and recall?", ("What is precision?", "What is recall?")),
        ("How do deep and shallow copies differ?", ("How do deep and shallow copies differ?",)),
        ("Compare L1 with L2: which is sparse?", ("L1: which is sparse?", "L2: which is sparse?")),
        ("BM25 vs TF-IDF", ("What is BM25?", "What is TF-IDF?")),
        (
            "What is LangChain's default for k, and how large should fetch_k be?",
            ("What is LangChain's default for k?", "How large should fetch_k be?"),
        ),
        (
            "What are negative indexes and why are they used?",
            ("What are negative indexes?", "Why are negative indexes used?"),
        ),
    ],
)
def test_two_questions_in_one_are_told_apart(question: str, expected: tuple[str, ...]) -> None:
    assert parts(question) == expected


@pytest.mark.parametrize(
    "question",
    [
        "하이브리드 검색은 무엇인가요?",
        "벡터 검색과 BM25를 합치면 무엇이 좋아지나요?",
        "어느 정도 기존의 특성을 가지고 있는 모델은 무엇인가요?",
        "기준 신호와 색상 신호의 위상과 진폭을 비교하면 어떤 정보를 얻을 수 있는가?",
        "빠르고 정확한 색인은 어떻게 만드나요?",
        "When and where are the office hours?",
        "How do bias and variance change with k?",
        "What happens if precision and recall are both zero?",
        "",
    ],
)
def test_one_question_stays_whole(question: str) -> None:
    assert parts(question) == (question,)


@given(st.text(alphabet="가나는은와과고 ,?각차이aAB and", max_size=60))
def test_no_part_is_empty(question: str) -> None:
    found = parts(question)
    assert found == (question.strip(),) or (len(found) > 1 and all(part.strip(" ?") for part in found))
