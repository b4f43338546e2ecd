"""``course-rag doctor``."""

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as library_version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from ui.cli.options import ConfigOption, IndexOption, JsonOption, settings_of
from ui.cli.output import say, say_json

if TYPE_CHECKING:
    from rag.settings import Settings

_LIBRARIES = {
    "": (
        *("langchain", "langchain-core", "kiwipiepy", "bm25s", "pypdf", "pypdfium2", "beautifulsoup4"),
        *("detect-secrets", "streamlit"),
    ),
    "cpu": ("faiss-cpu",),
    "gpu": ("faiss-gpu",),
    "formats": ("faster-whisper",),
    "neural": ("sentence-transformers", "torch"),
    "llm": ("langchain-openai", "langchain-ollama"),
    "eval": ("ragas", "langchain-community"),
}


def doctor(
    context: typer.Context, json: JsonOption = False, index: IndexOption = None, config: ConfigOption = None
) -> None:
    """What is installed, which device, which models, and whether the index is sound. Exit code 1 if it is not."""
    from rag.errors import CourseRagError
    from rag.index.folder import IndexFolder

    settings = settings_of(context, index, config)
    values: dict[str, Any] = {
        "course_rag": library_version("course-rag"),
        "libraries": {extra or "base": _installed(names) for extra, names in _LIBRARIES.items()},
        "device": _device(),
        "embedder": settings.embedder.model,
        "llm": settings.llm.model,
        "reading": {"ocr": _ocr(settings), "speech": _speech(settings)},
        "settings": settings.model_dump(mode="json"),
    }
    try:
        values["index"] = _index(settings)
    except CourseRagError as error:
        built = IndexFolder(settings.index.path).current_file.exists()
        values["index"] = {"sound": False if built else None, "problem": error.message, "remedy": error.remedy}
    if json:
        say_json(values)
    else:
        _say(values, settings.index.path)
    if values["index"]["sound"] is False:
        raise typer.Exit(1)


def _installed(names: tuple[str, ...]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for name in names:
        try:
            found[name] = library_version(name)
        except PackageNotFoundError:
            found[name] = None
    return found


def _device() -> str:
    try:
        import torch
    except ImportError:
        return "cpu (torch is not installed; the bundled embedder does not need it)"
    if torch.cuda.is_available():
        return f"cuda ({torch.cuda.get_device_name(0)})"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _ocr(settings: "Settings") -> str:
    """What reads pages and pictures without text, or why nothing does."""
    from ingest.parsers.ocr import identity

    return identity(settings.parse)


def _speech(settings: "Settings") -> str:
    return settings.parse.speech_model or "no weights are set (setting parse.speech_model)"


def _index(settings: "Settings") -> dict[str, Any]:
    """Open the index as a question would: checksums, embedder and analyzer are verified."""
    from rag.index.course import Course

    course = Course.open(settings.index.path)
    facts = {
        "sound": len(course.store.table) == course.manifest.chunks == len(course.lexical),
        "version": course.version,
        "chunks": course.manifest.chunks,
        "embedder": course.manifest.embedder,
        "analyzer": course.manifest.analyzer,
    }
    course.store.close()
    return facts


def _say(values: dict[str, Any], index: Path) -> None:
    say(f"course-rag {values['course_rag']}")
    for extra, found in values["libraries"].items():
        listed = ", ".join(f"{name} {number or 'not installed'}" for name, number in found.items())
        say(f"  {extra:>7}: {listed}")
    say(f"device: {values['device']}")
    say(f"embedder: {values['embedder']}")
    say(f"language model: {values['llm']}")
    say(f"OCR: {values['reading']['ocr']}")
    say(f"speech to text: {values['reading']['speech']}")
    facts = values["index"]
    if facts["sound"]:
        say(f"index {index}: sound, version {facts['version']}, {facts['chunks']} passages, {facts['embedder']}")
    else:
        say(f"index {index}: {facts.get('problem', 'the counts of its parts differ')}")
        say(f"  → {facts.get('remedy', 'Rebuild it: course-rag build FOLDER --full')}")
