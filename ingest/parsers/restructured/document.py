"""reStructuredText files, read without docutils, which knows no Sphinx and takes a broken block for none at all."""

from langchain_core.document_loaders import Blob

from ingest.elements import ElementParser, Kind, ParsedFile
from ingest.parsers.decoding import decode
from ingest.parsers.markdown.front_matter import stated_day
from ingest.parsers.restructured.blocks import parse_blocks
from ingest.parsers.restructured.inline import Context, substitutions_of
from ingest.parsers.text import damage


class RstParser(ElementParser):
    """reStructuredText (``.rst``)."""

    def parse_elements(self, blob: Blob) -> ParsedFile:
        """Read one file.

        Raises:
            ParseError: it is empty, binary or in no known encoding.
        """
        source = str(blob.source or "text")
        decoded = decode(blob.as_bytes(), source)
        lines = [line.rstrip() for line in decoded.text.expandtabs(8).split("\n")]
        context = Context(source, skipped=damage(source, decoded.damaged), substitutions=substitutions_of(lines))
        elements = list(parse_blocks(lines, context))
        title = next((element.text for element in elements if element.kind is Kind.HEADING), None)
        return ParsedFile(
            elements,
            title,
            context.skipped,
            {"links": context.links, "encoding": decoded.encoding},
            date=stated_day(context.fields),
        )
