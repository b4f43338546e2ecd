"""What a sweep holds; written as JSON beside its page."""

from dataclasses import dataclass
from typing import Any

from eval.scoring import Latency, Mean

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Built:
    """One index of a sweep.

    Attributes:
        changes: settings that shape it, of those in the grid.
        index: its folder.
        version: its number there.
        wall_s: from the start of the process to its end; 0 for an index that was there.
        files: how many were indexed.
        files_read: how many of them had to be read; the others came from the cache.
        chunks: passages.
        embedded: texts that had to be embedded.
        full: whether nothing was reused, so that its time is that of a first build.
    """

    changes: dict[str, Any]
    index: str
    version: int
    wall_s: float
    files: int
    files_read: int
    chunks: int
    embedded: int
    full: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """One setting of a sweep.

    Attributes:
        number: from 1 on.
        changes: value by setting, of those in the grid.
        built: which index it searched, from 0 on.
        quality: of the metric of the sweep.
        means: of all retrieval metrics.
        values: of the metric of the sweep, by question id; those without a value are left out.
        search: milliseconds per question.
        handed_chars: mean length of the first k passages together, which a language model has to read.
        failed: questions whose search failed.
        difference: of the metric, to the base; None for the base itself.
        low, high: 95% paired bootstrap interval of it.
        p: adjusted for all settings of the sweep; below .05, the setting differs from the base.
    """

    number: int
    changes: dict[str, Any]
    built: int
    quality: Mean
    means: dict[str, Mean]
    values: dict[str, float]
    search: Latency
    handed_chars: float
    failed: int
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None


@dataclass(frozen=True, slots=True)
class Sweep:
    """All settings of a grid on one question set.

    Attributes:
        format: of the file.
        created: ISO 8601, UTC.
        question_set, question_set_sha256: which questions.
        questions: how many.
        metric: the quality that is compared.
        grid: values by setting.
        settings: those that all trials share, without secrets.
        libraries: versions, by name.
        builds: the indexes, in the order in which they were built.
        trials: the settings.
        base: number of the trial that the others are compared with.
        front: numbers of the trials that no other beats in both quality and milliseconds, fastest first.
        build_front: the same for quality and build time; empty unless every build was a full one.
        searches_s: seconds that all searches took.
        verdict: one sentence.
    """

    format: int
    created: str
    question_set: str
    question_set_sha256: str
    questions: int
    metric: str
    grid: dict[str, list[Any]]
    settings: dict[str, Any]
    libraries: dict[str, str]
    builds: tuple[Built, ...]
    trials: tuple[Trial, ...]
    base: int
    front: tuple[int, ...]
    build_front: tuple[int, ...]
    searches_s: float
    verdict: str

    @property
    def build_ratio(self) -> float | None:
        """Seconds of all builds by those of one full build; None if none was full."""
        full = [each.wall_s for each in self.builds if each.full]
        return sum(each.wall_s for each in self.builds) / full[0] if full else None
