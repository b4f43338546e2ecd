"""Duplicates: what is kept, what is told, and that no text is lost."""

import re
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.dedup.duplicates import Deduplicated, remove_duplicates
from ingest.dedup.statements import statements
from rag.chunks import Chunk
from rag.settings import DedupSettings

LONG = (
    "경사 하강법은 손실 함수의 기울기를 계산하고 그 반대 방향으로 가중치를 조금씩 옮기는 최적화 방법이다. "
    "학습률이 너무 크면 발산하고 너무 작으면 오래 걸린다. 그래서 보통 학습률을 점점 줄여 간다."
)
OTHER = (
    "Retrieval-augmented generation looks passages up before a language model writes. Its answer can cite "
    "where it comes from, and the reader can check what the documents really say about the question."
)
THIRD = (
    "드롭아웃은 훈련하는 동안 뉴런을 무작위로 꺼서 과적합을 막는다. "
    "추론할 때는 모든 뉴런을 켜고 출력을 비율만큼 줄인다."
)


def chunk(position: int, text: str, **values: object) -> Chunk:
    values = {"source": f"{position}.md", "end": len(text)} | values
    return Chunk(id=str(position), text=text, title="T", **values)  # type: ignore[arg-type]


def dedup(*chunks: Chunk) -> Deduplicated:
    return remove_duplicates(chunks, DedupSettings())


def left_out(found: Deduplicated) -> list[tuple[str, str, tuple[str, ...], float]]:
    return [
        (each.passage.place, each.passage.text, tuple(found.kept[at].place for at in each.kept), each.similarity)
        for each in found.left_out
    ]


def test_an_exact_copy_is_left_out_and_its_place_is_kept() -> None:
    chunks = [
        chunk(0, "짧은 글", page=3),
        chunk(1, "다른 글"),
        chunk(2, "짧은   글\n", page=1),
        chunk(3, "짧은 글", cell=4),
    ]
    found = dedup(*chunks)
    assert [each.id for each in found.kept] == ["0", "1"]
    assert found.kept[0].also_in == ("2.md, p. 1", "3.md, cell 4")
    assert found.kept[0].text == "짧은 글"
    assert found.kept[1] == chunks[1]
    assert left_out(found) == [
        ("2.md, p. 1", "짧은   글\n", ("0.md, p. 3",), 1.0),
        ("3.md, cell 4", "짧은 글", ("0.md, p. 3",), 1.0),
    ]


@pytest.mark.parametrize(
    "copy",
    [
        "\n".join(textwrap.wrap(LONG, 50)).replace("방법이다.", "**방법이다.**"),
        f"> {LONG}",
        LONG.replace("경사 하강법은", "`경사 하강법`은"),
        LONG.replace(". 학습률이", ".\n\n- 학습률이"),
        LONG.replace("최적화 방법", "최적화\n\n방법").replace("손실", "손 실"),
    ],
)
def test_other_formatting_is_the_same(copy: str) -> None:
    found = dedup(chunk(0, LONG), chunk(1, copy))
    assert left_out(found) == [("1.md", copy, ("0.md",), 1.0)]
    assert left_out(dedup(chunk(0, copy), chunk(1, LONG))) == [("1.md", LONG, ("0.md",), 1.0)]


def test_what_is_cut_at_other_places_is_found() -> None:
    sentences = f"{LONG} {THIRD}".split(". ")
    newer = [chunk(0, LONG, source="new.md", page=1), chunk(1, f"새로 더한 문장이다. {THIRD}", source="new.md", page=2)]
    older = ". ".join(sentences[1:4]) + "."
    found = dedup(*newer, chunk(2, older, source="old.md"))
    assert left_out(found) == [("old.md", older, ("new.md, p. 1", "new.md, p. 2"), 1.0)]
    assert [each.also_in for each in found.kept] == [("old.md",), ("old.md",)]


