"""Answers in the form that was asked for: whole lists, both sides of a comparison, yes or no where it is sure."""

import re
from collections.abc import Sequence

from rag.analyzer import Analyzer
from rag.extractive.asked import Asked, gives, yes_or_no
from rag.extractive.composing import Room
from rag.extractive.features import Read
from rag.extractive.scoring import Candidate, Reading
from rag.grounding.figures import claimed
from rag.grounding.polarity import polarity
from rag.language import detect_language

_NUMBERED = re.compile(r"^\s*(?:[-*+•]\s+)?(?:\d+[.)]\s|step\s?\d|[①-⑳])", re.IGNORECASE)
_STEPS = 2
"""How many times as long as other answers steps may be."""

_SEVERAL = 2
_MUST_BE_GIVEN: frozenset[Asked] = frozenset({"drawback", "benefit"})
_NEXT = 2
_CLOSE = 0.4
_UNSURE = re.compile(
    r"보다|더(?=\s)|만(?=\s)|일부|모든|항상|언제나|대부분|거의|보통|경우|라면|으면"
    r"|[가-힣]면\s|수\s?있|수도|아마|[?？]|라고 생각|오해"
    r"|\b(?:than|more|less|only|some|all|every|always|usually|often|mostly|sometimes|may|might|can|could|if|when|unless"
    r"|except|almost|hardly|rarely|but|however|although|while)\b|하지만|그러나|지만|반면",
    re.IGNORECASE,
)
"""Words that make what a sentence says hold of more or less than what is asked."""

_MOST_NEWS, _FEWEST = 2, 2


def whole_lists(candidates: Sequence[Candidate], reading: Reading, room: Room) -> list[Candidate]:
    """Where a list is asked for: in place of its items the list with its lead-in, if it fits.

    That is of items below one lead-in or name, and of items that are numbered or of which several are candidates.
    """
    if "list" not in reading.asked:
        return list(candidates)
    left = list(candidates)
    for candidate in candidates:
        if candidate not in left:
            continue
        whole = _list_around(candidate, left, reading)
        if whole is None or len("\n".join(whole.lines)) > room.chars * (_STEPS if _is_ordered(whole) else 1):
            continue
        held = set(whole.lines)
        rest = [each for each in left if each.passage != whole.passage or not held.intersection(each.lines)]
        left = [*left[: left.index(candidate)], whole, *left[left.index(candidate) + 1 :]]
        left = [each for each in left if each is whole or each in rest]
    return left


def _list_around(candidate: Candidate, candidates: Sequence[Candidate], reading: Reading) -> Candidate | None:
    reads = [each for each in reading.everything if each.passage.number == candidate.passage]
    mine = next(each for each in reads if each.position == candidate.position)
    if not mine.segment.is_item:
        return None
    lead = _lead(mine, reads)
    start, lines = (lead.position, (lead.segment.text, *lead.segment.below)) if lead else _run(mine, reads)
    among = sum(each.passage == candidate.passage and each.lines[0] in lines for each in candidates)
    leads = lead is not None and lead.segment.leads and not lead.segment.is_item
    if len(lines) < _SEVERAL or not (leads or among >= _SEVERAL or _NUMBERED.match(mine.segment.text)):
        return None
    return Candidate(candidate.passage, start, tuple(lines), candidate.score)


def _is_ordered(whole: Candidate) -> bool:
    """Whether it is steps, of which none may be left out."""
    return sum(_NUMBERED.match(line) is not None for line in whole.lines) >= _SEVERAL


def _lead(mine: Read, reads: Sequence[Read]) -> Read | None:
    """What the item stands below."""
    above = mine.segment.above[-1:]
    before = reversed([each for each in reads if each.position < mine.position])
    return next((each for each in before if above and each.segment.text == above[0]), None)


def _run(mine: Read, reads: Sequence[Read]) -> tuple[int, tuple[str, ...]]:
    """The items beside it that stand below nothing, with all that is below them, and where they begin."""
    start = end = mine.position
    while start > 0 and reads[start - 1].segment.is_item:
        start -= 1
    while end + 1 < len(reads) and reads[end + 1].segment.is_item:
        end += 1
    return start, tuple(each.segment.text for each in reads[start : end + 1])


