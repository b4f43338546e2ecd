"""Citations claim by claim: is each sentence that claims something cited, and does the cited passage hold it?

Precision and recall as in ALCE (Gao, Yen, Yu, Chen 2023, EMNLP, §3.2; after Liu, Zhang, Liang 2023), with
``eval.metrics.holding`` in the place of a model of inference.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from eval.metrics.evidence import contexts_found, squeeze
from eval.metrics.holding import Holding
from eval.records import GivenAnswer, Passage
from rag.answering.prompts import FRAMES, NOT_SHOWN
from rag.grounding.sentences import Piece, pieces

_SAID_INSTEAD = frozenset(said.rstrip(".") for said in NOT_SHOWN.values())


@dataclass(frozen=True, slots=True)
class JudgedCitation:
    """One mark behind one claim.

    Attributes:
        mark: as in the answer.
        carries: its passage holds the claim, or the claim is not held without it; None if it cannot be judged.
    """

    mark: int
    carries: bool | None


@dataclass(frozen=True, slots=True)
class JudgedClaim:
    """One sentence of an answer that claims something.

    Attributes:
        text: without marks, list markers and emphasis.
        held: the passages it cites, together, hold it; False without any; None if it cannot be judged, because they
            are in another language.
        citations: its marks, each once.
    """

    text: str
    held: bool | None
    citations: tuple[JudgedCitation, ...]


def judge_claims(answer: GivenAnswer, holding: Holding) -> list[JudgedClaim]:
    """The claims of an answer; headings, lead-ins, "yes" and lines that frame quotations claim nothing.

    A sentence without a mark of its own has that of the next one which has, if it stands word for word in the passage
    that this mark names: several sentences of one passage are quoted with one mark behind the last.
    """
    judged: list[JudgedClaim] = []
    following: tuple[int, ...] = ()
    for piece in reversed(pieces(answer.text)):
        own = tuple(dict.fromkeys(piece.marks))
        following = own or following
        if not _claims_something(piece, holding):
            continue
        marks = own or tuple(mark for mark in following if _quotes(piece.claim, _passages(answer, [mark])))
        held = holding.held(piece.claim, _passages(answer, marks))
        citations = tuple(JudgedCitation(mark, _carries(piece.claim, mark, marks, answer, holding)) for mark in marks)
        judged.append(JudgedClaim(piece.claim, held, citations))
    return judged[::-1]


def _claims_something(piece: Piece, holding: Holding) -> bool:
    if piece.role == "frame" or piece.claim in FRAMES or piece.claim.rstrip(".") in _SAID_INSTEAD:
        return False
    return holding.says_something(piece.claim)


def claims_cited(claims: Sequence[JudgedClaim]) -> float | None:
    """Share of the claims that have a mark; None without claims."""
    return sum(bool(each.citations) for each in claims) / len(claims) if claims else None


def citation_recall(claims: Sequence[JudgedClaim]) -> float | None:
    """Share of the claims that the passages they cite hold; one without a mark is not held. None if none is judged."""
    held = [each.held for each in claims if each.held is not None]
    return sum(held) / len(held) if held else None


def citation_precision(claims: Sequence[JudgedClaim]) -> float | None:
    """Share of the marks that carry their claim; None if there is no mark that can be judged."""
    carry = [citation.carries for each in claims for citation in each.citations if citation.carries is not None]
    return sum(carry) / len(carry) if carry else None


def evidence_cited(contexts: Sequence[str], answer: GivenAnswer) -> float | None:
    """Share of the reference contexts that stand in a cited passage; None without contexts, 0 for a refusal."""
    cited = [citation.passage or answer.handed[citation.mark - 1] for citation in answer.citations]
    found = contexts_found(contexts, cited)
    return sum(found) / len(found) if found else None


def _quotes(claim: str, passages: Sequence[Passage]) -> bool:
    return any(squeeze(claim) in squeeze(f"{each.lead}\n{each.text}") for each in passages)


def _passages(answer: GivenAnswer, marks: Sequence[int]) -> list[Passage]:
    """The passages that marks name, as they were handed over; a mark that names none is left out."""
    return [answer.handed[mark - 1] for mark in marks if 1 <= mark <= len(answer.handed)]


def _carries(claim: str, mark: int, marks: Sequence[int], answer: GivenAnswer, holding: Holding) -> bool | None:
    alone = holding.held(claim, _passages(answer, [mark]))
    if alone is not False or len(marks) == 1:
        return alone
    # It does not hold the claim by itself: it is needed only if the others do not hold it without it.
    others = [each for each in marks if each != mark]
    together = holding.held(claim, _passages(answer, marks)) is True
    return together and holding.held(claim, _passages(answer, others)) is not True