def test_of_a_passage_repeated_in_part_the_rest_is_kept() -> None:
    own = "이 과목의 조교는 김철수이다."
    text = f"{OTHER} {LONG}\n\n{own}\n\n{THIRD}"
    found = dedup(chunk(0, f"{OTHER} {LONG}"), chunk(1, THIRD), chunk(2, text, start=100, end=100 + len(text), page=7))
    rest = found.kept[2]
    assert own in rest.text
    assert rest.text == text[rest.start - 100 : rest.end - 100]
    assert (rest.id, rest.page, rest.source) == ("", 7, "2.md")
    # The sentence before and the one after stay with it, so that it can be understood.
    assert rest.text.startswith("그래서 보통 학습률을 점점 줄여 간다.")
    assert [place for place, *_ in left_out(found)] == ["2.md, p. 7"]
    for each in found.left_out:
        assert text[each.passage.start - 100 : each.passage.end - 100] == each.passage.text


def test_rows_that_are_new_keep_their_header() -> None:
    header = "| 모델 | 값 |\n| --- | --- |"
    rows = [f"| 모델의 이름 {number} | 측정한 값 {number}.5 |" for number in range(12)]
    old = chunk(0, "\n".join([header, *rows]), kind="table")
    changed = "\n".join([header, *rows[:11], "| 모델의 이름 11 | 측정한 값 99.5 |"])
    found = dedup(old, chunk(1, changed, kind="table"))
    assert [(each.text, each.lead) for each in found.kept] == [
        (old.text, ""),
        ("| 모델의 이름 11 | 측정한 값 99.5 |", header),
    ]
    other_header = chunk(2, old.text.replace("| 모델 | 값 |", "| 모델 | 오차 |"), kind="table")
    assert dedup(old, other_header).left_out == []


def test_a_passage_of_a_recording_is_not_cut() -> None:
    text = f"{LONG}\n새로 더한 문장이다.\n{OTHER}\n{THIRD}"
    chunks = [chunk(0, f"{LONG} {OTHER} {THIRD}"), chunk(1, text, label="00:03:15")]
    assert dedup(*chunks) == (chunks, [])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("마감은 5월 12일이다.", "마감은 5월 19일이다."),
        ("점수를 받을 수 있다.", "점수를 받을 수 없다."),
        ("전역 최솟값을 보장한다.", "전역 최솟값을 보장하지 않는다."),
        ("담당 교수는 김민수이다.", "담당 교수는 김민주이다."),
        ("선형 모델로 충분하다.", "비선형 모델로 충분하다."),
        ("신청은 5월부터 받는다.", "신청은 5월까지 받는다."),
        ("값이 0.05 < p 이면 기각한다.", "값이 0.05 > p 이면 기각한다."),
        ("초기값은 -1로 둔다.", "초기값은 1로 둔다."),
        ("The exam is open book.", "The exam is not open book."),
        ("You may use C here.", "You may use C++ here."),
        ("It grows as x² does.", "It grows as x³ does."),
        ("Use the encoder here.", "Use the decoder here."),
        ("행은 1 23 이다.", "행은 12 3 이다."),
        ("값:\n- 1\n- 23", "값:\n- 12\n- 3"),
    ],
)
def test_what_means_something_else_stays(one: str, other: str) -> None:
    for before, after in ((one, other), (other, one)):
        found = dedup(chunk(0, f"{LONG} {before} {OTHER}"), chunk(1, f"{LONG} {after} {OTHER}"))
        assert any(after in each.text for each in found.kept)
        assert any(before in each.text for each in found.kept)


def test_a_typo_of_the_older_copy_is_no_other_text() -> None:
    right = f"{THIRD} 과적합을 막는 방법은 여럿이다. 과적합을 막으면 새로운 자료에 강해진다."
    typo = right.replace("과적합을 막으면", "과젹합을 막으면")
    found = dedup(chunk(0, right), chunk(1, typo))
    assert [each.id for each in found.kept] == ["0"]
    assert 0.97 < found.left_out[0].similarity < 1
    strict = remove_duplicates([chunk(0, right), chunk(1, typo)], DedupSettings(similarity=0.999))
    assert any("과젹합을" in each.text for each in strict.kept)


def test_a_short_passage_counts_under_its_heading_only() -> None:
    chunks = [chunk(0, "- 장점: 빠르다", heading=("KNN",)), chunk(1, "- 장점: 빠르다", heading=("SVM",))]
    assert dedup(*chunks) == (chunks, [])
    again = chunk(2, "- 장점: 빠르다", heading=("둘째", "KNN"))
    assert left_out(dedup(*chunks, again)) == [("2.md", "- 장점: 빠르다", ("0.md",), 1.0)]


