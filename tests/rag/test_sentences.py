import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.sentences import split_quickly, split_sentences

MIXED = st.text(
    st.sampled_from("가나다습니다. 요!?\n\r\t  AbcE.g. 3.14 (\"')e.g\u3000\xa0\u2028\x0b\U0001f600각"), max_size=60
)


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("Pi is 3.14. It is not 3.", ["Pi is 3.14.", "It is not 3."]),
        ("Use a model, e.g. BERT. See Fig. 3 and Eq. 4.", ["Use a model, e.g. BERT.", "See Fig. 3 and Eq. 4."]),
        ("Kim et al. 2020 vs. Dr. Lee. Done.", ["Kim et al. 2020 vs. Dr. Lee.", "Done."]),
        ('He said "No." Then he left.', ['He said "No."', "Then he left."]),
        ("  indented line \n\n next", ["indented line", "next"]),
        (
            "손실이 줄어듭니다. 학습률은 0.01이다. 왜 그럴까요?",
            ["손실이 줄어듭니다.", "학습률은 0.01이다.", "왜 그럴까요?"],
        ),
        ("RAG는 검색을 쓴다. BM25 v1.2는 키워드다.", ["RAG는 검색을 쓴다.", "BM25 v1.2는 키워드다."]),
        ("첫 줄이다\n둘째 줄이다", ["첫 줄이다", "둘째 줄이다"]),
        ("", []),
        (" \n ", []),
    ],
)
def test_boundaries(text: str, wanted: list[str]) -> None:
    assert sentences(text) == wanted


@given(MIXED | st.text(max_size=60))
@settings(max_examples=150)
def test_spans_are_in_order_apart_and_cover_everything_but_space(text: str) -> None:
    spans = split_sentences(text)
    end_before = 0
    for start, end in spans:
        assert end_before <= start < end <= len(text)
        assert not text[end_before:start].strip()
        assert text[start:end] == text[start:end].strip()
        end_before = end
    assert not text[end_before:].strip()


@pytest.mark.parametrize(
    ("line", "sentences"),
    [
        ("하나이다. 둘인가? 셋!", ["하나이다.", "둘인가?", "셋!"]),
        ("붙어 있습니다.그래도 나뉜다.", ["붙어 있습니다.", "그래도 나뉜다."]),
        ('그는 "간다." 라고 했다.[3] 끝.', ['그는 "간다."', "라고 했다.[3]", "끝."]),
        (
            "It costs $3.50. See e.g. Kim et al. for more. 둘째 문장.",
            ["It costs $3.50.", "See e.g. Kim et al. for more.", "둘째 문장."],
        ),
        ("1. 첫째 항목", ["1. 첫째 항목"]),
        ("no mark at all ", ["no mark at all"]),
    ],
)
def test_marks_alone_tell_most_sentences(line: str, sentences: list[str]) -> None:
    assert [line[start:end] for start, end in split_quickly(line)] == sentences
