"""Go on with a static model: the vectors of the tokens that the course has are moved, all others stay as they are.

A vector is stored as codes of four bits times a scale, and the steps between codes are as large as what is learnt
here. So the rounding is a part of the training: the loss is that of the rounded vectors, and its gradient is given
to the exact ones behind them (straight-through estimator, Bengio et al. 2013, arXiv:1308.3432).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from ingest.training.adaptation.progress import Limits, falling
from ingest.training.batches import TokenTexts, batches, tokenise
from ingest.training.mini.distil import in_batch_loss
from ingest.training.pairs import Pair
from rag.embeddings.static import StaticEmbeddings, save_codes
from rag.extras import require

_HIGHEST_CODE = 7


@dataclass(frozen=True)
class TokenVectorSettings:
    """How a static model is adapted."""

    steps: int = 100
    pairs: int = 256
    longest: int = 256
    """Tokens of a text that are read in training."""
    rate: float = 0.03
    """Adam's, at its highest, in standard deviations of the vectors' values; it falls in a line to 0."""
    scale: float = 20.0
    """Cosine similarities are multiplied by it before the softmax."""
    hold: float = 1.0
    """Weight of the squared distance that the vectors have moved, relative to their length, mean over tokens."""
    seed: int = 13


def continue_static(
    model: StaticEmbeddings,
    tasks: dict[str, list[Pair]],
    out: Path,
    name: str,
    settings: TokenVectorSettings,
    limits: Limits,
    say: Callable[[str], None],
) -> int:
    """Write the adapted model to ``out``; returns the steps that were done."""
    torch = require("torch", extra="neural")
    torch.manual_seed(settings.seed)
    text = model.token_rule.tokenizer
    texts, found = tokenise(Tokenizer.from_str(text), tasks, settings.longest)
    codes, scales = model.weights
    used, tokens = np.unique(texts.tokens, return_inverse=True)
    texts = TokenTexts(tokens.astype(np.int32), texts.ends)
    steps_of = torch.from_numpy(scales[used][:, None])
    start = torch.from_numpy(codes[used].astype(np.float32))
    moved = torch.nn.Parameter(start.clone())  # in steps between codes, so that all tokens move at one pace
    lengths = (start**2).sum(1).clamp(min=1.0)
    highest = settings.rate * float(start.std())
    optimizer = torch.optim.Adam([moved], lr=highest)
    began, done = time.perf_counter(), 0
    for done, (_, sides) in enumerate(batches(found, settings.pairs, limits.steps, settings.seed), start=1):
        optimizer.param_groups[0]["lr"] = highest * falling(done, limits, time.perf_counter() - began)
        vectors = _rounded(moved, torch) * steps_of
        anchors, positives = (_embedded(vectors, texts, side, torch) for side in sides)
        held = (((moved - start) ** 2).sum(1) / lengths).mean()
        loss = in_batch_loss(anchors, positives, settings.scale)
        optimizer.zero_grad(set_to_none=True)
        (loss + settings.hold * held).backward()
        optimizer.step()
        if done % 20 == 0:
            say(f"step {done}: loss {loss.item():.3f}, moved {held.item():.4f}")
        if limits.reached(time.perf_counter() - began):
            break
    adapted = codes.copy()
    adapted[used] = _rounded(moved, torch).detach().numpy().astype(np.int8)
    save_codes(out, name, text, adapted, scales)
    return done


def _rounded(values: Any, torch: Any) -> Any:
    """What is stored of the values; the gradient passes as if nothing had been rounded."""
    kept = torch.clamp(torch.round(values), -_HIGHEST_CODE, _HIGHEST_CODE)
    return values + (kept - values).detach()


def _embedded(vectors: Any, texts: TokenTexts, side: NDArray[np.int64], torch: Any) -> Any:
    tokens, starts = texts.take(side)
    sums = torch.nn.functional.embedding_bag(
        torch.from_numpy(tokens.astype(np.int64)), vectors, torch.from_numpy(starts), mode="sum"
    )
    return torch.nn.functional.normalize(sums, dim=1)
