"""Look-alikes from real documents: lines with words, numbers and signs that secrets have too, and none in them."""

import re
from collections import Counter
from pathlib import Path

from langchain_core.document_loaders import Blob

from ingest.cleaning import clean
from ingest.document import join
from ingest.masking.spans import find_spans
from ingest.parsers.registry import parser_for
from rag.errors import ParseError
from rag.settings import MaskSettings, ParseSettings

_LOOK_ALIKE = re.compile(
    r"password|passw|\bpw\b|token|\bkey\b|secret|login|account|\buser\b|\bid\b|비밀번호|암호|계정|아이디|토큰|인증|접속"
    r"|\d{8,}|\d{2,4}[-. ]\d{3,4}[-. ]\d{4}|[0-9a-f]{16,}|\S@\S|\w\s?=\s?[\"'\w]",
    re.IGNORECASE,
)
_KNOWN = {
    "001_496ae4e15b747faf.md": ("아이디 : ", "비밀번호 : ", "패스워드 : "),
    "teaching__Lecture_Notes_Raw_notes_0_syllabus.pdf": ("Password: ",),
}
"""Beginnings of the lines in which a person found a real secret; read by eye, file by file."""
_KNOWN_HOSTS = re.compile(r"@(?:seoultech\.ac\.kr|tensorflow\.org)")
"""Addresses of authors, which are found rightly."""


def real_false_alarms(documents: Path) -> tuple[int, Counter[str], list[str]]:
    """How many look-alike lines there are, the false alarms in all lines by kind, and where they stand.

    Every line of every document that can be read counts for the alarms, also those that look like nothing.
    """
    lines, alarms, places = 0, Counter[str](), list[str]()
    for path in sorted(path for path in documents.rglob("*") if path.is_file()):
        text = _text(path)
        known = _KNOWN.get(path.name, ())
        lines += sum(_LOOK_ALIKE.search(line) is not None for line in text.split("\n") if not _starts(line, known))
        for span in find_spans(text, MaskSettings(emails=True)):
            first = text.rfind("\n", 0, span.start) + 1
            line = text[first : text.find("\n", span.end)]
            if _starts(line, known) or (span.kind == "email" and _KNOWN_HOSTS.search(line)):
                continue
            alarms[span.kind] += 1
            places.append(f"{path.name}, line {text.count(chr(10), 0, first) + 1} of its text: {span.kind}")
    return lines, alarms, places


def _starts(line: str, beginnings: tuple[str, ...]) -> bool:
    """Whether a line begins so, list marker or not."""
    return line.lstrip(" -*").startswith(beginnings) if beginnings else False


def _text(path: Path) -> str:
    """The text as it is masked; "" for what is not read without OCR."""
    parser = parser_for(path, ParseSettings(ocr="off"))
    if parser is None:
        return ""
    try:
        return join(clean(parser.parse_elements(Blob.from_data(path.read_bytes(), path=path.name)))).text
    except ParseError:
        return ""
