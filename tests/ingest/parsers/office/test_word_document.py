"""Word documents: made with python-docx, and with the XML it has no words for."""

import io
import zipfile
from collections.abc import Callable

import pytest
from docx import Document
from docx.document import Document as WordDocument
from docx.oxml import parse_xml
from docx.shared import Pt
from langchain_core.document_loaders import Blob
from PIL import Image

from ingest.elements import Element, Kind, ParsedFile
from ingest.parsers.office.word_document import DocxParser
from rag.errors import ParseError

SPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)


def saved(document: WordDocument) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def parsed(data: bytes) -> ParsedFile:
    return DocxParser().parse_elements(Blob.from_data(data, path="a.docx"))


def of(build: Callable[[WordDocument], object]) -> list[tuple[Kind, str]]:
    document = Document()
    build(document)
    return [(element.kind, element.text) for element in parsed(saved(document)).elements]


def of_xml(body: str) -> list[tuple[Kind, str]]:
    """What comes of paragraphs and tables written as XML."""
    return of(lambda document: _append(document, body))


def _append(document: WordDocument, body: str) -> None:
    for child in list(parse_xml(f"<w:body {SPACES}>{body}</w:body>")):
        document.element.body[-1].addprevious(child)


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def test_headings_paragraphs_lists_and_tables_in_order() -> None:
    document = Document()
    document.add_heading("기계 학습", 0)
    document.add_heading("1주차", 1)
    document.add_paragraph("Korean 과 English 가 섞인 문단.")
    document.add_paragraph("하나", style="List Bullet")
    document.add_paragraph("안쪽", style="List Bullet 2")
    document.add_paragraph("첫째", style="List Number")
    document.add_paragraph("둘째", style="List Number")
    table = document.add_table(2, 2)
    for cell, text in zip((cell for row in table.rows for cell in row.cells), ["이름", "값", "a|b", "1"], strict=True):
        cell.text = text
    document.add_heading("자세히", 2)
    document.core_properties.title = "Document1"
    result = parsed(saved(document))
    assert result.elements == [
        Element(Kind.HEADING, "기계 학습", level=1),
        Element(Kind.HEADING, "1주차", level=2),
        Element(Kind.PARAGRAPH, "Korean 과 English 가 섞인 문단."),
        Element(Kind.LIST, "- 하나\n  - 안쪽\n1. 첫째\n2. 둘째"),
        Element(Kind.TABLE, "| 이름 | 값 |\n| --- | --- |\n| a\\|b | 1 |"),
        Element(Kind.HEADING, "자세히", level=3),
    ]
    assert (result.title, result.skipped) == ("기계 학습", [])


def test_properties() -> None:
    from datetime import datetime

    document = Document()
    document.add_paragraph("x y")
    document.core_properties.title = "Microsoft Word - 강의 계획서.docx"
    document.core_properties.modified = datetime(2025, 9, 1, 8, 30)
    result = parsed(saved(document))
    assert (result.title, result.date) == ("강의 계획서", "2025-09-01")


@pytest.mark.parametrize(("name", "level"), [("제목 2", 2), ("개요 1", 1), ("Heading 3", 3)])
def test_korean_style_names_are_headings(name: str, level: int) -> None:
    document = Document()
    style = next((style for style in document.styles if style.name == name), None)
    style = style or document.styles.add_style(name, 1)
    document.add_paragraph("머리말", style=style)
    assert parsed(saved(document)).elements == [Element(Kind.HEADING, "머리말", level=level)]


def test_outline_level_makes_a_heading() -> None:
    body = f'<w:p><w:pPr><w:outlineLvl w:val="1"/></w:pPr>{run("절")}</w:p>'
    document = Document()
    _append(document, body)
    assert parsed(saved(document)).elements == [Element(Kind.HEADING, "절", level=2)]


def test_headings_by_look_only_without_heading_styles() -> None:
    def build(document: WordDocument) -> None:
        for title, size in (("큰 제목", 18), ("작은 제목", 11), ("다른 제목", 11)):
            bold = document.add_paragraph().add_run(title)
            bold.bold, bold.font.size = True, Pt(size)
            for text in ("보통 문단이며 마침표로 끝납니다.", "또 하나의 문단입니다.", "셋째 문단입니다."):
                document.add_paragraph().add_run(text).font.size = Pt(11)

    document = Document()
    build(document)
    levels = [(each.level, each.text) for each in parsed(saved(document)).elements if each.kind is Kind.HEADING]
    assert levels == [(1, "큰 제목"), (2, "작은 제목"), (2, "다른 제목")]
    document.add_heading("진짜", 1)
    headings = [each.text for each in parsed(saved(document)).elements if each.kind is Kind.HEADING]
    assert headings == ["진짜"]


