"""Duplicates: what is kept, what is told, and that brute force finds no other."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.dedup import Duplicate, remove_duplicates
from rag.chunks import Chunk
from rag.settings import DedupSettings

LONG = (
    "경사 하강법은 손실 함수의 기울기를 계산하고 그 반대 방향으로 가중치를 조금씩 옮기는 최적화 방법이며, "
    "학습률이 너무 크면 발산하고 너무 작으면 오래 걸린다. 그래서 보통 학습률을 점점 줄여 간다."
)
OTHER = (
    "Retrieval-augmented generation looks passages up before a language model writes, so that its answer can cite "
    "where it comes from and the reader can check what the documents really say about the question."
)


def chunk(position: int, text: str, **values: int) -> Chunk:
    return Chunk(id=str(position), text=text, source=f"{position}.md", title="T", **values)  # type: ignore[arg-type]


def shingles(text: str) -> set[str]:
    letters = "".join(text.split()).lower()
    return {letters[start : start + 5] for start in range(max(1, len(letters) - 4))}


def jaccard(one: str, other: str) -> float:
    return len(shingles(one) & shingles(other)) / len(shingles(one) | shingles(other))


def numbers(text: str) -> list[str]:
    import re

    return re.findall(r"\d+(?:[.,]\d+)*", "".join(text.split()))


def test_an_exact_copy_is_left_out_and_its_place_is_kept() -> None:
    chunks = [
        chunk(0, "짧은 글", page=3),
        chunk(1, "다른 글"),
        chunk(2, "짧은   글\n", page=1),
        chunk(3, "짧은 글", cell=4),
    ]
    kept, duplicates = remove_duplicates(chunks, DedupSettings())
    assert [each.id for each in kept] == ["0", "1"]
    assert kept[0].also_in == ("2.md, p. 1", "3.md, cell 4")
    assert kept[0].text == "짧은 글"
    assert kept[1] == chunks[1]
    assert duplicates == [
        Duplicate("2.md, p. 1", "0.md, p. 3", 1.0),
        Duplicate("3.md, cell 4", "0.md, p. 3", 1.0),
    ]


def test_a_near_copy_is_told_with_its_true_similarity() -> None:
    copy = LONG.replace("점점", "조금씩")
    kept, duplicates = remove_duplicates(
        [chunk(0, LONG), chunk(1, OTHER), chunk(2, copy)], DedupSettings(similarity=0.8)
    )
    assert [each.id for each in kept] == ["0", "1"]
    assert kept[0].also_in == ("2.md",)
    assert duplicates == [Duplicate("2.md", "0.md", round(jaccard(LONG, copy), 4))]
    assert 0.8 < duplicates[0].similarity < 1


def test_below_the_threshold_both_stay() -> None:
    copy = LONG.replace("점점", "조금씩")
    chunks = [chunk(0, LONG), chunk(1, copy)]
    assert remove_duplicates(chunks, DedupSettings(similarity=0.99)) == (chunks, [])


def test_other_numbers_are_another_passage() -> None:
    chunks = [chunk(0, f"{OTHER} Due 12 May."), chunk(1, f"{OTHER} Due 19 May.")]
    assert jaccard(chunks[0].text, chunks[1].text) > 0.9
    assert remove_duplicates(chunks, DedupSettings()) == (chunks, [])


def test_a_short_text_is_a_duplicate_only_if_it_is_the_same() -> None:
    one, other = (
        "학습률은 하이퍼파라미터 중 하나이며 보통 로그 척도로 찾는다고 한다",
        "학습률은 하이퍼파라미터 중 하나이며 보통 로그 척도로 찾는다고 한다!",
    )
    assert len("".join(other.split())) < 60
    chunks = [chunk(0, one), chunk(1, other)]
    assert remove_duplicates(chunks, DedupSettings(similarity=0.5)) == (chunks, [])


def test_a_chain_is_compared_with_what_is_kept() -> None:
    words = OTHER.split()
    first = " ".join(words)
    second = " ".join([*words[:-1], "matter"])
    third = " ".join(["Such", *words[1:-1], "matter"])
    threshold = (jaccard(first, second) + jaccard(first, third)) / 2
    assert jaccard(second, third) > threshold > jaccard(first, third)
    kept, duplicates = remove_duplicates(
        [chunk(0, first), chunk(1, second), chunk(2, third)], DedupSettings(similarity=threshold)
    )
    assert [each.id for each in kept] == ["0", "2"]
    assert duplicates == [Duplicate("1.md", "0.md", round(jaccard(first, second), 4))]


def test_copies_of_a_near_copy_name_the_passage_that_is_kept() -> None:
    near = LONG.replace("점점", "조금씩")
    kept, duplicates = remove_duplicates(
        [chunk(0, LONG), chunk(1, near), chunk(2, near), chunk(3, LONG)], DedupSettings(similarity=0.8)
    )
    similarity = round(jaccard(LONG, near), 4)
    assert [(each.id, sorted(each.also_in)) for each in kept] == [("0", ["1.md", "2.md", "3.md"])]
    assert sorted(duplicates, key=lambda each: each.source) == [
        Duplicate("1.md", "0.md", similarity),
        Duplicate("2.md", "0.md", similarity),
        Duplicate("3.md", "0.md", 1.0),
    ]


def test_switched_off_it_keeps_everything() -> None:
    chunks = [chunk(0, LONG), chunk(1, LONG)]
    assert remove_duplicates(chunks, DedupSettings(enabled=False)) == (chunks, [])


@pytest.mark.parametrize("chunks", [[], [chunk(0, "")], [chunk(0, " "), chunk(1, "가")]])
def test_little_is_kept_as_it_is(chunks: list[Chunk]) -> None:
    assert remove_duplicates(chunks, DedupSettings()) == (chunks, [])


def edited(base: str, edits: list[tuple[int, str]]) -> str:
    for position, piece in edits:
        at = position % (len(base) + 1)
        base = base[:at] + piece + base[at + len(piece) :]
    return base


EDITS = st.lists(st.tuples(st.integers(0, 400), st.sampled_from(["가", "x y", "7", "문장을 바꾼다", " "])), max_size=3)
TEXTS = st.lists(st.builds(edited, st.sampled_from([LONG, OTHER, LONG + OTHER, "짧은 글입니다"]), EDITS), max_size=8)


# Derandomised: the LSH misses a pair right at the threshold once in ten thousand, which is documented.
@settings(derandomize=True)
@given(TEXTS, st.sampled_from([0.7, 0.9]))
def test_brute_force_finds_no_other_duplicate(texts: list[str], threshold: float) -> None:
    chunks = [chunk(position, text) for position, text in enumerate(texts)]
    kept, duplicates = remove_duplicates(chunks, DedupSettings(similarity=threshold))
    text_of = {each.source: each.text for each in chunks}

    assert sorted([each.source for each in kept] + [each.source for each in duplicates]) == sorted(text_of)
    assert [each.source for each in kept] == sorted(each.source for each in kept)
    also_in = {each.source: set(each.also_in) for each in kept}
    for duplicate in duplicates:
        assert duplicate.source in also_in[duplicate.kept]
        found = jaccard(text_of[duplicate.source], text_of[duplicate.kept])
        assert duplicate.similarity == pytest.approx(found, abs=5e-5)
        assert found >= threshold
    assert sum(map(len, also_in.values())) == len(duplicates)
    long = [each.text for each in kept if len("".join(each.text.split())) >= 60]
    for position, one in enumerate(long):
        for other in long[:position]:
            assert jaccard(one, other) < threshold or numbers(one) != numbers(other)
