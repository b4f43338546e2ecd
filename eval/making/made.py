"""A question that was made, and how some are drawn from many: evenly from the kinds, and from the documents."""

import hashlib
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Literal, TypeVar

from rag.chunks import Chunk
from rag.language import Language

Kind = Literal["definition", "term", "table", "heading", "cross-lingual", "unanswerable", "left-out"]
KINDS: tuple[Kind, ...] = ("definition", "term", "table", "heading", "cross-lingual", "unanswerable", "left-out")

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Made:
    """A question with what is known of its answer.

    Attributes:
        kind: how it was made.
        user_input: the question.
        lang: its language.
        chunk: the passage it was made from; None if it is not answerable.
        reference: the answer expected.
        contexts: what holds the answer, verbatim from the passage.
        about: the term, cell or section that is asked about: nothing is asked about twice in the same kind.
        note: what else a reader of the set should know.
    """

    kind: str
    user_input: str
    lang: Language
    chunk: Chunk | None
    reference: str = ""
    contexts: tuple[str, ...] = ()
    about: str = ""
    note: Mapping[str, Any] | None = None

    def row(self) -> dict[str, Any]:
        """As a line of a question set; the id depends on the question and its source alone."""
        source = self.chunk.source if self.chunk else ""
        digest = hashlib.sha256(f"{self.user_input}\0{source}".encode()).hexdigest()[:10]
        row: dict[str, Any] = {
            "id": f"{self.kind}-{digest}",
            "user_input": self.user_input,
            "reference": self.reference,
            "reference_contexts": list(self.contexts),
            "lang": self.lang,
            "tags": ["generated", self.kind],
            "answerable": self.chunk is not None,
        }
        if self.chunk is not None:
            row |= {"source": self.chunk.source, "page": self.chunk.page}
        return row | {"about": self.about} | dict(self.note or {})


def drawn(pools: Mapping[str, Sequence[Made]], *, count: int, seed: int) -> list[Made]:
    """Some questions, evenly from each pool and in it from each document; what one pool lacks the others give.

    Args:
        pools: questions by kind.
        count: at most so many.
        seed: another one draws others.
    """
    orders = [spread(pool, seed=seed) for pool in pools.values()]
    taken = [made for turn in zip_longest(*orders) for made in turn if made is not None]
    once = {made.user_input: made for made in reversed(taken)}  # reversed: the first of equal ones stays
    chosen = [made for made in taken if once[made.user_input] is made][:count]
    kinds = list(pools)
    return sorted(
        chosen, key=lambda made: (kinds.index(made.kind), made.chunk.source if made.chunk else "", made.about)
    )


def spread(pool: Sequence[Made], *, seed: int) -> list[Made]:
    """A pool in an order whose beginning is spread over the documents: one of each in turn, both shuffled."""
    rnd = random.Random(seed)  # noqa: S311  no secret
    by_source: dict[str, list[Made]] = {}
    for made in pool:
        by_source.setdefault(
            made.chunk.source if made.chunk else str((made.note or {}).get("asked_of", "")), []
        ).append(made)
    groups = [rnd.sample(group, len(group)) for _, group in sorted(by_source.items())]
    rnd.shuffle(groups)
    return [made for turn in zip_longest(*groups) for made in turn if made is not None]


def pick(options: Sequence[_T], key: str, seed: int) -> _T:
    """One of some wordings, always the same for the same key and seed, whatever else is made."""
    digest = hashlib.sha256(f"{seed}\0{key}".encode()).digest()
    return options[int.from_bytes(digest[:4], "big") % len(options)]
