"""English follow-ups: which words of a question lean on the turn before, and what they stand for."""

import re

from rag.query.grammar.english_topic import BE, DO, EMPTY, LONGEST, OPENING
from rag.query.grammar.nouns import ENGLISH_KINDS, is_english_attribute
from rag.query.grammar.turns import Before

_ABOUT = re.compile(r"^(?:(?:what|how)\s+about|what\s+of)\s+(.+)$", re.IGNORECASE)
_WITH = re.compile(r"^(for|in|with|of|on|by|from)\s+(.+)$", re.IGNORECASE)
_WHY = re.compile(r"(?:why|how come|how so|why not)(?:\s+(?:is|was)\s+(?:that|this|it|so))?(?:\s+so)?", re.IGNORECASE)
_MORE = re.compile(
    r"(?:(?:can|could|would)\s+you\s+)?(?:please\s+)?(?:(?:tell|give)\s+me\s+more(?:\s+details?)?|more(?:\s+details?)?|"
    r"elaborate|go\s+on|in\s+more\s+detail|explain(?:\s+(?:it|that|this))?(?:\s+(?:more|further|again|in\s+more\s+detail|simply))?|"
    r"continue)(?:\s+(?:about|on)\s+(?:it|that|this))?(?:\s+please)?",
    re.IGNORECASE,
)
_EXAMPLE = re.compile(
    r"(?:(?:can|could)\s+you\s+)?(?:please\s+)?(?:(?:give|show)\s+(?:me\s+)?)?(?:for\s+example|for\s+instance|"
    r"(?:an?\s+|any\s+|some\s+)?examples?)(?:\s+of\s+(?:it|that|this))?(?:\s+please)?",
    re.IGNORECASE,
)
_NTH = re.compile(
    r"\bthe\s+(first|second|third|fourth|fifth|last)(?:\s+(?:one|item|point)\b(?!\s+(?:of|in)\b)|(?=\s*[?.]*$))",
    re.IGNORECASE,
)
_NUMBERS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": -1}
_WHICH = re.compile(r"which\s+(?:one|of\s+(?:them|these|those|the\s+two))\b", re.IGNORECASE)
_SIDE = re.compile(r"\bthe\s+(former|latter)\b", re.IGNORECASE)
_PRONOUN = re.compile(
    r"\b(?:(its|their)|(?:it|they|them)|(?:this|that|these|those)\s(?:" + ENGLISH_KINDS + r")s?|"
    r"(?:this|that)(?=\s*(?:$|[?.!,]|(?:is|was|does|mean|means|work|works|happen|happens|help|helps|so|different|better|worse|faster|slower|similar|related|important|useful|called|used|done)\b)))(?!\w|')",
    re.IGNORECASE,
)
_BARE = re.compile(r"this|that", re.IGNORECASE)
_BEFORE_BARE = re.compile(rf"(?:^|\b(?:{BE}|{DO}|about|of|by|explain|why|how)\s+)$", re.IGNORECASE)
_EXPLETIVE = re.compile(
    r"\b(?:(?:is|was|be|makes?)\s+it|it\s+(?:is|was|be|makes?))\s+(?:\w+\s+)?(?:possible|better|best|necessary|important|"
    r"good|bad|hard|easy|ok|okay|allowed|required|recommended|enough|true|sense|worth|safe|useful|common|correct)\s+(?:to|that|for|if|when)\b|"
    r"\b(?:is|was)\s+it\s+(?!used)\w+\s+(?:for\s+\w+\s+to|to|that)\b|\bit\s+(?:is|was)\s+(?!used)\w+\s+(?:to|that)\b|"
    r"\bit\s+(?:mean|called)\s+(?:\w+\s+)?(?:when|for|if|to|that)\b|\bfind\s+it\b|\bit\s+(?:\w+\s+)?(?:takes?|costs?|becomes?|seems?|matters?)\b|"
    r"\btakes?\s+it\b|\bcan\s+it\s+be\s+that\b",
    re.IGNORECASE,
)


def resolve(question: str, before: Before) -> str | None:
    """The question with what it leans on put in; None if it leans on nothing."""
    opening = OPENING.match(question)
    body = question[opening.end() :] if opening else question
    bare = body.rstrip(" ?.!")
    about = _ABOUT.match(bare)
    named = about.group(1) if about else bare
    return (
        _nth(body, before)
        or _repeat(bare, before)
        or _named(named, before, fragment=bool(about))
        or _pronoun(body, before)
        or (_other(named, before) if about or (opening and _short(bare)) else None)
        or _attribute(bare, before)
    )


def _short(bare: str) -> bool:
    """Whether the words are a mere noun phrase or "for X": no verb, no question word."""
    words = bare.lower().split()
    verbs = set(BE.split("|")) | set(DO.split("|")) | {"what", "how", "why", "when", "where", "who", "which"}
    return len(words) <= 5 and not verbs & set(words)


