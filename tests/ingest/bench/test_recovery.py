"""The measure of recovered words."""

from ingest.bench.recovery import Recovered, recovered
from ingest.elements import Element, Kind, ParsedFile


def pages(*texts: str) -> ParsedFile:
    return ParsedFile(
        [Element(Kind.PARAGRAPH, text, page=number) for number, text in enumerate(texts, start=1) if text]
    )


def test_words_are_counted_with_repetitions_and_without_what_is_no_word() -> None:
    clean = pages("The model, the 3 models 𝑥 = 1 모델")
    assert recovered(clean, pages("the Models 모델 and more")) == [Recovered(1, 3 / 5, 3 / 9)]


def test_pages_are_matched_by_content() -> None:
    clean = pages("first page here", "second one there", "third and last")
    read = pages("inserted cover", "first page here", "second one there", "third and last")
    assert [page.words for page in recovered(clean, read)] == [1.0, 1.0, 1.0]


def test_what_is_not_read_is_not_recovered() -> None:
    assert recovered(pages("some words"), pages()) == [Recovered(1, 0.0, 0.0)]