def of_each_side(sides: Sequence[Reading], whole: Reading) -> list[Candidate]:
    """The best candidate for each side of a comparison; none where one speaks of both, or one side has none.

    Args:
        sides: the passages, read with each of the two things in mind.
        whole: the passages, read with the comparison in mind.
    """
    names = [sides[0].terms - sides[1].terms, sides[1].terms - sides[0].terms]
    if not all(names):
        return []
    own = {(each.passage.number, each.position): each.own for each in whole.everything}
    ranked = whole.candidates()
    least = _CLOSE * max((each.score for each in ranked), default=0.0)
    near = [own[each.passage, each.position] for each in ranked if each.score >= least]
    if any(all(held & name for name in names) for held in near):
        return []
    found: list[Candidate] = []
    for side, name in zip(sides, names, strict=True):
        held = {(each.passage.number, each.position) for each in side.everything if name <= each.own}
        ranked = sorted(side.candidates(), key=lambda each: -each.score)
        found += [each for each in ranked if (each.passage, each.position) in held][:1]
    apart = len(found) == len(sides) and not _is_same(*found)
    return found if apart else []


def _is_same(one: Candidate, other: Candidate) -> bool:
    return one.text == other.text


def of_form(candidates: Sequence[Candidate], reading: Reading) -> list[Candidate]:
    """Where a drawback or a benefit is asked for: the candidates that give one, or stand below words that do.

    What something is does not tell what it is good for. A reason may go without saying, and is not asked for here.
    """
    sought = reading.asked & _MUST_BE_GIVEN
    if not sought:
        return list(candidates)
    read = {(each.passage.number, each.position): each for each in reading.everything}
    topic = {term for term in reading.terms if not gives(sought, term)}
    named = any(each.own & topic for each in read.values())  # else the passages are in the other language
    found = []
    for each in candidates:
        mine = read[each.passage, each.position]
        about = not named or (mine.own | mine.above) & topic
        if about and gives(sought, "\n".join((mine.in_place, *each.lines))):
            found.append(each)
    return found


def with_reason(candidates: Sequence[Candidate], reading: Reading, room: Room) -> list[Candidate]:
    """Where a reason is asked for and the best candidate gives none: with the one that one of the next sentences gives.

    What something is is said first, and why in the sentence after it, which need not name it again.
    """
    if "reason" not in reading.asked or not candidates or gives(reading.asked, candidates[0].text):
        return list(candidates)
    best = candidates[0]
    after = [each for each in reading.everything if 0 < each.position - best.position <= _NEXT]
    after = [each for each in after if each.passage.number == best.passage and not each.segment.is_item]
    reason = next(
        (each for each in after if gives(reading.asked, each.segment.text) and not each.segment.is_code), None
    )
    if reason is None or len(best.text) + len(reason.segment.text) > room.chars:
        return list(candidates)
    text = reason.segment.text.replace("\n", " ")
    rest = [each for each in candidates[1:] if each.lines != (text,)]
    found = [best, Candidate(best.passage, reason.position, (text,), best.score)]
    left = room.chars - sum(len(each.text) for each in found)
    for each in rest[: room.sentences - len(found)]:
        if len(each.text) <= left:
            found.append(each)
            left -= len(each.text)
    return found


def assent(question: str, candidate: Candidate, analyzer: Analyzer) -> bool | None:
    """Whether the answer is yes or no, told by a sentence that says or denies just what is asked; None if unsure."""
    text = " ".join(candidate.lines)
    if len(candidate.lines) > 1 or not yes_or_no(question) or detect_language(question) != detect_language(text):
        return None
    if _UNSURE.search(text) or _UNSURE.search(question.rstrip("?？ ")) or claimed(question) - claimed(text):
        return None
    asked, said = polarity(question, analyzer), polarity(text, analyzer)
    wanted, given = asked.plain | asked.negated, said.plain | said.negated
    if len(wanted) < _FEWEST or not wanted <= given or len(given) > _MOST_NEWS * len(wanted):
        return None
    if _order(question, wanted, analyzer) != _order(text, wanted, analyzer):
        return None
    against = asked.against(said)
    if against == 0 and asked.count == said.count:
        return True
    return False if against == 1 and abs(asked.count - said.count) == 1 else None


def _order(text: str, terms: frozenset[str], analyzer: Analyzer) -> list[str]:
    """Terms in the order of their first place."""
    return [word for word in dict.fromkeys(analyzer.analyze_one(text).words) if word in terms]