def _nth(body: str, before: Before) -> str | None:
    found = _NTH.search(body)
    side = _SIDE.search(body)
    if side and before.topic and before.topic.pair:
        if _short(body.rstrip("?. ")):
            return f"What is {before.topic.pair[side.group(1).lower() == 'latter']}?"
        return body[: side.start()] + before.topic.pair[side.group(1).lower() == "latter"] + body[side.end() :]
    if _WHICH.match(body):
        pair = before.topic.pair if before.topic else None
        return f"{body.rstrip(' ?')}, {pair[0]} or {pair[1]}?" if pair else before.joined(body)
    if not found:
        return None
    label = before.item(_NUMBERS[found.group(1).lower()])
    if label is None:
        return before.joined(body) if re.search(r"\bone\b", found.group()) else None
    whole = _ABOUT.match(body) or _short(body.rstrip("?. "))
    return before.joined(label) if whole else body[: found.start()] + label + body[found.end() :]


def _repeat(bare: str, before: Before) -> str | None:
    if _WHY.fullmatch(bare):
        asks = re.match(rf"(?:{BE}|{DO})\b", before.question, re.IGNORECASE)
        return f"Why {before.question[0].lower()}{before.question[1:]}" if asks else before.joined(bare + "?")
    if _EXAMPLE.fullmatch(bare):
        return f"What is an example of {before.topic.text}?" if before.topic else before.joined(bare)
    return before.joined(bare) if _MORE.fullmatch(bare) else None


def _named(bare: str, before: Before, *, fragment: bool) -> str | None:
    """Another side of the same thing: "its drawbacks", "the default value"."""
    words = [
        word for word in re.findall(r"[\w-]+", bare.lower()) if word not in {"the", "its", "their", "any", "a", "an"}
    ]
    if not words or not all(is_english_attribute(word) for word in words):
        return None
    if not fragment and len(words) == len(re.findall(r"[\w-]+", bare)) > 2:
        return None
    verb = "are" if words[-1].endswith("s") else "is"
    return f"What {verb} the {' '.join(words)} of {before.topic.text}?" if before.topic else before.joined(bare)


def _pronoun(body: str, before: Before) -> str | None:
    found = _PRONOUN.search(body)
    if not found or ":" in body[found.end() :] or _EXPLETIVE.search(body):
        return None
    if _BARE.fullmatch(found.group()) and not _BEFORE_BARE.search(body[: found.start()]):
        return None  # "something that is often torn"
    if _own(body[: found.start()], owned=bool(found.group(1))):
        return None
    if before.topic is None:
        return before.joined(body)
    text, owner = before.topic.text, found.group(1)
    if not owner:
        return body[: found.start()] + text + body[found.end() :]
    noun = re.match(r"\s+((?:main\s|key\s|default\s|typical\s)?\w+)", body[found.end() :])
    if noun and is_english_attribute(noun.group(1).split()[-1]):
        return f"{body[: found.start()]}the {noun.group(1)} of {text}{body[found.end() + noun.end() :]}"
    return f"{body[: found.start()]}{text}'s{body[found.end() :]}"


def _own(words: str, *, owned: bool) -> bool:
    """Whether something that a pronoun may stand for is named in the question itself.

    A single word may be a verb ("how do I compute it"), but before "its" behind an auxiliary it is the subject.
    """
    subject = re.search(rf"\b(?:{DO}|{BE})\s+(?:the\s+|an?\s+)?([\w'-]+)", words, re.IGNORECASE)
    if owned and subject and subject.group(1).lower() not in EMPTY:
        return True
    named = [word for word in re.findall(r"[\w'-]+", words.lower()) if word not in EMPTY]
    return any(not is_english_attribute(word) for word in named) and (
        len(named) > 1 or "," in words or " and " in words
    )


def _other(new: str, before: Before) -> str | None:
    """The last question, asked of another thing: "what about IVF?", "and with Sentence-BERT?"."""
    with_ = _WITH.match(new)
    if with_:
        same = re.search(rf"\b{with_.group(1)}\s+(?:an?\s+|the\s+)?[\w.-]+(?=[?.!]*$)", before.question, re.IGNORECASE)
        if same:
            return f"{before.question[: same.start()]}{new}{before.question[same.end() :]}"
        new = with_.group(2)
    if before.topic is None or len(new) > LONGEST:
        return before.joined(new)
    head, tail = before.question[: before.topic.start], before.question[before.topic.end :]
    plural = new.lower().endswith("s") and not new.lower().endswith(("ss", "is", "us"))
    swapped = {"is": "are", "does": "do"} if plural else {"are": "is", "do": "does"}
    agreed = re.sub(r"\b(is|are|does|do)\s$", lambda verb: swapped.get(verb.group(1), verb.group(1)) + " ", head)
    return f"{agreed}{new}{tail}"


def _attribute(bare: str, before: Before) -> str | None:
    """A whole sentence that names no thing: "what are the drawbacks?"."""
    words = [word for word in re.findall(r"[\w'-]+", bare.lower()) if word not in EMPTY]
    if not words or not is_english_attribute(words[-1]) or not all(map(is_english_attribute, words)):
        return None
    if not re.search(rf"\b{re.escape(words[-1])}$", bare, re.IGNORECASE):
        return None
    return f"{bare} of {before.topic.text}?" if before.topic else before.joined(bare)
