"""Candidates for a question set from a log, for a person to accept.

Questions that ask the same are one candidate: the same content words in whatever order, particles and politeness, or
nearly the same letters, and the same numbers. First come those that were thumbed down, then those that were refused,
then those that were asked often.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz

from eval.making.logged import LoggedQuestion
from eval.metrics.answers import without_marks
from eval.metrics.evidence import squeeze
from eval.questions import inspect_questions
from eval.set_check import Warn, warnings_of
from rag.analyzer import Analyzer
from rag.errors import InputError
from rag.language import detect_language

_ALIKE = 90.0
"""Percent of equal letters (Indel ratio) from which on two questions with the same numbers are one."""

_MOST_WORDINGS = 5
_ACCEPTED = re.compile(r'"accepted"\s*:\s*true')
_NUMBERS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Group:
    """Records that ask the same; ``wordings`` by how often, the latest first among equals."""

    records: tuple[LoggedQuestion, ...]

    @property
    def wordings(self) -> list[str]:
        """The different wordings, the most frequent first."""
        latest = {record.question: number for number, record in enumerate(self.records)}
        counts = Counter(record.question for record in self.records)
        return sorted(counts, key=lambda wording: (-counts[wording], -latest[wording]))

    def count(self, thumb: int) -> int:
        """How many records have this thumb."""
        return sum(record.thumb == thumb for record in self.records)

    @property
    def refused(self) -> int:
        """How many records were refused."""
        return sum(record.refused for record in self.records)

    @property
    def rank(self) -> tuple[int, int, int, str]:
        """Sort key: what needs a person's eye first comes first."""
        return (-self.count(-1), -self.refused, -len(self.records), self.wordings[0])


def grouped(records: Sequence[LoggedQuestion], analyzer: Analyzer | None = None) -> list[Group]:
    """The records by what they ask, the ones that matter most first."""
    texts = [record.question for record in records]
    by_terms: dict[tuple[str, ...], list[int]] = {}
    for position, terms in enumerate((analyzer or Analyzer()).analyze(texts)):
        by_terms.setdefault(tuple(sorted(set(terms.content().words))) or (texts[position],), []).append(position)
    clusters: list[tuple[str, list[int]]] = []
    for members in sorted(by_terms.values(), key=lambda members: (-len(members), members[0])):
        asked = squeeze(texts[members[0]])
        near = next((cluster for first, cluster in clusters if _same(first, asked)), None)
        if near is None:
            clusters.append((asked, list(members)))
        else:
            near += members
    groups = [Group(tuple(records[position] for position in sorted(members))) for _, members in clusters]
    return sorted(groups, key=lambda group: group.rank)


def _same(one: str, other: str) -> bool:
    return _NUMBERS.findall(one) == _NUMBERS.findall(other) and fuzz.ratio(one, other, score_cutoff=_ALIKE) > 0


def candidates(records: Sequence[LoggedQuestion], *, most: int | None = None) -> list[dict[str, Any]]:
    """Lines of a candidates file: a question each, ``accepted`` false, and under ``log`` what a person judges by.

    The reference contexts are the quotes of the answer that was liked best. A reference answer is filled in only where
    it was thumbed up; what was refused each time is proposed as not answerable.
    """
    return [_candidate(group) for group in grouped(records)[:most]]


