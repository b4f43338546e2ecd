"""Sentences of a document that speak to a language model instead of the reader.

A model that obeys one may quote it, and a quote stands in the passage word for word: so such a sentence is no evidence
for anything. That a course on prompt injection is quoted a little less is the price.
"""

import re
import unicodedata

_INVISIBLE = re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\U000e0000-\U000e007f]")
"""Characters that a reader does not see and a model may read; the last range spells whole messages."""

_UNSEEN = "[\u00ad\u180e\u200b-\u200f\u2060-\u2064\ufeff\U000e0000-\U000e007f]*"
_LOOK_ALIKES = {
    "a": "ａаɑα",
    "e": "ｅеё",
    "g": "ｇɡ",
    "i": "ｉіı",
    "n": "ｎո",
    "o": "ｏоο",
    "p": "ｐрρ",
    "q": "ｑԛ",
    "s": "ｓѕ",
    "t": "ｔт",
    "u": "ｕս",
}
"""Letters that a model may read as ours: full width, Cyrillic, Greek, Armenian."""


def _spelt(word: str) -> str:
    """A pattern for a word in any look-alike letters, with unseen characters in between."""
    return _UNSEEN.join(f"[{letter}{_LOOK_ALIKES.get(letter, '')}]" for letter in word)


_OUR_TAGS = re.compile(
    rf"(?:[<＜﹤‹〈⟨˂❮«《]|&lt;|&#0*60;|&#x0*3c;)(?={_UNSEEN}\s*(?:[/／⁄∕\\]|&#47;)?{_UNSEEN}\s*{_UNSEEN}"
    rf"(?:{_spelt('passage')}|{_spelt('question')})(?!\w))",
    re.IGNORECASE,
)

_TOLD = re.compile(
    r"\b(?:ignore|disregard|forget)\b.{0,30}\b(?:above|previous|prior|earlier|preceding)\b.{0,15}"
    r"\b(?:instructions?|rules|prompts?|messages?|directions)\b"
    r"|\b(?:ignore|disregard|forget)\s+(?:all\s+|any\s+|everything\s+|the\s+|your\s+){0,3}(?:above|instructions|rules)\b"
    r"|\b(?:you are now|from now on,? you|pretend to be|new instructions?\s*:|system prompt\s*:)"
    r"|^\W{0,4}(?:respond|reply|answer|output|print|say|write)\b.{0,25}"
    r"\b(?:only|exactly|with the (?:word|phrase|sentence))\b"
    r"|\b(?:tell the user|do not (?:tell|reveal to|mention to) the user|cite \[\d+\])"
    r"|^\s*\W{0,4}(?:system|developer|시스템)\s*:"
    r"|<\s*[/|]?\s*(?:im_start|im_end|system|start_of_turn|end_of_turn)\b|\[/?INST\]|<</?SYS>>"
    r"|(?:위|앞|이전|지금까지|기존)[^.\n]{0,15}(?:지시|명령|지침|규칙|프롬프트)[^.\n]{0,10}(?:무시|잊|따르지)"
    r"|(?:위의?|앞의?|이전)\s(?:내용|말|글)[^.\n]{0,6}(?:무시|잊)"
    r"|(?:이제부터|지금부터)\s(?:너는|당신은)"
    r"|(?:라고|이라고)(?:만)?\s?(?:답|대답|말|출력|응답)(?:하라|해라|하세요|하시오|할 것)(?![가-힣])",
    re.IGNORECASE | re.MULTILINE,
)
"""Narrow on purpose: "ignore the prior", "acts as a filter" and "the output only" are sentences of a course."""


def visible(text: str) -> str:
    """A text without the characters that cannot be seen."""
    return _INVISIBLE.sub("", text)


def defused(text: str) -> str:
    """A text in which our tags, and what a model may take for them, are no tags any more."""
    return _OUR_TAGS.sub("(", text)


def is_instruction(sentence: str) -> bool:
    """Whether a sentence tells a model what to do, or brings tags of our prompt with it."""
    if _OUR_TAGS.search(sentence):
        return True
    return _TOLD.search(unicodedata.normalize("NFKC", visible(sentence))) is not None


def without_instructions(passage: str) -> str:
    """A passage without what speaks to a model; as it is if nothing does.

    What an order wants to be said stands beside it: so its whole line goes, and the ones after it up to a blank one.
    """
    if not is_instruction(passage):
        return passage
    kept: list[str] = []
    ordered = False
    for line in passage.split("\n"):
        ordered = bool(line.strip()) and (ordered or is_instruction(line))
        if not ordered:
            kept.append(line)
    return "\n".join(kept)
