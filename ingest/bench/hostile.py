"""Files that break parsers: real ones damaged at random, and ones made to exhaust time or memory."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

_MIB = 1 << 20
_ZIPPED = (".docx", ".pptx", ".xlsx", ".epub", ".hwpx")

Damage = Callable[[bytes, Random], bytes]


def damaged(data: bytes, suffix: str, random: Random) -> bytes:
    """A file damaged in one way drawn at random; zipped formats often inside, behind their checksums."""
    if suffix in _ZIPPED and random.random() < 0.7:
        return _damaged_inside(data, random)
    return random.choice(_DAMAGES)(data, random)


def _truncated(data: bytes, random: Random) -> bytes:
    return data[: random.randrange(len(data) + 1)]


def _flipped(data: bytes, random: Random) -> bytes:
    flipped = bytearray(data)
    for _ in range(random.choice((1, 8, 64, 512))):
        if flipped:
            flipped[random.randrange(len(flipped))] = random.randrange(256)
    return bytes(flipped)


def _cut_out(data: bytes, random: Random) -> bytes:
    start, end = sorted(random.randrange(len(data) + 1) for _ in range(2))
    return data[:start] + data[end:]


def _repeated(data: bytes, random: Random) -> bytes:
    start, end = sorted(random.randrange(len(data) + 1) for _ in range(2))
    end = min(end, start + 4096)
    return data[:start] + data[start:end] * random.choice((2, 50)) + data[end:]


def _shuffled(data: bytes, random: Random) -> bytes:
    size = max(1, len(data) // 8)
    blocks = [data[at : at + size] for at in range(0, len(data), size)]
    random.shuffle(blocks)
    return b"".join(blocks)


_DAMAGES: tuple[Damage, ...] = (_truncated, _flipped, _cut_out, _repeated, _shuffled)


def _damaged_inside(data: bytes, random: Random) -> bytes:
    """One member damaged and the archive written anew, so that the damage reaches the XML parser."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [(info, archive.read(info)) for info in archive.infolist()]
    except zipfile.BadZipFile:
        return _flipped(data, random)
    chosen = random.randrange(len(members))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (info, content) in enumerate(members):
            archive.writestr(info, random.choice(_DAMAGES)(content, random) if number == chosen else content)
    return buffer.getvalue()


def write_crafted(folder: Path, *, text_mib: int = 1024, pdf_pages: int = 10_000) -> Iterator[Path]:
    """Write the crafted files, and yield each path.

    Args:
        folder: where to.
        text_mib: size of the large text files.
        pdf_pages: pages of the long PDF.
    """
    for name, content in _CRAFTED.items():
        path = folder / name
        path.write_bytes(content())
        yield path
    for suffix, member in _BOMBED.items():
        path = folder / f"bomb{suffix}"
        _write_bomb(path, member, text_mib)
        yield path
    yield _long_text(folder / "long-lines.txt", "강의 노트의 한 줄입니다. One line of the notes.\n", text_mib)
    yield _long_text(folder / "one-line.md", "단어 word ", text_mib // 8)
    yield _long_pdf(folder / "long.pdf", pdf_pages)


_BOMBED = {
    ".docx": "word/document.xml",
    ".pptx": "ppt/presentation.xml",
    ".xlsx": "xl/workbook.xml",
    ".epub": "META-INF/container.xml",
    ".hwpx": "Contents/section0.xml",
}
_LAUGHS = b'<!DOCTYPE x [<!ENTITY a0 "ha">%s]><x>&a30;</x>' % b"".join(
    b'<!ENTITY a%d "&a%d;&a%d;">' % (level, level - 1, level - 1) for level in range(1, 31)
)
_LOOP = (
    b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[2 0 R 2 0 R]/Count 9>>endobj\n"
    b"trailer<</Root 1 0 R/Size 3>>\n%%EOF"
)
_CRAFTED: dict[str, Callable[[], bytes]] = {
    "deep.html": lambda: b"<div>" * 200_000 + b"text",
    "deep-table.html": lambda: b"<table><tr><td>" * 20_000 + b"text",
    "deep.md": lambda: b">" * 200_000 + b" text\n\n" + b"".join(b" " * level + b"- x\n" for level in range(2_000)),
    "brackets.md": lambda: b"[" * 200_000 + b"*" * 200_000 + b"`" * 200_001 + b"<" * 200_000,
    "deep.ipynb": lambda: b'{"cells":' + b"[" * 500_000,
    "deep.rst": lambda: b"".join(b" " * level + b".. note::\n\n" for level in range(2_000)),
    "laughs.docx": lambda: _zipped({"word/document.xml": _LAUGHS, "[Content_Types].xml": b"<Types/>"}),
    "deep.docx": lambda: _zipped({"word/document.xml": b"<w:p>" * 500_000, "[Content_Types].xml": b"<Types/>"}),
    "names.pptx": lambda: _zipped({"../../../../tmp/escape.xml": b"<x/>", "/etc/escape": b"x"}),
    "wide.csv": lambda: b",".join(b"column %d" % number for number in range(200_000)) + b"\n" + b"1," * 200_000,
    "quote.csv": lambda: b'a,b\n"' + b"x,y\n" * 500_000,
    "cues.srt": lambda: b"".join(_cue(number) for number in range(100_000)),
    "huge.png": lambda: _png(60_000, 60_000),
    "loop.pdf": lambda: _LOOP,
    "nothing.hwp": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096),
    "zeros.txt": lambda: bytes(_MIB),
    "empty.pdf": lambda: b"",
}


def _zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _write_bomb(path: Path, member: str, mib: int) -> None:
    """A small archive whose member unpacks to ``mib`` MiB."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("mimetype", "application/epub+zip")
        with archive.open(member, "w", force_zip64=True) as stream:
            stream.write(b"<x>")
            for _ in range(mib):
                stream.write(b"<y/>" * (_MIB // 4))


def _long_text(path: Path, line: str, mib: int) -> Path:
    block = line.encode() * (_MIB // len(line.encode()))
    with path.open("wb") as file:
        for _ in range(mib):
            file.write(block)
    return path


def _long_pdf(path: Path, pages: int) -> Path:
    """A valid PDF of many pages, each with a line of its own."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"", b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
    for number in range(1, pages + 1):
        stream = b"BT /F 12 Tf 72 720 Td (Page %d says the number %d.) Tj ET" % (number, number * number)
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F 3 0 R>>>>/Contents %d 0 R>>"
            % (len(objects) + 2)
        )
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream))
    kids = b" ".join(b"%d 0 R" % (4 + 2 * number) for number in range(pages))
    objects[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (pages, kids)
    offsets, position = [], 0
    with path.open("wb") as file:
        position += file.write(b"%PDF-1.7\n")
        for number, content in enumerate(objects, 1):
            offsets.append(position)
            position += file.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))
        file.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
        file.writelines(b"%010d 00000 n \n" % offset for offset in offsets)
        file.write(b"trailer<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, position))
    return path


def _cue(number: int) -> bytes:
    seconds, after = divmod(number, 60), divmod(number + 1, 60)
    times = [f"{minutes // 60:02}:{minutes % 60:02}:{rest:02},000" for minutes, rest in (seconds, after)]
    return f"{number}\n{times[0]} --> {times[1]}\nLine {number} of a talk.\n\n".encode()


def _png(width: int, height: int) -> bytes:
    """A picture of a few kilobytes that claims to be huge."""

    def part(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    rows = zlib.compress(bytes(_MIB))
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", header) + part(b"IDAT", rows) + part(b"IEND", b"")
