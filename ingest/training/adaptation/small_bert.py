"""Go on with a small transformer: the course's pairs are told apart, and what the model knew is held in place.

The losses are those of the bundled model's training (``ingest/training/mini/distil.py``). The teacher of the texts that
are held is the model itself, as it was: in every step some of the course's texts, half of them scrambled with other
words, stay where it has them.
"""

import copy
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from ingest.training.adaptation.progress import Limits, falling
from ingest.training.export import export
from ingest.training.mini.distil import DistilSettings, Losses, contrasted, held_in_place, optimizer_of
from ingest.training.mini.teacher import Teacher
from ingest.training.mini.texts import draws, tokenised
from ingest.training.pairs import Pair
from ingest.training.restore import to_torch
from rag.embeddings.model_folder import ModelFolder
from rag.embeddings.transformer import TransformerEmbeddings
from rag.extras import require

SETTINGS = DistilSettings(
    steps=120, contrast_pairs=32, held=16, longest=128, body_rate=3e-5, embedding_rate=3e-4, held_weight=8.0
)
"""How a small transformer is adapted."""

_SHARES = {"headings": 0.25, "sentences": 0.45, "terms": 0.3}
_BERT_VOCABULARY = 30_522
_LONGEST_GRADIENT = 1.0
_TOLD_EVERY = 10
_CALIBRATION = 240


def continue_bert(
    model: TransformerEmbeddings,
    tasks: dict[str, list[Pair]],
    out: Path,
    name: str,
    settings: DistilSettings,
    limits: Limits,
    say: Callable[[str], None],
) -> int:
    """Write the adapted model to ``out``; returns the steps that were done."""
    torch = require("torch", extra="neural")
    torch.manual_seed(settings.seed)
    files = ModelFolder(model.folder, "transformer")
    config, tokens = files.config("query_prompt", "passage_prompt"), files.tokenizer()
    tasks = {task: _prompted(pairs, config["query_prompt"], config["passage_prompt"]) for task, pairs in tasks.items()}
    student, _ = to_torch(model.folder)
    if int(student.config.vocab_size) < _BERT_VOCABULARY:  # its words are not where those that scramble are looked for
        settings = replace(settings, replaced=0.0)
    texts, found = tokenised(tokens, tasks, min(settings.longest, config["max_tokens"]))
    teacher = Teacher(copy.deepcopy(student), texts)
    everywhere = np.arange(len(texts.ends) - 1)
    optimizer = optimizer_of(student, settings)
    rates = [group["lr"] for group in optimizer.param_groups]
    shares = {task: share for task, share in _SHARES.items() if task in found}
    sizes = dict.fromkeys(shares, settings.contrast_pairs)
    losses, began, done = Losses(0), time.perf_counter(), 0
    for done, draw in enumerate(draws(found, shares, sizes, limits.steps, settings.seed, settings.neighbours), start=1):
        share = falling(done, limits, time.perf_counter() - began)
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate * share
        held = held_in_place(
            student, teacher, texts, everywhere, settings, np.random.default_rng([settings.seed, done])
        )
        loss = contrasted(student, teacher, texts, draw, settings)
        optimizer.zero_grad(set_to_none=True)
        (loss + settings.held_weight * held).backward()
        torch.nn.utils.clip_grad_norm_(student.parameters(), _LONGEST_GRADIENT)
        optimizer.step()
        losses.note(draw.task, loss.item())
        losses.note("held", held.item())
        if done % _TOLD_EVERY == 0:
            say(losses.told(done))
        if limits.reached(time.perf_counter() - began):
            break
    passages = list(dict.fromkeys(pair.positive for pairs in tasks.values() for pair in pairs))
    with TemporaryDirectory() as checkpoint:
        student.save_pretrained(checkpoint)
        tokens.save(str(Path(checkpoint) / "tokenizer.json"))
        export(
            Path(checkpoint),
            out,
            name,
            passages[:: max(1, len(passages) // _CALIBRATION)],
            max_tokens=config["max_tokens"],
            query_prompt=config["query_prompt"],
            passage_prompt=config["passage_prompt"],
        )
    return done


def _prompted(pairs: list[Pair], query: str, passage: str) -> list[Pair]:
    return [replace(pair, anchor=query + pair.anchor, positive=passage + pair.positive) for pair in pairs]
