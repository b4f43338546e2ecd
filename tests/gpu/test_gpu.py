"""What only a GPU can show. Each check is skipped with its reason where there is none."""

import logging
from pathlib import Path

import numpy as np
import pytest

from ingest.bench.gpu import faiss_rates, matrix_rate, measure, table
from ingest.bench.made_models import BGE_M3, MINILM, Shape, make_model, make_texts
from rag.embeddings.neural import NeuralEmbeddings

pytestmark = pytest.mark.slow
torch = pytest.importorskip("torch")
pytest.importorskip("sentence_transformers")

needs_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="torch sees no CUDA device here")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {shape.name: make_model(shape, tmp_path_factory.mktemp(shape.name)) for shape in (MINILM, BGE_M3)}


@needs_gpu
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("shape", "count"), [(MINILM, 40_000), (BGE_M3, 8_000)], ids=["MiniLM", "bge-m3"])
def test_twice_the_texts_per_second_of_encode_with_the_same_vectors(
    shape: Shape, count: int, folders: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    card = matrix_rate("cuda")
    rates = measure(shape, folders[shape.name], "cuda", count, card)
    with capsys.disabled():
        print(f"\n{torch.cuda.get_device_name()}: bf16 matrices {card / 1e12:.0f} TFLOP/s\n{table([rates])}")  # noqa: T201
    assert rates.ours >= 2 * rates.encode
    assert rates.padding < 0.05
    assert rates.padding <= rates.encode_padding
    assert rates.cosine >= 0.999


@needs_gpu
def test_a_card_without_memory_is_survived(folders: dict[str, Path], caplog: pytest.LogCaptureFixture) -> None:
    """All but some 400 MiB of the card are out of reach; a batch of 262,144 tokens needs gigabytes."""
    texts = make_texts(MINILM, 3_000)
    wanted = NeuralEmbeddings(str(folders["MiniLM"]), device="cuda").embed_array(texts)
    embedder = NeuralEmbeddings(str(folders["MiniLM"]), device="cuda", batch_tokens=262_144)
    torch.cuda.empty_cache()
    total = torch.cuda.get_device_properties(0).total_memory
    torch.cuda.set_per_process_memory_fraction((torch.cuda.memory_reserved() + 400 * 2**20) / total)
    try:
        with caplog.at_level(logging.WARNING):
            found = embedder.embed_array(texts)
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
    assert embedder.batch_tokens < 262_144
    assert [record.message.split(" for ")[0] for record in caplog.records] == ["cuda:0 had no memory"]
    assert (found * wanted).sum(axis=1).min() >= 0.999


@needs_gpu
def test_in_fp32_a_card_gives_what_the_cpu_gives_and_order_changes_nothing(folders: dict[str, Path]) -> None:
    texts = make_texts(MINILM, 200)
    card = NeuralEmbeddings(str(folders["MiniLM"]), device="cuda", precision="fp32")
    cpu = NeuralEmbeddings(str(folders["MiniLM"]), device="cpu")
    assert card.identity == cpu.identity
    found = card.embed_array(texts)
    assert (found * cpu.embed_array(texts)).sum(axis=1).min() >= 0.999
    assert card.embed_array(texts[::-1])[::-1] == pytest.approx(found, abs=1e-4)
    assert card.peak_memory_bytes is not None
    assert card.peak_memory_bytes > 10**7


@needs_gpu
def test_faiss_finds_the_same_on_the_card(capsys: pytest.CaptureFixture[str]) -> None:
    faiss = pytest.importorskip("faiss")
    if not hasattr(faiss, "StandardGpuResources"):
        pytest.skip("faiss-cpu is installed, which reaches no GPU")
    rates = faiss_rates()
    with capsys.disabled():
        print(f"\nFAISS, exact, 1,000,000 x 384: {rates}")  # noqa: T201
    assert rates["same"] > 0.99
    assert rates["gpu_ms"] < rates["cpu_ms"]


def test_the_bench_measures_on_any_device(tmp_path: Path) -> None:
    """A model so small that a CPU measures it in a second; what the figures say is checked, not how high they are."""
    shape = Shape("small", layers=1, width=32, heads=2, inner=64, words=2_000)
    texts = make_texts(shape, 96)
    assert texts == make_texts(shape, 96), "the same texts every time"
    rates = measure(shape, make_model(shape, tmp_path), "cpu", 96, card=1e12)
    assert (rates.model, rates.precision, rates.batch_tokens) == ("small", "fp32", 2_048)
    assert rates.cosine == pytest.approx(1, abs=1e-5)
    assert 0 < rates.padding < 0.3
    assert 0 < rates.encode_padding < 0.5
    assert min(rates.ours, rates.encode, rates.same_precision) > 0
    assert 0 < rates.used < 1
    assert "| small | fp32 | " in table([rates])


def test_operations_are_counted_as_two_per_multiply_add() -> None:
    shape = Shape("tiny", layers=3, width=4, heads=1, inner=8, words=100)
    lengths = np.array([5, 2])
    by_hand = 0
    for tokens in lengths.tolist():
        projections = 4 * (2 * tokens * 4 * 4)  # query, key, value, output
        inner = 2 * (2 * tokens * 4 * 8)
        scores = 2 * (2 * tokens * tokens * 4)  # queries by keys, weights by values
        by_hand += 3 * (projections + inner + scores)
    assert shape.flops(lengths) == by_hand
