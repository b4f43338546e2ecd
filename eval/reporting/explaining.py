"""Why each metric of a question is below 1, in words."""

from collections import Counter
from collections.abc import Sequence

from eval.metrics.answers import check_citations_of, without_marks
from eval.metrics.claims import judge_claims
from eval.metrics.evidence import contexts_found, evidence_rank, ranked_sources, relevant_sources
from eval.metrics.holding import Holding
from eval.questions import Question
from eval.records import GivenAnswer, Row
from eval.reporting.wording import listed
from rag.analyzer import Analyzer

_MOST_WORDS = 12
_MOST_CLAIMS = 3
_LONGEST = 90
"""Characters of a claim that are quoted."""


def explained(row: Row, analyzer: Analyzer, holding: Holding) -> dict[str, str]:
    """Why a metric of this question is not 1, by the metric's name without its cut; none for those nobody can tell."""
    if row.error:
        return {}
    told: dict[str, str] = {}
    if row.question.answerable and row.hits is not None:
        told |= _finding(row)
    if row.answer is not None:
        told |= _refusing(row)
        if row.question.answerable and not row.answer.refused:
            told |= {"citation_correctness": _citing(row), "citation_evidence": _citing(row)}
        if row.question.answerable:
            words = "it was refused" if row.answer.refused else _wording(row, analyzer)
            told |= dict.fromkeys(("token_f1", "answer_recall", "chrf"), words)
            told["evidence_cited"] = "it was refused" if row.answer.refused else _uncited(row.question, row.answer)
        if not row.answer.refused:
            told |= _claims(row.answer, holding)
    return {name: text for name, text in told.items() if text}


def _finding(row: Row) -> dict[str, str]:
    question, hits = row.question, row.hits or ()
    evidence = documents = ""
    if question.reference_contexts:
        rank = evidence_rank(question.reference_contexts, hits)
        found = sum(contexts_found(question.reference_contexts, hits))
        of_all = f"{found} of {len(question.reference_contexts)} reference passages in the first {len(hits)} passages"
        evidence = f"complete with passage {rank}" if rank else of_all
    wanted = relevant_sources(question)
    if wanted:
        ranked = ranked_sources(question, hits)
        ranks = {source: ranked.index(source) + 1 for source in ranked if source in wanted}
        places = [f"{source} is document {rank} found" for source, rank in ranks.items()]
        documents = "; ".join(places + [f"{source} was not found" for source in sorted(wanted - set(ranked))])
    by_evidence = dict.fromkeys(("evidence_hit", "evidence_recall"), evidence)
    return by_evidence | dict.fromkeys(("recall", "hit", "mrr", "ndcg"), documents)


def _refusing(row: Row) -> dict[str, str]:
    if row.answer is None or row.answer.refused != row.question.answerable:
        return {}
    why = "it was answered, and no document answers it"
    if row.answer.refused:
        contexts = row.question.reference_contexts
        there = bool(contexts) and all(contexts_found(contexts, row.answer.handed))
        why = f"it was refused, {'with the evidence at hand' if there else 'and the evidence was not at hand'}"
    return dict.fromkeys(("refusal_precision", "refusal_recall", "refusal_accuracy"), why)


def _citing(row: Row) -> str:
    """What is wrong with each citation that is not right."""
    told = []
    for check in check_citations_of(row.question, row.answer) if row.answer else ():
        if not check.verbatim:
            told.append(f"[{check.mark}] does not quote its passage word for word")
        elif not check.evidence:
            told.append(f"[{check.mark}] {'stands at a right place but' if check.place else ''} holds no evidence")
    return "; ".join(" ".join(each.split()) for each in told)


def _uncited(question: Question, answer: GivenAnswer) -> str:
    """How many of the reference passages no cited passage holds."""
    cited = [citation.passage or answer.handed[citation.mark - 1] for citation in answer.citations]
    found = contexts_found(question.reference_contexts, cited)
    return f"{len(found) - sum(found)} of {len(found)} reference passages stand in no cited passage"


def _wording(row: Row, analyzer: Analyzer) -> str:
    """The words of the reference that the answer does not have."""
    if row.answer is None or not row.question.reference:
        return ""
    given, wanted = (
        Counter(each.words) for each in analyzer.analyze([without_marks(row.answer.text), row.question.reference])
    )
    missing = wanted - given
    if not missing:
        return f"all {wanted.total()} words of the reference are there, among {given.total()}"
    return f"{missing.total()} of {wanted.total()} words of the reference are missing: {listed(missing, _MOST_WORDS)}"


def _claims(answer: GivenAnswer, holding: Holding) -> dict[str, str]:
    """The claims that are not cited, and those that the passages they cite do not hold by their words."""
    claims = judge_claims(answer, holding)
    bare = [each.text for each in claims if not each.citations]
    loose = [each.text for each in claims if each.citations and each.held is False]
    marks = [f"[{each.mark}]" for claim in claims for each in claim.citations if each.carries is False]
    uncited = f"without a mark: {_quoted(bare)}" if bare else ""
    unheld = f"not in the words of what is cited: {_quoted(loose)}" if loose else ""
    return {
        "claims_cited": uncited,
        "citation_recall": "; ".join(part for part in (uncited, unheld) if part),
        "citation_precision": f"{', '.join(marks)} carry nothing" if marks else "",
    }


def _quoted(claims: Sequence[str]) -> str:
    short = (claim if len(claim) <= _LONGEST else f"{claim[: _LONGEST - 1]}…" for claim in claims)
    return listed((f"“{' '.join(each.split())}”" for each in short), _MOST_CLAIMS)
