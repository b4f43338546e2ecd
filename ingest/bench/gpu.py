"""How well the neural path uses a GPU: beside plain ``SentenceTransformer.encode``, and beside the card's own rate.

``python -m ingest.bench.gpu [--texts N] [--device D]``. Models have the shape of all-MiniLM-L6-v2 and of bge-m3, with
random weights: time depends on the shape alone. The rate of the card is that of a bf16 matrix product, measured here.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.bench.made_models import BGE_M3, LONGEST, MINILM, Shape, make_model, make_texts
from rag.embeddings.neural import NeuralEmbeddings
from rag.extras import require

_MATRIX = {"cuda": 8_192, "cpu": 1_024}
_REPEATS = 10


@dataclass(frozen=True, slots=True)
class Rates:
    """What one model did on one device.

    Attributes:
        model: name of the shape.
        precision: ours.
        ours, encode: texts per second, ours in its own precision and ``encode`` with default arguments.
        same_precision: texts per second of ``encode`` with the weights cast to ours.
        padding, encode_padding: share of the computed tokens that was padding.
        used: share of the device's measured bf16 rate that ours put into the texts' own tokens.
        batch_tokens: what probing found.
        cosine: least, between ours and the CPU in fp32.
    """

    model: str
    precision: str
    ours: float
    encode: float
    same_precision: float
    padding: float
    encode_padding: float
    used: float
    batch_tokens: int
    cosine: float


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print the table, and return 1 if ours is not twice as fast as ``encode`` somewhere."""
    parser = argparse.ArgumentParser(prog="python -m ingest.bench.gpu", description=__doc__)
    parser.add_argument("--texts", type=int, default=40_000, help="texts for the smaller model; a fifth for the larger")
    parser.add_argument("--device", default="cuda", help="as torch names it")
    options = parser.parse_args(argv)
    torch = require("torch", extra="neural")
    if options.device.startswith("cuda") and not torch.cuda.is_available():
        sys.stderr.write("There is no CUDA device here. Measure another one: --device cpu --texts 200\n")
        return 1
    card = matrix_rate(options.device)
    sys.stdout.write(f"bf16 matrix product: {card / 1e12:.1f} TFLOP/s\n")
    with tempfile.TemporaryDirectory() as folder:
        found = [
            measure(shape, make_model(shape, Path(folder) / shape.name), options.device, count, card)
            for shape, count in ((MINILM, options.texts), (BGE_M3, options.texts // 5))
        ]
    sys.stdout.write(table(found))
    return int(any(rates.ours < 2 * rates.encode for rates in found))


def measure(shape: Shape, folder: Path, device: str, count: int, card: float) -> Rates:
    """Embed made texts by ours and by ``encode``; both have seen a part of them before.

    Args:
        shape: of the model.
        folder: where it lies.
        device: where it runs.
        count: texts.
        card: the device's rate in operations per second.
    """
    texts = make_texts(shape, count)
    ours = NeuralEmbeddings(str(folder), device=device)
    ours.embed_array(texts)  # probing ends in here
    batches, seconds = _timed(lambda: list(ours.embed_batches(texts)), device)
    tokens, padded = sum(batch.tokens for batch in batches), sum(batch.padded for batch in batches)
    plain = require("sentence_transformers", extra="neural").SentenceTransformer(str(folder), device=device)
    lengths = _lengths(plain, texts)
    some = texts[: max(64, count // 8)]  # its rate does not depend on how many; it would take most of the time
    plain.encode(some[:64])
    _, slow = _timed(lambda: plain.encode(some), device)
    plain.to(ours.placement.dtype)
    plain.encode(some[:64])
    _, half = _timed(lambda: plain.encode(some), device)
    few = texts[:32]
    exact = NeuralEmbeddings(str(folder), device="cpu", precision="fp32").embed_array(few)
    return Rates(
        model=shape.name,
        precision=ours.placement.precision,
        ours=count / seconds,
        encode=len(some) / slow,
        same_precision=len(some) / half,
        padding=1 - tokens / padded,
        encode_padding=_encode_padding(texts, lengths),
        used=shape.flops(lengths) / seconds / card,
        batch_tokens=ours.batch_tokens,
        cosine=float((ours.embed_array(few) * exact).sum(axis=1).min()),
    )


def matrix_rate(device: str) -> float:
    """Operations per second of a square matrix product in bf16, the best of some."""
    torch = require("torch", extra="neural")
    size = _MATRIX["cuda" if device.startswith("cuda") else "cpu"]
    left, right = (torch.randn(size, size, device=device, dtype=torch.bfloat16) for _ in range(2))
    left @ right
    return float(max(2 * size**3 / _timed(lambda: left @ right, device)[1] for _ in range(_REPEATS)))


def faiss_rates(count: int = 1_000_000, dimension: int = 384, queries: int = 1_000, k: int = 10) -> dict[str, float]:
    """Exact search on CPU and GPU: milliseconds per query of a batch, and the share of equal hits.

    Needs faiss-gpu and a card.
    """
    faiss = require("faiss", extra="gpu")
    random = np.random.default_rng(0)
    vectors = random.standard_normal((count + queries, dimension), np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    index = faiss.IndexFlatIP(dimension)
    index.add(vectors[:count])
    on_card = faiss.index_cpu_to_gpu(faiss.StandardGpuResources(), 0, index)
    asked = vectors[count:]
    on_card.search(asked, k)
    (_, found), fast = _timed(lambda: on_card.search(asked, k), "cpu")  # returns when the hits are here
    (_, wanted), slow = _timed(lambda: index.search(asked, k), "cpu")
    same = float(np.mean([len(set(a) & set(b)) / k for a, b in zip(found.tolist(), wanted.tolist(), strict=True)]))
    return {"gpu_ms": 1_000 * fast / queries, "cpu_ms": 1_000 * slow / queries, "same": same}


def table(found: Sequence[Rates]) -> str:
    """The rates as a Markdown table."""
    head = ["model", "precision", "texts/s", "encode", "×", "encode in it", "×", "padding", "of encode"]
    head += ["of the card's rate", "batch tokens", "cosine"]
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    for each in found:
        cells = [each.model, each.precision, f"{each.ours:.0f}", f"{each.encode:.0f}", f"{each.ours / each.encode:.1f}"]
        cells += [f"{each.same_precision:.0f}", f"{each.ours / each.same_precision:.1f}", f"{each.padding:.1%}"]
        cells += [f"{each.encode_padding:.1%}", f"{each.used:.0%}", f"{each.batch_tokens:,}", f"{each.cosine:.5f}"]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _timed(act: Callable[[], Any], device: str) -> tuple[Any, float]:
    cuda = require("torch", extra="neural").cuda if device.startswith("cuda") else None
    if cuda is not None:
        cuda.synchronize()
    began = time.perf_counter()
    found = act()
    if cuda is not None:
        cuda.synchronize()
    return found, time.perf_counter() - began


def _lengths(plain: Any, texts: Sequence[str]) -> NDArray[np.int64]:
    found = plain.tokenizer(list(texts), truncation=True, max_length=LONGEST)["input_ids"]
    return np.fromiter(map(len, found), np.int64, len(texts))


def _encode_padding(texts: Sequence[str], lengths: NDArray[np.int64], size: int = 32) -> float:
    """As ``encode`` does: sorted by characters, 32 at a time, each batch as long as its longest."""
    order = np.argsort([-len(text) for text in texts])
    batches = [lengths[order[first : first + size]] for first in range(0, len(texts), size)]
    return float(1 - lengths.sum() / sum(batch.max() * batch.size for batch in batches))


if __name__ == "__main__":
    sys.exit(main())
