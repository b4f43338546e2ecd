"""``python -m ingest.bench.duplicates [--data DIR] [--json FILE]``: repeated sentences searched twice, text lost.

Semesters are made from the real notes: last year's file is the note as it is, this year's the same with one kind of
edit in every section. A sentence counts as repeated if it stands in both; it should then be in one searched passage
only. A sentence is lost if it stands in a file and in no searched passage. Traps are sentences that differ in a
number, a negation, a name or a sign, in otherwise equal passages: losing one is a false merge.
"""

import argparse
import json
import random
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ingest.assembly import Source, assemble
from ingest.bench.semesters import EDITS, TRAPS, as_pdf, trapped, typos_fixed
from ingest.build import Build
from ingest.prepare import Job, prepare
from ingest.workers import serial_map
from rag.assistant import Assistant
from rag.chunks import Chunk
from rag.settings import DedupSettings, IndexSettings, Settings

DATA = Path("../shared/data")
_LETTERS = 30
_SENTENCE = re.compile(r"(?<=[.!?。])\s+|\n")
_QUESTIONS = 150


@dataclass(frozen=True, slots=True)
class Figure:
    """What one kind of edit came to; of ``repeated`` and ``sentences`` the other numbers are parts."""

    edit: str
    sentences: int
    repeated: int
    searched_twice: int
    lost: int
    passages: int


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(prog="python -m ingest.bench.duplicates", description="Measure duplicates.")
    parser.add_argument("--data", type=Path, default=DATA, help="folder with documents/")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to a file too")
    options = parser.parse_args(argv)
    notes = {path.name: path.read_text("utf-8") for path in sorted((options.data / "documents").rglob("*.md"))}
    if not notes:
        sys.stderr.write(f"There are no notes in {options.data / 'documents'}. Give the development data: --data DIR\n")
        return 1
    with tempfile.TemporaryDirectory(prefix="course-rag-bench-") as folder:
        figures = list(_figures(notes, Path(folder)))
        both = _both_in_top_5(notes, Path(folder))
    _print(figures, both)
    if options.json:
        values = {"figures": [asdict(figure) for figure in figures], "both in top 5": both}
        options.json.write_text(json.dumps(values, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0


def _print(figures: Sequence[Figure], both: tuple[int, int]) -> None:
    out = sys.stdout.write
    out(f"{'edit':<20}{'sentences':>10}{'repeated':>10}{'twice':>8}{'recall':>8}{'lost':>6}{'passages':>10}\n")
    for each in figures:
        recall = 1 - each.searched_twice / each.repeated if each.repeated else 1.0
        out(
            f"{each.edit:<20}{each.sentences:>10}{each.repeated:>10}{each.searched_twice:>8}{recall:>8.3f}"
            f"{each.lost:>6}{each.passages:>10}\n"
        )
    out(f"Both copies among the first 5: {both[0]} of {both[1]} questions\n")


def _figures(notes: dict[str, str], folder: Path) -> Iterator[Figure]:
    for name, edit in EDITS.items():
        rng = random.Random(2026)
        edited = {note: edit(text, rng) for note, text in notes.items()}
        before, after = (edited, notes) if edit is typos_fixed else (notes, edited)
        files = {f"2024/{note}": text for note, text in before.items()}
        files |= {f"2025/{note}": text for note, text in after.items()}
        yield _figure(name, _sources(files, folder / name))
    pdfs = folder / "pdf"
    files = {f"2024/{note}": text for note, text in notes.items()}
    texts = _sources(files, pdfs)
    for each in texts:
        as_pdf(each.prepared.text, pdfs / "2025" / f"{Path(each.source).stem}.pdf")
    yield _figure("PDF of the same text", [*texts, *_prepared(pdfs, "2025/*.pdf")])
    yield _traps(notes, folder / "traps")


def _traps(notes: dict[str, str], folder: Path) -> Figure:
    """Lost are the variants of the trap sentences that are in no searched passage."""
    files = trapped(notes)
    kept = [_squeezed(chunk.text) for chunk in _chunks(_sources(files, folder), enabled=True)]
    variants = [_squeezed(variant) for pair in TRAPS for variant in pair]
    lost = sum(not any(variant in text for text in kept) for variant in variants)
    return Figure("traps", len(variants), 0, 0, lost, len(kept))


def _figure(name: str, sources: list[Source]) -> Figure:
    everything, kept = _chunks(sources, enabled=False), _chunks(sources, enabled=True)
    sentences = {sentence for chunk in everything for sentence in _sentences(chunk.text)}
    holders = _holders(sentences, everything)
    searched = _holders(sentences, kept)
    repeated = [each for each in sentences if len(holders[each]) > 1]
    twice = sum(len(searched[each]) > 1 for each in repeated)
    lost = [each for each in sentences if not searched[each]]
    return Figure(name, len(sentences), len(repeated), twice, len(lost), len(kept))


def _holders(sentences: Iterable[str], chunks: Sequence[Chunk]) -> dict[str, set[str]]:
    """Sources in whose passages, read one after another, a sentence stands."""
    texts: dict[str, str] = {}
    for chunk in chunks:
        texts[chunk.source] = texts.get(chunk.source, "") + _squeezed(chunk.text)
    return {sentence: {source for source, text in texts.items() if sentence in text} for sentence in sentences}


def _sentences(text: str) -> Iterator[str]:
    for sentence in _SENTENCE.split(text):
        squeezed = _squeezed(sentence)
        if len(squeezed) >= _LETTERS:
            yield squeezed


def _squeezed(text: str) -> str:
    """Letters and digits alone: another rule than the one that is measured."""
    return "".join(char for char in text.lower() if char.isalnum())


def _chunks(sources: list[Source], *, enabled: bool) -> list[Chunk]:
    return assemble(sources, DedupSettings(enabled=enabled)).chunks


def _sources(files: dict[str, str], folder: Path) -> list[Source]:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return _prepared(folder, "*/*.md")


def _prepared(folder: Path, pattern: str) -> list[Source]:
    settings = Settings()
    return [
        Source(
            source := path.relative_to(folder).as_posix(),
            "",
            prepare(Job(path, source, settings.parse, settings.mask, settings.chunk)),
        )
        for path in sorted(folder.glob(pattern))
    ]


def _both_in_top_5(notes: dict[str, str], folder: Path) -> tuple[int, int]:
    """Questions for a sentence that stands in both semesters: how many get it twice, of how many."""
    rng = random.Random(2026)
    documents = folder / "all"
    kinds = list(EDITS.values())
    files = {f"2024/{note}": text for note, text in notes.items()}
    files |= {
        f"2025/{note}": kinds[number % len(kinds)](text, rng) for number, (note, text) in enumerate(notes.items())
    }
    sources = _sources(files, documents)
    repeated = Counter(
        (sentence, part.strip())
        for source in sources
        for chunk in assemble([source], DedupSettings(enabled=False)).chunks
        for part in _SENTENCE.split(chunk.text)
        for sentence in set(_sentences(part))
    )
    asked = rng.sample(sorted(part for part, count in repeated.items() if count > 1), _QUESTIONS)
    settings = Settings(index=IndexSettings(path=folder / "index"))
    Build(settings, file_map=serial_map).run([documents])
    assistant = Assistant(settings)
    both = 0
    for squeezed, question in asked:
        hits = [hit.chunk for hit in assistant.search(question)]
        both += len({chunk.source for chunk in hits if squeezed in _squeezed(chunk.text)}) > 1
    return both, len(asked)


if __name__ == "__main__":
    raise SystemExit(main())
