"""CSV and TSV in the dialects and encodings they come in."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.document_loaders import Blob

from ingest.elements import Kind, ParsedFile
from ingest.parsers.delimited import CsvParser
from ingest.parsers.office.sheet_cells import MAX_ROWS
from ingest.parsers.tables import MAX_ROWS as MOST
from rag.errors import ParseError

TABLE = "| 이름 | 점수 |\n| --- | --- |\n| 김, 철수 | 90 |\n| 이 | 80 |"


def parsed(data: bytes, name: str = "a.csv") -> ParsedFile:
    return CsvParser().parse_elements(Blob.from_data(data, path=name))


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ('이름,점수\n"김, 철수",90\n이,80\n'.encode(), "utf8.csv"),
        ('이름,점수\r\n"김, 철수",90\r\n이,80\r\n'.encode("utf-8-sig"), "bom.csv"),
        ('이름,점수\r\n"김, 철수",90\r\n이,80\r\n'.encode("cp949"), "excel.csv"),
        ("이름;점수\n김, 철수;90\n이;80\n".encode(), "semicolon.csv"),
        ("sep=;\n이름;점수\n김, 철수;90\n이;80\n".encode(), "stated.csv"),
        ("이름\t점수\n김, 철수\t90\n이\t80\n".encode("utf-16"), "excel.tsv"),
        ("이름|점수\n김, 철수|90\n이|80\n".encode(), "bars.csv"),
        ('이름,점수\n"김,\n철수",90\n이,80'.encode(), "two lines in a cell.csv"),
        (',,\n이름,점수,\n"김, 철수",90,\n,,\n이,80,\n'.encode(), "empty rows and columns.csv"),
    ],
)
def test_dialects(data: bytes, name: str) -> None:
    result = parsed(data, name)
    assert [(element.kind, element.text) for element in result.elements] == [(Kind.TABLE, TABLE)]
    assert result.skipped == []


def test_numbers_alone_have_no_header() -> None:
    assert parsed(b"1,2\n3,4\n").elements[0].text == "| 1 | 2 |\n| 3 | 4 |"


def test_a_long_table_is_cut_with_its_header_and_a_huge_one_told() -> None:
    data = "id,value\n" + "".join(f"{at},v{at}\n" for at in range(MAX_ROWS + 500))
    result = parsed(data.encode())
    assert [element.text.count("\n") for element in result.elements] == [MOST + 1] * (MAX_ROWS // MOST)
    assert {element.text.split("\n")[0] for element in result.elements} == {"| id | value |"}
    assert result.elements[-1].text.endswith(f"| {MAX_ROWS - 1} | v{MAX_ROWS - 1} |")
    assert "only the first 10,001 of about 10,501 rows" in result.skipped[0].why


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "cp949"])
def test_a_file_beyond_the_bytes_that_are_read(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.parsers.delimited._MAX_BYTES", 1001)
    result = parsed(("이름,점수\n" + "가나다,1234\n" * 500).encode(encoding))
    rows = result.elements[0].text.split("\n")
    assert rows[:2] == ["| 이름 | 점수 |", "| --- | --- |"]
    assert set(rows[2:]) == {"| 가나다 | 1234 |"}
    assert "only the first" in result.skipped[0].why


def test_a_quotation_mark_that_is_never_closed() -> None:
    lines = "".join(f"{at},text of line {at}\n" for at in range(5000))
    result = parsed(('a,b\n1,"open\n' + lines).encode())
    assert "| 4999 | text of line 4999 |" in result.elements[-1].text
    assert "never closed" in result.skipped[0].why


def test_one_endless_line_is_cut_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.parsers.delimited._MAX_BYTES", 500_000)
    result = parsed(b"x" * 900_000)
    assert [element.text for element in result.elements] == [f"| {'x' * 40_000} |"]
    assert "1 cells cut after 40,000 characters" in [skip.why for skip in result.skipped]


def test_an_empty_file_is_told() -> None:
    for data in (b"", b",,,\n,,\n"):
        with pytest.raises(ParseError):
            parsed(data)


@given(
    st.lists(st.lists(st.text(alphabet="가나 ab\n\"',", max_size=8), min_size=2, max_size=4), min_size=1, max_size=6)
)
def test_every_cell_is_in_the_table(rows: list[list[str]]) -> None:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    words = {word for row in rows for cell in row for word in cell.split()}
    try:
        text = " ".join(element.text for element in parsed(buffer.getvalue().encode()).elements)
    except ParseError:
        assert not any(char.isalnum() for word in words for char in word)
        return
    assert {"".join(filter(str.isalnum, word)) for word in words} <= {"", *_words(text)}


def _words(text: str) -> set[str]:
    return {"".join(filter(str.isalnum, word)) for word in text.replace("|", " ").split()}


def test_a_huge_file_of_one_line_is_cut_between_characters() -> None:
    result = parsed("가나다".encode() * (4 << 20))
    assert [skip.why for skip in result.skipped] == [
        "only the first 1 of about 1 rows were read",
        "1 cells cut after 40,000 characters",
    ]
    assert set(result.elements[0].text) == set("가나다| ")
