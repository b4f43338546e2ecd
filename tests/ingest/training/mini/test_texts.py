"""Batches: the same ones in every run, of neighbours, without two pairs of one group."""

from collections import Counter
from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.training.batches import Task
from ingest.training.mini.texts import draws, pooled


def task(groups: list[int], first: int = 0) -> Task:
    positions = np.arange(len(groups), dtype=np.int64)
    return Task(positions + first, positions + first + 10_000, np.array(groups, dtype=np.int64))


@given(st.integers(1, 5), st.integers(1, 6), st.integers(0, 99))
def test_draws_can_be_taken_up_again(run: int, repeats: int, seed: int) -> None:
    tasks = {"a": task([n // repeats for n in range(37)]), "b": task(list(range(11)), first=500)}
    arguments = ({"a": 0.7, "b": 0.3}, {"a": 8, "b": 4}, 30, seed, run)
    every = list(draws(tasks, *arguments))
    assert len(every) == 30
    for one, other in zip(every[20:], islice(draws(tasks, *arguments), 20, None), strict=True):
        assert one.task == other.task and (one.anchors == other.anchors).all()
    for draw in every:
        groups = tasks[draw.task].groups[draw.anchors - (500 if draw.task == "b" else 0)]
        assert len(set(groups.tolist())) == len(groups) >= 1
        assert (draw.positives - draw.anchors == 10_000).all()


def test_a_round_has_every_pair_once() -> None:
    drawn = [draw.anchors for draw in draws({"a": task(list(range(96)))}, {"a": 1.0}, {"a": 8}, 12, 5, 4)]
    assert Counter(np.concatenate(drawn).tolist()) == Counter(range(96))


def test_neighbours_come_together_also_where_groups_have_several_pairs() -> None:
    """Pairs 0 and 1 are of group 0, pairs 2 and 3 of group 1 …: beside 0 comes 2."""
    [draw] = draws({"a": task([n // 2 for n in range(400)])}, {"a": 1.0}, {"a": 80}, 1, 5, 4)
    starts = set(draw.anchors.tolist())
    assert len(starts) >= 60
    assert sum(anchor + 2 in starts or anchor - 2 in starts for anchor in starts) / len(starts) > 0.9


def test_pooling_is_that_of_sentence_transformers() -> None:
    library = pytest.importorskip("sentence_transformers")
    from ingest.training.mini.train import bundled_teacher

    model = library.SentenceTransformer(str(bundled_teacher()), device="cpu")
    texts = ["Gradient descent.", "A much longer text about the learning rate, which is too high here.", "x"]
    ids = [np.array(one, np.int32) for one in model.tokenizer(texts)["input_ids"]]
    found = pooled(model[0].model, ids).detach().numpy()
    cosines = (found * model.encode(texts, normalize_embeddings=True)).sum(axis=1)
    assert cosines.min() > 0.999  # the student reads in bf16
