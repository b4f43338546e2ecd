"""The text inside a block of HTML: code, formulas, pictures, notes and links down to what they say."""

import re
from typing import Any

from ingest.parsers.web_page.main_content import classes_of

BREAK = "\u2028"
"""Stands for ``<br>`` while the white space of the source is collapsed."""

_HEADERLINK = re.compile(r"headerlink|anchor-link|hash-link|anchorjs|heading-anchor|header-anchor", re.IGNORECASE)
_NOTE = re.compile(r"^\[?(?:\d{1,4}|[*†‡]|[a-z])\]?$")
_POWER = re.compile(r"^(?:[-+−]?\d{1,4}|[nkmTi]|[-+−]?[nk][-+−]1)$")
_DISPLAY_STYLE = re.compile(r"^\{\\(?:displaystyle|textstyle)\s*(.*)\}$", re.DOTALL)


def string_of(node: Any) -> str:
    """The text of a string in the tree; comments, declarations and CDATA have none."""
    from bs4.element import NavigableString, RubyTextString

    return str(node) if type(node) in (NavigableString, RubyTextString) else ""


def one_line(text: str) -> str:
    """White space and line breaks as single spaces."""
    return " ".join(text.replace(BREAK, " ").split())


def alt_text(tag: Any) -> str:
    """What the alternative text of a picture says, if it says anything; a formula drawn as a picture."""
    alt = " ".join(str(tag.get("alt") or "").split())
    if "math" in " ".join(classes_of(tag)):
        return f"${alt}$" if alt else ""
    return f" {alt} " if is_telling_alt(alt) else ""


def is_telling_alt(alt: str) -> bool:
    """Whether an image's alternative text says more than a file name or a badge does."""
    return len(alt.split()) >= 3 and not re.search(
        r"\.(png|jpe?g|gif|svg|webp)\b|^https?:|^open in", alt, re.IGNORECASE
    )


def formula(tag: Any) -> str:
    """The LaTeX source of a formula in MathML where it is kept beside it, else its signs."""
    source = next(
        (each for each in tag.find_all("annotation") if "tex" in str(each.get("encoding") or "").lower()),
        tag.annotation,
    )
    text = source.get_text() if source is not None else str(tag.get("alttext") or tag.get_text(" "))
    text = _DISPLAY_STYLE.sub(r"\1", " ".join(text.split())).strip()
    mark = "$$" if tag.get("display") == "block" else "$"
    return f"{mark}{text}{mark}" if text else ""


def is_headerlink(tag: Any) -> bool:
    """Whether a link only leads to the heading it stands in."""
    return bool(_HEADERLINK.search(" ".join(classes_of(tag)))) or tag.get_text(strip=True) in (
        "¶",
        "#",
        "🔗",
        "\uf0c1",
        "",
    )


def is_note_mark(tag: Any) -> bool:
    """Whether something raised is the number of a footnote."""
    link = tag.find("a", href=re.compile("^#")) if tag.name == "sup" else None
    return link is not None and _NOTE.match(tag.get_text(strip=True)) is not None


def raised(text: str) -> str:
    """What is raised behind a letter or number: a power keeps its mark."""
    stripped = text.strip()
    return f"^{stripped}" if _POWER.match(stripped) else text


def verbatim(tag: Any) -> str:
    """The text of a block of code as it is shown."""
    for line_break in tag.find_all("br"):
        line_break.replace_with("\n")
    text = tag.get_text().expandtabs(4)
    return "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")


def language_of(tag: Any) -> str:
    """The programming language that the classes of a block of code, or of what is around it, name."""
    around = [tag.code, tag, tag.parent, tag.parent.parent if tag.parent else None]
    for candidate in around:
        for name in classes_of(candidate) if candidate is not None else []:
            match = re.fullmatch(r"(?:language|lang|highlight|brush:)-?([\w+#-]+)", name)
            if match and match[1] not in ("source", "text", "default", "none", "plaintext"):
                return match[1]
    return ""
