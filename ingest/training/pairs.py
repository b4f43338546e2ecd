"""Training pairs: two texts that mean the same, or of which one answers to the other.

Read from ``DATA/parallel/*.jsonl`` (aligned Korean and English paragraphs) and ``DATA/pairs/*.jsonl``. Each kind of
pair is a task of its own, because the other pairs of a batch are its wrong answers: a batch of one task is harder,
and teaches more, than a mixture. ``DATA/questions`` and ``DATA/documents`` are never trained on; the files among the
training data that are the source of a file in ``DATA/documents`` are left out, and the result says which.
"""

import json
import random
import re
import unicodedata
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rag.errors import EmbedderError

Row = dict[str, Any]

_SENTENCE_END = re.compile(r"(?<=[.!?。])\s+(?=[^\s\d])|(?<=다\.)(?=[가-힣])")
_TERM = re.compile(r"([가-힣]+(?: [가-힣]+){0,3}) ?\(([A-Za-z]{2,}(?:[ -][A-Za-z]+){0,4})\)")
"""Words of Hangul and, in parentheses, their English."""
_HELD_OUT_ONE_IN = 40
_SECTION_CHARACTERS = 1_200
_SHORT = 24
_ENTRIES_IN_A_RUN = 10


@dataclass(frozen=True)
class Pair:
    """Two texts that belong together; pairs of one group are never each other's wrong answers."""

    anchor: str
    positive: str
    group: str


@dataclass(frozen=True)
class TrainingData:
    """Pairs to train on by task, pairs held out to measure on, and what was left out, by reason."""

    tasks: dict[str, list[Pair]]
    held_out: list[Pair]
    dropped: dict[str, int] = field(default_factory=dict)

    def texts(self) -> Iterator[str]:
        """Every distinct text that is trained on."""
        return iter(dict.fromkeys(t for pairs in self.tasks.values() for p in pairs for t in (p.anchor, p.positive)))


def read_training_data(data: Path, seed: int) -> TrainingData:
    """Read and pair everything under ``data``; the same seed makes the same pairs.

    Raises:
        EmbedderError: ``data/parallel`` holds no pairs, or a line of a file is not what the format says.
    """
    dropped: Counter[str] = Counter()
    documents = _document_tails(data / "documents")
    rows = _deduplicate(_usable(_read(data / "parallel", "*.jsonl", "ko", "en"), documents, dropped), dropped)
    if not rows:
        raise EmbedderError(
            f"No Korean-English pairs in {data / 'parallel'}.",
            remedy="Give --data a folder with parallel/*.jsonl, one object per line with at least ko and en.",
        )
    trained = [row for row in rows if not _is_held_out(row)]
    sections = list(
        _usable(
            _read(data / "pairs", "korean-sections.jsonl", "id", "file", "title", "heading", "text"), documents, dropped
        )
    )
    rng = random.Random(seed)  # noqa: S311  (pairs, not secrets)
    tasks = {
        "translation": [Pair(row["ko"], row["en"], row["ko"]) for row in trained],
        "sentences": list(sentence_pairs(trained)),
        "headings": list(heading_pairs(trained)),
        "cloze": list(cloze_pairs(trained, rng)),
        "sections": list(section_pairs([s for s in sections if not _is_held_out(s)], rng)),
        "paraphrases": list(paraphrase_pairs(data / "pairs", rng)),
    }
    tasks["terms"] = list(
        term_pairs(text for pairs in tasks.values() for p in pairs for text in (p.anchor, p.positive))
    )
    held_out = [Pair(row["ko"], row["en"], row["ko"]) for row in rows if _is_held_out(row) and len(row["ko"]) > _SHORT]
    return TrainingData({name: pairs for name, pairs in tasks.items() if pairs}, held_out, dict(dropped))


