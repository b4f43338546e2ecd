"""What a build did and what it left out: the steps' own lists, added up."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ingest.dedup.duplicates import Duplicate
from ingest.elements import Skipped

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
        embedded: passages embedded in this build; the others' vectors were known.
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
    embedded: int = 0
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
