"""Batches of token ids, drawn from the tasks in proportion to their pairs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from ingest.training.pairs import Pair
from ingest.training.vocabulary import token_ids

Ids = NDArray[np.int32]


@dataclass(frozen=True)
class TokenTexts:
    """Texts as token ids, end to end: text i is ``tokens[ends[i] : ends[i + 1]]``."""

    tokens: Ids
    ends: NDArray[np.int64]

    @classmethod
    def of(cls, ids_of_texts: Sequence[Sequence[int]]) -> "TokenTexts":
        """Lay the ids of all texts end to end."""
        ends = np.cumsum([0, *map(len, ids_of_texts)], dtype=np.int64)
        return cls(np.fromiter(chain.from_iterable(ids_of_texts), dtype=np.int32, count=int(ends[-1])), ends)

    def take(self, texts: NDArray[np.int64]) -> tuple[Ids, NDArray[np.int64]]:
        """Tokens of some texts end to end, and where each of them begins."""
        chosen = [self.tokens[self.ends[text] : self.ends[text + 1]] for text in texts]
        return np.concatenate(chosen), np.cumsum([0, *map(len, chosen[:-1])], dtype=np.int64)


@dataclass(frozen=True)
class Task:
    """The pairs of a task, as positions into the texts, with a number for each pair's group."""

    anchors: NDArray[np.int64]
    positives: NDArray[np.int64]
    groups: NDArray[np.int64]

    def __len__(self) -> int:
        """Count pairs."""
        return len(self.groups)


def tokenise(tokenizer: Tokenizer, tasks: dict[str, list[Pair]], longest: int) -> tuple[TokenTexts, dict[str, Task]]:
    """Tokenise each distinct text once, to at most ``longest`` tokens; pairs without a known token are left out."""
    position: dict[str, int] = {}
    for pair in chain.from_iterable(tasks.values()):
        position.setdefault(pair.anchor, len(position))
        position.setdefault(pair.positive, len(position))
    ids = [known[:longest] for known in token_ids(tokenizer, list(position))]
    groups: dict[str, int] = {}
    found = {}
    for name, pairs in tasks.items():
        readable = [p for p in pairs if ids[position[p.anchor]] and ids[position[p.positive]]]
        rows = [(position[p.anchor], position[p.positive], groups.setdefault(p.group, len(groups))) for p in readable]
        if rows:
            found[name] = Task(*np.array(rows, dtype=np.int64).T)
    return TokenTexts.of(ids), found


def batches(tasks: dict[str, Task], size: int, steps: int, seed: int) -> Iterator[tuple[str, NDArray[np.int64]]]:
    """Yield ``steps`` batches as the task's name and an array (2, pairs) of texts: anchors, positives.

    A batch has pairs of one task, of which no two are of one group: each pair's positive is a wrong answer for all
    other anchors. Tasks are drawn in proportion to their pairs; each is shuffled anew when it runs out. In half of
    the pairs the sides change places, so that Korean and English are on both sides of a batch, and language alone
    tells nothing.
    """
    rng = np.random.default_rng(seed)
    names = list(tasks)
    shares = np.array([len(tasks[name]) for name in names], dtype=np.float64)
    queues = {name: np.empty(0, dtype=np.int64) for name in names}
    for choice in rng.choice(len(names), size=steps, p=shares / shares.sum()):
        name = names[choice]
        task = tasks[name]
        if len(queues[name]) == 0:
            queues[name] = rng.permutation(len(task))
        drawn, queues[name] = queues[name][:size], queues[name][size:]
        _, first = np.unique(task.groups[drawn], return_index=True)
        drawn = drawn[np.sort(first)]
        sides = np.stack([task.anchors[drawn], task.positives[drawn]])
        swapped = rng.random(len(drawn)) < 0.5
        sides[:, swapped] = sides[::-1, swapped]
        yield name, sides
