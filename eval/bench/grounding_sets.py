"""Sentences and passages with labels, for the sentence guard: true ones, said otherwise, and false ones by kind."""

import json
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from eval.bench.corruptions import names, negated, renamed, renumbered, reworded, shortened
from eval.metrics.evidence import squeeze
from eval.questions import read_questions
from rag.analyzer import Analyzer
from rag.chunks import Chunk
from rag.index.course import Course
from rag.language import has_hangul
from rag.retrieval.retriever import CourseRetriever
from rag.sentences import split_sentences

SEED = 11
_MOST = 220
"""Passages taken of a set."""

_LENGTHS = range(25, 260)
"""Characters of a sentence that is taken."""


@dataclass(frozen=True, slots=True)
class Case:
    """A sentence, the passage it cites, and whether that says it.

    Attributes:
        sentence: what a model would have written.
        chunk: the cited passage.
        true: whether the passage says it.
        kind: how the sentence was made.
    """

    sentence: str
    chunk: Chunk
    true: bool
    kind: str


def passage_cases(passages: Sequence[tuple[str, str]], analyzer: Analyzer) -> list[Case]:
    """Cases of (title, text) passages, one sentence each: reworded, and the rewording made false."""
    chance = random.Random(SEED)  # noqa: S311
    chosen = chance.sample(list(passages), min(_MOST, len(passages)))
    chunks = [Chunk(str(number), text, "set.md", title) for number, (title, text) in enumerate(chosen)]
    neighbours = _nearest(chunks, analyzer)
    cases: list[Case] = []
    for number, chunk in enumerate(chunks):
        sentences = _sentences(chunk.text)
        if len(sentences) < 2:
            continue
        sentence = chance.choice(sentences)
        said = reworded(sentence) or sentence
        other = chunks[neighbours[number]]
        if said != sentence:
            cases.append(Case(said, chunk, True, "reworded"))
        brief = next(filter(None, (shortened(each, chance) for each in chance.sample(sentences, len(sentences)))), None)
        if brief:
            cases.append(Case(brief, chunk, True, "shortened"))
            cases += _false(brief, chunk, other, chance)
        cases += _false(said, chunk, other, chance)
        stranger = chance.choice(chunks)
        for kind, source in (("of a near passage", other), ("of another passage", stranger)):
            foreign = [each for each in _sentences(source.text) if squeeze(each) not in squeeze(chunk.text)]
            if foreign and source is not chunk:
                wrong = chance.choice(foreign)
                cases.append(Case(reworded(wrong) or wrong, chunk, False, kind))
    return cases


def pair_cases(rows: Iterable[dict[str, Any]]) -> list[Case]:
    """Cases of Korean sentence pairs with a score in [0, 5]: the first as the passage of the second."""
    chance = random.Random(SEED)  # noqa: S311
    scored = [row for row in rows if row["score"] >= 4.2 or row["score"] <= 1.5]
    chosen = chance.sample(scored, min(2 * _MOST, len(scored)))
    return [
        Case(row["b"], Chunk(str(number), row["a"], "pair.md", ""), row["score"] >= 4.2,
             "paraphrase" if row["score"] >= 4.2 else "other meaning")
        for number, row in enumerate(chosen)
        if row["a"] != row["b"]
    ]  # fmt: skip


def group_cases(rows: Iterable[dict[str, Any]]) -> list[Case]:
    """Cases of Korean sentences in groups that mean the same; false ones are of another group on the same topic."""
    chance = random.Random(SEED)  # noqa: S311
    groups: dict[tuple[str, int], list[str]] = defaultdict(list)
    for row in rows:
        groups[row["topic"], row["group"]].append(row["text"])
    chosen = chance.sample(sorted(groups), min(_MOST, len(groups)))
    cases: list[Case] = []
    for number, key in enumerate(chosen):
        one, other = chance.sample(groups[key], 2)
        chunk = Chunk(f"group{number}", one, "group.md", "")
        cases.append(Case(other, chunk, True, "paraphrase"))
        stranger = chance.choice([each for each in chosen if each[0] == key[0] and each != key] or chosen)
        cases.append(Case(chance.choice(groups[stranger]), chunk, False, "other meaning"))
    return cases


def asked_paragraphs(folder: Path) -> list[tuple[str, str]]:
    """The English and Korean paragraphs of a set that asks one by the other."""
    texts = {row["id"]: row["text"] for row in _rows(folder / "corpus.jsonl")}
    return [(row["text"], texts[row["positive"][0]]) for row in _rows(folder / "queries.jsonl") if row["positive"]]


def aligned_paragraphs(path: Path) -> list[tuple[str, str]]:
    """The English and Korean paragraphs of a file of aligned texts."""
    return [(row["en"], row["ko"]) for row in _rows(path)]


