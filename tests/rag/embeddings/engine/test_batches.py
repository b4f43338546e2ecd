"""Batches of real models of a few thousand weights; want of memory is a hook that raises what torch raises."""

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st
from tiny_models import WORDS, saved

from rag.embeddings.engine.batches import Batches
from rag.embeddings.engine.budget import TokenBudget
from rag.embeddings.engine.runners import LocalRunner
from rag.embeddings.neural import NeuralEmbeddings
from rag.errors import EmbedderError

pytestmark = pytest.mark.slow
torch = pytest.importorskip("torch")
pytest.importorskip("sentence_transformers")

TEXTS = [" ".join((WORDS[2:8] * 3)[: number % 15]) for number in range(60)]
ALLOCATOR = "[enforce fail at alloc_cpu.cpp:114] DefaultCPUAllocator: not enough memory: you tried to allocate 9 bytes."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(saved(tmp_path_factory.mktemp("batches") / "tiny"))


@pytest.fixture
def embedder(folder: str) -> NeuralEmbeddings:
    return NeuralEmbeddings(folder, device="cpu", batch_tokens=200)


@pytest.fixture(scope="module")
def alone(folder: str) -> Any:
    """Each text embedded in a call of its own."""
    model = NeuralEmbeddings(folder, device="cpu")
    return {text: model.embed_array([text])[0] for text in TEXTS}


def hungry(model: NeuralEmbeddings, most: int, error: Callable[[], BaseException]) -> list[int]:
    """Let the model find no memory for batches of more tokens; returns what was tried."""
    tried: list[int] = []

    def before(_: Any, args: tuple[Any, ...]) -> None:
        tried.append(args[0]["input_ids"].numel())
        if tried[-1] > most:
            raise error()

    model._model.register_forward_pre_hook(before)
    return tried


@given(order=st.permutations(range(20)), tokens=st.integers(1, 400), texts=st.integers(0, 5))
@limits(max_examples=10)
def test_neither_order_nor_limits_change_a_vector(
    folder: str, alone: Any, order: list[int], tokens: int, texts: int
) -> None:
    model = made(folder)
    given = [TEXTS[place] for place in order]
    runner = model._runner("document")
    batches = list(Batches("tiny", TokenBudget(tokens), texts).run(given, runner))
    rows = np.concatenate([batch.rows for batch in batches]).tolist()
    assert sorted(rows) == list(range(20)), "every position exactly once"
    for row, vector in zip(rows, np.concatenate([batch.vectors for batch in batches]), strict=True):
        assert vector == pytest.approx(alone[given[row]], abs=1e-5)
    for batch in batches:
        assert 0 < batch.tokens <= batch.padded
        assert len(batch.rows) == 1 or batch.padded <= tokens
        assert len(batch.rows) <= (texts or 20)


CACHE: dict[str, NeuralEmbeddings] = {}


def made(folder: str) -> NeuralEmbeddings:
    if folder not in CACHE:
        CACHE[folder] = NeuralEmbeddings(folder, device="cpu")
    return CACHE[folder]


@pytest.mark.parametrize(
    "error",
    [lambda: torch.OutOfMemoryError("CUDA out of memory. Tried"), lambda: RuntimeError(ALLOCATOR), MemoryError],
    ids=["cuda", "cpu", "python"],
)
def test_want_of_memory_halves_the_batch_and_loses_nothing(
    embedder: NeuralEmbeddings, alone: Any, error: Callable[[], BaseException], caplog: pytest.LogCaptureFixture
) -> None:
    tried = hungry(embedder, 60, error)
    with caplog.at_level(logging.WARNING):
        found = embedder.embed_array(TEXTS)
    assert found == pytest.approx(np.stack([alone[text] for text in TEXTS]), abs=1e-5)
    assert tried[0] > 60, "the first batch must have failed"
    assert embedder.batch_tokens <= 60, "what was learnt holds"
    assert [record.message for record in caplog.records] == [
        "cpu had no memory for 12 texts of up to 16 tokens; it goes on with 96 tokens per batch. "
        "Set embedder.batch_tokens to begin with less."
    ], "told once"
    tried.clear()
    embedder.embed_array(TEXTS)
    assert max(tried) <= 60, "the next call begins with what was learnt"


def test_a_text_that_does_not_fit_alone_is_told(embedder: NeuralEmbeddings) -> None:
    tried = hungry(embedder, 10, lambda: torch.OutOfMemoryError("CUDA out of memory"))
    with pytest.raises(EmbedderError, match="'tiny' has no memory on cpu for one text of 16 tokens") as caught:
        embedder.embed_array(TEXTS)
    assert "embedder.device" in caught.value.remedy
    assert tried[-2:] == [16, 16], "alone it is tried twice, the second time with all memory given back"


def test_another_failure_is_told_at_once(embedder: NeuralEmbeddings) -> None:
    tried = hungry(embedder, 0, lambda: RuntimeError("device-side assert triggered\nmore"))
    with pytest.raises(EmbedderError, match=r"'tiny' failed on cpu \(device-side assert triggered\)"):
        embedder.embed_array(TEXTS)
    assert len(tried) == 1


def test_vectors_that_are_not_numbers_are_told(embedder: NeuralEmbeddings) -> None:
    embedder._model.register_forward_hook(
        lambda *_: {"sentence_embedding": torch.full((1, 8), float("nan"), dtype=torch.float16)}
    )
    with pytest.raises(EmbedderError, match="vectors that are not numbers") as caught:
        embedder.embed_query("dropout")
    assert "fp32" in caught.value.remedy


def test_batches_come_as_they_are_done_with_what_was_done_before_a_failure(embedder: NeuralEmbeddings) -> None:
    batches = embedder.embed_batches(TEXTS)
    first = next(batches)
    assert first.rows.size == 12
    assert (first.tokens, first.padded) == (4 * (16 + 15 + 14), 12 * 16), "the longest come first"
    hungry(embedder, 0, lambda: RuntimeError("gone"))
    with pytest.raises(EmbedderError):
        next(batches)


def test_sorting_over_the_whole_call_leaves_little_padding(folder: str) -> None:
    texts = TEXTS * 40
    batches = list(NeuralEmbeddings(folder, device="cpu", batch_tokens=512).embed_batches(texts))
    tokens, padded = sum(batch.tokens for batch in batches), sum(batch.padded for batch in batches)
    assert tokens == sum(min(len(text.split()) + 2, 16) for text in texts)
    assert 1 - tokens / padded < 0.03


def test_the_next_window_is_tokenised_while_this_one_is_computed(folder: str) -> None:
    """One window ahead, in a thread of its own, which ends with the call."""
    model = made(folder)
    seen: list[tuple[str, int]] = []

    class Watched(LocalRunner):
        def prepare(self, texts: Sequence[str]) -> Any:
            seen.append((threading.current_thread().name, len(texts)))
            return super().prepare(texts)

    runner = Watched(model._model, model._runner("document")._source, "document", "cpu")
    batches = Batches("tiny", TokenBudget(16)).run(TEXTS * 5, runner)
    next(batches)
    for _ in range(200):
        if len(seen) == 2:
            break
        threading.Event().wait(0.01)
    assert [name.startswith("tokenise") for name, _ in seen] == [True, True]
    batches.close()
    assert sum(size for _, size in seen) < 300, "what is not asked for is not tokenised"
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("tokenise")]