def test_code_is_compared_letter_by_letter() -> None:
    code = (
        "def mean(values):\n    total = sum(values)\n    return total / len(values)\n\n"
        "print(mean([1, 2, 3]), mean([4, 5, 6]))"
    )
    chunks = [chunk(0, code, kind="code"), chunk(1, code.replace("[1, 2, 3]", "(1, 2, 3)"), kind="code")]
    assert [each.text for each in dedup(*chunks).kept][0] == code
    assert any("(1, 2, 3)" in each.text for each in dedup(*chunks).kept)
    same = chunk(1, code.replace("    ", "\t"), kind="code")
    assert left_out(dedup(chunks[0], same)) == [("1.md", same.text, ("0.md",), 1.0)]


def test_copies_of_a_copy_name_the_passage_that_is_kept() -> None:
    found = dedup(chunk(0, LONG), chunk(1, f"**{LONG}**"), chunk(2, LONG), chunk(3, OTHER))
    assert [(each.id, each.also_in) for each in found.kept] == [("0", ("1.md", "2.md")), ("3", ())]


def test_switched_off_it_keeps_everything() -> None:
    chunks = [chunk(0, LONG), chunk(1, LONG)]
    assert remove_duplicates(chunks, DedupSettings(enabled=False)) == (chunks, [])


@pytest.mark.parametrize("chunks", [[], [chunk(0, "")], [chunk(0, " "), chunk(1, "가")]])
def test_little_is_kept_as_it_is(chunks: list[Chunk]) -> None:
    assert remove_duplicates(chunks, DedupSettings()) == (chunks, [])


SENTENCES = [
    *re.split(r"(?<=\.) ", f"{LONG} {OTHER} {THIRD}"),
    "짧은 글.",
    "점수는 30점이다.",
    "점수는 40점이다.",
    "| a | b |\n| --- | --- |\n| 1 | 23 |\n| 12 | 3 |",
    "- 항목 하나\n- 항목 둘",
    "끝나지 않은 줄",
]
TEXTS = st.lists(
    st.builds(
        str.join, st.sampled_from([" ", "\n", "\n\n"]), st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=9)
    ),
    max_size=8,
)


def letters(text: str) -> str:
    return "".join(char for char in text.lower() if char.isalnum())


@given(TEXTS, st.integers(1, 3))
def test_no_text_is_lost(texts: list[str], sources: int) -> None:
    ordered = sorted(range(len(texts)), key=lambda position: position % sources)
    chunks = [
        chunk(at, texts[at], source=f"{at % sources}.md", start=1000 * at, end=1000 * at + len(texts[at]))
        for at in ordered
    ]
    found = remove_duplicates(chunks, DedupSettings())
    text_of = {each.start // 1000: each for each in chunks}

    # What is kept of a passage and what is left out of it are all of it, each verbatim.
    parts: dict[int, list[Chunk]] = {}
    for part in [*found.kept, *(each.passage for each in found.left_out)]:
        parts.setdefault(part.start // 1000, []).append(part)
    for at, whole in text_of.items():
        own = sorted(parts[at], key=lambda part: part.start)
        assert letters("".join(part.text for part in own)) == letters(whole.text)
        for part in own:
            assert whole.text[part.start - whole.start : part.end - whole.start] == part.text
    # Every sentence that is left out stands in the passages that are named in its place, or next to them.
    for each in found.left_out:
        assert each.similarity == 1.0
        assert each.kept
        near = {
            at for position in each.kept for at in (position - 1, position, position + 1) if 0 <= at < len(found.kept)
        }
        there = "".join(letters(found.kept[at].text) for at in sorted(near))
        for statement in statements(each.passage.text, each.passage.kind, each.passage.lead):
            assert letters(each.passage.text[statement.start : statement.end]) in there
        for position in each.kept:
            own_place = found.kept[position].place == each.passage.place
            assert own_place or each.passage.place in found.kept[position].also_in
    assert remove_duplicates(chunks, DedupSettings()) == found
