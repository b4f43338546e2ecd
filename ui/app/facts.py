"""What an index holds, for the sidebar."""

from datetime import datetime

from rag.index.course import Course
from ui.app.escaping import html_text
from ui.app.texts import Texts


def facts_html(course: Course, texts: Texts) -> str:
    """Version, counts, embedder and date of an index, and its documents, folded."""
    manifest = course.manifest
    embedder = manifest.embedder.partition("@")[0]
    facts = [
        (texts.version, str(manifest.version)),
        (texts.documents, f"{len(manifest.sources):,}"),
        (texts.chunks, f"{manifest.chunks:,}"),
        (texts.embedder, embedder),
        # The reader sits at this machine, so its time zone is theirs.
        (texts.built, datetime.fromisoformat(manifest.created).astimezone().strftime("%Y-%m-%d %H:%M")),
    ]
    rows = "".join(f"<dt>{html_text(name)}</dt><dd><bdi>{html_text(value)}</bdi></dd>" for name, value in facts)
    return f'<dl class="cr-facts">{rows}</dl>{_documents_html(course, texts)}'


def _documents_html(course: Course, texts: Texts) -> str:
    items = "".join(
        f"<li><bdi>{html_text(source)}</bdi>{_title(title, source)}</li>"
        for source, title in course.store.table.sources()
    )
    return (
        f'<details class="cr-documents"><summary>{html_text(texts.documents_list)}</summary><ul>{items}</ul></details>'
    )


def _title(title: str, source: str) -> str:
    return f"<small><bdi>{html_text(title)}</bdi></small>" if title and title != source else ""
