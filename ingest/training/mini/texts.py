"""Texts as token ids, each once, and the batches that are drawn from them."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from ingest.training.batches import Task, TokenTexts
from ingest.training.pairs import Pair

_CHARACTERS = 8
_MICRO = 32
"""Texts that are padded to one length together."""


def tokenised(tokenizer: Tokenizer, tasks: dict[str, list[Pair]], longest: int) -> tuple[TokenTexts, dict[str, Task]]:
    """Each distinct text once, with ``[CLS]`` and ``[SEP]``, cut to ``longest`` tokens; and the tasks as positions."""
    position: dict[str, int] = {}
    for pair in chain.from_iterable(tasks.values()):
        position.setdefault(pair.anchor, len(position))
        position.setdefault(pair.positive, len(position))
    cut = [text[: longest * _CHARACTERS] for text in position]  # no token has more on average
    tokenizer.enable_truncation(longest)
    texts = TokenTexts.of([encoding.ids for encoding in tokenizer.encode_batch_fast(cut)])
    tokenizer.no_truncation()
    groups: dict[str, int] = {}
    found = {}
    for name, pairs in tasks.items():
        rows = [(position[p.anchor], position[p.positive], groups.setdefault(p.group, len(groups))) for p in pairs]
        found[name] = Task(*np.array(rows, dtype=np.int64).T)
    return texts, found


@dataclass(frozen=True)
class Draw:
    """One step's pairs, as positions into the texts: anchors and positives."""

    task: str
    anchors: NDArray[np.int64]
    positives: NDArray[np.int64]


def draws(
    tasks: dict[str, Task], shares: dict[str, float], sizes: dict[str, int], steps: int, seed: int, run: int
) -> Iterator[Draw]:
    """Yield ``steps`` draws; the same arguments always yield the same ones, so that a training can be resumed.

    A task's pairs come in runs of ``run`` neighbours, in shuffled order: the other paragraphs and sections of a
    document are the hardest wrong answers. No two pairs of a draw are of one group.

    Args:
        tasks: all tasks.
        shares: how often each task is drawn.
        sizes: pairs in a draw of each task.
        steps: draws in all.
        seed: of everything drawn.
        run: neighbours that come together.
    """
    rng = np.random.default_rng(seed)
    names = list(shares)
    weights = np.array([shares[name] for name in names])
    in_turns = {name: _in_turns(tasks[name].groups) for name in names}
    queues = {name: np.empty(0, dtype=np.int64) for name in names}
    for choice in rng.choice(len(names), size=steps, p=weights / weights.sum()):
        name = names[choice]
        task, size = tasks[name], sizes[name]
        if len(queues[name]) < size:
            starts = rng.permutation(np.arange(rng.integers(run) - run + 1, len(task), run))
            places = (starts[:, None] + np.arange(run)).ravel()
            fresh = in_turns[name][places[(places >= 0) & (places < len(task))]]
            queues[name] = np.concatenate([queues[name], fresh])
        drawn, queues[name] = queues[name][:size], queues[name][size:]
        _, first = np.unique(task.groups[drawn], return_index=True)
        drawn = drawn[np.sort(first)]
        yield Draw(name, task.anchors[drawn], task.positives[drawn])


def _in_turns(groups: NDArray[np.int64]) -> NDArray[np.int64]:
    """Positions of the pairs: the first of every group, in order, then the second of every group, and so on."""
    seen: dict[int, int] = {}
    turns = np.empty(len(groups), dtype=np.int64)
    for position, group in enumerate(groups.tolist()):
        turns[position] = seen[group] = seen.get(group, -1) + 1
    return np.lexsort((np.arange(len(groups)), turns))


def embedded(model: Any, texts: TokenTexts, chosen: NDArray[np.int64]) -> Any:
    """Unit vectors (chosen × dimension) of some texts, mean-pooled; padded in small groups of like length."""
    return pooled(model, [texts.tokens[texts.ends[text] : texts.ends[text + 1]] for text in chosen])


def pooled(model: Any, ids: list[NDArray[np.int32]]) -> Any:
    """Unit vectors (texts × dimension) of texts given as token ids."""
    import torch

    order = np.argsort([-len(one) for one in ids], kind="stable")
    found = []
    for start in range(0, len(ids), _MICRO):
        group = [ids[position] for position in order[start : start + _MICRO]]
        width = max(map(len, group))
        tokens = torch.zeros((len(group), width), dtype=torch.long)
        mask = torch.zeros((len(group), width), dtype=torch.long)
        for row, one in enumerate(group):
            tokens[row, : len(one)] = torch.from_numpy(one.astype(np.int64))
            mask[row, : len(one)] = 1
        with torch.autocast("cpu", dtype=torch.bfloat16):
            hidden = model(input_ids=tokens, attention_mask=mask).last_hidden_state.float()
        weights = mask[:, :, None].float()
        found.append(torch.nn.functional.normalize((hidden * weights).sum(1) / weights.sum(1), dim=1))
    back = torch.from_numpy(np.argsort(order, kind="stable"))
    return torch.cat(found)[back]