def sentence_pairs(rows: Sequence[Row]) -> Iterator[Pair]:
    """Pair the sentences of two aligned paragraphs, where both have as many and their lengths agree."""
    for row in rows:
        korean, english = split_sentences(row["ko"]), split_sentences(row["en"])
        if len(korean) < 2 or len(korean) != len(english):
            continue
        ratio = len(row["en"]) / max(1, len(row["ko"]))
        # A sentence that is translated alone keeps the paragraph's ratio of lengths; merged and split ones do not.
        if all(0.6 < len(e) / (len(k) * ratio) < 1.6 for k, e in zip(korean, english, strict=True)):
            yield from (Pair(k, e, k) for k, e in zip(korean, english, strict=True) if len(k) > _SHORT // 2)


def heading_pairs(rows: Sequence[Row]) -> Iterator[Pair]:
    """Pair a heading with the text under it, within each language and across."""
    for section in _sections(rows):
        heading_ko, heading_en = section[0]["section_ko"], section[0]["section_en"]
        korean, english = _body(section, "ko"), _body(section, "en")
        if min(len(korean), len(english)) < _SHORT * 2:
            continue
        for heading in (heading_ko, heading_en):
            yield from (Pair(heading, body, heading_en) for body in (korean, english))


def cloze_pairs(rows: Sequence[Row], rng: random.Random) -> Iterator[Pair]:
    """Pair a sentence with the section it stands in (inverse cloze, Lee et al. 2019), within a language and across.

    In half of the pairs the sentence is taken out of the section, so that the model learns the topic; in the others it
    stays, so that the model keeps rewarding the same words.
    """
    for number, section in enumerate(_passages(rows)):
        body = [row for row in section if row.get("kind") != "h"]
        if len(body) < 2:
            continue
        for index in rng.sample(range(len(body)), k=min(4, len(body))):
            near = body[max(0, index - 3) : index + 4]
            kept = near if rng.random() < 0.5 else [row for row in near if row is not body[index]]
            asked, answered = rng.choice(("ko", "en")), rng.choice(("ko", "en"))
            anchor = rng.choice(split_sentences(body[index][asked]))
            positive = _joined(row[answered] for row in kept)
            if len(anchor) > _SHORT and len(positive) > _SHORT:
                yield Pair(anchor, positive, f"cloze-{number}")


def section_pairs(sections: Sequence[Row], rng: random.Random) -> Iterator[Pair]:
    """Pair a Korean section with its heading, and with sentences of it."""
    for section in sections:
        sentences = [s for line in section["text"].splitlines() for s in split_sentences(line)]
        if sum(map(len, sentences)) < _SHORT * 2:
            continue
        # A dict keeps the order and drops the heading where it repeats the title.
        title = _joined(dict.fromkeys([section["title"], section["heading"]]))
        yield Pair(title, section["text"][:_SECTION_CHARACTERS], section["id"])
        for index in rng.sample(range(len(sentences)), k=min(4, len(sentences))):
            rest = sentences if rng.random() < 0.5 else sentences[:index] + sentences[index + 1 :]
            positive = _joined(rest[max(0, index - 5) : index + 6])
            if len(sentences[index]) > _SHORT and len(positive) > _SHORT:
                yield Pair(sentences[index], positive, section["id"])


def paraphrase_pairs(folder: Path, rng: random.Random) -> Iterator[Pair]:
    """Pair Korean sentences that mean the same: paraphrase groups, labelled pairs, pairs scored 4 or more of 5."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for row in _read(folder, "parakqc.jsonl", "group", "text"):
        groups[str(row["group"])].append(row["text"])
    for group, texts in groups.items():
        rng.shuffle(texts)
        yield from (Pair(a, b, f"parakqc-{group}") for a, b in zip(texts, texts[1:], strict=False))
    for row in _read(folder, "question-pair.jsonl", "a", "b", "label"):
        if row["label"] == 1:
            yield Pair(row["a"], row["b"], row["a"])
    for row in _read(folder, "korsts-train.jsonl", "a", "b", "score"):
        if row["score"] >= 4:
            yield Pair(row["a"], row["b"], row["a"])


def term_pairs(texts: Iterable[str]) -> Iterator[Pair]:
    """Pair Korean terms with the English in parentheses behind them: "전이 학습(Transfer Learning)".

    Where a term begins is not marked: as many Korean words are taken as there are English ones.
    """
    found: dict[tuple[str, str], None] = {}
    for text in dict.fromkeys(texts):
        for korean, english in _TERM.findall(text):
            words = korean.split(" ")[-len(re.split("[ -]", english)) :]
            found[" ".join(words), english] = None
    yield from (Pair(korean, english, english.lower()) for korean, english in found)


def split_sentences(text: str) -> list[str]:
    """Split after a full stop, question or exclamation mark that white space and no number follows.

    Korean text that was put through a machine often lacks the white space, so a sentence ending in ``다.`` ends there
    too.
    """
    return [sentence for sentence in _SENTENCE_END.split(text.strip()) if sentence] or [text]


def _read(folder: Path, pattern: str, *keys: str) -> Iterator[Row]:
    """Rows of the files, in order of their names; every row has the keys.

    Raises:
        EmbedderError: a line is not a JSON object, or lacks a key.
    """
    for file in sorted(folder.glob(pattern)):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            try:
                row = json.loads(line)
            except ValueError:
                row = None
            if not isinstance(row, dict) or set(keys) - row.keys():
                raise EmbedderError(
                    f"{file.name}, line {number} is not a JSON object with {', '.join(keys)}.",
                    remedy="Correct or remove the line.",
                )
            yield row


def _usable(rows: Iterator[Row], documents: frozenset[tuple[str, ...]], dropped: Counter[str]) -> Iterator[Row]:
    for row in rows:
        file = str(row.setdefault("file", row.get("source", "")))
        # A document's name is its path written flat, so a path's folder and stem are its last words.
        if _words("/".join(file.rpartition(".")[0].split("/")[-2:])) in documents:
            dropped[f"the source of a file in documents/: {file}"] += 1
        else:
            yield row


def _deduplicate(rows: Iterator[Row], dropped: Counter[str]) -> list[Row]:
    """Keep rows of which neither side was seen: a repeated sentence would be a right answer counted as wrong."""
    seen: set[str] = set()
    kept = []
    for row in rows:
        sides = {_letters(row["ko"]), _letters(row["en"])}
        if len(sides) < 2 or "" in sides:
            dropped["the same on both sides, or empty"] += 1
        elif seen & sides:
            dropped["a paragraph seen before"] += 1
        else:
            seen |= sides
            kept.append(row)
    return kept


def _document_tails(folder: Path) -> frozenset[tuple[str, ...]]:
    """The last words, two or more, of the names of the files in ``folder``."""
    names = [_words(file.stem) for file in sorted(folder.glob("*")) if file.is_file()]
    return frozenset(name[-count:] for name in names for count in range(2, len(name) + 1))


def _words(path: str) -> tuple[str, ...]:
    return tuple(word for word in re.findall(r"[a-z0-9]+", path.lower()) if word not in {"source", "docs"})


def _is_held_out(row: Row) -> bool:
    """One file in forty, chosen by its name alone, so that no seed and no other file moves it in or out."""
    return zlib.crc32(f"{row.get('source')}/{row['file']}".encode()) % _HELD_OUT_ONE_IN == 0


def _sections(rows: Sequence[Row]) -> list[list[Row]]:
    found: defaultdict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in rows:
        if row.get("section_ko") and row.get("section_en"):
            found[str(row.get("source")), row["file"], row["section_en"]].append(row)
    return list(found.values())


def _passages(rows: Sequence[Row]) -> list[list[Row]]:
    """Sections, and runs of entries of one file where the source has entries and no sections."""
    runs: defaultdict[tuple[str, int], list[Row]] = defaultdict(list)
    entries: Counter[str] = Counter()
    for row in rows:
        if row.get("kind") == "entry":
            runs[row["file"], entries[row["file"]] // _ENTRIES_IN_A_RUN].append(row)
            entries[row["file"]] += 1
    return _sections(rows) + list(runs.values())


def _body(section: Sequence[Row], language: str) -> str:
    return _joined(row[language] for row in section if row.get("kind") != "h")[:_SECTION_CHARACTERS]


def _joined(texts: Iterable[str]) -> str:
    return " ".join(texts)


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", unicodedata.normalize("NFKC", text)).lower()
