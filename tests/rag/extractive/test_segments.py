import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.extractive.segments import Segment, segments


def test_prose_is_sentences() -> None:
    assert segments("One is here. Two is there.\n\n셋은 저기 있다.") == [
        Segment("One is here."),
        Segment("Two is there."),
        Segment("셋은 저기 있다."),
    ]


def test_a_list_item_knows_what_is_above_and_below() -> None:
    assert segments("Metrics:\n- Faithfulness\n  - counts claims\n- Recall\nAfter.") == [
        Segment("Metrics:", (), ("- Faithfulness", "  - counts claims", "- Recall")),
        Segment("- Faithfulness", ("Metrics:",), ("  - counts claims",)),
        Segment("  - counts claims", ("Metrics:", "- Faithfulness")),
        Segment("- Recall", ("Metrics:",)),
        Segment("After."),
    ]


def test_prose_that_does_not_lead_in_is_not_above() -> None:
    assert segments("Some prose.\n1. first\n2) second") == [
        Segment("Some prose."),
        Segment("1. first"),
        Segment("2) second"),
    ]


def test_a_sentence_goes_on_where_the_page_broke_it() -> None:
    full = "이 문장은 종이의 폭이 모자라서 여기에서 줄이 바뀌었지만 아직 끝나지 않았고 뒤에"
    assert segments(f"제목\n{full}\n이어진다. 다음 문장.") == [
        Segment("제목"),
        Segment(f"{full}\n이어진다."),
        Segment("다음 문장."),
    ]
    assert segments("a heading\nand its second half\n- item\nA short line\nAnother one") == [
        Segment("a heading\nand its second half"),
        Segment("- item"),
        Segment("A short line"),
        Segment("Another one"),
    ]


def test_table_rows_stand_under_their_header() -> None:
    assert segments("| metric | needs |\n| --- | :-: |\n| recall | yes |\n| mrr | no |\n\ntext") == [
        Segment("| metric | needs |", (), ("| recall | yes |", "| mrr | no |")),
        Segment("| recall | yes |", ("| metric | needs |",)),
        Segment("| mrr | no |", ("| metric | needs |",)),
        Segment("text"),
    ]


@given(
    st.lists(
        st.sampled_from(["- ", "  - ", "1. ", "| a ", "|---|", "\n", "\n", "Text. ", "끝이다. ", ":", "\t"]),
        max_size=20,
    ).map("".join)
)
@settings(max_examples=80)
def test_segments_are_verbatim_and_what_is_below_says_so_too(passage: str) -> None:
    found = segments(passage)
    for position, segment in enumerate(found):
        assert segment.text in passage
        assert segment.text.strip()
        below = [each.text for each in found[position + 1 : position + 1 + len(segment.below)]]
        assert list(segment.below) == below
        earlier = [each.text for each in found[:position]]
        assert set(segment.above) <= set(earlier)


def test_a_sentence_that_announces_a_list_leads_to_it() -> None:
    first, lead, *items = segments("RAG는 새롭다. RAG에는 세 가지 장점이 있다.\n\n- 최신성\n- 근거\n- 보안")
    assert (first.leads, lead.leads) == (False, True)
    assert lead.below == ("- 최신성", "- 근거", "- 보안")
    assert {item.above for item in items} == {("RAG에는 세 가지 장점이 있다.",)}


def test_a_sentence_before_a_list_that_announces_nothing_does_not() -> None:
    said, item = segments("The heap is slow.\n\n- Stack")
    assert (said.leads, said.below, item.above) == (False, (), ())


@pytest.mark.parametrize(
    ("text", "empty"),
    [
        ("# Meeting minutes", True),
        ("The following table sums up the methods:", True),
        ("왼쪽 노드와 오른쪽 노드가 같으면 이것이 리프 노드임을 의미합니다(자식 노드의 번호는 임의적임):", False),
        ("The heap is slow.", False),
    ],
)
def test_what_only_names_what_follows_is_empty(text: str, empty: bool) -> None:
    (segment,) = segments(text)
    assert segment.is_empty is empty


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("class Encoder(nn.Module):", True),
        ("course-rag build data/sample", True),
        ("pip install torch", True),
        ("x = np.zeros(3)", True),
        ("self.size = size", True),
        ("For loops are slow in Python.", False),
        ("Self-attention compares all words.", False),
        ("확률은 P(A)로 적는다.", False),
    ],
)
def test_code_is_known_by_its_look(text: str, code: bool) -> None:
    (segment,) = segments(text)
    assert segment.is_code is code
