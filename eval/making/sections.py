"""Questions that a language model asks of passages, by RAGAS's generator prompt, each checked against its passage.

RAGAS's own way to a test set (0.4.3, ``ragas.testset``) first makes a knowledge graph of the whole course: four calls
for every passage before the first question, token counts by a vocabulary that is fetched from the web, and a random
choice that no seed reaches. Here the passages are drawn as for the other questions, and RAGAS's prompt for a question
with its answer gets one of them, a term of it, a persona, a style and a length: one call a question.

A question is kept if it is in the passage's language, does not speak of "the context", and if the answer's words stand
in the passage; the sentences that hold most of them are its reference contexts, verbatim.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from eval.judging.cache import AnswerCache, Known, cache_key
from eval.judging.caller import Caller
from eval.judging.cost import Budget, Usage, estimated_tokens
from eval.judging.failures import BadAnswer, NotJudged
from eval.judging.settings import JudgeSettings, key_of, model_name
from eval.making.headings import name_of
from eval.making.made import Made, spread
from eval.making.passages import Passages
from eval.making.ragas_prompt import GeneratorPrompt
from eval.run import Progress
from rag.analyzer import Analyzer
from rag.chunks import Chunk
from rag.language import Language, detect_language

KIND = "model"

_SHORTEST, _LONGEST = 80, 4000
_TOKENS_OUT = 160
"""Of one question with its answer, about."""

_LEAST_HELD = 0.7
"""Share of the answer's content words that must stand in the passage."""

_MOST_CONTEXTS = 3
_SPEAKS_OF_IT = re.compile(
    r"\b(?:context|passage|provided text|given text|excerpt)\b"
    r"|주어진\s?(?:글|문맥|텍스트|지문|내용|자료)|위\s?(?:글|내용|지문)|지문|본문에서",
    re.IGNORECASE,
)


