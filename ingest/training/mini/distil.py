"""Learn Korean from an English teacher (Reimers & Gurevych 2020, arXiv:2004.09813), and the words of passages.

Three losses, drawn in turns:

- *translation*, *sentences*, *terms*: the Korean text is pulled to the teacher's vector of its English translation, and
  pushed from those of its neighbours' translations (cosine, and in-batch contrast);
- *headings*, *cloze*, *sections*, *paraphrases*: a heading finds its section, a sentence its paragraph, a question its
  paraphrase, among those of the batch (in-batch contrast of student with student);
- in every step some English texts are held where the teacher has them, so that English is not forgotten. A part of them
  has words replaced at random: the training texts are technical, and the teacher knows more words than they have.
"""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.training.batches import Task, TokenTexts
from ingest.training.mini.checkpoint import load_checkpoint, save_checkpoint
from ingest.training.mini.teacher import Teacher
from ingest.training.mini.texts import Draw, draws, embedded, pooled

DISTILLED = frozenset({"translation", "sentences", "terms"})


@dataclass(frozen=True)
class DistilSettings:
    """What shapes the model; the defaults are those of the bundled one."""

    steps: int = 1_250
    distilled_pairs: int = 96
    contrast_pairs: int = 36
    held: int = 16
    """English texts in a step that stay where the teacher has them."""
    longest: int = 96
    """Tokens of a text that are read in training."""
    body_rate: float = 1e-4
    embedding_rate: float = 1e-3
    """AdamW's learning rates at their highest; they rise over the first 60 steps and then fall in a line to 0."""
    scale: float = 24.0
    """Cosine similarities are multiplied by it before the softmax."""
    cosine_weight: float = 8.0
    held_weight: float = 16.0
    replaced: float = 0.3
    """Share of the tokens that are replaced at random in half of the held texts."""
    neighbours: int = 4
    """Pairs that stand together in the data and come together in a batch."""
    seed: int = 13


_TOLD_EVERY, _KEPT_EVERY = 20, 100
_LONGEST_GRADIENT = 1.0
_BERT_WORDS = (1_996, 29_612)
"""First and last number of the words and pieces of English in BERT's vocabulary."""

SHARES = {
    "translation": 0.27,
    "sentences": 0.25,
    "terms": 0.04,
    "headings": 0.08,
    "cloze": 0.14,
    "sections": 0.16,
    "paraphrases": 0.06,
}
"""How often each task is drawn."""


def distil(
    student: Any,
    teacher_model: Any,
    texts: TokenTexts,
    tasks: dict[str, Task],
    settings: DistilSettings,
    checkpoint: Path,
    say: Callable[[str], None],
) -> Any:
    """Train ``student`` (a transformers ``BertModel``) in place; goes on from ``checkpoint`` where there is one."""
    import torch

    torch.manual_seed(settings.seed)
    student.eval()  # no dropout: a few thousand steps do not overfit, and the English side is a regression
    teacher = Teacher(teacher_model, texts)
    optimizer = optimizer_of(student, settings)
    done = load_checkpoint(checkpoint, student, optimizer, asdict(settings))
    sizes = {name: settings.distilled_pairs if name in DISTILLED else settings.contrast_pairs for name in SHARES}
    shares = {name: share for name, share in SHARES.items() if name in tasks}
    drawn = draws(tasks, shares, sizes, settings.steps, settings.seed, settings.neighbours)
    losses = Losses(done)
    for step, draw in enumerate(drawn, start=1):
        if step <= done:
            continue
        rng = np.random.default_rng([settings.seed, step])
        loss = (translated if draw.task in DISTILLED else contrasted)(student, teacher, texts, draw, settings)
        held = held_in_place(student, teacher, texts, tasks["translation"].positives, settings, rng)
        optimizer.zero_grad(set_to_none=True)
        (loss + settings.held_weight * held).backward()
        torch.nn.utils.clip_grad_norm_(student.parameters(), _LONGEST_GRADIENT)
        for group, rate in zip(optimizer.param_groups, (settings.body_rate, settings.embedding_rate), strict=True):
            group["lr"] = rate * rate_at(step, settings.steps)
        optimizer.step()
        losses.note(draw.task, loss.item())
        losses.note("held", held.item())
        if step % _TOLD_EVERY == 0:
            say(losses.told(step))
        if step % _KEPT_EVERY == 0 or step == settings.steps:
            save_checkpoint(checkpoint, student, optimizer, step, asdict(settings))
    return student