def test_a_document_all_in_bold_has_no_headings() -> None:
    def build(document: WordDocument) -> None:
        for number in range(6):
            document.add_paragraph().add_run(f"line {number} of it").bold = True

    assert {kind for kind, _ in of(build)} == {Kind.PARAGRAPH}


def test_tracked_changes_and_hidden_text() -> None:
    document = Document()
    _append(
        document,
        f"<w:p>{run('남은 ')}<w:ins>{run('넣은')}</w:ins><w:del><w:r><w:delText>지운</w:delText></w:r></w:del>"
        f"{run('숨긴', '<w:vanish/>')}</w:p>",
    )
    result = parsed(saved(document))
    assert [element.text for element in result.elements] == ["남은 넣은"]
    assert {skip.why for skip in result.skipped} == {
        "1 deleted passages of tracked changes left out",
        "2 characters of hidden text left out",
    }


def test_a_text_box_is_read_once() -> None:
    box = f"<w:txbxContent><w:p>{run('상자 안')}</w:p></w:txbxContent>"
    body = (
        f"<w:p>{run('앞')}<w:r><mc:AlternateContent>"
        f'<mc:Choice Requires="wps"><w:drawing><wps:txbx>{box}</wps:txbx></w:drawing></mc:Choice>'
        f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )
    assert of_xml(body) == [(Kind.PARAGRAPH, "앞"), (Kind.PARAGRAPH, "상자 안")]


def test_tables_with_merged_cells_two_header_rows_and_frames() -> None:
    def cell(text: str, properties: str = "") -> str:
        return f"<w:tc><w:tcPr>{properties}</w:tcPr><w:p>{run(text)}</w:p></w:tc>"

    down, on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    rows = [
        cell("반", down) + cell("시험", '<w:gridSpan w:val="2"/>'),
        cell("", on) + cell("중간") + cell("기말"),
        cell("가", down) + cell("1") + cell("2"),
        cell("", on) + cell("3") + cell("4"),
    ]
    table = "".join(f"<w:tr>{row}</w:tr>" for row in rows)
    frame = f"<w:tbl><w:tr>{cell('틀 안의 글')}</w:tr></w:tbl>"
    assert of_xml(f"<w:tbl>{table}</w:tbl><w:p/>{frame}") == [
        (Kind.TABLE, "| 반 | 시험 중간 | 시험 기말 |\n| --- | --- | --- |\n| 가 | 1 | 2 |\n| 가 | 3 | 4 |"),
        (Kind.PARAGRAPH, "틀 안의 글"),
    ]


