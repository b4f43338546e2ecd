"""How fast the bundled embedders are, beside sentence-transformers in float32, in one run.

``python -m ingest.bench.embedding [--data DIR] [--model FOLDER]``. The float32 model is made from the weights of the
transformer tier, so both are one model; sentence-transformers encodes with its defaults. All take their turn in each of
some rounds, so that what else the machine does meets all alike, and the least time of each counts: processor seconds of
all threads, and wall seconds.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.training.restore import save_sentence_transformer
from rag.embeddings.loading import bundled_models, load_embedder
from rag.embeddings.static import BUNDLED, StaticEmbeddings
from rag.embeddings.tokens import counter_of
from rag.embeddings.transformer import TransformerEmbeddings
from rag.errors import EmbedderError
from rag.extras import require
from rag.settings import EmbedderSettings

DATA = Path("../shared/data")
_ASKED = 3.0
"""Times the texts a second of sentence-transformers in float32."""
_KINDS = {"passages, 118–122 tokens": (118, 122), "short questions, 8–16 tokens": (8, 16)}
_STATIC_TIMES = 20
"""The static tier is so fast that it is given the texts this often."""

_PAUSE_S = 0.3
"""Before each turn: the threads of the one before spin for a while, and would be counted to this one."""

Encode = Callable[[list[str]], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Rates:
    """Texts a second of one embedder: by processor time of all threads, and by the clock."""

    processor: float
    wall: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was measured on texts of one kind.

    Attributes:
        kind: of text.
        texts: how many.
        torch: sentence-transformers in float32.
        mini: the transformer tier.
        static: the static tier.
        cosines: of the transformer tier to sentence-transformers, a text each.
    """

    kind: str
    texts: int
    torch: Rates
    mini: Rates
    static: Rates
    cosines: NDArray[np.float32]


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print the table, and return 1 if the transformer tier is slower than asked."""
    parser = argparse.ArgumentParser(prog="python -m ingest.bench.embedding", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="folder with parallel/")
    parser.add_argument("--model", default="mini-ko-en", help="the transformer tier: bundled name or folder")
    parser.add_argument("--texts", type=int, default=64, metavar="N", help="of each kind")
    parser.add_argument("--repeat", type=int, default=7, metavar="N", help="rounds, of which the fastest counts")
    options = parser.parse_args(argv)
    try:
        if options.model not in bundled_models() and not Path(options.model).is_dir():
            raise EmbedderError(f"There is no model {options.model}.", remedy="Give its folder: --model FOLDER")
        mini = load_embedder(EmbedderSettings(model=options.model))
        if not isinstance(mini, TransformerEmbeddings):
            raise EmbedderError(f"{options.model} is of another kind.", remedy="Give a folder with model.onnx.")
        comparisons = list(compare(mini, options.data, options.texts, options.repeat))
    except EmbedderError as error:
        sys.stderr.write(f"{error.message} {error.remedy}\n")
        return 1
    if not comparisons:
        sys.stderr.write(f"There are not enough texts in {options.data / 'parallel'}. Give the data: --data DIR\n")
        return 1
    sys.stdout.write(table(comparisons))
    return int(any(each.mini.processor < _ASKED * each.torch.processor for each in comparisons))


def compare(mini: TransformerEmbeddings, data: Path, texts: int, repeat: int) -> Iterator[Comparison]:
    """Each kind of text by each embedder; kinds of which there are no texts are left out."""
    static = StaticEmbeddings.load(BUNDLED)
    with TemporaryDirectory() as scratch:
        save_sentence_transformer(mini.folder, Path(scratch))
        library = require("sentence_transformers", extra="neural").SentenceTransformer(scratch, device="cpu")

        def by_torch(some: list[str]) -> NDArray[np.float32]:
            return np.asarray(library.encode(some, show_progress_bar=False), np.float32)

        for kind, chosen in _chosen(mini, data, texts).items():
            if not chosen:
                continue
            many = chosen * _STATIC_TIMES
            torch, own, looked_up = _rates(
                [(by_torch, chosen), (mini.embed_array, chosen), (static.embed_array, many)], repeat
            )
            yield Comparison(
                kind=kind,
                texts=len(chosen),
                torch=torch,
                mini=own,
                static=looked_up,
                cosines=(by_torch(chosen) * mini.embed_array(chosen)).sum(axis=1),
            )


def table(comparisons: Sequence[Comparison]) -> str:
    """The comparisons as a Markdown table."""
    heads = ["texts", "sentence-transformers fp32", "mini int8", "static", "mini ÷ fp32", "static ÷ mini", "cosine"]
    lines = ["Texts a second of processor time (of wall time).", "", f"| {' | '.join(heads)} |", "|" + " --- |" * 7]
    for each in comparisons:
        rates = [f"{rate.processor:.0f} ({rate.wall:.0f})" for rate in (each.torch, each.mini, each.static)]
        ratios = [_ratio(each.mini, each.torch), _ratio(each.static, each.mini)]
        cosine = f"mean {each.cosines.mean():.4f}, least {each.cosines.min():.4f}"
        lines.append("| " + " | ".join([f"{each.texts} {each.kind}", *rates, *ratios, cosine]) + " |")
    return "\n".join(lines) + "\n"


def _ratio(one: Rates, other: Rates) -> str:
    return f"**{one.processor / other.processor:.1f}** ({one.wall / other.wall:.1f})"


def _rates(encoders: Sequence[tuple[Encode, list[str]]], rounds: int) -> list[Rates]:
    """The best round of each encoder with its texts, after a few texts to warm up."""
    for encode, texts in encoders:
        encode(texts[:8])
    taken: list[list[tuple[float, float]]] = [[] for _ in encoders]
    for _ in range(rounds):
        for times, (encode, texts) in zip(taken, encoders, strict=True):
            time.sleep(_PAUSE_S)
            began, began_wall = time.process_time(), time.perf_counter()
            encode(texts)
            times.append((time.process_time() - began, time.perf_counter() - began_wall))
    least = [tuple(map(min, zip(*times, strict=True))) for times in taken]
    return [Rates(len(texts) / own, len(texts) / wall) for (own, wall), (_, texts) in zip(least, encoders, strict=True)]


def _chosen(mini: TransformerEmbeddings, data: Path, most: int) -> dict[str, list[str]]:
    """Texts of each length in the model's own tokens, both languages, from all the sources alike."""
    counter = counter_of(mini.token_rule)
    chosen: dict[str, list[str]] = {kind: [] for kind in _KINDS}
    for text in _texts(data):
        if all(len(found) >= most for found in chosen.values()):
            break
        # No text of more characters than this is short enough; counting it would cost as much as embedding it.
        count = counter.count(text) if len(text) < 2_000 else 0
        for kind, (least, longest) in _KINDS.items():
            if least <= count <= longest and len(chosen[kind]) < most:
                chosen[kind].append(text)
    return chosen


def _texts(data: Path) -> Iterator[str]:
    """Sides of the parallel texts, a line of each file in turn, Korean and English alternating."""
    files: list[list[str]] = []
    for file in sorted((data / "parallel").glob("*.jsonl")):
        files.append(file.read_text(encoding="utf-8").splitlines())
    for number in range(max(map(len, files), default=0)):
        for lines in files:
            if number < len(lines):
                record: dict[str, Any] = json.loads(lines[number])
                yield str(record["ko" if number % 2 else "en"])


if __name__ == "__main__":
    sys.exit(main())