class Losses:
    """Running means of the losses, for the one who watches."""

    def __init__(self, done: int) -> None:
        """Begin behind the steps that were done before."""
        self._done, self._started = done, time.perf_counter()
        self._means: dict[str, float] = {}

    def note(self, name: str, value: float) -> None:
        """Take a loss into the mean."""
        self._means[name] = 0.9 * self._means.get(name, value) + 0.1 * value

    def told(self, step: int) -> str:
        """The step, its seconds, and the means."""
        pace = (time.perf_counter() - self._started) / (step - self._done)
        means = ", ".join(f"{name} {value:.3f}" for name, value in sorted(self._means.items()))
        return f"step {step}, {pace:.2f} s each: {means}"


def translated(student: Any, teacher: Teacher, texts: TokenTexts, draw: Draw, settings: DistilSettings) -> Any:
    """Loss of the anchors against the teacher's vectors of the positives: contrast, and distance."""
    korean, english = embedded(student, texts, draw.anchors), teacher.vectors(draw.positives)
    distance = 1 - (korean * english).sum(1)
    return in_batch_loss(korean, english, settings.scale) + settings.cosine_weight * distance.mean()


def contrasted(student: Any, _: Teacher, texts: TokenTexts, draw: Draw, settings: DistilSettings) -> Any:
    """Loss of the anchors against the student's own vectors of the positives: contrast alone."""
    both = embedded(student, texts, np.concatenate([draw.anchors, draw.positives]))
    return in_batch_loss(both[: len(draw.anchors)], both[len(draw.anchors) :], settings.scale)


def held_in_place(
    student: Any,
    teacher: Teacher,
    texts: TokenTexts,
    choice: NDArray[np.int64],
    settings: DistilSettings,
    rng: np.random.Generator,
) -> Any:
    """Mean distance (1 - cosine) of student to teacher on some of the texts in ``choice``, half of them scrambled."""
    import torch

    chosen = rng.choice(choice, min(settings.held, len(choice)), replace=False)
    half = len(chosen) // 2
    ids = [texts.tokens[texts.ends[text] : texts.ends[text + 1]].copy() for text in chosen]
    for one in ids[:half]:
        replaced = rng.random(len(one)) < settings.replaced
        replaced[[0, -1]] = False  # [CLS] and [SEP]
        one[replaced] = rng.integers(*_BERT_WORDS, int(replaced.sum()))
    expected = torch.cat([teacher.fresh(ids[:half]), teacher.vectors(chosen[half:])])
    return (1 - (pooled(student, ids) * expected).sum(1)).mean()


def in_batch_loss(anchors: Any, positives: Any, scale: float) -> Any:
    """Cross-entropy of finding each anchor's positive among all, and the other way round."""
    import torch

    similar = scale * anchors @ positives.T
    right = torch.arange(len(similar))
    cross_entropy = torch.nn.functional.cross_entropy
    return (cross_entropy(similar, right) + cross_entropy(similar.T, right)) / 2


def optimizer_of(student: Any, settings: DistilSettings) -> Any:
    """AdamW over all that is trained: first the body, then the embeddings of the pieces, at a rate of their own."""
    import torch

    words = student.embeddings.word_embeddings.weight
    body = [parameter for parameter in student.parameters() if parameter is not words and parameter.requires_grad]
    groups = [{"params": body, "lr": settings.body_rate}, {"params": [words], "lr": settings.embedding_rate}]
    return torch.optim.AdamW(groups, weight_decay=0.0, fused=True)


def rate_at(step: int, steps: int, warm: int = 60) -> float:
    """Share of the highest learning rate: it rises over the first steps and then falls in a line to 0."""
    return min(step / warm, (steps - step + 1) / max(1, steps - warm))
