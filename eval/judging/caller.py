"""One question to the judge's server: retries, waits and time-outs bounded, every failure classified, usage counted."""

import asyncio
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

from eval.judging.cost import Budget, Charge, most_tokens
from eval.judging.failures import BadAnswer, CallFailed, CutOff, NotJudged, Stopped
from eval.judging.settings import JudgeSettings
from rag.extras import require

Read = TypeVar("Read")

_REASKS = 1
"""How often the judge is asked again when its answer cannot be used; each time is paid for."""

_OPENAI = "https://api.openai.com/v1"
"""Named, so that no variable of the environment can make it another without the settings' knowing."""

_FATAL = (401, 402, 403, 404)
_PASSING = (408, 409, 425, 429)
_ASK_AGAIN = "That cannot be used: {reason}. Answer with the JSON object that was asked for, and nothing else."


class Caller:
    """Asks one model at one server.

    Args:
        model: its name at the server.
        key: sent to the server, taken out of whatever comes back.
        settings: of the judge.
        budget: every call is counted there.
    """

    def __init__(self, model: str, key: str, settings: JudgeSettings, budget: Budget) -> None:
        """Connect to nothing yet."""
        self._openai = require("openai", extra="eval")
        self._client = self._openai.AsyncOpenAI(
            api_key=key,
            base_url=settings.base_url or _OPENAI,
            timeout=settings.timeout_s + 5,  # of one read; the time of the whole call ends before
            max_retries=0,
        )
        self._create = self._client.chat.completions.create  # imported now, not within the time of the first call
        self._key = key
        self._settings = settings
        self._budget = budget
        # RAGAS's own: nearly the same answer each time. What a server does not take is left out when it says so.
        self._options: dict[str, Any] = {
            "model": model,
            "max_tokens": settings.max_tokens,
            "temperature": 0.01,
            "top_p": 0.1,
            "response_format": {"type": "json_object"},
        }
        self._quiet_until = 0.0
        self._failed_in_a_row = 0
        self._stopped = ""

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.close()

    def stop(self, reason: str) -> None:
        """Ask nothing any more."""
        self._stopped = self._stopped or reason

    async def ask(self, prompt: str, read: Callable[[str], Read]) -> tuple[Read, str, Charge]:
        """What the judge answers, as it was read, as it came, and what it was charged for.

        Args:
            prompt: RAGAS's, with the instruction, the shape of the answer, examples and the texts.
            read: makes of the answer what it should be, or raises ``BadAnswer``.

        Raises:
            NotJudged: no answer that can be used, and why.
        """
        if self._stopped:
            raise Stopped(self._stopped)
        try:
            found = await self._asked(prompt, read)
        except Stopped:
            raise
        except NotJudged as error:
            self._failed_in_a_row += 1
            if isinstance(error, CallFailed) and error.fatal:
                self.stop(f"not asked, because of an earlier call: {error}")
            elif self._failed_in_a_row >= self._settings.give_up_after:
                self.stop(f"not asked: {self._failed_in_a_row} calls before had failed, the last with: {error}")
            raise
        self._failed_in_a_row = 0
        return found

    async def _asked(self, prompt: str, read: Callable[[str], Read]) -> tuple[Read, str, Charge]:
        messages = [{"role": "user", "content": prompt}]
        failures = reasks = 0
        while True:
            try:
                text, charge = await self._call(messages)
            except CallFailed as error:
                failures += 1
                if not error.retry or failures > self._settings.max_retries:
                    raise
                await self._wait(error, failures)
                continue
            try:
                return read(text), text, charge
            except BadAnswer as error:
                reasks += 1
                if reasks > _REASKS:
                    raise
                again = {"role": "user", "content": _ASK_AGAIN.format(reason=error)}
                messages = [*messages[:1], {"role": "assistant", "content": text or "-"}, again]

    async def _wait(self, error: CallFailed, failures: int) -> None:
        """Before a retry; the others wait too where the server asked for it."""
        pause = min(0.5 * 2 ** (failures - 1), 8.0) * random.uniform(0.75, 1.25)  # noqa: S311 - spreads retries
        if error.wait_s is not None:
            if error.wait_s > self._settings.max_wait_s:
                raise error
            self._quiet_until = max(self._quiet_until, time.monotonic() + error.wait_s)
            pause = error.wait_s
        await asyncio.sleep(min(pause, self._settings.max_wait_s))

    async def _call(self, messages: list[dict[str, str]]) -> tuple[str, Charge]:
        """One request."""
        said = "\n".join(message["content"] for message in messages)
        while (rest := self._quiet_until - time.monotonic()) > 0:
            await asyncio.sleep(rest)
        async with self._budget.call(most_tokens(said), self._settings.max_tokens) as charge:
            if self._stopped:
                charge.free()
                raise Stopped(self._stopped)
            sent = dict(self._options)
            try:
                async with asyncio.timeout(self._settings.timeout_s):
                    completion = await self._create(messages=messages, **sent)
            except TimeoutError as error:
                raise CallFailed(f"Timeout: no answer within {self._settings.timeout_s:g} s", retry=True) from error
            except self._openai.OpenAIError as error:
                if not self._adapted(error, sent):
                    raise self._classified(error, charge) from error
                charge.free()
            except ValueError as error:  # the body is no JSON; it may have been paid for
                raise CallFailed(f"the server's reply is broken: {self._one_line(error)}", retry=True) from error
            else:
                return self._text(completion, charge), charge
        return await self._call(messages)

    def _text(self, completion: Any, charge: Charge) -> str:
        """The answer in a reply; its usage is put down whatever it says."""
        usage: Any = getattr(completion, "usage", None)
        tokens_in, tokens_out = getattr(usage, "prompt_tokens", None), getattr(usage, "completion_tokens", None)
        if isinstance(tokens_in, int) and isinstance(tokens_out, int) and min(tokens_in, tokens_out) >= 0:
            charge.settle(tokens_in, tokens_out)
        choices = getattr(completion, "choices", None)
        if not choices or getattr(choices[0], "message", None) is None:
            raise CallFailed("the server's reply has no choice in it", retry=True)
        text = self._masked(choices[0].message.content or "")
        if choices[0].finish_reason == "length":
            raise CutOff(f"the judge's answer was cut off after {self._settings.max_tokens} tokens")
        if getattr(choices[0].message, "refusal", None) or choices[0].finish_reason == "content_filter":
            raise CallFailed("the judge refused to answer")
        charge.answered = True
        return text

    def _adapted(self, error: Exception, sent: dict[str, Any]) -> bool:
        """Whether an option that the server does not take is left out from now on, so that it may be asked at once."""
        if getattr(error, "status_code", None) not in (400, 422):
            return False
        said = str(error)
        for option in ("response_format", "temperature", "top_p"):
            if option in sent and option in said:
                self._options.pop(option, None)
                return True
        if "max_completion_tokens" in said and "max_tokens" in sent:
            self._options.pop("max_tokens", None)
            self._options["max_completion_tokens"] = self._settings.max_tokens
            return True
        return False

    def _classified(self, error: Exception, charge: Charge) -> CallFailed:
        """What an error of the client means for this call and for the others."""
        status = getattr(error, "status_code", None)
        reason = f"{type(error).__name__}: {self._one_line(error)}"
        if not isinstance(status, int):
            cause = error.__cause__
            if type(cause).__name__ in ("ConnectError", "ConnectTimeout"):
                charge.free()  # nothing was sent
            said = f"{type(cause).__name__} {self._one_line(cause)}" if cause else ""
            return CallFailed(f"{reason} {said}".strip(), retry=True)
        if status < 400:  # a reply that does not read: it was served, and may have been paid for
            return CallFailed(reason, retry=True)
        charge.free()
        empty = "insufficient_quota" in str(error)
        if status in _FATAL or empty:
            return CallFailed(reason, fatal=True)
        return CallFailed(reason, retry=status in _PASSING or status >= 500, wait_s=_retry_after(error))

    def _one_line(self, error: BaseException) -> str:
        return self._masked(" ".join(str(error).split()))[:300]

    def _masked(self, text: str) -> str:
        return text.replace(self._key, "[key]") if len(self._key) > 7 else text  # "none" is no key


def _retry_after(error: Exception) -> float | None:
    """Seconds that the server wants to be left alone (RFC 9110, 10.2.3): a number, or a date."""
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    said = headers.get("retry-after")
    if not said:
        return None
    try:
        return max(0.0, float(said))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None
