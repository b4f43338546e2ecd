"""What a build did and what it left out: the steps' own lists, added up."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from ingest.dedup.duplicates import Duplicate
from ingest.elements import Skipped
from ingest.monitor import EmbeddingFigures
from ingest.sources.web.fetching import is_passing
from rag.index.manifest import Manifest, VectorFacts

_MOST_FILES = 5


@dataclass(frozen=True, slots=True)
class BuildReport:
    """The result of a build.

    Attributes:
        version: the version in service afterwards.
        published: whether this build made it; False when nothing had changed.
        indexed: files that were read in this build.
        unchanged: files whose content was known.
        skipped: files and pages left out, each with its reason.
        chunks: passages searched.
        duplicates: passages left out because another says the same.
        masked: secrets masked, by kind.
        masked_in: the same by source; kept in the manifest and told in words, not part of the JSON.
        vectors: kind of the vector index and how well it finds; kept and told as ``masked_in`` is.
        embedded: passages embedded in this build; the others' vectors were known.
        embedding: batch size, speed, padding and memory of it; kept and told as ``masked_in`` is.
        took_s: seconds.
    """

    version: int
    published: bool
    indexed: int
    unchanged: int
    skipped: tuple[Skipped, ...]
    chunks: int
    duplicates: tuple[Duplicate, ...]
    masked: dict[str, int] = field(default_factory=dict)
    masked_in: dict[str, dict[str, int]] = field(default_factory=dict)
    vectors: VectorFacts = VectorFacts()
    embedded: int = 0
    embedding: EmbeddingFigures = EmbeddingFigures()
    took_s: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """As ``build --json`` prints it."""
        return {
            "version": self.version,
            "files": {
                "indexed": self.indexed,
                "unchanged": self.unchanged,
                "skipped": [asdict(skip) for skip in self.skipped],
            },
            "chunks": self.chunks,
            "duplicates": [asdict(duplicate) for duplicate in self.duplicates],
            "masked": self.masked,
            "took_s": round(self.took_s, 3),
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "BuildReport":
        """Back from JSON, as a report of a build that published."""
        files = values["files"]
        return cls(
            version=values["version"],
            published=True,
            indexed=files["indexed"],
            unchanged=files["unchanged"],
            skipped=tuple(Skipped(**skip) for skip in files["skipped"]),
            chunks=values["chunks"],
            duplicates=tuple(Duplicate(**duplicate) for duplicate in values["duplicates"]),
            masked=values["masked"],
            took_s=values["took_s"],
        )


def as_before(current: Manifest, skipped: Sequence[Skipped]) -> BuildReport:
    """The report of a build that had nothing to do; how the web was reached is told as it was this time."""
    before = BuildReport.from_json(current.report)
    lasting = [skip for skip in before.skipped if not is_passing(skip)]
    skips = tuple(sorted([*lasting, *filter(is_passing, skipped)], key=lambda skip: skip.source))
    return replace(
        before,
        masked_in=current.masked,
        vectors=current.vectors,
        skipped=skips,
        published=False,
        indexed=0,
        unchanged=before.indexed + before.unchanged,
        embedded=0,
    )


def added_up(masked: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Secrets by kind, of all files."""
    counts: Counter[str] = Counter()
    for kinds in masked:
        counts.update(kinds)
    return dict(sorted(counts.items()))


def masked_line(by_kind: Mapping[str, int], by_source: Mapping[str, Mapping[str, int]]) -> str:
    """``Masked: 2 password, 1 login_id (week1.md: 2, week3.md: 1)``: counts alone, never a value; "" for none.

    The files with most come first, five of them.
    """
    if not by_kind:
        return ""
    counts = sorted((-sum(kinds.values()), source) for source, kinds in by_source.items())
    files = [f"{source}: {-count}" for count, source in counts[:_MOST_FILES]]
    if len(counts) > _MOST_FILES:
        files.append(f"{len(counts) - _MOST_FILES} more files")
    told = "Masked: " + ", ".join(f"{count} {kind}" for kind, count in by_kind.items())
    return f"{told} ({', '.join(files)})" if files else told
