"""Suffix to parser. A parser's library is imported only when a file needs it."""

from importlib import import_module
from pathlib import Path

from ingest.elements import ElementParser
from rag.settings import ParseSettings

PARSERS: dict[str, tuple[str, ...]] = {
    "pdf.PdfParser": (".pdf",),
    "html_page.HtmlParser": (".html", ".htm", ".xhtml"),
    "mhtml.MhtmlParser": (".mhtml", ".mht"),
    "markdown.MarkdownParser": (".md", ".markdown", ".mdx"),
    "notebook.NotebookParser": (".ipynb",),
    "rst.RstParser": (".rst",),
    "text.TextParser": (".txt", ".text", ".log"),
    "word_document.DocxParser": (".docx", ".docm"),
    "slides.PptxParser": (".pptx", ".pptm", ".ppsx"),
    "spreadsheet.XlsxParser": (".xlsx", ".xlsm"),
    "delimited.CsvParser": (".csv", ".tsv"),
    "hwpx.HwpxParser": (".hwpx",),
    "hwp.HwpParser": (".hwp",),
    "epub.EpubParser": (".epub",),
    "subtitles.SubtitleParser": (".srt", ".vtt"),
    "picture.PictureParser": (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", ".gif"),
    "speech.SpeechParser": (".mp3", ".m4a", ".wav", ".flac", ".ogg", ".mp4", ".mkv", ".mov", ".webm"),
}
"""Module and class → the suffixes it reads, in lower case."""

FORMATS: dict[str, str] = {suffix: parser for parser, suffixes in PARSERS.items() for suffix in suffixes}


def parser_for(path: Path, settings: ParseSettings | None = None) -> ElementParser | None:
    """The parser of a file by its suffix, or None where the format is not read.

    Args:
        path: only its suffix is looked at.
        settings: None takes the defaults.
    """
    name = FORMATS.get(path.suffix.lower())
    if name is None:
        return None
    module, _, parser = name.partition(".")
    found: type[ElementParser] = getattr(import_module(f"ingest.parsers.{module}"), parser)
    return found.from_settings(settings or ParseSettings())
