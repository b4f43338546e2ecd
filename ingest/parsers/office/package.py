"""What Word, PowerPoint and Excel files have in common: parts, relationships, properties.

Open Packaging Conventions, ECMA-376 part 2. The XML is walked directly, because the libraries that write these formats
leave out what courses are full of: text boxes, equations, footnotes, SmartArt, tracked changes.
"""

import posixpath
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import unquote

from ingest.elements import Skipped
from ingest.parsers.archives import Archive
from rag.errors import ParseError

_OFFICE = "http://schemas.openxmlformats.org"
W = f"{{{_OFFICE}/wordprocessingml/2006/main}}"
A = f"{{{_OFFICE}/drawingml/2006/main}}"
P = f"{{{_OFFICE}/presentationml/2006/main}}"
S = f"{{{_OFFICE}/spreadsheetml/2006/main}}"
M = f"{{{_OFFICE}/officeDocument/2006/math}}"
R = f"{{{_OFFICE}/officeDocument/2006/relationships}}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_CORE = "{http://purl.org/dc/elements/1.1/}title"
_MODIFIED = "{http://purl.org/dc/terms/}modified"
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/")

_JUNK_TITLE = re.compile(
    r"^\(?(?:anonymous|untitled|unspecified|제목 ?없음|title|제목|word document|(?:slide|슬라이드) \d+|"
    r"powerpoint[ -](?:presentation|프레젠테이션)|"
    r"(?:document|presentation|book|문서|프레젠테이션|통합 ?문서)\s?\d*)\)?$",
    re.IGNORECASE,
)
_TEMPLATE_DATES = frozenset({"2013-12-23", "2013-01-27"})
"""What python-docx and python-pptx write when nobody says otherwise."""


@dataclass(frozen=True, slots=True)
class Relation:
    """What one part says about another, or about an address outside the file."""

    kind: str
    target: str
    external: bool


@dataclass
class Package:
    """An Office file.

    Attributes:
        archive: its zip file.
        skipped: parts that could not be read, and what the parsers leave out.
        links: addresses outside the file that its parts refer to, in order of reading.
        pictures: parts of pictures that were met, each as often as it was.
    """

    archive: Archive
    skipped: list[Skipped] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    pictures: Counter[str] = field(default_factory=Counter)
    _shared: dict[str, Any | None] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """Name of the file."""
        return self.archive.source

    def skip(self, why: str, part: str = "") -> None:
        """Note that something is left out; ``part`` is what a reader calls the place: ``slide 3``."""
        self.skipped.append(Skipped(f"{self.source}, {part}" if part else self.source, why))

    def main(self, folder: str) -> str:
        """Name of the main part, which lies in ``folder``: ``word/document.xml``.

        Raises:
            ParseError: there is none: the file is of another kind.
        """
        for relation in self.relations("").values():
            if relation.kind == "officeDocument" and relation.target.startswith(f"{folder}/"):
                return relation.target
        raise ParseError(
            f"{self.source} is no file of {self.archive.program}.",
            remedy=f"Check its suffix, or save it again in {self.archive.program}.",
        )

    def xml(self, name: str) -> Any:
        """Root of a part, each alternative content resolved to its first choice.

        Raises:
            ParseError: it is missing or broken.
        """
        data = _STRICT.sub(rb"http://schemas.openxmlformats.org/\1/2006/", self.archive.read(name))
        root = self.archive.parse_xml(data, name)
        for alternative in list(root.iter(f"{_MC}AlternateContent")):
            _resolve(alternative)
        return root

    def optional(self, name: str | None, part: str = "") -> Any | None:
        """Root of a part the file can be read without; None where there is none, and one that is broken is told."""
        if name is None or name not in self.archive:
            return None
        try:
            return self.xml(name)
        except ParseError as error:
            self.skip(error.message.removeprefix(f"{self.source} ").rstrip("."), part)
            return None

    def shared(self, name: str | None, part: str = "") -> Any | None:
        """As ``optional``, for a part that many others are made by: read once."""
        if name is not None and name not in self._shared:
            self._shared[name] = self.optional(name, part)
        return self._shared.get(name or "")

    def relations(self, part: str) -> dict[str, Relation]:
        """Relations of a part, by their id; "" is the file itself."""
        folder, name = posixpath.split(part)
        root = self.optional(posixpath.join(folder, "_rels", f"{name}.rels"))
        relations = {}
        for each in root if root is not None else []:
            target, external = each.get("Target") or "", each.get("TargetMode") == "External"
            if not external:
                target = posixpath.normpath(posixpath.join("/", folder, unquote(target))).lstrip("/")
            kind = (each.get("Type") or "").rpartition("/")[2]
            relations[each.get("Id") or ""] = Relation(kind, target, external)
        return relations

    def link(self, relations: dict[str, Relation], identifier: str | None) -> None:
        """Keep the address of a hyperlink."""
        relation = relations.get(identifier or "")
        if relation is not None and relation.external:
            self.links.append(relation.target)

    def tell_pictures(self) -> None:
        """One line for all pictures that were met."""
        if self.pictures:
            count = len(self.pictures)
            self.skip(f"{count} picture{'s' if count > 1 else ''} not read")

    def properties(self) -> tuple[str | None, str | None]:
        """Title, unless it is a program's default, and day of the last change, as the file states them."""
        core = next((each.target for each in self.relations("").values() if each.kind == "core-properties"), None)
        root = self.optional(core)
        if root is None:
            return None, None
        return telling_title(root.findtext(_CORE)), stated_day(root.findtext(_MODIFIED))


def telling_title(title: str | None) -> str | None:
    """The title in a file's properties, unless a program put it there."""
    text = re.sub(r"^Microsoft (?:Word|PowerPoint|Excel) - ", "", " ".join((title or "").split()))
    text = re.sub(r"\.(?:pdf|docx?|pptx?|xlsx?|hwpx?|csv)$", "", text, flags=re.IGNORECASE)
    return None if not text or _JUNK_TITLE.match(text) else text


def stated_day(moment: str | None) -> str | None:
    """The day of a W3CDTF moment: ``2025-09-01T08:30:00Z`` → ``2025-09-01``."""
    day = (moment or "").strip()[:10]
    try:
        return None if day in _TEMPLATE_DATES else date.fromisoformat(day).isoformat()
    except ValueError:
        return None


def _resolve(alternative: Any) -> None:
    """Put the first choice, else the fallback, in the place of an ``mc:AlternateContent``."""
    around = alternative.getparent()
    if around is None:
        return
    chosen = alternative.find(f"{_MC}Choice")
    if chosen is None or len(chosen) == 0:
        chosen = alternative.find(f"{_MC}Fallback")
    at = around.index(alternative)
    around[at : at + 1] = list(chosen) if chosen is not None else []
