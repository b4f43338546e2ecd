"""What embedding took: batch size, tokens per second, share of padding, memory."""

import sys
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from rag.embeddings.base import EmbeddedBatch, Embedder

_MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class EmbeddingFigures:
    """Figures of all batches of a build. They tell of the machine, not of the index, and differ from run to run.

    Attributes:
        device: where the embedder computed.
        texts: embedded in this build, those that were left out as duplicates afterwards among them.
        batches: how many there were.
        last: texts of the latest batch.
        largest: texts of the largest batch.
        tokens: read, without padding; 0 where the embedder does not count.
        padded: computed, padding included.
        took_s: seconds waited for the embedder; writing to the cache is not among them.
        memory_mib: most memory taken: of the device where it tells, else of this process; 0 if neither is known.
    """

    device: str = "cpu"
    texts: int = 0
    batches: int = 0
    last: int = 0
    largest: int = 0
    tokens: int = 0
    padded: int = 0
    took_s: float = 0.0
    memory_mib: int = 0

    def plus(self, batch: EmbeddedBatch, took_s: float, memory_mib: int) -> Self:
        """With one more batch, which came after ``took_s`` seconds."""
        size = len(batch.rows)
        return replace(
            self,
            texts=self.texts + size,
            batches=self.batches + 1,
            last=size,
            largest=max(self.largest, size),
            tokens=self.tokens + batch.tokens,
            padded=self.padded + batch.padded,
            took_s=self.took_s + took_s,
            memory_mib=max(self.memory_mib, memory_mib),
        )

    @property
    def padding(self) -> float:
        """Share of what was computed that was padding, 0 to 1."""
        return 1 - self.tokens / self.padded if self.padded else 0.0

    def note(self) -> str:
        """For the progress bar: ``batch 64, 9,876 tokens/s, 4% padding, 1,234 MiB``; what is unknown is left out."""
        return ", ".join([f"batch {self.last:,}", *self._rates()])

    def told(self) -> str:
        """For the report: ``Embedded on cuda: 9,876 tokens/s, 4% padding, 1,234 MiB, 12 batches of up to 64``."""
        batches = f"{self.batches:,} batches of up to {self.largest:,}" if self.batches > 1 else "1 batch"
        return f"Embedded on {self.device}: {', '.join([*self._rates(), batches])}"

    def _rates(self) -> list[str]:
        per_s = (self.tokens or self.texts) / max(self.took_s, 1e-6)
        parts = [f"{per_s:,.0f} {'tokens' if self.tokens else 'passages'}/s"]
        if self.padded:
            parts.append(f"{self.padding:.0%} padding")
        if self.memory_mib:
            parts.append(f"{self.memory_mib:,} MiB")
        return parts

    def to_json(self) -> dict[str, Any]:
        """As the manifest keeps it."""
        return asdict(self) | {"took_s": round(self.took_s, 3)}


def memory_mib(embedder: Embedder) -> int:
    """Most memory in MiB that was taken so far: of the embedder's device where it tells, else of this process."""
    of_device = embedder.peak_memory_bytes
    return (of_device if of_device is not None else _peak_of_process()) // _MIB


def _peak_of_process() -> int:
    """Bytes; 0 on Windows, where the standard library does not tell."""
    try:
        import resource
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak << 10  # in KiB elsewhere
