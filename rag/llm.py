"""The language model that the settings name, and the one place where its errors become ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from langchain_core.language_models import BaseChatModel

from rag.embeddings.base import Embedder
from rag.embeddings.combined import CombinedEmbeddings
from rag.embeddings.static import StaticEmbeddings
from rag.errors import CourseRagError, LLMError, LLMTimeoutError, MissingExtraError
from rag.extractive.model import ExtractiveChatModel
from rag.index.course import Course
from rag.settings import LLMSettings

EXTRACTIVE = "extractive"


def load_llm(settings: LLMSettings, course: Course) -> BaseChatModel:
    """The model that answers.

    ``extractive`` is ours and knows the course's word frequencies and embedder; anything else is
    ``PROVIDER:MODEL`` for LangChain's ``init_chat_model``. Keys come from the provider's own environment variable.

    Raises:
        LLMError: the name is not PROVIDER:MODEL, the provider is unknown, or its key is missing.
        MissingExtraError: the provider's package is not installed.
    """
    if settings.model == EXTRACTIVE:
        return ExtractiveChatModel(
            analyzer=course.analyzer,
            embeddings=course.embedder,
            quick=quick_part(course.embedder),
            idf=course.lexical.idf,
        )
    provider, colon, model = settings.model.partition(":")
    if not (provider and colon and model):
        raise LLMError(
            f"{settings.model!r} is not a language model.",
            remedy="Write PROVIDER:MODEL, such as ollama:qwen3 or openai:gpt-5-mini, or 'extractive'.",
        )
    from langchain.chat_models import init_chat_model

    options: dict[str, Any] = {"temperature": settings.temperature}
    options |= {"base_url": settings.base_url} if settings.base_url else {}
    if provider != "ollama":  # its client takes other names, and waits for a local model as long as that needs
        options |= {"timeout": settings.timeout_s, "max_retries": settings.max_retries}
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


def quick_part(embedder: Embedder) -> Embedder | None:
    """The token vectors of a combined embedder: they compare all sentences in the time of one transformer's."""
    parts = embedder.parts if isinstance(embedder, CombinedEmbeddings) else ()
    return next((part.embedder for part in parts if isinstance(part.embedder, StaticEmbeddings)), None)


@contextmanager
def translated_errors(settings: LLMSettings) -> Iterator[None]:
    """Turn whatever a provider's client raises into a told error.

    Raises:
        LLMTimeoutError: no answer in time.
        LLMError: anything else: no connection, a wrong key, a rate limit, an unknown model.
    """
    try:
        yield
    except CourseRagError:
        raise
    except Exception as error:
        raise _told(error, settings) from error


_REMEDIES = {
    "timeout": "Try again, raise llm.timeout_s, or use --llm extractive.",
    "connect": "Start the server, or check llm.base_url; --llm extractive works without one.",
    "auth": "Set the provider's key in its environment variable, such as OPENAI_API_KEY.",
    "permission": "Check what the key allows.",
    "ratelimit": "Wait a minute, or use a model with a higher limit.",
    "notfound": "Check the model's name.",
    "context": "Lower retrieval.k or llm.context_chars.",
}


def _told(error: Exception, settings: LLMSettings) -> LLMError:
    """Providers share no error classes, but they name them alike, so the name and the message decide."""
    said = f"{type(error).__name__} {error}".lower().replace("_", "").replace(" ", "")
    if "apikey" in said or "credential" in said:
        said += " auth"
    kind = next((kind for kind in _REMEDIES if kind in said or (kind == "timeout" and "timedout" in said)), None)
    reason = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
    message = f"The language model {settings.model} did not answer: {reason}"
    told = LLMTimeoutError if kind == "timeout" else LLMError
    return told(message, remedy=_REMEDIES.get(kind or "", "Try again, or use --llm extractive."))
