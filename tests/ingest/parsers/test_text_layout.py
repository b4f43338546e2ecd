"""What the layout of plain text says: underlined titles, columns, wrapped lines."""

from langchain_core.document_loaders import Blob

from ingest.elements import Kind
from ingest.parsers.text import TextParser


def parsed(text: str) -> list[tuple[Kind, int, str]]:
    elements = TextParser().parse_elements(Blob.from_data(text, path="notes.txt")).elements
    return [(element.kind, element.level, element.text) for element in elements]


def test_an_underlined_line_is_a_heading() -> None:
    assert parsed("용어집\n======\n\n첫 문단이다.\n\n약어\n----\nANN is a search.\n") == [
        (Kind.HEADING, 1, "용어집"),
        (Kind.PARAGRAPH, 0, "첫 문단이다."),
        (Kind.HEADING, 2, "약어"),
        (Kind.PARAGRAPH, 0, "ANN is a search."),
    ]


def test_a_rule_below_a_paragraph_or_alone_is_no_underline() -> None:
    assert [kind for kind, _, _ in parsed("One line.\nAnother line.\n-----\n\n-----\n\nText.")] == [Kind.PARAGRAPH] * 3


def test_the_title_of_the_file_is_its_first_heading() -> None:
    blob = Blob.from_data("Week 1\n===\n\nText.", path="notes.txt")
    assert TextParser().parse_elements(blob).title == "Week 1"
    assert TextParser().parse_elements(Blob.from_data("Text.", path="notes.txt")).title is None


def test_lines_in_columns_stay_lines_and_wrapped_ones_are_joined() -> None:
    columns = [
        "ANN     approximate nearest neighbour search, as most vector databases do it",
        "BM25    the best matching function of a family that was numbered as it grew",
    ]
    assert parsed("\n".join(columns)) == [(Kind.PARAGRAPH, 0, "\n".join(columns))]
    wrapped = "This sentence was wrapped by an editor at its right margin, so that\nit goes on in the next line."
    assert parsed(wrapped) == [(Kind.PARAGRAPH, 0, wrapped.replace("\n", " "))]
