import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.analyzer import Analyzer
from rag.answer import Hit
from rag.answering.citations import CheckedText, check_citations
from rag.chunks import Chunk

PASSAGES = [
    "Dropout switches off random neurons. It prevents overfitting.\nIt is used in training only.",
    "하이브리드 검색은 키워드 검색과 벡터 검색의 점수를 합친다. 청킹은 문서를 나눈다.",
    "| metric | reference |\n|---|---|\n| faithfulness | no |",
]


def checked(raw: str, passages: list[str] = PASSAGES) -> CheckedText:
    hits = [Hit(n, Chunk(str(n), text, f"{n}.md", ""), 1.0, {}) for n, text in enumerate(passages, start=1)]
    return check_citations(raw, hits, Analyzer())


def marks(result: CheckedText) -> list[int]:
    return [citation.mark for citation in result.citations]


@pytest.mark.parametrize(
    ("raw", "text", "kept", "unknown"),
    [
        ("Dropout prevents overfitting [1].", "Dropout prevents overfitting [1].", [1], ()),
        ("B [2]. A [1]. B again [2].", "B [2]. A [1]. B again [2].", [2, 1], ()),
        ("Both [1, 3].", "Both [1][3].", [1, 3], ()),
        ("Both [1,2,9].", "Both [1][2].", [1, 2], (9,)),
        ("Made up [7]. True [1].", "Made up. True [1].", [1], (7,)),
        ("Zero [0] and [99] and [1].", "Zero and and [1].", [1], (0, 99)),
        ("Adjacent [1][8].", "Adjacent [1].", [1], (8,)),
    ],
)
def test_marks_that_name_a_passage_stay(raw: str, text: str, kept: list[int], unknown: tuple[int, ...]) -> None:
    result = checked(raw)
    assert (result.text, marks(result), result.unknown_marks) == (text, kept, unknown)
    assert [citation.chunk.source for citation in result.citations] == [f"{mark}.md" for mark in kept]


@pytest.mark.parametrize("text", ["array[10000]", "[a]", "[-1]", "[1.5]", "[]"])
def test_other_brackets_are_no_marks(text: str) -> None:
    assert checked(f"{text} stays [1].").text == f"{text} stays [1]."


def test_sentences_without_any_mark_are_marked_where_a_passage_holds_them() -> None:
    result = checked("Dropout prevents overfitting. Bananas are yellow.\n청킹은 문서를 나눈다.")
    assert result.text == "Dropout prevents overfitting. [1] Bananas are yellow.\n청킹은 문서를 나눈다. [2]"
    assert [(citation.mark, citation.quote) for citation in result.citations] == [
        (1, "It prevents overfitting."),
        (2, "청킹은 문서를 나눈다."),
    ]


def test_made_up_marks_alone_are_replaced_by_true_ones() -> None:
    result = checked("Dropout prevents overfitting [8].")
    assert (result.text, marks(result), result.unknown_marks) == ("Dropout prevents overfitting. [1]", [1], (8,))


@pytest.mark.parametrize(
    ("sentence", "held"), [("dropout neurons bananas apples", True), ("dropout bananas apples", False)]
)
def test_half_of_the_terms_are_enough_support(sentence: str, held: bool) -> None:
    assert checked(sentence).text == (f"{sentence} [1]" if held else sentence)


def test_function_words_are_no_support() -> None:
    passage = "It is the rate of the loss. 그것은 이 손실의 값이다."
    for sentence in ("Paris is the capital of France.", "그것은 이 나라의 수도이다."):
        assert checked(sentence, [passage]) == CheckedText(sentence, (), ())


def test_nothing_is_marked_where_nothing_supports_it() -> None:
    assert checked("Bananas are yellow and bent.") == CheckedText("Bananas are yellow and bent.", (), ())
    assert checked("Dropout prevents overfitting [1].", []) == CheckedText("Dropout prevents overfitting.", (), (1,))


@pytest.mark.parametrize(
    ("raw", "quote"),
    [
        ("It prevents overfitting [1].", "It prevents overfitting"),
        ("random neurons. It  prevents [1]", "random neurons. It prevents"),
        ("It prevents overfitting. It is used in training only [1].", None),
        ("Overfitting is what dropout prevents [1].", "It prevents overfitting."),
        ("벡터 검색의 점수를 키워드 검색과 합친다 [2].", "하이브리드 검색은 키워드 검색과 벡터 검색의 점수를 합친다."),
        ("Faithfulness needs none [3].", "| faithfulness | no |"),
    ],
)
def test_quotes_are_the_words_of_the_passage(raw: str, quote: str | None) -> None:
    citation = checked(raw).citations[0]
    wanted = "It prevents overfitting.\nIt is used in training only" if quote is None else quote
    assert citation.quote == wanted
    assert citation.quote in citation.chunk.text


@pytest.mark.parametrize(
    ("passage", "answer"),
    [
        ("Bahdanau et al. [3] proposed attention for translation [2].", "Bahdanau et al. [3] proposed attention [1]."),
        ("Bahdanau et al. [3] proposed attention for translation [2].", "Attention for translation [2] [1]."),
        ("numbers: data[2] is the third, data[0] the first", "data[0] the first [1]."),
        ("matrix[0][2] is a cell", "Read matrix[0][2] [1]."),
        ("[2] Vaswani, Attention, 2017", "[2] Vaswani, Attention, 2017 [1]"),
        ("See [1, 3] for more on\n  dropout [3].", "dropout  [3] [1]"),
    ],
)
def test_brackets_quoted_from_a_passage_are_no_marks(passage: str, answer: str) -> None:
    result = checked(answer, [passage, "Unrelated.", "Unrelated too."])
    assert (result.text, marks(result), result.unknown_marks) == (answer, [1], ())
    assert result.citations[0].quote in passage


def test_a_mark_is_a_mark_where_the_passage_has_another_number() -> None:
    result = checked(
        "Bahdanau et al. [2] proposed attention [1].", ["Bahdanau et al. [3] proposed attention.", "Other."]
    )
    assert marks(result) == [2, 1]


def test_the_claim_of_a_mark_ends_at_the_one_before() -> None:
    result = checked("It prevents overfitting [1]. 청킹은 문서를 나눈다 [2].")
    assert [citation.quote for citation in result.citations] == ["It prevents overfitting", "청킹은 문서를 나눈다"]


def test_neighbouring_marks_stand_for_the_same_claim() -> None:
    result = checked("청킹은 문서를 나눈다 [1][2].")
    assert result.citations[1].quote == "청킹은 문서를 나눈다"


@given(
    st.lists(
        st.sampled_from(
            ["[1]", "[2]", "[9]", "[1, 2]", "[0,3]", " ", "\n", ". ", "Dropout", "청킹은", "[", "]", "|", "-"]
        )
        | st.text(max_size=5),
        max_size=12,
    ).map("".join)
)
@settings(max_examples=80)
def test_every_mark_left_has_its_citation_and_every_quote_is_verbatim(raw: str) -> None:
    result = checked(raw)
    again = checked(result.text)
    assert marks(again) == marks(result)
    assert again.unknown_marks == ()
    for citation in result.citations:
        assert 1 <= citation.mark <= len(PASSAGES)
        assert citation.chunk.text == PASSAGES[citation.mark - 1]
        assert citation.quote in citation.chunk.text
        assert citation.quote
    assert all(not 1 <= mark <= len(PASSAGES) for mark in result.unknown_marks)
