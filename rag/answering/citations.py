"""Marks in an answer, checked: each must name a passage, and shows the words there that support it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.analyzer import FUNCTION_WORDS, Analyzer
from rag.answer import Citation, Hit
from rag.answering.prompts import FRAMES
from rag.chunks import Chunk
from rag.grounding.guard import Guard
from rag.sentences import split_sentences

MARK = re.compile(r"\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\]")
"""``[1]`` or ``[1, 3]``."""

_MARK_WITH_SPACE = re.compile(rf"([ \t]*){MARK.pattern}")

_WORD_AND_MARKS = re.compile(rf"[^\s\[\]]+(?:[ \t]*{MARK.pattern})+")
_MARK_AT_LINE_START = re.compile(rf"^[ \t]*{MARK.pattern}[ \t]+\S+", re.MULTILINE)

_HIDE = str.maketrans("[]", "\ufdd0\ufdd1")
_SHOW = str.maketrans("\ufdd0\ufdd1", "[]")
"""Code points that no text can hold: Unicode keeps them for use inside a program."""

_SUPPORT = 0.5
"""Share of a sentence's terms that a passage must hold to be cited for it when the model gave no mark."""


@dataclass(frozen=True, slots=True)
class CheckedText:
    """An answer's text with the marks that hold, its citations, marks that were made up, sentences unsupported."""

    text: str
    citations: tuple[Citation, ...]
    unknown_marks: tuple[int, ...]
    unsupported: tuple[str, ...] = ()


def check_citations(raw: str, hits: Sequence[Hit], analyzer: Analyzer, guard: Guard | None = None) -> CheckedText:
    """Keep the marks that name a passage and remove the others; mark sentences that should have had one.

    With a guard, each sentence is held against its passages, and gets its mark where it had none. Without, an answer
    that has no valid mark at all gets marks where a passage holds at least half of a sentence's terms.
    If that finds none either, there are no citations, and the caller treats the answer as unsupported.

    Brackets that are quoted from a passage ("Kim et al. [3]", ``data[0]``) are text, not marks.
    """
    raw = _quoted_hidden(raw, hits)
    unknown = sorted({mark for mark in _marks(raw) if not 1 <= mark <= len(hits)})
    text = _MARK_WITH_SPACE.sub(lambda match: _known(match, len(hits)), raw).strip()
    unsupported: tuple[str, ...] = ()
    if guard is not None:
        guarded = guard.check(text, hits)
        text, unsupported = guarded.text, tuple(each.translate(_SHOW) for each in guarded.unsupported)
    elif not _marks(text):
        text = _with_marks(text, hits, analyzer)
    citations = tuple(_citations(text, hits, analyzer))
    return CheckedText(text.translate(_SHOW), citations, tuple(unknown), unsupported)


def _quoted_hidden(raw: str, hits: Sequence[Hit]) -> str:
    """The answer with brackets hidden that some passage has at the same word."""
    passages = [" ".join(f"{hit.chunk.lead}\n{hit.chunk.text}".split()) for hit in hits]

    def hidden(match: re.Match[str]) -> str:
        whole = match.group()
        # The longest part that is quoted: in "et al. [3] [1]" the model's own mark may follow.
        for end in [len(whole), *(mark.end() for mark in reversed(list(MARK.finditer(whole))))]:
            if any(" ".join(whole[:end].split()) in passage for passage in passages):
                return whole[:end].translate(_HIDE) + whole[end:]
        return whole

    return _MARK_AT_LINE_START.sub(hidden, _WORD_AND_MARKS.sub(hidden, raw))


def _known(match: re.Match[str], count: int) -> str:
    """The marks of a match that name a passage; the space before goes with them when none does."""
    kept = [mark for mark in map(int, match.group(2).split(",")) if 1 <= mark <= count]
    return match.group(1) + "".join(f"[{mark}]" for mark in kept) if kept else ""


def _marks(text: str) -> list[int]:
    return [int(mark) for match in MARK.finditer(text) for mark in match.group(1).split(",")]


def _with_marks(text: str, hits: Sequence[Hit], analyzer: Analyzer) -> str:
    """Mark each sentence with the passage that holds most of its terms, if one holds enough."""
    passages = [_terms(hit.chunk.text, analyzer) for hit in hits]
    ends: list[tuple[int, int]] = []
    for start, end in split_sentences(text):
        wanted = _terms(text[start:end], analyzer)
        shares = [len(wanted & terms) / len(wanted) for terms in passages] if wanted else []
        if shares and max(shares) >= _SUPPORT:
            ends.append((end, shares.index(max(shares)) + 1))
    for end, mark in reversed(ends):
        text = f"{text[:end]} [{mark}]{text[end:]}"
    return text


def _citations(text: str, hits: Sequence[Hit], analyzer: Analyzer) -> list[Citation]:
    """One citation per mark, in order of first use, with the passage's words for the sentence it stands at."""
    found: dict[int, Citation] = {}
    for match in MARK.finditer(text):
        mark = int(match.group(1))
        if mark not in found:
            claim = _claim_before(text, match.start()).translate(_SHOW)
            found[mark] = Citation(mark, *_quoted(claim, hits[mark - 1].parts, analyzer))
    return list(found.values())


def _claim_before(text: str, position: int) -> str:
    """The sentence that a mark ends, without marks."""
    before = text[:position]
    previous = [match.end() for match in MARK.finditer(before) if before[match.end() :].strip(" .,[]\n")]
    claim = MARK.sub("", before[previous[-1] if previous else 0 :])
    return "\n".join(line for line in claim.split("\n") if line.strip() not in FRAMES).lstrip(" .\n-•").rstrip()


def _quoted(claim: str, chunks: Sequence[Chunk], analyzer: Analyzer) -> tuple[Chunk, str]:
    """The part of a passage that says what is claimed, and which of its chunks it stands in.

    The claim itself where it stands there, however its white space was set; else the sentence that shares most terms.
    """
    for said in (claim, claim.rstrip(" .")):  # a model may end a sentence where the passage goes on
        pattern = re.compile(r"\s+".join(map(re.escape, said.split())))
        for chunk in chunks if said.strip() else ():
            if verbatim := pattern.search(chunk.text):
                return chunk, verbatim.group()
    wanted = _terms(claim, analyzer)
    sentences = [(chunk, chunk.text[start:end]) for chunk in chunks for start, end in split_sentences(chunk.text)]
    return max(sentences, key=lambda each: len(wanted & _terms(each[1], analyzer)), default=(chunks[0], chunks[0].text))


def _terms(text: str, analyzer: Analyzer) -> set[str]:
    """Terms that say something: "is", "the" and "of" alone make no passage support a sentence."""
    return set(analyzer.analyze_one(text).words) - FUNCTION_WORDS
