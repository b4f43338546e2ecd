"""``make bench``: one table of how well and how fast the default settings do on the development sets.

``python -m eval.bench [--data DIR] [--only NAME…] [--limit N] [--json FILE]``. Indexes are built in a temporary folder,
through the command line.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from eval.bench.course_sets import make_course
from eval.bench.measures import Figure, answering, asking, build, building, cold_start, indexed_evidence, retrieval
from eval.questions import read_questions
from rag.errors import CourseRagError, InputError

DATA = Path("../shared/data")
COURSE = "course-documents"
SETS: dict[str, dict[str, str]] = {
    "korquad1-dev-pub": {"hybrid recall@1": "≥ 0.93", "hybrid recall@5": "≥ 0.99"},
    "ai-tech-interview-pub": {},
    "boostcamp-klue-mrc-val": {},
    "squad20-dev-pub": {},
    "xling-hf-nlp-course": {},
    "xling-ml-for-beginners": {},
    "xling-shervine-cheatsheets": {},
}
"""Retrieval sets, each with what is asked of ``MODE METRIC``."""

ANSWERED = ("korquad1-dev-pub",)
"""Those of them whose answers are looked at too, for as many questions."""

_MOST_ANSWERED = 300
_COLD_QUESTION = "드롭아웃은 무엇을 막기 위한 방법인가요?"


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print the table, and return the exit status: 0 done, 1 a told error, 2 wrong usage."""
    options = _options(argv)
    names = options.only or [*SETS, COURSE]
    try:
        before = _before(options.before) if options.before else {}
        with tempfile.TemporaryDirectory(prefix="course-rag-bench-") as folder:
            figures = list(_measured(names, options.data.absolute(), Path(folder), options.limit))
    except CourseRagError as error:
        sys.stderr.write(f"{error.message} {error.remedy}\n")
        return 1
    sys.stdout.write(table(figures, before) + "\n")
    if options.json:
        rows = [asdict(figure) for figure in figures]
        options.json.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m eval.bench", description="Measure quality and speed.")
    parser.add_argument("--data", type=Path, default=DATA, help="folder with documents/ and questions/")
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=[*SETS, COURSE], help="only these sets")
    parser.add_argument("--limit", type=int, metavar="N", help="only the first N questions of each set, to try it out")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to a file too")
    parser.add_argument("--before", type=Path, metavar="FILE", help="figures of an earlier --json to stand beside them")
    return parser.parse_args(argv)


def _before(path: Path) -> dict[tuple[str, str], float]:
    """Earlier figures by subject and name."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        return {(row["subject"], row["name"]): float(row["value"]) for row in rows if row["value"] is not None}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path} holds no figures ({error}).", remedy="Give a file that --json wrote.") from error


def _measured(names: Iterable[str], data: Path, folder: Path, limit: int | None) -> Iterator[Figure]:
    if not (data / "questions").is_dir():
        raise InputError(f"There is no folder {data / 'questions'}.", remedy="Give the development data: --data DIR")
    for name in names:
        sys.stderr.write(f"{name} …\n")
        work = folder / name
        (work / "empty").mkdir(parents=True)
        measure = _course if name == COURSE else _set
        yield from measure(name, data, work, limit)


def _set(name: str, data: Path, work: Path, limit: int | None) -> Iterator[Figure]:
    course_set = make_course(data / "questions" / name, work / "documents")
    course_set = replace(course_set, questions=course_set.questions[:limit])
    build(course_set.documents, work / "index", work / "empty")
    yield from retrieval(name, course_set, work / "index", SETS[name])
    if name in ANSWERED:
        yield from answering(name, course_set.questions[:_MOST_ANSWERED], work / "index", course_set.documents)


def _course(name: str, data: Path, work: Path, limit: int | None) -> Iterator[Figure]:
    questions = read_questions(data / "questions" / f"{name}.jsonl")[:limit]
    index = work / "index"
    yield from building(data / "documents", index, work / "empty")
    yield from indexed_evidence(questions, index, data / "documents")
    yield from asking(questions, index, data / "documents")
    yield from cold_start(_COLD_QUESTION, index, work / "empty")


def table(figures: Sequence[Figure], before: Mapping[tuple[str, str], float] | None = None) -> str:
    """The figures as a Markdown table, those of one subject and count on one line, each after what it was before."""
    earlier = before or {}
    lines: dict[tuple[str, int], list[Figure]] = {}
    for figure in figures:
        lines.setdefault((figure.subject, figure.count), []).append(figure)
    rows = []
    for (subject, count), group in lines.items():
        shown = (_shown(figure, earlier.get((figure.subject, figure.name))) for figure in group)
        rows.append((subject, str(count), " · ".join(shown), ", ".join(filter(None, map(_asked, group)))))
    head = ("what", "n", "figures", "asked")
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, ("---",) * len(head), *rows])


def _shown(figure: Figure, before: float | None) -> str:
    earlier = "" if before is None else f"{_number(before)} → "
    return f"{figure.name} {earlier}{_number(figure.value)}"


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}" if value <= 1 and isinstance(value, float) else f"{value:,.1f}".removesuffix(".0")


def _asked(figure: Figure) -> str:
    return f"{figure.name} {figure.asked}" if figure.asked else ""


if __name__ == "__main__":
    sys.exit(main())
