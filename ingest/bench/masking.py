"""How well secrets are masked: recall and precision, by kind and language.

``python -m ingest.bench.masking [--data DIR] [--json FILE]``. Positives are made from templates; look-alikes are made
ones and, with ``--data``, all of the real documents. A value counts as found only if all its characters are masked. A
span that covers anything else, be it one character, is a false alarm. No value of a real document is ever printed.
"""

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

from ingest.bench.secret_documents import real_false_alarms
from ingest.bench.secret_sets import fifth, first, fourth, held_out, second, seventh, sixth, third
from ingest.bench.secret_values import drawn, kind_of
from ingest.masking.spans import find_spans
from rag.language import has_hangul
from rag.settings import MaskSettings

DATA = Path("../shared/data")
MASK = MaskSettings(emails=True)
_SEED = 20240607
_DRAWS = 4
_FIELD = re.compile(r"<<((?:may\.)?[a-z_]+(?:\.[a-z_0-9]+)?)>>")
_SETS: dict[str, tuple[ModuleType, ...]] = {
    "development": (first, second, third, fourth, fifth, sixth, seventh),
    "held-out": (held_out,),
}


@dataclass(frozen=True, slots=True)
class Sample:
    """A text with the spans of the secrets in it; ``form`` is the surface they come in.

    What lies in ``open`` may be masked or not: a meeting's number, the user name of a database.
    """

    text: str
    secrets: tuple[tuple[int, int, str], ...]
    form: str
    open: tuple[tuple[int, int], ...] = ()

    @property
    def language(self) -> str:
        """``ko`` or ``en``."""
        return "ko" if has_hangul(self.text) else "en"


@dataclass(slots=True)
class Score:
    """Counts of one group of samples."""

    values: int = 0
    found: int = 0
    false_alarms: int = 0

    @property
    def recall(self) -> float:
        """Values of which every character is masked; 1 if there are none."""
        return self.found / self.values if self.values else 1.0

    @property
    def precision(self) -> float:
        """Spans that cover nothing but one value; 1 if there are none."""
        return self.found / (self.found + self.false_alarms) if self.found + self.false_alarms else 1.0


@dataclass(slots=True)
class Result:
    """Scores by group, and what went wrong, as lines to read."""

    groups: dict[str, Score] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


def filled(template: str, random: Random, form: str) -> Sample:
    """A template with values drawn for its fields; fields named ``not.…`` are no secrets, ``may.…`` either."""
    text, at = "", 0
    either: list[tuple[int, int]] = []
    secrets: list[tuple[int, int, str]] = []
    for match in _FIELD.finditer(template):
        text += template[at : match.start()]
        value, at = drawn(match[1].removeprefix("may."), random), match.end()
        if match[1].startswith("may."):
            either.append((len(text), len(text) + len(value)))
        elif not match[1].startswith("not."):
            secrets.append((len(text), len(text) + len(value), kind_of(match[1])))
        text += value
    return Sample(text + template[at:], tuple(secrets), form, tuple(either))


def positives(templates: dict[str, list[str]], draws: int = _DRAWS) -> Iterator[Sample]:
    """Every template, filled ``draws`` times; the same each time it is called."""
    random = Random(_SEED)
    for form, texts in templates.items():
        for text in texts:
            yield from (filled(text, random, form) for _ in range(draws))


def negatives(texts: Iterable[str]) -> Iterator[Sample]:
    """Made look-alikes, once each."""
    random = Random(_SEED)
    yield from (filled(text, random, "look-alike") for text in texts)


def score(samples: Iterable[Sample]) -> Result:
    """Mask each sample and compare."""
    result = Result()
    for sample in samples:
        spans = [(span.start, span.end, span.kind) for span in find_spans(sample.text, MASK)]
        groups = ("all", f"language {sample.language}", f"form {sample.form}")
        for start, end, kind in sample.secrets:
            hit = _covered(start, end, spans)
            for name in (*groups, f"kind {kind}"):
                result.groups.setdefault(name, Score()).values += 1
                result.groups[name].found += hit
            if not hit:
                result.wrong.append(f"missed {kind}: {sample.text!r}")
        for start, end, kind in spans:
            allowed = (*((first, last) for first, last, _ in sample.secrets), *sample.open)
            if not any(first <= start and end <= last for first, last in allowed):
                for name in (*groups, f"kind {kind}"):
                    result.groups.setdefault(name, Score()).false_alarms += 1
                result.wrong.append(f"false alarm {kind} {sample.text[start:end]!r}: {sample.text[:300]!r}")
    return result


def _covered(start: int, end: int, spans: Sequence[tuple[int, int, str]]) -> bool:
    """Whether every character is in some span."""
    masked = sum(max(0, min(end, last) - max(start, first)) for first, last, _ in spans)
    return masked == end - start


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print, and return the exit status: 0 if every figure is reached."""
    parser = argparse.ArgumentParser(prog="python -m ingest.bench.masking", description="Measure the masking.")
    parser.add_argument("--data", type=Path, default=DATA, help="folder with documents/; left out if it is not there")
    parser.add_argument("--set", metavar="NAME", help="measure one set alone: first, second, …, held_out")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to a file too")
    options = parser.parse_args(argv)
    documents = options.data / "documents"
    lines, real, wrong = real_false_alarms(documents) if documents.is_dir() else (0, Counter[str](), [])
    figures: dict[str, Any] = {}
    reached = True
    for name, modules in _chosen(options.set).items():
        made = [sample for module in modules for sample in negatives(module.LOOK_ALIKES)]
        result = score([*(sample for module in modules for sample in positives(module.SECRETS)), *made])
        whole = result.groups["all"]
        whole.false_alarms += sum(real.values())
        figures[name] = {group: _row(each) for group, each in sorted(result.groups.items())}
        reached &= whole.recall >= 0.98 and whole.precision >= 0.98
        _say(f"\n{name}: {whole.values} values, {len(made)} made look-alikes, {lines} real ones")
        for group, row in figures[name].items():
            _say(
                "  {:24} n {n:4}  recall {recall:.3f}  false alarms {false_alarms:2}  precision {precision:.3f}".format(
                    group, **row
                )
            )
        for line in dict.fromkeys(result.wrong):
            _say(f"  {line}")
    for line in wrong:
        _say(f"  real: {line}")
    if options.json:
        options.json.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0 if reached else 1


def _chosen(name: str | None) -> dict[str, tuple[ModuleType, ...]]:
    """All sets, or one by its module's name."""
    if name is None:
        return _SETS
    return {name: tuple(m for modules in _SETS.values() for m in modules if m.__name__.endswith(f".{name}"))}


def _row(each: Score) -> dict[str, Any]:
    return {
        "n": each.values,
        "recall": round(each.recall, 4),
        "false_alarms": each.false_alarms,
        "precision": round(each.precision, 4),
    }


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main())
