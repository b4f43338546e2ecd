"""The errors a user can meet, each with its remedy.

::

    CourseRagError
    ├── InputError             a path, question or question set that cannot be used
    │   └── ParseError         one source file that cannot be read; the build goes on without it
    ├── SettingsError          a wrong value, key or file of settings
    ├── MissingExtraError      an optional library is not installed
    ├── IndexStateError        the index folder cannot serve
    │   ├── NoIndexError       nothing has been built there yet
    │   ├── CorruptIndexError  a file is missing or its checksum does not match
    │   ├── LockedIndexError   another build holds the lock
    │   └── EmbedderMismatchError  the index was built with another embedder or analyzer
    ├── EmbedderError          an embedding model that cannot be loaded or run
    ├── RerankerError          a cross-encoder that cannot be loaded or run
    └── LLMError               the language model cannot be reached or does not answer
        ├── LLMTimeoutError    it did not answer in time
        ├── LLMContextError    what it was given is too long for it
        └── LLMKeyError        its key is missing or refused

Foreign exceptions are translated into these at one place per library, so that the command line, the chat and the
build report print the same sentence.
"""


class CourseRagError(Exception):
    """Base of every told error: one sentence for what is wrong, one for what to do about it."""

    def __init__(self, message: str, *, remedy: str) -> None:
        """Keep the remedy as data, so that every door can show it in its own way."""
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __reduce__(self) -> tuple[object, ...]:
        """Survive the way back from a worker process, keyword argument included."""
        return (_rebuild, (type(self), self.message, self.remedy))


def _rebuild(kind: type[CourseRagError], message: str, remedy: str) -> CourseRagError:
    return kind(message, remedy=remedy)


class InputError(CourseRagError):
    """A path, question or question set that cannot be used."""


class ParseError(InputError):
    """One source file that cannot be read; the build reports it and goes on."""


class SettingsError(CourseRagError):
    """A wrong value, an unknown key or an unreadable file of settings."""


class MissingExtraError(CourseRagError):
    """An optional library is not installed."""


class IndexStateError(CourseRagError):
    """The index folder cannot serve."""


class NoIndexError(IndexStateError):
    """Nothing has been built in this folder yet."""


class CorruptIndexError(IndexStateError):
    """A file of the index is missing, or its checksum does not match."""


class LockedIndexError(IndexStateError):
    """Another build holds the lock."""


class EmbedderMismatchError(IndexStateError):
    """The index was built with another embedder or analyzer."""


class EmbedderError(CourseRagError):
    """An embedding model that cannot be loaded or run."""


class RerankerError(CourseRagError):
    """A cross-encoder that cannot be loaded or run."""


class LLMError(CourseRagError):
    """The language model cannot be reached, or does not answer as it should."""


class LLMTimeoutError(LLMError):
    """The language model did not answer in time."""


class LLMContextError(LLMError):
    """What the language model was given is longer than it can read."""


class LLMKeyError(LLMError):
    """The key of the language model's provider is missing, or the provider refuses it."""
