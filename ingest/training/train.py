"""Learn the token vectors with sentence-transformers, and write the model folder.

The model is sentence-transformers' ``StaticEmbedding`` and the loss its ``MultipleNegativesRankingLoss`` over all
four directions (the loss of GTE, Li et al. 2023, arXiv:2308.03281). The loop around them is plain torch: the
library's trainer tokenises every text in every epoch and rebuilds its batches in Python, which for a model this small
takes longer than the learning; here each text is tokenised once.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from ingest.training.batches import Task, TokenTexts, batches, tokenise
from ingest.training.pairs import TrainingData
from ingest.training.vocabulary import UNKNOWN, smooth_weights, train_tokenizer
from rag.embeddings.static import save_static
from rag.extras import require

NAME = "static-ko-en"
_TASKS = ("translation", "sentences", "headings", "cloze", "sections", "paraphrases")
"""What it learns from, as it was trained; pairs of terms came later."""


@dataclass(frozen=True)
class TrainingSettings:
    """What shapes a model; the defaults are those of the bundled one."""

    vocabulary_size: int = 40_000
    """Most tokens in the vocabulary."""
    dimension: int = 512
    """Length of a vector."""
    steps: int = 1_000
    """Batches to learn from."""
    batch_size: int = 1_024
    """Pairs in a batch."""
    longest: int = 256
    """Tokens of a text that are read in training; the model itself reads all."""
    learning_rate: float = 0.1
    """Adam's, at its highest; it rises over the first twentieth of the steps and then falls in a line to 0."""
    scale: float = 20.0
    """Cosine similarities are multiplied by it before the softmax."""
    seed: int = 13
    """Of everything drawn at random."""


@dataclass(frozen=True)
class TrainingReport:
    """What a training did: sizes, last losses by task, seconds, and what was left out of the data."""

    tokens: int
    dimension: int
    pairs: dict[str, int]
    losses: dict[str, float]
    dropped: dict[str, int]
    seconds: float


def train(data: TrainingData, out: Path, settings: TrainingSettings, say: Callable[[str], None]) -> TrainingReport:
    """Train on ``data`` and write the model to ``out``; ``say`` is told of progress, a line at a time."""
    started = time.perf_counter()
    data = replace(data, tasks={name: data.tasks[name] for name in _TASKS if name in data.tasks})
    tokenizer = train_tokenizer(data.texts(), settings.vocabulary_size)
    say(f"vocabulary: {tokenizer.get_vocab_size()} tokens, {time.perf_counter() - started:.0f} s")
    texts, tasks = tokenise(tokenizer, data.tasks, settings.longest)
    say(f"pairs: {', '.join(f'{len(task)} {name}' for name, task in tasks.items())}")
    vectors, losses = learn(tokenizer, texts, tasks, settings, say)
    save_static(out, NAME, tokenizer.to_str(), vectors)
    return TrainingReport(
        tokens=len(vectors),
        dimension=settings.dimension,
        pairs={name: len(task) for name, task in tasks.items()},
        losses=losses,
        dropped=data.dropped,
        seconds=time.perf_counter() - started,
    )


def learn(
    tokenizer: Tokenizer,
    texts: TokenTexts,
    tasks: dict[str, Task],
    settings: TrainingSettings,
    say: Callable[[str], None],
) -> tuple[NDArray[np.float32], dict[str, float]]:
    """Learn a vector for each token: array (tokens, dimension), and each task's last loss."""
    torch = require("torch", extra="neural")
    loss_class = require(
        "sentence_transformers.sentence_transformer.losses", extra="neural"
    ).MultipleNegativesRankingLoss
    torch.manual_seed(settings.seed)
    model = untrained(tokenizer, texts, settings)
    loss_of = loss_class(
        model,
        scale=settings.scale,
        directions=("query_to_doc", "query_to_query", "doc_to_query", "doc_to_doc"),
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=settings.learning_rate, fused=True)
    rates = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step, settings.steps))
    losses: dict[str, float] = {}
    for step, (name, sides) in enumerate(batches(tasks, settings.batch_size, settings.steps, settings.seed), start=1):
        loss = loss_of(list(_features(texts, sides)), labels=torch.empty(0))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        rates.step()
        losses[name] = loss.item()
        if step % max(1, settings.steps // 10) == 0:
            say(f"step {step}: " + ", ".join(f"{task} {value:.2f}" for task, value in losses.items()))
    vectors = model[0].embedding.weight.detach().numpy().astype(np.float32)
    vectors[tokenizer.token_to_id(UNKNOWN)] = 0
    return vectors, losses


def untrained(tokenizer: Tokenizer, texts: TokenTexts, settings: TrainingSettings) -> Any:
    """Build the model before learning: random vectors, each as long as its token is rare.

    Random vectors of some hundred dimensions are nearly orthogonal, so this already is a weighted match of words;
    learning starts from there, and the tokens it never meets keep that use.
    """
    library = require("sentence_transformers", extra="neural")
    modules = require("sentence_transformers.sentence_transformer.modules", extra="neural")
    tokens = tokenizer.get_vocab_size()
    rng = np.random.default_rng(settings.seed)
    vectors = rng.standard_normal((tokens, settings.dimension), dtype=np.float32)
    vectors *= smooth_weights(texts.tokens, tokens)[:, None]
    module = modules.StaticEmbedding(tokenizer, embedding_weights=vectors)
    return library.SentenceTransformer(modules=[module], device="cpu")


def _features(texts: TokenTexts, sides: NDArray[np.int64]) -> Iterator[dict[str, Any]]:
    torch = require("torch", extra="neural")
    for side in sides:
        tokens, starts = texts.take(side)
        yield {"input_ids": torch.from_numpy(tokens), "offsets": torch.from_numpy(starts.astype(np.int32))}


def _rate(step: int, steps: int) -> float:
    warm = max(1, steps // 20)
    return min((step + 1) / warm, (steps - step) / max(1, steps - warm))
