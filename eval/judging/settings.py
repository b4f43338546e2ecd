"""Which model judges by which metrics, how patiently it is waited for, and what it may cost."""

import math
import os
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from rag.errors import LLMKeyError, SettingsError

METRICS = ("faithfulness", "answer_relevancy", "context_recall", "context_precision")
"""RAGAS's metrics that a judge is asked for, in the order they are reported."""


@dataclass(frozen=True, slots=True)
class Prices:
    """What a million tokens costs, in whatever money the user thinks in."""

    tokens_in: float
    tokens_out: float

    def cost(self, tokens_in: float, tokens_out: float) -> float:
        """Money for so many tokens."""
        return (tokens_in * self.tokens_in + tokens_out * self.tokens_out) / 1e6


@dataclass(frozen=True, slots=True)
class JudgeSettings:
    """How a run is judged.

    Attributes:
        model: ``openai:MODEL``; any OpenAI-compatible server with ``base_url``.
        base_url: address of such a server; None is OpenAI's.
        metrics: names of ``METRICS``.
        concurrency: samples judged at a time; a sample is one question by one metric.
        timeout_s: for one call, to its last byte.
        sample_timeout_s: for one sample with all its calls, retries and waits.
        total_timeout_s: for all of them; what is not judged by then is a gap.
        max_retries: of one call, on rate limits, server errors, lost connections and time-outs.
        max_wait_s: longest wait before a retry; a server that asks for more patience is given up.
        max_tokens: of one answer; Korean takes more than RAGAS's default of 1,024.
        relevancy_questions: how many questions answer relevancy has made from an answer; RAGAS's own number is 3.
        give_up_after: calls that failed one after the other, with all their retries, before nothing more is asked.
        prices: None where nobody knows.
        max_cost: bound of the money spent, which is never passed; needs prices.
    """

    model: str
    base_url: str | None = None
    metrics: tuple[str, ...] = METRICS
    concurrency: int = 4
    timeout_s: float = 60.0
    sample_timeout_s: float = 300.0
    total_timeout_s: float = 7200.0
    max_retries: int = 2
    max_wait_s: float = 60.0
    max_tokens: int = 4096
    relevancy_questions: int = 3
    give_up_after: int = 10
    prices: Prices | None = None
    max_cost: float | None = None

    @property
    def server(self) -> str:
        """The address without what may be secret in it; empty for OpenAI's."""
        if not self.base_url:
            return ""
        address = urlsplit(self.base_url)
        return urlunsplit((address.scheme, address.netloc.rpartition("@")[2], address.path.rstrip("/"), "", ""))


def model_name(settings: JudgeSettings) -> str:
    """The model's name at its server, after the settings have been checked.

    Raises:
        SettingsError: the judge's name is not ``openai:MODEL``, a metric is unknown, or a number is out of range.
    """
    provider, colon, model = settings.model.partition(":")
    if not (provider and colon and model):
        raise SettingsError(f"{settings.model!r} is not a judge.", remedy="Write openai:MODEL.")
    if provider != "openai":
        raise SettingsError(
            f"The judge does not support {provider} yet.",
            remedy="Write openai:MODEL, with the base URL of any OpenAI-compatible server (Ollama has one at /v1).",
        )
    _check_address(settings)
    _check_metrics(settings)
    _check_numbers(settings)
    return model


def _check_address(settings: JudgeSettings) -> None:
    if not settings.base_url:
        return
    try:
        address = urlsplit(settings.base_url)
        known = address.scheme in ("http", "https") and bool(address.hostname) and address.port != 0
    except ValueError:
        known = False
    if not known:
        raise SettingsError(
            "The judge's address is not one of a web server.", remedy="Write it like http://localhost:11434/v1"
        )


def _check_metrics(settings: JudgeSettings) -> None:
    unknown = [name for name in settings.metrics if name not in METRICS]
    if unknown or not settings.metrics:
        raise SettingsError(
            f"{unknown[0]!r} is not a judged metric." if unknown else "There is no metric to judge by.",
            remedy=f"Choose among {', '.join(METRICS)}.",
        )


def _check_numbers(settings: JudgeSettings) -> None:
    counts = (settings.concurrency, settings.max_tokens, settings.relevancy_questions, settings.give_up_after)
    times = (settings.timeout_s, settings.sample_timeout_s, settings.total_timeout_s)
    prices = (settings.prices.tokens_in, settings.prices.tokens_out) if settings.prices else ()
    numbers = (*counts, *times, *prices, settings.max_wait_s, settings.max_cost or 0.0)
    if min(*counts, *times) <= 0 or settings.max_retries < 0 or not all(0 <= each < math.inf for each in numbers):
        raise SettingsError("A number in the judge's settings is out of range.", remedy="Give positive numbers.")
    if settings.max_cost is not None and settings.prices is None:
        raise SettingsError(
            "A bound of the cost needs the price of the tokens.",
            remedy="Give --price-in and --price-out, money per million tokens, from your provider's price list.",
        )


def key_of(settings: JudgeSettings) -> str:
    """The judge's key, from the environment; it is kept nowhere.

    Raises:
        LLMKeyError: OpenAI's server is to judge, and there is none.
    """
    key = os.environ.get("OPENAI_API_KEY", "").strip() or ("none" if settings.base_url else "")
    if not key:
        raise LLMKeyError(
            "The judge has no key.", remedy="Set OPENAI_API_KEY, or give the base URL of your own server."
        )
    return key