def _candidate(group: Group) -> dict[str, Any]:
    text = group.wordings[0]
    best = min(group.records, key=lambda record: (-(record.thumb or 0), record.refused, not record.citations))
    cited = [] if best.refused else [each for each in best.citations if each.quote.strip()]
    sources = list(dict.fromkeys(each.source for each in cited))
    pages = {each.page for each in cited}
    liked = best.thumb == 1 and not best.refused
    marks = [("thumbs-up", group.count(1)), ("thumbs-down", group.count(-1)), ("refused", group.refused)]
    return {
        "accepted": False,
        "id": f"logged-{hashlib.sha256(squeeze(text).encode()).hexdigest()[:10]}",
        "user_input": text,
        "reference": without_marks(best.answer).strip() if liked else "",
        "reference_contexts": list(dict.fromkeys(each.quote for each in cited)),
        "sources": sources,
        "page": pages.pop() if len(sources) == 1 and len(pages) == 1 else None,
        "lang": detect_language(text),
        "tags": ["logged", *(name for name, count in marks if count)],
        "answerable": group.refused < len(group.records),
        "log": {
            "asked": len(group.records),
            "thumbs_up": group.count(1),
            "thumbs_down": group.count(-1),
            "refused": group.refused,
            "wordings": group.wordings[:_MOST_WORDINGS],
            "comments": [record.comment for record in group.records if record.comment],
            "answer": best.answer,
            "last": max((record.at for record in group.records), default=""),
        },
    }


@dataclass(frozen=True, slots=True)
class Accepted:
    """What was taken over into a set.

    Attributes:
        added: ids.
        left_out: ids that were accepted, but not taken over, and why.
        warnings: doubts about those added; lines are those of the set.
    """

    added: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]
    warnings: tuple[Warn, ...]


def accept(file: Path, into: Path) -> Accepted:
    """Append the accepted candidates to a question set, which is created if it is missing.

    The set is replaced in one step: a reader sees it as it was or with all of them, and what stood in it stays byte by
    byte. What the set asks already, or has the id of, is left out.

    Raises:
        InputError: a file cannot be read or written, or an accepted candidate or the set is at fault.
    """
    before = into.read_bytes() if into.exists() else b""
    known = inspect_questions(into)[0] if before.strip() else []
    ids, asked = {each.id for _, each in known}, {squeeze(each.user_input) for _, each in known}
    rows: list[dict[str, Any]] = []
    left_out: list[tuple[str, str]] = []
    for number, row in _accepted_rows(file):
        name, text = str(row.get("id", f"line {number}")), squeeze(str(row.get("user_input", "")))
        if name in ids or text in asked:
            left_out.append((name, "the set has this id" if name in ids else "the set asks this already"))
            continue
        ids.add(name)
        asked.add(text)
        rows.append({key: value for key, value in row.items() if key not in ("accepted", "log")})
    warnings = _append(before, rows, into) if rows else []
    return Accepted(tuple(row["id"] for row in rows), tuple(left_out), tuple(warnings))


def _accepted_rows(file: Path) -> list[tuple[int, dict[str, Any]]]:
    """Lines and rows of the accepted candidates; the others may be anything a person has left there."""
    faults = {each.line: each for each in inspect_questions(file)[1]}
    rows = []
    for number, line in enumerate(file.read_text(encoding="utf-8-sig").split("\n"), start=1):
        if number in faults and _ACCEPTED.search(line):
            raise InputError(f"{file}, line {number}: {faults[number].what}.", remedy=faults[number].remedy)
        if line.strip() and number not in faults:
            row = json.loads(line)
            if row.get("accepted") is True:
                rows.append((number, row))
    return rows


def _append(before: bytes, rows: Sequence[dict[str, Any]], into: Path) -> list[Warn]:
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    staged = into.with_name(into.name + ".part")
    try:
        into.parent.mkdir(parents=True, exist_ok=True)
        staged.write_bytes(before + (b"" if before.endswith(b"\n") or not before else b"\n") + lines.encode())
        numbered, faults = inspect_questions(staged)
        if faults:
            raise InputError(f"{into}, line {faults[0].line}: {faults[0].what}.", remedy=faults[0].remedy)
        staged.replace(into)
    except OSError as error:
        raise InputError(f"{into} cannot be written ({error.strerror}).", remedy="Name another file.") from error
    finally:
        staged.unlink(missing_ok=True)
    added = {row["id"] for row in rows}
    return [each for each in warnings_of(numbered) if each.id in added]
