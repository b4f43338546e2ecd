"""Prepared files to the chunks of a version, and a version to files."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from ingest.assembly import Source, assemble, write_version
from ingest.chunking.chunk_spans import chunk_document
from ingest.chunking.sizes import Characters
from ingest.dedup.duplicates import Duplicate
from ingest.document import Unit, join
from ingest.elements import Element, Kind, ParsedFile
from ingest.prepare import Prepared
from ingest.windows import Rows
from rag.analyzer import Analyzer
from rag.chunks import Chunk
from rag.embeddings.loading import load_embedder
from rag.index.folder import CHUNKS
from rag.index.lexical import LexicalIndex
from rag.index.manifest import VectorFacts
from rag.index.store import CourseStore
from rag.index.table import ChunkTable
from rag.settings import DedupSettings, IndexSettings, load_settings

TABLE = "| 방법 | 값 |\n| --- | --- |\n" + "\n".join(f"| 모델 {number} | 0.{number} |" for number in range(30))


def source(name: str, *elements: Element, title: str | None = None) -> Source:
    document = join(ParsedFile(list(elements), title=title))
    chunks = chunk_document(document, max_size=200, measure=Characters())
    return Source(name, "0" * 64, Prepared(document.title, document.text, document.units, chunks))


def test_chunks_are_in_order_of_source_with_their_provenance() -> None:
    first = source("b/z.md", Element(Kind.PARAGRAPH, "뒤의 글", page=4))
    second = source("a.pdf", Element(Kind.HEADING, "절", level=1), Element(Kind.TABLE, TABLE, cell=2), title="제목")
    assembled = assemble([first, second], DedupSettings())
    assert [each.source for each in assembled.sources] == ["a.pdf", "b/z.md"]
    assert [chunk.source for chunk in assembled.chunks] == ["a.pdf"] * (len(assembled.chunks) - 1) + ["b/z.md"]
    last = assembled.chunks[-1]
    assert (last.title, last.page, last.cell, last.text, last.kind) == ("z", 4, None, "뒤의 글", "text")
    middle = assembled.chunks[1]
    assert (middle.title, middle.heading, middle.cell, middle.kind) == ("제목", ("절",), 2, "table")
    assert middle.lead == "| 방법 | 값 |\n| --- | --- |"
    for chunk in assembled.chunks:
        text = next(each.prepared.text for each in assembled.sources if each.source == chunk.source)
        assert text[chunk.start : chunk.end] == chunk.text
    assert len({chunk.id for chunk in assembled.chunks}) == len(assembled.chunks)
    again = assemble([second, first], DedupSettings())
    assert again == assembled


def test_a_passage_in_two_files_is_kept_once() -> None:
    same = Element(Kind.PARAGRAPH, "같은 글이다.", page=2)
    assembled = assemble([source("b.pdf", same), source("a.pdf", same)], DedupSettings())
    assert [(chunk.source, chunk.also_in) for chunk in assembled.chunks] == [("a.pdf", ("b.pdf, p. 2",))]
    assert assembled.duplicates == [Duplicate("b.pdf, p. 2", "a.pdf, p. 2", 1.0)]
    assert len(assembled.sources) == 2


def test_what_was_written_is_what_is_opened(tmp_path: Path) -> None:
    embedder, analyzer = load_embedder(load_settings().embedder), Analyzer()
    assembled = assemble(
        [source("a.md", Element(Kind.TABLE, TABLE)), source("b.md", Element(Kind.CODE, "x = 1"))], DedupSettings()
    )
    texts = [chunk.text for chunk in assembled.chunks]
    vectors, lexical = embedder.embed_array(texts), LexicalIndex.build(analyzer.analyze(texts))
    rows = Rows(np.arange(len(texts)), vectors)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        assert write_version(tmp_path / name, assembled, rows, lexical, IndexSettings()) == VectorFacts()
    for name in ("chunks.sqlite", "vectors.faiss"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()

    store = CourseStore.open(tmp_path / "one", embedder)
    rowids = list(range(1, len(texts) + 1))
    assert [Chunk.from_document(each) for each in store.table.get(rowids)] == assembled.chunks
    assert store.dense is not None
    np.testing.assert_allclose(store.dense.vectors(rowids), vectors, atol=1e-6)
    assert store.table.sources() == [("a.md", "a"), ("b.md", "b")]
    assert store.table.source_text("a.md") == TABLE
    store.close()
    lexical = LexicalIndex.open(tmp_path / "one/lexical")
    scores = lexical.scores(analyzer.analyze_one("모델 29"), bigram_weight=0.3)
    assert len(scores) == len(texts)
    assert "모델 29" in texts[int(np.argmax(scores))]


def test_the_newest_copy_is_searched_and_the_others_are_named_newest_first() -> None:
    same = Element(Kind.PARAGRAPH, "같은 글이다.")
    stated = replace(source("b.md", same), modified="2020-01-01")
    stated = replace(stated, prepared=replace(stated.prepared, date="2024-05-01"))
    sources = [
        replace(source("2023-2/a.md", same), modified="2026-01-01"),
        stated,
        source("2025 봄/c.md", same),
        replace(source("d.md", same), modified="2024-12-01"),
        replace(source("e.md", same), modified="2024-12-01"),
    ]
    assembled = assemble(sources, DedupSettings())
    assert [(chunk.source, chunk.also_in) for chunk in assembled.chunks] == [
        ("2025 봄/c.md", ("d.md", "e.md", "b.md", "2023-2/a.md"))
    ]
    assert assemble(sources[::-1], DedupSettings()) == assembled
    assert [each.source for each in assembled.duplicates] == ["2023-2/a.md", "b.md", "d.md", "e.md"]


def test_what_was_left_out_is_stored_with_what_is_searched_instead(tmp_path: Path) -> None:
    rest = Element(Kind.PARAGRAPH, "점수는 30점이다. " + "이 문단은 다른 문서에 없는 글이며 조금 길다. " * 2, page=2)
    same = Element(Kind.PARAGRAPH, "같은 글이지만 혼자 서기에 충분히 길다고 하자. " * 3, page=4)
    old, new = source("2024/a.pdf", rest, same), source("2025/a.pdf", same)
    old = replace(old, prepared=replace(old.prepared, links=["https://example.org/a"]))
    assembled = assemble([old, new], DedupSettings())
    embedder, analyzer = load_embedder(load_settings().embedder), Analyzer()
    texts = [chunk.text for chunk in assembled.chunks]
    rows = Rows(np.arange(len(texts)), embedder.embed_array(texts))
    write_version(tmp_path, assembled, rows, LexicalIndex.build(analyzer.analyze(texts)), IndexSettings())
    table = ChunkTable(tmp_path / CHUNKS, read_only=True)
    kept = [Chunk.from_document(each) for each in table.get(range(1, len(table) + 1))]
    found = table.duplicates()
    assert [(each.place, each.source, each.similarity) for each in found] == [("2024/a.pdf, p. 4", "2024/a.pdf", 1.0)]
    assert found[0].kept == [chunk.id for chunk in kept if chunk.source == "2025/a.pdf"]
    assert found[0].text == old.prepared.text[found[0].start : found[0].end] == same.text.strip()
    assert table.facts("2024/a.pdf") == {"day": "2024-01-01", "known_by": "name", "links": ["https://example.org/a"]}
    assert table.facts("nothing") == {}
    assert [Unit.from_json(unit) for unit in table.units("2025/a.pdf")] == new.prepared.units
    table.close()
