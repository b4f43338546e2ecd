"""An index of as many passages as one likes, in minutes: real words and windows, half made vectors.

Embedding 100,000 passages and their windows would take the better part of an hour. What a search costs does not depend
on what the transformer's part of a vector says, so that part is drawn at random; the static model's is real. Words are
analysed a sentence at a time, each once: what Kiwi reads of one sentence hardly depends on the one before. Texts that
do not suffice come again with their paragraphs mixed: 86,000 aligned pairs are some 50,000 passages. So 100,000 take
four minutes of a processor, Kiwi and the static model half of them.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.assembly import Assembled, Source, passages_of, write_version
from ingest.chunking.chunk_spans import ChunkSpan
from ingest.prepare import Prepared
from ingest.publish import publish, staging
from ingest.terms.mining import mine
from ingest.windows import Windows
from rag.analyzer import Analyzer, Terms
from rag.chunks import embedded_text, indexed_text, with_ids
from rag.embeddings.base import Embedder
from rag.embeddings.combined import CombinedEmbeddings
from rag.embeddings.static import StaticEmbeddings
from rag.index.dense import unit
from rag.index.folder import TERMS, IndexFolder
from rag.index.lexical import LexicalIndex, Windowed
from rag.index.manifest import Manifest, file_sums
from rag.language import detect_language
from rag.query.typed.words import CourseWords
from rag.sentences import split_quickly
from rag.settings import EmbedderSettings, IndexSettings

CHUNK_CHARS = 480
"""Paragraphs are put together up to so many characters: 360 a passage in the mean, as in real courses."""

_PER_DOCUMENT = 40
"""Passages of a document, as in real courses."""

_BATCH = 4096
_HANGUL = [chr(code) for code in range(0xAC00, 0xD7A4, 28) for code in (code, code + 4)]
_LETTERS = list("abcdefghiklmnoprstu")


def real_paragraphs(data: Path) -> list[list[str]]:
    """Documents as their paragraphs, Korean and English ones in turn, of aligned texts: ``*.jsonl`` with ko and en."""
    documents: list[list[str]] = []
    for path in sorted(data.glob("*.jsonl")):
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        for _, group in groupby(rows, key=lambda row: row.get("file", "")):
            own = list(group)
            documents += [[str(row[language]) for row in own] for language in ("ko", "en")]
    return documents


def made_paragraphs(count: int, seed: int = 0) -> list[list[str]]:
    """``count`` documents of made words, as frequent as words are (Zipf), every other one in Hangul."""
    random = np.random.default_rng(seed)
    latin = _made_words(_LETTERS, 8_000, (3, 9), random)
    hangul = _made_words(_HANGUL, 8_000, (2, 5), random)
    frequency = 1 / np.arange(10, 8_010)
    documents = []
    for number in range(count):
        words, ends = (latin, ".") if number % 2 else (hangul, "다.")
        drawn = random.choice(len(words), 4_800, p=frequency / frequency.sum())
        sentences = [" ".join(words[at] for at in drawn[start : start + 12]) + ends for start in range(0, 4_800, 12)]
        documents.append([" ".join(sentences[start : start + 3]) for start in range(0, len(sentences), 3)])
    return documents


def _made_words(letters: Sequence[str], count: int, lengths: tuple[int, int], random: np.random.Generator) -> list[str]:
    """Distinct ones."""
    found: dict[str, None] = {}
    while len(found) < count:
        found["".join(random.choice(letters, random.integers(*lengths)))] = None
    return list(found)


def passages(documents: Sequence[Sequence[str]], count: int, seed: int = 0) -> Iterator[list[str]]:
    """``count`` passages as lists of those of each document, documents in random order.

    Once all have been had, they come again with the paragraphs of one language mixed, so that no passage is another.
    """
    random = np.random.default_rng(seed)
    documents = [[text for text in document if text.strip()] for document in documents]
    left = count
    while left > 0:
        for at in random.permutation(len(documents)).tolist():
            packed = list(_packed(documents[at]))[:left]
            for start in range(0, len(packed), _PER_DOCUMENT):
                yield packed[start : start + _PER_DOCUMENT]
            left -= len(packed)
            if not left:
                return
        documents = list(_mixed(documents, random))


def _mixed(documents: Sequence[Sequence[str]], random: np.random.Generator) -> Iterator[list[str]]:
    for language in ("ko", "en"):
        every = [text for document in documents for text in document if detect_language(text) == language]
        order = random.permutation(len(every)).tolist()
        each = 3 * _PER_DOCUMENT
        yield from ([every[at] for at in order[start : start + each]] for start in range(0, len(order), each))


def _packed(paragraphs: Iterable[str]) -> Iterator[str]:
    whole = ""
    for text in paragraphs:
        if whole and len(whole) + len(text) > CHUNK_CHARS:
            yield whole
            whole = ""
        whole = f"{whole}\n\n{text}" if whole else text
    if whole:
        yield whole


def build(index: Path, documents: Iterable[Sequence[str]], embedder: Embedder, settings: EmbedderSettings) -> Manifest:
    """Write an index of documents, given as their passages, and put it into service.

    Args:
        index: folder of the index, empty.
        documents: their passages.
        embedder: whose name and dimension the index gets.
        settings: how it is loaded again.
    """
    sources = [_source(number, texts) for number, texts in enumerate(documents)]
    chunks = [chunk for source in sources for chunk in with_ids(passages_of(source))]
    analyzer = Analyzer()
    windows = Windows.of(chunks, IndexSettings().window_chars)
    vectors = half_made(embedder, [*map(embedded_text, chunks), *windows.texts])
    rows = windows.rows(vectors[: len(chunks)], vectors[len(chunks) :])
    texts = [indexed_text(chunk) for chunk in chunks]
    terms = terms_of([*texts, *windows.texts], analyzer)
    lexical = LexicalIndex.build(terms[: len(texts)], Windowed(terms[len(texts) :], windows.owners))
    folder = IndexFolder(index)
    folder.versions_dir.mkdir(parents=True)
    with staging(folder) as staged:
        facts = write_version(staged, Assembled(sources, chunks, []), rows, lexical, IndexSettings())
        mine(chunks, analyzer).write(staged / TERMS)
        CourseWords.of(texts, analyzer.user_words).save(staged)
        manifest = Manifest(
            version=1,
            created="",
            fingerprint="made",
            settings={},
            roots=[],
            analyzer=analyzer.identity,
            embedder=embedder.identity,
            embedder_settings=settings.model_dump(),
            dimension=embedder.dimension,
            vectors=facts,
            chunks=len(chunks),
            sources={source.source: source.sha256 for source in sources},
            files=file_sums(staged),
            libraries={},
            report={},
        )
        publish(folder, staged, manifest)
    return manifest


def half_made(embedder: Embedder, texts: Sequence[str], seed: int = 0) -> NDArray[np.float32]:
    """Unit vectors (n × dimension) in the shape of an embedder's: static parts are real, others drawn at random."""
    parts = [(1.0, embedder)]
    if isinstance(embedder, CombinedEmbeddings):
        parts = [(part.weight, part.embedder) for part in embedder.parts]
    random = np.random.default_rng(seed)
    rows = [
        np.float32(weight**0.5)
        * (
            each.embed_array(texts)
            if isinstance(each, StaticEmbeddings)
            else unit(random.standard_normal((len(texts), each.dimension), np.float32))
        )
        for weight, each in parts
    ]
    return unit(np.concatenate(rows, axis=1))


