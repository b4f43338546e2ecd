"""The model card: what the model was trained on, under which licences, how good it is, the command that makes it."""

from collections.abc import Sequence
from pathlib import Path

from ingest.training.evaluate import Recall
from ingest.training.train import NAME, TrainingReport, TrainingSettings

CARD_FILE = "README.md"

_CARD = """\
# {name}

A static Korean-English embedding model: a text's vector is the mean of its tokens' vectors, scaled to length 1. It
puts a Korean and an English text that mean the same close together, and needs neither torch nor a GPU.

{tokens:,} tokens, {dimension} dimensions, {weights_mb:.1f} MB of weights: four bits a value, and one scale a token
(`rag/embeddings/static.py` reads them). The tokenizer is a unigram model over NFKC, lower-cased text; Hangul stays in
whole syllables. Any length of text is read.

## Figures

Recall at k: the share of questions for which a right passage is among the k most similar. No question set was trained
on. The `xling` sets ask for the Korean paragraph with an English one; `held-out` too, on the training sources' files
that were kept out of training (one in forty). The question sets chose among variants of the model, so read them as
development figures.

| set | questions | passages | recall@1 | recall@5 |
|---|---:|---:|---:|---:|
{figures}

## Data

Trained on Korean-English paragraphs that were aligned from documentation and its translation, on sections of Korean
documentation, and on Korean sentence pairs. The texts are not in the model. A file of which a development document was
made was left out of training.

| source | licence | by |
|---|---|---|
{sources}

## Training

    {command}

DATA holds `parallel/*.jsonl` and `pairs/*.jsonl`. sentence-transformers' `StaticEmbedding` was trained from random
vectors with `MultipleNegativesRankingLoss` in all four directions ({steps:,} batches of {batch_size:,} pairs, Adam,
learning rate {learning_rate:g}, scale {scale:g}, seed {seed}) in {minutes:.0f} minutes on a CPU. Pairs by task:

{pairs}

Another number of threads can change the order of additions, and with it the weights a little.

## Limits

- Word order is not read: "A follows B" and "B follows A" have the same vector.
- It knows the words of software documentation and machine learning best. On everyday and encyclopaedic Korean it
  matches words rather than meanings, so use it together with a lexical search.
- Long texts blur: embed passages of up to a few hundred words.
- Negation and numbers hardly move a vector. A high similarity is no proof that a passage answers the question.

## Licence

The weights are published with course-rag, under its licence. The data keeps the licences above, and the table is the
attribution that they ask for. Whether a share-alike licence of training data reaches trained weights is not settled;
who needs to be sure trains without d2l (in `parallel` and in `pairs/korean-sections.jsonl`), park-news, parakqc and
korsts.
"""

_SOURCES = (
    ("tf-docs", "Apache-2.0", "TensorFlow documentation and its Korean translation, the TensorFlow Authors"),
    ("python-docs", "PSF-2.0", "Python documentation and its Korean translation, Python Software Foundation"),
    ("react-docs", "CC BY 4.0", "react.dev and ko.react.dev, Meta Platforms and the translators"),
    ("vue-docs", "CC BY 4.0", "Vue.js documentation and its Korean translation, the Vue.js contributors"),
    ("rust-book", "MIT or Apache-2.0", "The Rust Programming Language and its Korean translation"),
    ("fastapi-docs", "MIT", "FastAPI documentation, Sebastián Ramírez and the translators"),
    ("pytorch-tutorials", "BSD-3-Clause", "PyTorch tutorials and their Korean translation, PyTorch Korea User Group"),
    ("d2l", "CC BY-SA 4.0", "Dive into Deep Learning and its Korean translation, Zhang, Lipton, Li, Smola et al."),
    ("park-news", "CC BY-SA 3.0", "Korean-English news corpus, Jungyeul Park et al."),
    ("parakqc", "CC BY-SA 4.0", "ParaKQC, Won Ik Cho et al."),
    ("korsts", "CC BY-SA 4.0", "KorSTS, Kakao Brain"),
    ("question-pair", "MIT", "Korean question pairs, Youngsook Song"),
)


def write_card(
    folder: Path, settings: TrainingSettings, report: TrainingReport, recalls: Sequence[Recall], name: str = NAME
) -> None:
    """Write the model card into the model's folder; no path of this machine is in it."""
    card = _CARD.format(
        name=name,
        tokens=report.tokens,
        dimension=report.dimension,
        weights_mb=report.tokens * (report.dimension / 2 + 4) / 1e6,
        figures=figures(recalls),
        sources=sources(),
        command=command(settings),
        steps=settings.steps,
        batch_size=settings.batch_size,
        learning_rate=settings.learning_rate,
        scale=settings.scale,
        seed=settings.seed,
        minutes=report.seconds / 60,
        pairs="\n".join(f"- {task}: {count:,}" for task, count in report.pairs.items()),
    )
    (folder / CARD_FILE).write_text(card, encoding="utf-8")


def command(settings: TrainingSettings) -> str:
    """Write the command that trains with these settings, in full, with DATA and OUT for the folders."""
    return (
        "course-rag embedder train --tier static --data DATA --out OUT"
        f" --vocabulary {settings.vocabulary_size} --dimension {settings.dimension} --steps {settings.steps}"
        f" --batch-size {settings.batch_size} --learning-rate {settings.learning_rate:g} --seed {settings.seed}"
    )


def figures(recalls: Sequence[Recall]) -> str:
    """Rows of the table of recalls, as both tiers' cards have it."""
    return "\n".join(f"| {r.name} | {r.questions:,} | {r.passages:,} | {r.at_1:.1%} | {r.at_5:.1%} |" for r in recalls)


def sources() -> str:
    """Rows of the table of the texts that both tiers are trained on: source, licence, and by whom."""
    return "\n".join(f"| {source} | {licence} | {by} |" for source, licence, by in _SOURCES)
