"""Suffix to parser. A parser's library is imported only when a file needs it."""

import re
from importlib import import_module
from pathlib import Path

from ingest.elements import ElementParser
from rag.settings import ParseSettings

PARSERS: dict[str, tuple[str, ...]] = {
    "pdf.pdf_file.PdfParser": (".pdf",),
    "web_page.page.HtmlParser": (".html", ".htm", ".xhtml"),
    "web_page.mhtml.MhtmlParser": (".mhtml", ".mht"),
    "markdown.document.MarkdownParser": (".md", ".markdown", ".mdx"),
    "notebook.NotebookParser": (".ipynb",),
    "restructured.document.RstParser": (".rst",),
    "text.TextParser": (".txt", ".text", ".log"),
    "office.word_document.DocxParser": (".docx", ".docm"),
    "office.slides.PptxParser": (".pptx", ".pptm", ".ppsx"),
    "office.spreadsheet.XlsxParser": (".xlsx", ".xlsm"),
    "delimited.CsvParser": (".csv", ".tsv"),
    "hangul.hwpx.HwpxParser": (".hwpx",),
    "hangul.hwp.HwpParser": (".hwp",),
    "book.epub.EpubParser": (".epub",),
    "spoken.subtitles.SubtitleParser": (".srt", ".vtt"),
    "picture.PictureParser": (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", ".gif"),
    "spoken.speech.SpeechParser": (".mp3", ".m4a", ".wav", ".flac", ".ogg", ".mp4", ".mkv", ".mov", ".webm"),
}
"""Module and class → the suffixes it reads, in lower case."""

FORMATS: dict[str, str] = {suffix: parser for parser, suffixes in PARSERS.items() for suffix in suffixes}


_SAVED_NAME = re.compile(r"(\.[a-z0-9]{2,5})(?:[@?&].*)$")
"""``page.html@id=3``: how a program that saves sites names the page of a query."""
_PAGE_OF_A_SERVER = re.compile(r"(?:^[^.]*|\.(?:php\d?|aspx?|jsp|cgi|do|shtml|xht))(?:[@?&].*)?$")
_HTML = re.compile(
    rb"\s*(?:\xef\xbb\xbf)?\s*(?:<!--.{0,500}?-->\s*)?<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL
)


def format_suffix(path: Path) -> str:
    """The suffix a file is read by, or "" if it is not read.

    Its own; that before a query; or ``.html`` for a page of a server, which begins as one whatever it is called.
    """
    name = path.name.lower()
    suffix = path.suffix.lower()
    if suffix in FORMATS:
        return suffix
    saved = _SAVED_NAME.search(name)
    if saved and saved[1] in FORMATS:
        return saved[1]
    if _PAGE_OF_A_SERVER.search(name) and path.is_file():
        try:
            with path.open("rb") as file:
                return ".html" if _HTML.match(file.read(1024)) else ""
        except OSError:
            return ""
    return ""


def parser_for(path: Path, settings: ParseSettings | None = None) -> ElementParser | None:
    """The parser of a file by its suffix, or None where the format is not read.

    Args:
        path: its name decides; the file is looked at only where that says nothing.
        settings: None takes the defaults.
    """
    name = FORMATS.get(format_suffix(path))
    if name is None:
        return None
    module, _, parser = name.rpartition(".")
    found: type[ElementParser] = getattr(import_module(f"ingest.parsers.{module}"), parser)
    return found.from_settings(settings or ParseSettings())