def test_a_nested_table_follows_the_one_around_it() -> None:
    def build(document: WordDocument) -> None:
        table = document.add_table(2, 2)
        for at, text in enumerate(["이름", "값", "a", ""]):
            table.cell(at // 2, at % 2).text = text
        inner = table.cell(1, 1).add_table(2, 2)
        for at, text in enumerate(["x", "y", "1", "2"]):
            inner.cell(at // 2, at % 2).text = text

    assert of(build) == [
        (Kind.TABLE, "| 이름 | 값 |\n| --- | --- |\n| a |  |"),
        (Kind.TABLE, "| x | y |\n| --- | --- |\n| 1 | 2 |"),
    ]


def test_code_by_its_font_and_inside_a_sentence() -> None:
    def build(document: WordDocument) -> None:
        for line in ("def f(x):", "    return x"):
            document.add_paragraph().add_run(line).font.name = "Consolas"
        paragraph = document.add_paragraph("함수 ")
        paragraph.add_run("f(x)").font.name = "D2Coding"
        paragraph.add_run("를 부른다.")

    assert of(build) == [(Kind.CODE, "def f(x):\n    return x"), (Kind.PARAGRAPH, "함수 `f(x)`를 부른다.")]


def test_powers_and_links_and_fields() -> None:
    up = '<w:vertAlign w:val="superscript"/>'
    field = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>HYPERLINK "https://a.kr/x"</w:instrText></w:r>'
    )
    document = Document()
    _append(document, f"<w:p>{run('x')}{run('2', up)}{run(' on the 1')}{run('st ', up)}{field}{run('링크')}</w:p>")
    result = parsed(saved(document))
    assert [element.text for element in result.elements] == ["x² on the 1st 링크"]
    assert result.metadata["links"] == ["https://a.kr/x"]


def math(inner: str) -> str:
    return f"<w:p>{run('식 ')}<m:oMath>{inner}</m:oMath></w:p>"


def sign(text: str) -> str:
    return f"<m:r><m:t>{text}</m:t></m:r>"


@pytest.mark.parametrize(
    ("inner", "latex"),
    [
        (f"<m:f><m:num>{sign('a')}</m:num><m:den>{sign('λ')}</m:den></m:f>", r"\frac{a}{\lambda}"),
        (f"<m:sSup><m:e>{sign('𝑥')}</m:e><m:sup>{sign('2')}</m:sup></m:sSup>", "x^{2}"),
        (f"<m:sSub><m:e>{sign('ab')}</m:e><m:sub>{sign('i')}</m:sub></m:sSub>", "{ab}_{i}"),
        (f"<m:rad><m:deg/><m:e>{sign('x')}</m:e></m:rad>", r"\sqrt{x}"),
        (
            f'<m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr><m:sub>{sign("i=1")}</m:sub><m:sup>{sign("n")}</m:sup>'
            f"<m:e>{sign('i')}</m:e></m:nary>",
            r"\sum_{i=1}^{n} i",
        ),
        (
            f'<m:d><m:dPr><m:begChr m:val="["/><m:endChr m:val="]"/></m:dPr><m:e><m:m><m:mr><m:e>{sign("1")}</m:e>'
            f"<m:e>{sign('0')}</m:e></m:mr><m:mr><m:e>{sign('0')}</m:e><m:e>{sign('1')}</m:e></m:mr></m:m></m:e></m:d>",
            r"[\begin{matrix} 1 & 0 \\ 0 & 1 \end{matrix}]",
        ),
        (f'<m:acc><m:accPr><m:chr m:val="&#x302;"/></m:accPr><m:e>{sign("y")}</m:e></m:acc>', r"\hat{y}"),
        (f"<m:func><m:fName>{sign('log')}</m:fName><m:e>{sign('p')}</m:e></m:func>", r"\log p"),
        (f"{sign('α')}{sign('x')}", r"\alpha x"),
        (
            f"<m:limLow><m:e>{sign('min')}</m:e><m:lim>{sign('θ')}</m:lim></m:limLow>",
            r"\min_{\theta}",
        ),
    ],
)
def test_equations(inner: str, latex: str) -> None:
    assert of_xml(math(inner)) == [(Kind.PARAGRAPH, f"식 ${latex}$")]


def test_a_footnote_follows_its_paragraph() -> None:
    document = Document()
    _append(document, f'<w:p>{run("본문")}<w:r><w:footnoteReference w:id="2"/></w:r>{run("이다.")}</w:p>')
    document.add_paragraph("다음 문단.")
    notes = (
        f'<w:footnotes {SPACES}><w:footnote w:type="separator" w:id="0"><w:p/></w:footnote>'
        f'<w:footnote w:id="2"><w:p>{run("각주의 글")}</w:p></w:footnote></w:footnotes>'
    )
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    relation = f'<Relationship Id="rId99" Type="{kind}" Target="footnotes.xml"/></Relationships>'
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved(document))) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "word/_rels/document.xml.rels":
                data = data.replace(b"</Relationships>", relation.encode())
            new.writestr(name, data)
        new.writestr("word/footnotes.xml", notes)
    texts = [element.text for element in parsed(buffer.getvalue()).elements]
    assert texts == ["본문이다.", "1) 각주의 글", "다음 문단."]


def test_headers_and_contents_are_left_out_and_pictures_told() -> None:
    picture = io.BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "png")
    picture.seek(0)
    document = Document()
    document.sections[0].header.paragraphs[0].text = "머리글"
    document.add_paragraph("1. 서론 ...... 3", style=document.styles.add_style("toc 1", 1))
    document.add_paragraph("본문")
    document.add_picture(picture)
    result = parsed(saved(document))
    assert [element.text for element in result.elements] == ["본문"]
    assert [(skip.source, skip.why) for skip in result.skipped] == [("a.docx", "1 picture not read")]


def test_tables_nested_without_end_are_bounded() -> None:
    table = "<w:tbl><w:tr><w:tc>" * 60 + f"<w:p>{run('깊은 곳')}</w:p>" + "</w:tc></w:tr></w:tbl>" * 60
    document = Document()
    _append(document, f"<w:p>{run('위')}</w:p>{table}")
    result = parsed(saved(document))
    assert [element.text for element in result.elements] == ["위"]
    assert [skip.why for skip in result.skipped] == ["1 tables or text boxes nested too deep"]


def test_a_document_of_pictures_is_refused() -> None:
    with pytest.raises(ParseError, match="no text"):
        parsed(saved(Document()))