def terms_of(texts: Sequence[str], analyzer: Analyzer) -> list[Terms]:
    """Index terms of the texts, each sentence analysed once by itself."""
    known: dict[str, Terms] = {}
    split = [_sentences(text) for text in texts]
    missing = list(dict.fromkeys(chain.from_iterable(split)))
    for start in range(0, len(missing), _BATCH):
        some = missing[start : start + _BATCH]
        known.update(zip(some, analyzer.analyze(some), strict=True))
    return [
        Terms(
            [word for sentence in sentences for word in known[sentence].words],
            [pair for sentence in sentences for pair in known[sentence].bigrams],
        )
        for sentences in split
    ]


def _sentences(text: str) -> list[str]:
    lines = [line for line in re.split(r"\n+", text) if line.strip()]
    return [line[start:end] for line in lines for start, end in split_quickly(line)]


def _source(number: int, texts: Sequence[str]) -> Source:
    """A document of these passages under made headings, five to a section."""
    spans, start = [], 0
    for place, text in enumerate(texts):
        heading = (f"Chapter {number}", f"Section {place // 5 + 1}")
        spans.append(ChunkSpan(start, start + len(text), heading, None, None, "text"))
        start += len(text) + 2
    return Source(f"{number:05}.md", "", Prepared(title=f"Chapter {number}", text="\n\n".join(texts), chunks=spans))
