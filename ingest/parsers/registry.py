"""Suffix to parser. A parser's library is imported only when a file needs it."""

from pathlib import Path

from ingest.elements import ElementParser
from rag.settings import ParseSettings

FORMATS: dict[str, str] = {
    ".pdf": "pdf",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".md": "markdown",
    ".markdown": "markdown",
    ".mdx": "markdown",
    ".ipynb": "notebook",
    ".rst": "rst",
    ".txt": "text",
    ".text": "text",
    ".log": "text",
}
"""Lower-case suffix to format; a test holds it equal to the parsers' own ``SUFFIXES``."""


def parser_for(path: Path, settings: ParseSettings | None = None) -> ElementParser | None:
    """The parser of a file by its suffix, or None where the format is not read.

    Args:
        path: only its suffix is looked at.
        settings: None takes the defaults.
    """
    settings = settings or ParseSettings()
    match FORMATS.get(path.suffix.lower()):
        case "pdf":
            from ingest.parsers.pdf import PdfParser

            return PdfParser()
        case "html":
            from ingest.parsers.html_page import HtmlParser

            return HtmlParser()
        case "markdown":
            from ingest.parsers.markdown import MarkdownParser

            return MarkdownParser()
        case "notebook":
            from ingest.parsers.notebook import NotebookParser

            return NotebookParser(output_chars=settings.notebook_output_chars)
        case "rst":
            from ingest.parsers.rst import RstParser

            return RstParser()
        case "text":
            from ingest.parsers.text import TextParser

            return TextParser()
        case _:
            return None
