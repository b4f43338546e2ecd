"""Questions that ask two things, as two questions: each is searched for itself, because no passage answers both.

Rules of the two languages, no model: two sentences; two clauses that both ask ("왜 …고, 어떻게 …?"); two things of
which the same is asked ("A와 B는 각각 …?", "A와 B의 차이", "compare A with B"). What fits none of them stays whole.
"""

import re

from rag.language import has_hangul
from rag.query.grammar import english, english_topic, korean, korean_topic
from rag.query.grammar.josa import with_particle
from rag.query.grammar.turns import Before

_LONGEST_QUESTION = 500

_LEAST = 5
"""Characters of a clause that is a question of its own."""

_SENTENCES = re.compile(r"(?<=[?？])\s+(?=\S)")
_KO_ASKS = re.compile(
    r"무엇|무슨|뭐|뭘|뭔|왜|어떻|어떤|어디|언제|누구|누가|얼마|(?<!\S)몇(?!몇)|어느(?!\s?정도)|[은는]\s*[?？]$"
)
_KO_AND = re.compile(r"(이)?(?:고|며)(?:,\s*|\s+)(?:그리고\s+|또\s+)?(?=\S)")
_KO_EACH = re.compile(r"\s*(?:각각|각기|하나씩|한\s가지씩)(?!\s\S+[한된는은던]\s)(?:\s+|$)")
_KO_DIFFER = re.compile(
    r"\s*(?:차이점?|다른\s?점|차이와\s공통점)(?:[은는이가을를\s?？.]|$)|\s*(?:서로\s)?(?:어떻게|뭐가|무엇이|어떤\s점이)\s(?:달라|다르|다른)|"
    r"\s*비교(?!하면|했을|할\s때)"
)
_KO_HEAD = re.compile(r"^.*(?:에서|때|면|,|중에|vs)\s+")
_LONGEST = 40
"""A thing with more characters is a clause: it is not one of two things."""

_EN_WH = r"what|which|who|whom|whose|when|where|why|how"
_EN_AND = re.compile(
    rf",?\s+and\s+(?=(?:in\s|at\s|by\s|for\s|to\s|on\s)?(?:{_EN_WH})\b)|,\s+and\s+(?=(?:is|are|does|do|did|can|should|was|were)\s)",
    re.IGNORECASE,
)
_EN_ASKS = re.compile(rf"\b(?:{_EN_WH})\b|^(?:is|are|does|do|did|can|should|was|were)\b", re.IGNORECASE)
_EN_DIFFER = re.compile(
    r"\b(?:differences?\s+between)\s+(?P<a>.+?)\s+and\s+(?P<b>[^?.,:]+)(?P<rest>)|"
    r"^(?:please\s+)?(?:compare|contrast)\s+(?P<c>.+?)\s+(?:with|and|to|against)\s+(?P<d>[^?.,:]+)(?P<more>.*)$|"
    r"^(?:how\s+do(?:es)?\s+)?(?P<e>.+?)\s+differ\s+from\s+(?P<f>[^?.,:]+)|^(?P<g>(?!what|which|how|why|who|when|where)[^?,]+?)\s+(?:vs\.?|versus)\s+(?P<h>[^?,]+)[?.]*$",
    re.IGNORECASE,
)
_EN_FEW = 4
"""Words of an English clause that is a question of its own."""


def parts(question: str) -> tuple[str, ...]:
    """The questions that a question consists of, each searchable alone; the question itself if it is one.

    Nothing is split twice: two parts at most, except for several sentences.
    """
    question = question.strip()
    if len(question) > _LONGEST_QUESTION:
        return (question,)
    sentences = [piece for piece in _SENTENCES.split(question) if piece]
    if len(sentences) > 1:
        return _continued(sentences) if all(len(piece) >= _LEAST for piece in sentences) else (question,)
    found = _korean(question) if has_hangul(question) else _english(question)
    return found or (question,)


def _continued(pieces: list[str]) -> tuple[str, ...]:
    """Each question with what it leans on in the one before it."""
    done = [pieces[0]]
    for piece in pieces[1:]:
        rules = korean if has_hangul(piece) else english
        about = korean_topic.topic(done[-1]) if has_hangul(done[-1]) else english_topic.topic(done[-1])
        before = Before(done[-1], "", about)
        done.append((rules.resolve(piece, before) if about else None) or piece)
    return tuple(done)


def _korean(question: str) -> tuple[str, ...] | None:
    return _korean_clauses(question) or _korean_pair(question)


def _korean_clauses(question: str) -> tuple[str, ...] | None:
    """Two clauses that both ask: "Q러닝은 왜 off-policy라고 하고, Q-Table은 어떻게 업데이트해?"."""
    for found in _KO_AND.finditer(question):
        left, right = question[: found.start()], question[found.end() :]
        if len(right) < _LEAST or not (_KO_ASKS.search(left) and _KO_ASKS.search(right)):
            continue
        clause = korean_topic.asked(question, found.end())
        if clause:
            return _continued([clause, right])
    return None


def _korean_pair(question: str) -> tuple[str, ...] | None:
    """Two things of which the same is asked ("A와 B는 각각 …"), or their difference."""
    for joint, marked in korean_topic.pairs(question):
        head = _KO_HEAD.match(question[: joint[0]])
        lead = head.group() if head else ""
        one, other = question[len(lead) : joint[0]], question[joint[1] : marked[0]]
        rest = question[marked[1] :]
        each = _KO_EACH.match(rest)
        if not all(0 < len(thing) <= _LONGEST and not _KO_ASKS.match(thing) for thing in (one, other)):
            continue
        if _KO_DIFFER.match(rest):
            return tuple(f"{lead}{with_particle(thing, '은')} 무엇인가요?" for thing in (one, other))
        if each:
            asked = f"{question[slice(*marked)]} {rest[each.end() :]}"
            return tuple(lead + korean.put(thing, asked) for thing in (one, other))
    return None


def _english(question: str) -> tuple[str, ...] | None:
    differ = _EN_DIFFER.search(question)
    if differ:
        one, other = [
            value.strip() for key, value in differ.groupdict().items() if value and key not in {"rest", "more"}
        ]
        if len(one.split()) == 1 and len(other.split()) == 2:  # deep and shallow copy
            one = f"{one} {other.split()[1]}"
        more = (differ["more"] or "").strip(" :,.?")
        return (f"{one}: {more}?", f"{other}: {more}?") if more else (f"What is {one}?", f"What is {other}?")
    for found in _EN_AND.finditer(question):
        left, right = question[: found.start()], question[found.end() :]
        if min(len(left.split()), len(right.split())) >= _EN_FEW and _EN_ASKS.search(left):
            return _continued([f"{left}?", right[0].upper() + right[1:]])
    return None
