"""One opened version of an index: what the retriever searches, and nothing else needs to know the files."""

from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from rag.analyzer import Analyzer
from rag.embeddings.base import Embedder
from rag.embeddings.loading import load_embedder
from rag.errors import CorruptIndexError, EmbedderMismatchError
from rag.index.dense import DenseIndex
from rag.index.folder import LEXICAL, MANIFEST, TERMS, IndexFolder
from rag.index.lexical import LexicalIndex
from rag.index.manifest import Manifest
from rag.index.store import CourseStore
from rag.query.bridge import TermBridge
from rag.query.typed.words import CourseWords
from rag.settings import EmbedderSettings

_OF_THE_MACHINE = ("device", "precision", "batch_tokens", "batch_size")


@dataclass(frozen=True, slots=True)
class Course:
    """A version in service. Immutable; a newer version is another ``Course``."""

    folder: IndexFolder
    manifest: Manifest
    store: CourseStore
    lexical: LexicalIndex
    analyzer: Analyzer
    embedder: Embedder
    stamp: tuple[int, int]
    machine: EmbedderSettings | None = None
    bridge: TermBridge = field(default_factory=TermBridge)
    words: CourseWords = field(default_factory=lambda: CourseWords({}))

    @classmethod
    def open(cls, index: Path, *, version: int | None = None, machine: EmbedderSettings | None = None) -> "Course":
        """Open the version in service, or another one.

        The embedder is the one the version was built with, loaded as its manifest says: a question can only be
        compared with vectors of the same model. Where it runs is not the manifest's to say: an index that was built
        on a GPU is searched on a laptop.

        Args:
            index: folder of the index.
            version: number of the version; None opens the one in service.
            machine: device, precision and batches of the embedder here; the rest of it is not read. None: automatic.

        Raises:
            NoIndexError: nothing has been built there.
            CorruptIndexError: a file is missing or damaged.
            EmbedderMismatchError: the embedder or the analyzer installed here is not the one it was built with.
            EmbedderError: the embedder cannot be loaded.
        """
        folder = IndexFolder(index)
        number = folder.require_current() if version is None else version
        path = folder.version_dir(number)
        manifest = Manifest.read(path)
        manifest.verify(path, recovery=folder.recovery)
        analyzer = Analyzer()
        embedder = load_embedder(_embedder_settings(manifest, path, machine))
        _require_same("embedder", manifest.embedder, embedder.identity)
        _require_same("analyzer", manifest.analyzer, analyzer.identity)
        return cls(
            folder=folder,
            manifest=manifest,
            store=CourseStore.open(path, embedder),
            lexical=LexicalIndex.open(path / LEXICAL),
            analyzer=analyzer,
            embedder=embedder,
            stamp=_stamp(path),
            machine=machine,
            bridge=TermBridge.open(path / TERMS),
            words=CourseWords.open(path),
        )

    @property
    def vectors(self) -> DenseIndex:
        """The dense index of this version."""
        if self.store.dense is None:
            raise AssertionError("a published version has a dense index")
        return self.store.dense

    @property
    def version(self) -> int:
        """Its number."""
        return self.manifest.version

    def is_current(self) -> bool:
        """Whether this is still the version in service; costs one small file read.

        The number alone would not do: an index that was deleted and built anew begins at 1 again.
        """
        number = self.folder.require_current()
        return number == self.version and _stamp(self.folder.version_dir(number)) == self.stamp

    def refreshed(self) -> "Course":
        """This course, or the newer version that has been published since."""
        return self if self.is_current() else Course.open(self.folder.path, machine=self.machine)


def _embedder_settings(manifest: Manifest, folder: Path, machine: EmbedderSettings | None) -> EmbedderSettings:
    try:
        built = EmbedderSettings.model_validate(manifest.embedder_settings)
        here = machine or EmbedderSettings()
        return built.model_copy(update={name: getattr(here, name) for name in _OF_THE_MACHINE})
    except ValidationError as error:
        name = ".".join(map(str, error.errors()[0]["loc"]))
        raise CorruptIndexError(
            f"The embedder settings of {folder} cannot be used: {name}: {error.errors()[0]['msg']}.",
            remedy="Rebuild it: course-rag build FOLDER_WITH_DOCUMENTS --full",
        ) from error


def _stamp(version_dir: Path) -> tuple[int, int]:
    """Inode and modification time of a version's manifest; (0, 0) if it is gone, which equals nothing."""
    try:
        found = (version_dir / MANIFEST).stat()
    except FileNotFoundError:
        return (0, 0)
    return found.st_ino, found.st_mtime_ns


def _require_same(what: str, built_with: str, found: str) -> None:
    if built_with != found:
        raise EmbedderMismatchError(
            f"The index was built with the {what} {built_with}, but {found} is here.",
            remedy="Rebuild it: course-rag build FOLDER --full — or install what it was built with.",
        )
