"""Questions to begin with, made from the course's own headings."""

from rag.index.course import Course
from ui.app.texts import Texts

_COUNT = 4
_LOOKED_AT = 200
_LONGEST = 48


def example_questions(course: Course, texts: Texts) -> list[str]:
    """A few questions about headings spread over the course; none if it has no headings."""
    table = course.store.table
    # The rowids of a published version are 1 to n, in document order.
    looked_at = table.get(range(1, len(table) + 1, max(1, len(table) // _LOOKED_AT)))
    paths = [document.metadata.get("heading") or [] for document in looked_at]
    headings = list(dict.fromkeys(path[-1] for path in paths if len(path) > 1 and len(path[-1]) <= _LONGEST))
    spread = headings[:: max(1, len(headings) // _COUNT)][:_COUNT]
    return [texts.example.format(heading=heading) for heading in spread]
