"""Excel workbooks: what a sheet shows, as tables."""

import datetime
import io
import time
import zipfile

import openpyxl
import pytest
from langchain_core.document_loaders import Blob
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from ingest.elements import Element, Kind, ParsedFile
from ingest.parsers.office.number_formats import shown
from ingest.parsers.office.sheet_cells import MAX_ROWS
from ingest.parsers.office.spreadsheet import XlsxParser
from rag.errors import ParseError


def saved(workbook: Workbook) -> bytes:
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def parsed(data: bytes) -> ParsedFile:
    return XlsxParser().parse_elements(Blob.from_data(data, path="성적.xlsx"))


def sheet(name: str = "성적") -> tuple[Workbook, Worksheet]:
    workbook = openpyxl.Workbook()
    first = workbook.active
    assert isinstance(first, Worksheet)
    first.title = name
    return workbook, first


def test_sheets_titles_tables_and_formats() -> None:
    workbook, first = sheet()
    for row in [["2025학년도 성적"], [], ["이름", "점수", "비율", "날짜", "통과"], ["김", 90.5, 0.25, None, True]]:
        first.append(row)
    first["C4"].number_format = "0.0%"
    first["D4"] = datetime.date(2025, 9, 1)
    first["D4"].number_format = 'yyyy"년" m"월" d"일"'
    second = workbook.create_sheet("Sheet2")
    second["B2"] = "note"
    workbook.properties.title = "기말 성적"
    workbook.properties.modified = datetime.datetime(2025, 12, 20, tzinfo=datetime.UTC).replace(tzinfo=None)
    result = parsed(saved(workbook))
    assert result.elements == [
        Element(Kind.HEADING, "성적", level=1),
        Element(Kind.PARAGRAPH, "2025학년도 성적"),
        Element(
            Kind.TABLE,
            "| 이름 | 점수 | 비율 | 날짜 | 통과 |\n| --- | --- | --- | --- | --- |\n"
            "| 김 | 90.5 | 25.0% | 2025년 9월 1일 | TRUE |",
        ),
        Element(Kind.HEADING, "Sheet2", level=1),
        Element(Kind.PARAGRAPH, "note"),
    ]
    assert result.title == "기말 성적"
    assert result.skipped == []


def test_blank_rows_and_columns_part_tables() -> None:
    workbook, first = sheet()
    for row in [["a", "b", None, "x", "y"], [1, 2, None, 3, 4], [], [5, 6, None, None, None]]:
        first.append(row)
    tables = [element.text for element in parsed(saved(workbook)).elements if element.kind is Kind.TABLE]
    assert tables == [
        "| a | b |\n| --- | --- |\n| 1 | 2 |",
        "| x | y |\n| --- | --- |\n| 3 | 4 |",
        "| a | b |\n| --- | --- |\n| 5 | 6 |",
    ]


def test_a_table_goes_on_after_a_blank_row() -> None:
    workbook, first = sheet()
    for row in [["주차", "주제"], [1, "회귀"], [], [2, "분류"]]:
        first.append(row)
    tables = [element.text for element in parsed(saved(workbook)).elements if element.kind is Kind.TABLE]
    assert tables == [f"| 주차 | 주제 |\n| --- | --- |\n| {row} |" for row in ("1 | 회귀", "2 | 분류")]


def test_merged_cells() -> None:
    workbook, first = sheet()
    for row in [["반", "시험", None], [None, "중간", "기말"], ["가", 1, 2], [None, 3, 4]]:
        first.append(row)
    for merged in ("A1:A2", "B1:C1", "A3:A4"):
        first.merge_cells(merged)
    (table,) = [element.text for element in parsed(saved(workbook)).elements if element.kind is Kind.TABLE]
    assert table == "| 반 | 시험 중간 | 시험 기말 |\n| --- | --- | --- |\n| 가 | 1 | 2 |\n| 가 | 3 | 4 |"


