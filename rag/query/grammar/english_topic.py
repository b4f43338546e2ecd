"""What an English question is about: what it defines, or its subject, told by closed lists of verbs."""

import re

from rag.query.grammar.nouns import is_english_attribute
from rag.query.grammar.turns import Topic

OPENING = re.compile(
    r"^(?:(?:so|then|and|but|ok|okay|well|also|now|hmm|or|thanks|thank you|great|cool|i see|got it|yes)\b[\s,.!]+)+",
    re.IGNORECASE,
)
BE = "is|are|was|were"
DO = "do|does|did|can|could|should|will|would|has|have|had|must|may"
_IS = re.compile(
    rf"^(?:(?:what|who|which)(?:'s|\s(?:{BE}))|(?:(?:can|could)\syou\s)?(?:please\s)?(?:tell\sme\sabout|explain|describe|define))\s+(.+)$",
    re.IGNORECASE,
)
_IF = re.compile(r"^(?:if|when|in|for|after|with|at|as)\b[^,]*,\s+", re.IGNORECASE)
_ASKED = re.compile(
    rf"^(?:(?:\w+\s+)?(?:what|which|who|when|where|why|how)\b.*?\s)??({BE}|{DO})\s+(.+)$", re.IGNORECASE
)
_OF = re.compile(r"^(?:the\s+|an?\s+)?((?:\w+\s)?\w+)\s+(?:of|between|for|in|with)\s+(.+)$", re.IGNORECASE)
_AND = re.compile(r"^(.+?)\s+(?:and|vs\.?|versus|or)\s+(.+)$", re.IGNORECASE)
LONGEST = 50
"""A topic with more characters is a clause, and is not put into another sentence."""

_ADVERB = r"(?!(?:family|supply|reply|assembly|anomaly|july|poly)$)\w{2,}ly"
_VERB = re.compile(
    r"(?:work|use|need|help|prevent|take|make|get|give|go|mean|do|have|happen|differ|find|choose|compute|calculate|measure|"
    r"learn|train|store|return|read|write|run|start|end|begin|change|compare|handle|improve|reduce|increase|decrease|"
    r"look|say|call|come|become|keep|let|put|set|show|split|merge|solve|fail|suffer|require|allow|cause|create|avoid|"
    r"affect|apply|support|depend|belong|contain|consist|combine|define|describe|detect|expect|explain|know|like|lead|"
    r"perform|predict|prefer|process|produce|provide|recommend|relate|remove|represent|scale|score|select|send|stop|"
    r"transform|update|want|be|been|being|not|also|still|often|always|usually|only|so|more|less|better|worse|"
    + _ADVERB
    + r")"
)
_AFTER_BE = re.compile(
    r"(?:\w{3,}(?:[^e]ed|ing|en)|used|built|made|known|good|bad|fast|slow|hard|easy|useful|important|different|better|worse|"
    r"necessary|so|more|less|not|always|often|too|very|" + _ADVERB + r")"
)
_PREPOSITION = re.compile(
    r"(?:in|of|on|at|for|to|from|with|by|when|if|while|because|than|as|and|without|during|under|over)"
)

_PERSON = re.compile(r"(?:i|you|we|it|they|he|she|this|that|these|those|people|one)\b(?!-)", re.IGNORECASE)
EMPTY = frozenset(
    "what which who whom whose when where why how many much long often far is are was were be been do does did "
    "can could should will would has have had may might must the a an of in on at to for from with by as and "
    "or if not no than then there here i you we us me my our your he she one ones some any all other another "
    "more most less least very too so such happens happen mean means work works using use used get gets make "
    "makes take takes need needs give show tell explain describe about main between into out up down during "
    "without just also only people someone happening".split()
)
"""Words that name no thing: function words, and the verbs and adverbs that most questions have."""


def topic(question: str) -> Topic | None:
    """What an English question is about: what is defined, else the subject behind the auxiliary verb."""
    bare = question.rstrip(" ?.!")
    opening = OPENING.match(bare)
    skipped = opening.end() if opening else 0
    condition = _IF.match(bare[skipped:])
    skipped += condition.end() if condition else 0
    defined = _IS.match(bare[skipped:])
    found = defined or _ASKED.match(bare[skipped:])
    if not found:
        return None
    group = 1 if defined else 2
    phrase = found.group(group)
    if not defined or not _OF.match(phrase):
        phrase = _subject(phrase, be=bool(defined) or found.group(1).lower() in BE.split("|"), defined=bool(defined))
    start = skipped + found.start(group)
    owned = _OF.match(phrase)
    text, pair = phrase, None
    if owned and is_english_attribute(owned.group(1).split()[-1]):
        text = owned.group(2)
        start += owned.start(2)
        two = _AND.match(text)
        pair = (two.group(1), two.group(2)) if two else None
    empty = not text or len(text) > LONGEST or text.lower() in EMPTY or _PERSON.match(text)
    return None if empty else Topic(text, start, start + len(text), phrase, pair)


def _subject(words: str, *, be: bool, defined: bool) -> str:
    """The noun phrase that a clause begins with, as far as a closed list of verbs can tell; "" if it cannot."""
    kept: list[str] = []
    for word in words.split():
        bare = word.strip(",;").lower()
        content = [each for each in kept if each.lower() not in {"a", "an", "the"}]
        ends = _PREPOSITION.fullmatch(bare) or (not defined and (_AFTER_BE if be else _VERB).fullmatch(bare))
        if ends:
            return " ".join(kept) if content else ""
        kept.append(word)
        if word.endswith(","):
            return " ".join(kept).rstrip(",")
    if defined:
        return " ".join(kept)
    return " ".join(kept[:-1]) if 1 < len(kept) <= 4 else ""  # the last word is the verb or what is said of it
