"""A page that could not be read: its picture is a file of the version, and the report says where."""

import io
import json
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from ingest.build import Build
from ingest.elements import Skipped
from ingest.pictures import PagePictures
from ingest.prepare import Prepared
from ingest.workers import serial_map
from rag.index.folder import IndexFolder
from rag.index.manifest import Manifest
from rag.settings import load_settings

WHY = "no text layer; OCR is off (setting parse.ocr)"


def scan() -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=True)
    canvas.drawImage(ImageReader(Image.new("L", (60, 80), 128)), 0, 0, 595, 842)
    canvas.save()
    return buffer.getvalue()


def test_the_report_names_the_picture_of_a_broken_page(tmp_path: Path, make_pdf: Callable[..., bytes]) -> None:
    course, index = tmp_path / "course", tmp_path / "index"
    for folder in ("a", "b"):
        (course / folder).mkdir(parents=True)
        (course / folder / "강의 1.pdf").write_bytes(scan())
    (course / "week1.pdf").write_bytes(make_pdf("역전파는 연쇄 법칙으로 기울기를 구한다."))
    settings = load_settings(index={"path": index, "keep_versions": 1}, parse={"ocr": "off"})
    report = Build(settings, file_map=serial_map).run([course])

    told = {skip.source: skip.why for skip in report.skipped if skip.source.endswith("page 1")}
    paths = {source: Path(why.removeprefix(f"{WHY}; its picture: ")) for source, why in told.items()}
    assert sorted(paths) == ["a/강의 1.pdf, page 1", "b/강의 1.pdf, page 1"]
    assert len(set(paths.values())) == 2
    for path in paths.values():
        assert path.parent == index / "versions" / "1" / "pages"
        assert path.name.startswith("강의-1-")
        with Image.open(path) as picture:
            assert picture.format == "PNG"
            assert picture.convert("L").getpixel((picture.width // 2, picture.height // 2)) == 128
    manifest = Manifest.read(IndexFolder(index).version_dir(1))
    assert {f"pages/{path.name}" for path in paths.values()} < set(manifest.files)
    assert {frozenset(skip) for skip in json.loads(json.dumps(report.to_json()))["files"]["skipped"]} == {
        frozenset({"source", "why"})
    }

    (course / "week2.pdf").write_bytes(make_pdf("Dropout switches off random neurons."))
    again = Build(settings, file_map=serial_map).run([course])
    pictures = [skip.why.partition("its picture: ")[2] for skip in again.skipped if "picture" in skip.why]
    assert sorted(pictures) == sorted(str(path).replace("versions/1/", "versions/2/") for path in paths.values())
    assert all(Path(path).is_file() for path in pictures)
    assert not any(path.exists() for path in paths.values())  # gone with their version


def test_lines_without_a_picture_stay_as_they_are() -> None:
    pictures = PagePictures.of({"a.pdf": Prepared(pictures={3: b"png"})})
    skips = [Skipped("a.pdf, page 3", "no text"), Skipped("a.pdf, page 30", "no text"), Skipped("a.pdf", "cut off")]
    named = pictures.named(skips, Path("index/versions/7"))
    assert named[1:] == skips[1:]
    (path,) = pictures.files
    assert named[0] == Skipped("a.pdf, page 3", f"no text; its picture: index/versions/7/{path}")
    assert (path[:8], path[-10:]) == ("pages/a-", "-p0003.png")
