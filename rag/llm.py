"""The language model that the settings name, and the one place where its errors become ours."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessageChunk

from rag.embeddings.base import Embedder
from rag.embeddings.combined import CombinedEmbeddings
from rag.embeddings.static import StaticEmbeddings
from rag.errors import (
    CourseRagError,
    LLMContextError,
    LLMError,
    LLMKeyError,
    LLMTimeoutError,
    MissingExtraError,
)
from rag.extractive.model import ExtractiveChatModel
from rag.index.course import Course
from rag.query.lexicon import bundled_lexicon
from rag.settings import LLMSettings

EXTRACTIVE = "extractive"


def load_llm(settings: LLMSettings, course: Course) -> BaseChatModel:
    """The model that answers.

    ``extractive`` is ours and knows the course's word frequencies and embedder; anything else is
    ``PROVIDER:MODEL`` for LangChain's ``init_chat_model``. Keys come from the provider's own environment variable.

    Raises:
        LLMError: the name is not PROVIDER:MODEL, or the provider is unknown.
        LLMKeyError: its key is missing.
        MissingExtraError: the provider's package is not installed.
    """
    if settings.model == EXTRACTIVE:
        return extractive(course)
    provider, colon, model = settings.model.partition(":")
    if not (provider and colon and model):
        raise LLMError(
            f"{settings.model!r} is not a language model.",
            remedy="Write PROVIDER:MODEL, such as ollama:qwen3 or openai:gpt-5-mini, or 'extractive'.",
        )
    from langchain.chat_models import init_chat_model

    options: dict[str, Any] = {"temperature": settings.temperature}
    options |= {"base_url": settings.base_url} if settings.base_url else {}
    if provider != "ollama":
        options |= {"timeout": settings.timeout_s, "max_retries": settings.max_retries}
    elif "timeout_s" in settings.model_fields_set:  # else it waits for a local model to load as long as that needs
        options |= {"client_kwargs": {"timeout": settings.timeout_s}}
    try:
        chat_model: BaseChatModel = init_chat_model(model, model_provider=provider, **options)
    except ImportError as error:
        raise MissingExtraError(
            f"The package for {provider} is not installed ({error}).",
            remedy="pip install -c constraints.txt 'course-rag[llm]', or that provider's own LangChain package.",
        ) from error
    except ValueError as error:
        raise LLMError(f"{provider!r} is not a known provider.", remedy="See LangChain's init_chat_model.") from error
    except Exception as error:
        raise _told(error, settings) from error
    return chat_model


def extractive(course: Course) -> ExtractiveChatModel:
    """Our own model, which answers with sentences of the documents."""
    return ExtractiveChatModel(
        analyzer=course.analyzer,
        embeddings=course.embedder,
        quick=quick_part(course.embedder),
        idf=course.lexical.idf,
        lexicon=bundled_lexicon(),
    )


def quick_part(embedder: Embedder) -> Embedder | None:
    """The token vectors of a combined embedder: they compare all sentences in the time of one transformer's."""
    parts = embedder.parts if isinstance(embedder, CombinedEmbeddings) else ()
    return next((part.embedder for part in parts if isinstance(part.embedder, StaticEmbeddings)), None)


@contextmanager
def translated_errors(settings: LLMSettings) -> Iterator[None]:
    """Turn whatever a provider's client raises into a told error.

    Raises:
        LLMTimeoutError: no answer in time.
        LLMContextError: what it was given is too long.
        LLMKeyError: its key is refused.
        LLMError: anything else: no connection, a rate limit, an unknown model.
    """
    try:
        yield
    except CourseRagError:
        raise
    except Exception as error:
        raise _told(error, settings) from error


_REMEDIES = {
    "timeout": "Try again, raise llm.timeout_s, or use --llm extractive.",
    "context": "Lower retrieval.k or llm.context_chars.",
    "broke off": "Try again; if it happens again, look at the server's log.",
    "connect": "Start the server, or check llm.base_url; --llm extractive works without one.",
    "auth": "Set the provider's key in its environment variable, such as OPENAI_API_KEY.",
    "permission": "Check what the key allows.",
    "ratelimit": "Wait a minute, or use a model with a higher limit.",
    "notfound": "Check the model's name.",
}

_TOO_LONG = re.compile(
    r"contextoverflow|maximumcontext|contextlength|contextwindow|contextsize|contextlimit|promptis?toolong|inputis?toolong"
    r"|toomanytokens|requesttoolarge|payloadtoolarge|reducethelength|exceed[a-z]{0,20}tokens?limit"
    r"|tokens?exceed|exceeds?[a-z]{0,30}(?:context|tokens)"
)
_SAID = {
    "timeout": re.compile(r"timeout|timedout"),
    "context": _TOO_LONG,
    "broke off": re.compile(r"peerclosed|incompleteread|incompletechunked|remoteprotocol|brokeoff"),
    "auth": re.compile(r"apikey|credential|auth"),
}
"""How providers name what went wrong, white space and underscores left out; other kinds are named as they are."""

_KINDS: dict[str, type[LLMError]] = {"timeout": LLMTimeoutError, "context": LLMContextError, "auth": LLMKeyError}


def _told(error: Exception, settings: LLMSettings) -> LLMError:
    """Providers share few error classes, but they name them alike, so the name and the message decide."""
    said = f"{type(error).__name__} {error}".lower().replace("_", "").replace(" ", "")
    kind = next((kind for kind in _REMEDIES if _SAID.get(kind, re.compile(kind)).search(said)), "")
    reason = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
    message = f"The language model {settings.model} did not answer: {reason}"
    return _KINDS.get(kind, LLMError)(message, remedy=_REMEDIES.get(kind, "Try again, or use --llm extractive."))


class BrokenOff(Exception):
    """A stream ended before the model said that it had finished."""


def require_finished(chunks: Sequence[BaseMessageChunk]) -> None:
    """See that a stream came to its end: a connection that is cut looks like a short answer to most clients.

    Only of OpenAI's protocol it is known that the last word says why the model stopped.

    Raises:
        BrokenOff: it did not say so.
    """
    said = [chunk.response_metadata for chunk in chunks]
    known = any(each.get("model_provider") == "openai" for each in said)
    if known and not any(each.get("finish_reason") for each in said):
        raise BrokenOff("the connection broke off in the middle of the answer")
