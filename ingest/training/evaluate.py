"""Recall of a model on question sets that it was not trained on.

A set is a folder with ``corpus.jsonl`` (id, title, text) and ``queries.jsonl`` (id, text, positive, answerable).
Recall at k is the share of answerable questions for which one of the right passages is among the k most similar.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.training.pairs import Pair
from rag.embeddings.base import Embedder
from rag.errors import InputError

SETS = (
    "xling-hf-nlp-course",
    "xling-ml-for-beginners",
    "xling-shervine-cheatsheets",
    "korquad1-dev-pub",
    "ai-tech-interview-pub",
    "squad20-dev-pub",
)
_ROWS = 2_048


@dataclass(frozen=True)
class Recall:
    """Recall of one set: ``at_1`` and ``at_5`` are shares of ``questions``, each searched among ``passages``."""

    name: str
    questions: int
    passages: int
    at_1: float
    at_5: float


def evaluate(model: Embedder, data: Path) -> list[Recall]:
    """Measure recall on every known set under ``data/questions``.

    Raises:
        InputError: none of the sets is there, or one has no answerable question.
    """
    folders = [data / "questions" / name for name in SETS]
    found = [folder for folder in folders if folder.is_dir()]
    if not found:
        raise InputError(
            f"No question set in {data / 'questions'}.", remedy=f"Give --data a folder with questions/{SETS[0]}, …"
        )
    return [evaluate_set(model, folder) for folder in found]


def evaluate_set(model: Embedder, folder: Path) -> Recall:
    """Measure recall on the set in ``folder``; a passage is searched by its title and text."""
    corpus = _read(folder / "corpus.jsonl")
    queries = [query for query in _read(folder / "queries.jsonl") if query["answerable"] and query["positive"]]
    if not corpus or not queries:
        raise InputError(f"{folder.name} has no answerable question.", remedy="Choose a set that has one.")
    passages = [f"{row['title']}\n{row['text']}" for row in corpus]
    position = {row["id"]: number for number, row in enumerate(corpus)}
    right = [[position[one] for one in query["positive"]] for query in queries]
    ranks = best_ranks(model, [query["text"] for query in queries], passages, right)
    return _recall(folder.name, ranks, len(passages))


def evaluate_held_out(model: Embedder, pairs: Sequence[Pair]) -> Recall:
    """Measure recall of the Korean paragraph for its English one, among all held-out paragraphs."""
    right = [[number] for number in range(len(pairs))]
    ranks = best_ranks(model, [pair.positive for pair in pairs], [pair.anchor for pair in pairs], right)
    return _recall("held-out", ranks, len(pairs))


def best_ranks(
    model: Embedder, questions: Sequence[str], passages: Sequence[str], right: Sequence[Sequence[int]]
) -> NDArray[np.int64]:
    """Rank (1 is best) of the best right passage for each question; among equally similar ones it ranks last."""
    asked, answered = model.embed_array(questions), model.embed_array(passages)
    ranks = np.empty(len(questions), dtype=np.int64)
    for start in range(0, len(questions), _ROWS):
        similarities = asked[start : start + _ROWS] @ answered.T
        for offset, row in enumerate(similarities):
            best = row[list(right[start + offset])].max()
            wrong = np.delete(row, list(right[start + offset]))
            ranks[start + offset] = 1 + int((wrong >= best).sum())
    return ranks


def _recall(name: str, ranks: NDArray[np.int64], passages: int) -> Recall:
    return Recall(name, len(ranks), passages, float((ranks <= 1).mean()), float((ranks <= 5).mean()))


def _read(file: Path) -> list[dict[str, Any]]:
    try:
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError) as error:
        raise InputError(f"{file} cannot be read ({error}).", remedy="Check the folder given as --data.") from error
