"""Which kind of vector index a corpus gets, by its count and by what is measured on its own vectors.

The thresholds are from ``python -m ingest.bench.vectors --data DIR`` on two cores that had other work too. Processor
time, of (384, 512) components where they differ: milliseconds of one query, seconds to build and measure.

====  =============  ==============  ===============  =====================================================
kind  query, 10,000  query, 100,000  build, 100,000   recall@10 on 50,000 real passages × 512, static model
====  =============  ==============  ===============  =====================================================
flat  0.4            5.3, 6.6        0.5              1
fp16  0.3            2.8, 4.1        4, 6             1.000
sq8   0.4            4.3, 4.9        4, 6             0.997 (0.98 on made vectors)
ivf   0.1            0.2, 0.3        4, 5             0.889 with 32 of 224 lists read; 0.906 for English questions
hnsw  0.1            0.2             42, 51           0.991; 0.988 for English questions
====  =============  ==============  ===============  =====================================================

So ``sq8`` saves space but no time, and only who needs the space should name it. ``ivf`` is built soonest of those that
do not read everything, but whether it finds enough depends on the vectors: it is tried first, and measured.
"""

from collections.abc import Sequence

from rag.index.dense import DenseIndex, unit
from rag.index.grouped import Vectors
from rag.index.kinds import Kind
from rag.index.manifest import VectorFacts
from rag.index.recall import Sample
from rag.settings import IndexSettings

FLAT_UP_TO = 20_000
"""Vectors up to which an exact search takes about a millisecond: nothing else is worth a wrong neighbour."""

FP16_UP_TO = 250_000
"""Vectors up to which reading all takes about 10 ms at 384 components; 228,000 of 896 take 15 ms on two cores."""

_LADDER: tuple[Kind, ...] = ("ivf", "hnsw", "fp16", "flat")
"""Of each next one the recall is higher; either building or searching takes longer."""


def by_count(count: int) -> Kind:
    """The kind that is tried first at this count."""
    if count <= FLAT_UP_TO:
        return "flat"
    return "fp16" if count <= FP16_UP_TO else "ivf"


def choose(rowids: Sequence[int], vectors: Vectors, settings: IndexSettings) -> tuple[DenseIndex, VectorFacts]:
    """Build the dense index of a version, and say how well it finds.

    Args:
        rowids: of the vectors; they may repeat.
        vectors: (n × dimension), scaled to unit length here.
        settings: with ``vectors = "auto"`` the kind is ``by_count``, or the next more exact one whose measured recall
            reaches ``min_recall``. A kind that is named is taken, with a note where its recall is lower.
    """
    vectors = unit(vectors)
    first = by_count(len(vectors)) if settings.vectors == "auto" else settings.vectors
    sample = None if first == "flat" else Sample(rowids, vectors)
    if settings.vectors != "auto":
        index, facts = _measured(first, rowids, vectors, sample, settings.min_recall)
        if facts.recall < settings.min_recall:
            note = f"index.vectors names {index.kind}, which {_finds(facts, settings)}"
            facts = facts.model_copy(update={"notes": (note,)})
        return index, facts
    notes: list[str] = []
    for kind in _LADDER[_LADDER.index(first) :]:
        index, facts = _measured(kind, rowids, vectors, sample, settings.min_recall)
        if facts.recall >= settings.min_recall:
            break
        notes.append(f"A vector index of kind {kind} was not taken: it {_finds(facts, settings)}")
    return index, facts.model_copy(update={"notes": tuple(notes)})


def _finds(facts: VectorFacts, settings: IndexSettings) -> str:
    return f"finds {facts.recall:.4f} of the true ten nearest; index.min_recall is {settings.min_recall:g}."


def _measured(
    kind: Kind, rowids: Sequence[int], vectors: Vectors, sample: Sample | None, least: float
) -> tuple[DenseIndex, VectorFacts]:
    """An index of this kind, searching no more thoroughly than a recall of ``least`` asks for."""
    index = DenseIndex.build(rowids, vectors, kind)
    if kind == "flat" or sample is None:  # exact: nothing to measure
        return index, VectorFacts()
    efforts = index.efforts
    recall = 0.0 if efforts else sample.recall(index)
    for effort in efforts:
        index.set_effort(effort)
        recall = sample.recall(index)
        if recall >= least:
            break
    facts = VectorFacts(kind=kind, parameters=index.parameters, recall=round(recall, 4), queries=len(sample))
    return index, facts
