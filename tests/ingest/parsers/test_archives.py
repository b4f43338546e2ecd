"""A zip file is bounded before it is unpacked, and whatever is wrong with it is told."""

import io
import re
import zipfile
from pathlib import Path

import pytest
from docx import Document
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.document_loaders import Blob
from openpyxl import Workbook
from pptx import Presentation

from ingest.parsers import archives
from ingest.parsers.archives import Archive
from ingest.parsers.registry import parser_for
from rag.errors import ParseError

LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "haha"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><a>&c;</a>"""


def zipped(parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def opened(data: bytes) -> Archive:
    return Archive(data, "a.docx", program="Word")


def test_parts_are_found_in_any_case_and_with_either_slash() -> None:
    archive = opened(zipped({"Word\\Document.XML": b"<a>\xea\xb0\x80</a>"}))
    assert archive.names == ["Word/Document.XML"]
    assert "word/document.xml" in archive
    assert archive.xml("word/document.xml").text == "가"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "is empty"),
        (b"\x00" * 100, "is empty"),
        (b"PK\x03\x04 no more", "damaged"),
        (zipped({"a": b"x" * 5000})[:-30], "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "old format"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
    ],
    ids=["no bytes", "zeros", "a mark and no more", "cut short", "old format", "encrypted"],
)
def test_what_is_no_zip_file_is_told(data: bytes, told: str) -> None:
    with pytest.raises(ParseError, match=told) as raised:
        opened(data)
    assert raised.value.remedy


def test_an_encrypted_entry_is_told() -> None:
    data = bytearray(zipped({"a.xml": b"<a/>"}))
    data[6] |= 1  # in the entry's own header, and in the list at the end
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(ParseError, match="password"):
        opened(bytes(data)).read("a.xml")


def test_a_damaged_entry_is_told() -> None:
    data = zipped({"a.xml": b"<a>12345</a>"}, zipfile.ZIP_STORED).replace(b"12345", b"12346", 1)
    with pytest.raises(ParseError, match=r"a\.xml cannot be unpacked"):
        opened(data).read("a.xml")


def test_a_missing_part_is_told() -> None:
    with pytest.raises(ParseError, match=r"word/x\.xml is missing"):
        opened(zipped({"a": b""})).xml("word/x.xml")


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(ParseError, match="times its size"):
        opened(zipped({"word/document.xml": b" " * (archives.RATIO_FROM + 1)}))


def test_entries_their_sizes_and_their_sum_have_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    data = zipped({f"{number}": bytes(range(256)) for number in range(10)})
    with monkeypatch.context() as limits:
        limits.setattr(archives, "MAX_ENTRIES", 9)
        with pytest.raises(ParseError, match="10 entries"):
            opened(data)
    with monkeypatch.context() as limits:
        limits.setattr(archives, "MAX_EXPANDED", 2559)
        with pytest.raises(ParseError, match="unpacks to more than"):
            opened(data)
    with monkeypatch.context() as limits:
        limits.setattr(archives, "MAX_PART", 255)
        with pytest.raises(ParseError, match="too large"):
            opened(data).read("3")
    assert opened(data).read("3") == bytes(range(256))


def test_a_declared_size_that_lies_unpacks_to_no_more() -> None:
    data = bytearray(zipped({"a.xml": b"<a>" + b"x" * 100_000 + b"</a>"}))
    at = data.rindex(b"PK\x01\x02") + 24
    data[at : at + 4] = (10).to_bytes(4, "little")
    with pytest.raises(ParseError, match="cannot be unpacked"):
        opened(bytes(data)).read("a.xml")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused(encoding: str) -> None:
    laughs = LAUGHS.decode().replace('version="1.0"', f'version="1.0" encoding="{encoding}"').encode(encoding)
    with pytest.raises(ParseError, match="entities"):
        opened(zipped({"a.xml": laughs})).xml("a.xml")


def test_a_file_outside_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "x.dtd").write_text('<!ENTITY secret "42">', encoding="utf-8")
    xml = f'<!DOCTYPE a SYSTEM "{(tmp_path / "x.dtd").as_uri()}"><a>1</a>'
    assert opened(zipped({"a.xml": xml.encode()})).xml("a.xml").text == "1"


def test_xml_nested_too_deep_is_told() -> None:
    with pytest.raises(ParseError, match="is broken"):
        opened(zipped({"a.xml": b"<a>" * 100_000 + b"</a>" * 100_000})).xml("a.xml")


@given(st.integers(0, 400), st.integers(0, 255), st.integers(0, 400))
def test_any_damage_is_a_parse_error(at: int, byte: int, cut: int) -> None:
    data = bytearray(zipped({"a.xml": b"<a>text</a>", "b.xml": b"<b/>" * 20}))
    data[at % len(data)] = byte
    try:
        archive = opened(bytes(data[: len(data) - cut % len(data)]))
        for name in archive.names:
            archive.read(name)
    except ParseError as error:
        assert error.message.startswith("a.docx is ")
        assert error.remedy


def word() -> bytes:
    document = Document()
    document.add_heading("제목", 1)
    document.add_paragraph("하나", style="List Number")
    document.add_table(2, 2).cell(0, 0).text = "칸"
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def deck() -> bytes:
    presentation = Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[1])
    slide.shapes.title.text = "제목"
    slide.shapes.add_table(2, 2, 0, 0, 9, 9).table.cell(0, 0).text = "칸"
    buffer = io.BytesIO()
    presentation.save(buffer)
    return buffer.getvalue()


def workbook() -> bytes:
    book = Workbook()
    for row in [["이름", "점수"], ["김", 90.5]]:
        book.worksheets[0].append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


FILES = {".docx": word(), ".pptx": deck(), ".xlsx": workbook()}
_VALUE = re.compile(rb'"[^"<>]{1,40}"|>[^<>]{1,40}<')


@given(
    st.sampled_from(sorted(FILES)),
    st.integers(0, 10_000),
    st.lists(st.integers(0, 10_000), max_size=5),
    st.sampled_from([b"-1", b"", b"99999999999999999999", "²".encode(), b"NaN", b"../../x", b"1e400"]),
)
def test_values_that_make_no_sense_are_read_around(suffix: str, part: int, places: list[int], nonsense: bytes) -> None:
    """Numbers out of range, ids of nothing: what the XML of any part may say without being broken."""
    with zipfile.ZipFile(io.BytesIO(FILES[suffix])) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    names = [name for name in parts if name.endswith((".xml", ".rels"))]
    name = names[part % len(names)]
    values = list(_VALUE.finditer(parts[name]))
    for place in sorted({place % len(values) for place in places} if values else (), reverse=True):
        start, end = values[place].span()
        parts[name] = parts[name][: start + 1] + nonsense + parts[name][end - 1 :]
    parser = parser_for(Path(f"a{suffix}"))
    assert parser is not None
    try:
        parsed = parser.parse_elements(Blob.from_data(zipped(parts), path=f"a{suffix}"))
    except ParseError as error:
        assert error.remedy
    else:
        assert all(element.text.strip() for element in parsed.elements)