def translated_cases(pairs: Iterable[tuple[str, str]]) -> list[Case]:
    """Cases of paragraphs in English and Korean: a sentence of one, the paragraph of the other; and false ones."""
    chance = random.Random(SEED)  # noqa: S311
    long = [pair for pair in pairs if all(len(text) > 60 for text in pair)]
    chosen = chance.sample(long, min(_MOST, len(long)))
    cases: list[Case] = []
    for number, (english, korean) in enumerate(chosen):
        for text, source, name in ((korean, english, "ko of en"), (english, korean, "en of ko")):
            sentences = _sentences(text)
            if not sentences:
                continue
            said = chance.choice(sentences)
            chunk = Chunk(f"{number}{name}", source, "set.md", "")
            cases.append(Case(said, chunk, True, f"translated, {name}"))
            stranger = chosen[(number + 1) % len(chosen)][0 if name == "ko of en" else 1]
            far = Chunk(f"{number}{name}x", stranger, "set.md", "")
            cases.append(Case(said, far, False, f"of another passage, {name}"))
            cases += [replace(case, kind=f"{case.kind}, {name}") for case in _false(said, chunk, chunk, chance)]
    return [case for case in cases if "inside" not in case.kind and "near" not in case.kind]


def reference_cases(index: Path, questions: Path) -> list[Case]:
    """Reference answers of a question set with the chunk that holds their evidence; and the same made false."""
    chance = random.Random(SEED)  # noqa: S311
    retriever = CourseRetriever(course=Course.open(index))
    cases: list[Case] = []
    for question in read_questions(questions):
        if not question.answerable or not question.reference or len(question.reference_contexts) != 1:
            continue
        wanted = squeeze(question.reference_contexts[0])
        hits = retriever.search(question.user_input, k=50)
        held = [hit.chunk for hit in hits if wanted in squeeze(hit.chunk.text)]
        others = [hit.chunk for hit in hits if wanted not in squeeze(hit.chunk.text)]
        if not held or not others or has_hangul(question.reference) and len(question.reference) < 6:
            continue
        cross = has_hangul(question.reference) != has_hangul(held[0].text)
        suffix = ", across" if cross else ""
        cases.append(Case(question.reference, held[0], True, f"reference answer{suffix}"))
        cases.append(Case(question.reference, others[0], False, f"cited to a near passage{suffix}"))
        cases += [
            replace(case, kind=f"{case.kind}{suffix}")
            for case in _false(question.reference, held[0], others[0], chance)
        ]
    return cases


def _false(said: str, chunk: Chunk, other: Chunk, chance: random.Random) -> Iterator[Case]:
    inside = [name for name in names(chunk.text) if len(name) > 1]
    outside = [name for name in names(other.text) if name.lower() not in chunk.text.lower()]
    made = {
        "number changed": renumbered(said, chunk.text, chance),
        "number of elsewhere in it": renumbered(said, chunk.text, chance, inside=True),
        "negated": negated(said),
        "name swapped": renamed(said, chunk.text, outside, chance),
        "name inside swapped": renamed(said, chunk.text, inside, chance),
    }
    for kind, wrong in made.items():
        if wrong and wrong != said:
            yield Case(wrong, chunk, False, kind)


def _sentences(text: str) -> list[str]:
    found = [text[start:end] for start, end in split_sentences(text)]
    return [each for each in found if len(each) in _LENGTHS and each.endswith((".", "다", "요"))]


def _nearest(chunks: Sequence[Chunk], analyzer: Analyzer) -> list[int]:
    """For each passage the one that shares most rare terms with it."""
    terms = [set(each.content().words) for each in analyzer.analyze(chunk.text for chunk in chunks)]
    places: dict[str, list[int]] = defaultdict(list)
    for number, words in enumerate(terms):
        for word in words:
            places[word].append(number)
    nearest = []
    for number, words in enumerate(terms):
        shared: dict[int, float] = defaultdict(float)
        for word in words:
            for place in places[word]:
                if place != number:
                    shared[place] += 1 / len(places[word])
        nearest.append(max(shared, key=lambda place: shared[place], default=(number + 1) % len(chunks)))
    return nearest


def set_passages(folder: Path) -> list[tuple[str, str]]:
    """(title, text) of a retrieval set's passages."""
    return [(row["title"], row["text"]) for row in _rows(folder / "corpus.jsonl")]


def section_passages(path: Path) -> list[tuple[str, str]]:
    """(title, text) of the longer Korean sections of the training pairs."""
    return [(row["heading"], row["text"][:1200]) for row in _rows(path) if len(row["text"]) > 200]


def english_passages(paths: Iterable[Path]) -> list[tuple[str, str]]:
    """(section, text) of the longer English paragraphs of the parallel texts, five in a row together."""
    passages = []
    for path in paths:
        rows = [row for row in _rows(path) if len(row["en"]) > 40]
        for start in range(0, len(rows) - 5, 5):
            passages.append(
                (rows[start].get("section_en") or "", "\n".join(row["en"] for row in rows[start : start + 5]))
            )
    return passages


def pair_rows(path: Path) -> list[dict[str, Any]]:
    """Rows of a file of sentence pairs."""
    return list(_rows(path))


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())