def test_what_is_hidden_stays_so_and_is_told() -> None:
    workbook, first = sheet()
    for row in [["a", "b", "c"], ["1x", "2x", "3x"], ["4x", "5x", "6x"]]:
        first.append(row)
    first.row_dimensions[3].hidden = True
    first.column_dimensions["B"].hidden = True
    answers = workbook.create_sheet("정답")
    answers["A1"] = "비밀"
    answers.sheet_state = "hidden"
    result = parsed(saved(workbook))
    assert [element.text for element in result.elements] == ["성적", "| a | c |\n| --- | --- |\n| 1x | 3x |"]
    assert [(skip.source, skip.why) for skip in result.skipped] == [
        ("성적.xlsx, sheet 성적", "1 hidden rows left out"),
        ("성적.xlsx, sheet 성적", "1 hidden columns left out"),
        ("성적.xlsx, sheet 정답", "the sheet is hidden; show it to have it read"),
    ]


def test_formulas_without_a_result_are_told_and_errors_shown() -> None:
    workbook, first = sheet()
    first.append(["합", "=A9+1", "#DIV/0!"])
    first["C1"].data_type = "e"
    result = parsed(saved(workbook))
    assert result.elements[1].text == "| 합 | #DIV/0! |"
    assert "1 formulas have no stored result" in result.skipped[0].why


def test_a_huge_sheet_is_cut_and_told_in_bounded_time() -> None:
    workbook = openpyxl.Workbook(write_only=True)
    rows = workbook.create_sheet("log")
    for number in range(60_000):
        rows.append(["id", "value"] if number == 0 else [number, f"v{number}"])
    data = saved(workbook)
    start = time.perf_counter()
    result = parsed(data)
    assert time.perf_counter() - start < 10
    tables = [element for element in result.elements if element.kind is Kind.TABLE]
    assert all(table.text.startswith("| id | value |\n| --- | --- |\n") for table in tables)
    assert tables[-1].text.endswith(f"| {MAX_ROWS - 1} | v{MAX_ROWS - 1} |")
    assert [skip.why for skip in result.skipped] == [f"only the first {MAX_ROWS:,} rows were read"]


def test_cells_that_hold_nothing_are_bounded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.parsers.office.sheet_cells._MAX_LOOKED_AT", 8)
    workbook, first = sheet()
    for row in [["a", "b"], [1, 2], [3, 4], [5, 6]]:
        first.append(row)
    result = parsed(saved(workbook))
    assert result.elements[1].text == "| a | b |\n| --- | --- |\n| 1 | 2 |"
    assert [skip.why for skip in result.skipped] == ["only the first 2 rows were read"]


def test_entities_in_a_sheet_do_not_unfold() -> None:
    workbook, first = sheet()
    first["A1"] = "x"
    bomb = '<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY a{at} "{f"&a{at - 1 if at else str()};" * 10}">' for at in range(12)
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved(workbook))) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            if name.endswith("sheet1.xml"):
                body = '<row r="1"><c r="A1" t="inlineStr"><is><t>&a11;</t></is></c></row>'
                text = f'{bomb}]><worksheet xmlns="x"><sheetData>{body}</sheetData></worksheet>'
            new.writestr(name, text)
    try:
        result = parsed(buffer.getvalue())
    except ParseError:
        return
    assert sum(len(element.text) for element in result.elements) < 1000


def test_a_workbook_of_another_kind_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", "x")
    with pytest.raises(ParseError, match="no file of Excel"):
        parsed(buffer.getvalue())


@pytest.mark.parametrize(
    ("number", "code", "text"),
    [
        (45901.5, 'yyyy"년" m"월" d"일" aaaa', "2025년 9월 1일 월요일"),
        (45901.5, r"yyyy\-mm\-dd\ hh:mm", "2025-09-01 12:00"),
        (45901.5, "h:mm:ss AM/PM", "12:00:00 PM"),
        (45901.5, "d-mmm-yy", "1-Sep-25"),
        (1.5, "[h]:mm", "36:00"),
        (59, "yyyy-mm-dd", "1900-02-28"),
        (1e300, "yyyy", "1e+300"),
        (1234567.891, "#,##0.00", "1,234,567.89"),
        (-3.5, "0.0;(0.0)", "(3.5)"),
        (0, '0;-0;"-"', "-"),
        (5, "000", "005"),
        (3.5, "0.##", "3.5"),
        (1200, "[$₩-412]#,##0", "₩1,200"),
        (85, '0"점"', "85점"),
        (12345678, "#,##0,", "12,346"),
        (0.1 + 0.2, "General", "0.3"),
        (2.5, "# ?/?", "2.5"),
    ],
)
def test_numbers_as_shown(number: float, code: str, text: str) -> None:
    assert shown(number, code) == text
