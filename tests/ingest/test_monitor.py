"""Figures of embedding: added up over batches, told without what is unknown."""

import numpy as np
import pytest

from ingest.monitor import EmbeddingFigures, memory_mib
from rag.embeddings.base import EmbeddedBatch
from rag.embeddings.loading import load_embedder
from rag.settings import load_settings


def batch(size: int, tokens: int = 0, padded: int = 0) -> EmbeddedBatch:
    return EmbeddedBatch(np.arange(size), np.zeros((size, 2), np.float32), tokens, padded)


def test_batches_add_up() -> None:
    figures = EmbeddingFigures("cuda:1").plus(batch(64, 6000, 6400), 0.5, 900).plus(batch(32, 3600, 3600), 0.3, 800)
    assert figures == EmbeddingFigures("cuda:1", 96, 2, 32, 64, 9600, 10_000, 0.8, 900)
    assert figures.padding == pytest.approx(0.04)
    assert figures.note() == "batch 32, 12,000 tokens/s, 4% padding, 900 MiB"
    assert figures.told() == "Embedded on cuda:1: 12,000 tokens/s, 4% padding, 900 MiB, 2 batches of up to 64"


def test_what_is_not_known_is_left_out() -> None:
    figures = EmbeddingFigures().plus(batch(1024), 0.5, 0)
    assert figures.note() == "batch 1,024, 2,048 passages/s"
    assert figures.told() == "Embedded on cpu: 2,048 passages/s, 1 batch"
    assert EmbeddingFigures().padding == 0


def test_json_has_every_figure_and_the_seconds_rounded() -> None:
    assert EmbeddingFigures("mps", 2, 1, 2, 2, 7, 8, 0.12345, 5).to_json() == {
        "device": "mps",
        "texts": 2,
        "batches": 1,
        "last": 2,
        "largest": 2,
        "tokens": 7,
        "padded": 8,
        "took_s": 0.123,
        "memory_mib": 5,
    }


def test_memory_is_that_of_the_device_or_of_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = load_embedder(load_settings().embedder)
    assert 20 < memory_mib(embedder) < 100_000  # Python with numpy, in MiB rather than in KiB or bytes
    monkeypatch.setattr(type(embedder), "peak_memory_bytes", property(lambda self: 3 << 20))
    assert memory_mib(embedder) == 3