class Section(NamedTuple):
    """A passage that is asked about, and the prompt that asks for a question."""

    chunk: Chunk
    term: str
    language: Language
    prompt: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What a language model made.

    Attributes:
        made: questions that hold.
        dropped: where a question was due, and why there is none.
        usage: what was spent.
    """

    made: tuple[Made, ...]
    dropped: tuple[tuple[str, str], ...]
    usage: Usage


class SectionQuestions:
    """Questions on some passages of a course, asked of a language model.

    Args:
        passages: of the course.
        settings: of the model, its patience and its bounds.
        count: how many passages are asked about.
        seed: another one draws other passages.
        cache: of answers; without one, everything is asked anew.

    Raises:
        SettingsError: the model is not ``openai:MODEL``, or a number is out of range.
        LLMKeyError: there is no key.
        MissingExtraError: the extra ``eval`` is not installed.
    """

    def __init__(
        self,
        passages: Passages,
        settings: JudgeSettings,
        *,
        count: int,
        seed: int = 0,
        cache: AnswerCache | None = None,
    ) -> None:
        """Draw the passages and make the prompts; nothing is spent."""
        self._model, self._key = model_name(settings), key_of(settings)
        self._settings, self._cache = settings, cache
        self._prompt = GeneratorPrompt()
        self._analyzer = passages.course.analyzer
        self._passages = passages
        chunks = [each for each in passages.chunks if each.kind == "text" and _SHORTEST <= len(each.text) <= _LONGEST]
        drawn = spread([Made(KIND, "", each.lang, each, about=each.id) for each in chunks], seed=seed)[:count]
        self.sections = [self._section(each.chunk, seed) for each in drawn if each.chunk is not None]

    def tokens(self) -> tuple[int, int]:
        """About how many tokens go in and come out, one call a section; answers in the cache cost nothing."""
        due = [each for each in self.sections if self._known(each) is None]
        return sum(estimated_tokens(each.prompt) for each in due), _TOKENS_OUT * len(due)

    @property
    def calls(self) -> int:
        """How many calls are due; what cannot be read is asked once more, what fails is asked again."""
        return sum(self._known(each) is None for each in self.sections)

    def make(self, *, progress: Progress | None = None) -> Asked:
        """Ask for all of them, so many at a time as the settings say."""
        return asyncio.run(self._make(progress))

    async def _make(self, progress: Progress | None) -> Asked:
        budget = Budget(self._settings.prices, self._settings.max_cost)
        caller = Caller(self._model, self._key, self._settings, budget)
        limit = asyncio.Semaphore(self._settings.concurrency)
        done = 0

        async def made(section: Section) -> Made | str:
            nonlocal done
            async with limit:
                outcome = await self._one(section, caller, budget.usage)
            done += 1
            if progress:
                progress(done, len(self.sections))
            return outcome

        try:
            outcomes = await asyncio.gather(*map(made, self.sections))
        finally:
            await caller.close()
        told = zip(self.sections, outcomes, strict=True)
        dropped = tuple((section.chunk.place, why) for section, why in told if isinstance(why, str))
        return Asked(tuple(each for each in outcomes if isinstance(each, Made)), dropped, budget.usage)

    async def _one(self, section: Section, caller: Caller, usage: Usage) -> Made | str:
        known = self._known(section)
        if known is not None:
            usage.cached += 1
            return self._checked(section, known)
        try:
            answer, text, charge = await caller.ask(section.prompt, self._prompt.read)
        except NotJudged as error:
            return str(error).replace("the judge", "the model")
        if self._cache is not None:
            tokens = (charge.tokens_in, charge.tokens_out) if charge.told else (0, 0)
            self._cache.put(self._cache_key(section), self._settings.model, Known(text, *tokens))
        return self._checked(section, answer)

    def _known(self, section: Section) -> Any:
        known = self._cache.get(self._cache_key(section)) if self._cache is not None else None
        if known is None:
            return None
        try:
            return self._prompt.read(known.text)
        except BadAnswer:
            return None

    def _cache_key(self, section: Section) -> str:
        return cache_key(self._settings.model, self._settings.server, section.prompt, KIND, 0)

    def _section(self, chunk: Chunk, seed: int) -> Section:
        language = detect_language(chunk.text)
        term = name_of(chunk) if chunk.heading else chunk.title
        text = "\n".join(part for part in (" › ".join(chunk.heading), chunk.lead, chunk.text) if part)
        prompt = self._prompt.text(language, term=term, context=text, key=chunk.id, seed=seed)
        return Section(chunk, term, language, prompt)

    def _checked(self, section: Section, answer: Any) -> Made | str:
        """The question, or why it is not kept."""
        query, said = " ".join(answer.query.split()), answer.answer.strip()
        if not query or not said:
            return "the model gave no question or no answer"
        if detect_language(query) != section.language:
            return "the question is in the other language"
        if _SPEAKS_OF_IT.search(query):
            return "the question speaks of the text it was made from"
        sentences = [each.text for each in self._passages.sentences_in(section.chunk)]
        contexts = holding(said, sentences, self._analyzer)
        if not contexts:
            return "the answer's words do not stand in the passage"
        return Made(KIND, query, section.language, section.chunk, said, tuple(contexts), section.term)


def holding(answer: str, sentences: Sequence[str], analyzer: Analyzer) -> list[str]:
    """The few sentences that hold most of an answer's content words, in their order; none if too many are missing."""
    wanted, *held = (set(terms.content().words) for terms in analyzer.analyze([answer, *sentences]))
    chosen: list[int] = []
    left = set(wanted)
    while left and len(chosen) < _MOST_CONTEXTS:
        best = max(range(len(held)), key=lambda at: len(held[at] & left), default=None)
        if best is None or not held[best] & left:
            break
        chosen.append(best)
        left -= held[best]
    found = len(wanted) - len(left)
    return [sentences[at] for at in sorted(chosen)] if wanted and found >= _LEAST_HELD * len(wanted) else []
