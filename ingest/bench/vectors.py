"""What each kind of vector index costs and finds, in one run: where ``rag.index.choosing`` has its thresholds from.

``python -m ingest.bench.vectors [--counts N …] [--dimensions D …] [--kinds K …] [--data DIR]``. Made vectors lie in
clusters, as passages do; with ``--data`` Korean passages of aligned texts are embedded by the bundled static model and
also asked in English: questions are farther from passages than passages from each other, and harder for an index
that leaves vectors unread. Processor times weigh little what else the machine does; one thread searches one query.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.embeddings.loading import load_embedder
from rag.index.choosing import choose
from rag.index.dense import DenseIndex, unit
from rag.index.kinds import KINDS, Kind
from rag.index.manifest import VectorFacts
from rag.settings import EmbedderSettings, IndexSettings

Vectors = NDArray[np.float32]

_QUERIES = 200
_K = 10
_PER_CLUSTER = 50
_REAL = 50_000


@dataclass(frozen=True, slots=True)
class Cost:
    """One kind of index over one corpus.

    Attributes:
        facts: kind, parameters and recall@10 on the corpus' own vectors.
        build_s: to build it, tune it and measure its recall, by the clock.
        build_cpu_s: the same in processor seconds.
        opened_ms: to open the file, by the clock.
        query_ms: by the clock, of each query, k = 10.
        query_cpu_ms: processor time of one query, mean.
        asked: recall@10 for queries that are not of the corpus; None without such.
        megabytes: of the file.
    """

    facts: VectorFacts
    build_s: float
    build_cpu_s: float
    opened_ms: float
    query_ms: Vectors
    query_cpu_ms: float
    asked: float | None
    megabytes: float


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print one table per corpus."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counts", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--dimensions", type=int, nargs="*", default=[384, 512])
    parser.add_argument("--kinds", nargs="*", default=list(KINDS), choices=KINDS)
    parser.add_argument("--data", type=Path, help="folder of aligned texts: *.jsonl with the fields ko and en")
    parser.add_argument("--min-recall", type=float, default=0.99)
    given = parser.parse_args(argv)
    for name, corpus, questions in _corpora(given.counts, given.dimensions, given.data):
        costs = []
        for kind in given.kinds:
            costs.append(measure(kind, corpus, questions, given.min_recall))
            print(f"{name}: {costs[-1].facts.told()}, {costs[-1].build_s:.1f} s", file=sys.stderr)  # noqa: T201
        sys.stdout.write(f"{name}\n\n{table(costs)}\n")
        sys.stdout.flush()
    return 0


def clustered(count: int, dimension: int, seed: int = 0) -> Vectors:
    """Unit vectors (count × dimension) in clusters of 50 on average; cosine of two of one cluster about 0.6."""
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((max(1, count // _PER_CLUSTER), dimension), np.float32)
    vectors = rng.standard_normal((count, dimension), np.float32)
    vectors *= np.float32(0.8)
    vectors += centres[rng.integers(0, len(centres), count)]
    return unit(vectors)


def measure(kind: Kind, corpus: Vectors, questions: Vectors | None, min_recall: float) -> Cost:
    """Build, save, open and ask an index of one kind.

    Args:
        kind: of the index.
        corpus: (n × dimension) unit vectors.
        questions: (m × dimension) unit vectors that are not of the corpus; None searches 200 of the corpus.
        min_recall: as thoroughly as this asks for is searched.
    """
    rowids = range(1, len(corpus) + 1)
    started, cpu = time.perf_counter(), time.process_time()
    index, facts = choose(rowids, corpus, IndexSettings(vectors=kind, min_recall=min_recall))
    build_s, build_cpu_s = time.perf_counter() - started, time.process_time() - cpu
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "vectors.faiss"
        index.save(path)
        started = time.perf_counter()
        opened = DenseIndex.open(path)
        opened_ms = (time.perf_counter() - started) * 1e3
        queries = corpus[:: max(1, len(corpus) // _QUERIES)] if questions is None else questions
        cpu = time.process_time()
        times, found = zip(*(_timed(opened, query) for query in queries), strict=True)
        return Cost(
            facts=facts,
            build_s=build_s,
            build_cpu_s=build_cpu_s,
            opened_ms=opened_ms,
            query_ms=np.array(times, np.float32),
            query_cpu_ms=(time.process_time() - cpu) * 1e3 / len(queries),
            asked=None if questions is None else _share(corpus, questions, found),
            megabytes=path.stat().st_size / 1e6,
        )


def table(costs: Sequence[Cost]) -> str:
    """Costs of the kinds as Markdown; ratios are of processor time per query, to the first row."""
    head = ("index", "build s (cpu s)", "open ms", "query ms p50 / p95", "cpu ms", "ratio", "recall@10", "asked", "MB")
    lines = [f"| {' | '.join(head)} |", "|" + " --- |" * len(head)]
    for each in costs:
        p50, p95 = np.percentile(each.query_ms, [50, 95])
        cells = (
            each.facts.told().rpartition(", ")[0],
            f"{each.build_s:.1f} ({each.build_cpu_s:.1f})",
            f"{each.opened_ms:.1f}",
            f"{p50:.2f} / {p95:.2f}",
            f"{each.query_cpu_ms:.2f}",
            f"{each.query_cpu_ms / costs[0].query_cpu_ms:.2f}",
            f"{each.facts.recall:.3f}",
            "–" if each.asked is None else f"{each.asked:.3f}",
            f"{each.megabytes:.0f}",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _corpora(
    counts: Sequence[int], dimensions: Sequence[int], data: Path | None
) -> Iterator[tuple[str, Vectors, Vectors | None]]:
    for dimension in dimensions:
        for count in counts:
            yield f"made, {count} × {dimension}", clustered(count, dimension), None
    if data is not None:
        embedder = load_embedder(EmbedderSettings(model="static-ko-en"))
        rows = list(islice(_rows(data), _REAL))
        corpus = embedder.embed_array([korean for korean, _ in rows])
        questions = embedder.embed_array([english for _, english in rows[:: max(1, len(rows) // _QUERIES)]])
        yield f"real, {len(corpus)} × {corpus.shape[1]}", corpus, questions


def _rows(data: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(data.glob("*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                yield row["ko"], row["en"]


def _timed(index: DenseIndex, query: Vectors) -> tuple[float, list[int]]:
    """Milliseconds by the clock of one search, and the rowids it found."""
    started = time.perf_counter()
    rowids, _ = index.search(query, _K)
    return (time.perf_counter() - started) * 1e3, rowids.tolist()


def _share(corpus: Vectors, questions: Vectors, found: Sequence[list[int]]) -> float:
    """Share of the ten found that are no farther than the true tenth; rowids count from 1."""
    right = 0
    for question, rowids in zip(questions, found, strict=True):
        cosines = corpus @ question
        least = np.partition(cosines, -_K)[-_K] - 1e-6
        right += int((cosines[np.array(rowids) - 1] >= least).sum())
    return right / (_K * len(questions))


if __name__ == "__main__":
    sys.exit(main())
