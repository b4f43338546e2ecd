"""``course-rag doctor``."""

import importlib.util
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
    """What is installed, which device, which models, and whether the index is sound. Exit code 1 if not."""
    settings = settings_of(context, index, config)
    values: dict[str, Any] = {
        "course_rag": library_version("course-rag"),
        "libraries": {extra or "base": _installed(names) for extra, names in _LIBRARIES.items()},
        "device": _device(settings),
        "faiss": _faiss(),
        "embedder": settings.embedder.model,
        "reranker": _reranker(settings),
        "llm": settings.llm.model,
        "reading": {"ocr": _ocr(settings), "speech": _speech(settings)},
        "settings": settings.model_dump(mode="json"),
    }
    values["index"] = _index(settings, values["faiss"])
    if json:
        say_json(values)
    else:
        _say(values, settings.index.path)
    reranker = values["reranker"] or {}
    if values["index"]["sound"] is False or values["faiss"]["problem"] or reranker.get("problem"):
        raise typer.Exit(1)


def _installed(names: tuple[str, ...]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for name in names:
        try:
            found[name] = library_version(name)
        except PackageNotFoundError:
            found[name] = None
    return found


def _device(settings: "Settings") -> dict[str, Any]:
    """Where a sentence-transformers model would run, in which precision, and why."""
    from rag.embeddings.engine.device import cards, place
    from rag.errors import EmbedderError, MissingExtraError

    facts: dict[str, Any] = {"devices": ["cpu"], "precision": None, "why": "", "gpus": []}
    try:
        placement = place(settings.embedder.device, settings.embedder.precision)
        gpus = [{"name": card.name, "memory_mib": card.memory_mib} for card in cards()]
    except MissingExtraError:
        return facts | {"why": "cpu: torch is not installed; the bundled embedder does not need it"}
    except EmbedderError as error:
        return facts | {"devices": [], "why": error.message, "remedy": error.remedy}
    return facts | {
        "devices": list(placement.devices),
        "precision": placement.precision,
        "why": placement.why,
        "gpus": gpus,
    }


def _faiss() -> dict[str, Any]:
    """Which FAISS is in, and whether it reaches a GPU; faiss-cpu and faiss-gpu own the same files."""
    found = [f"{name} {number}" for name, number in _installed(("faiss-cpu", "faiss-gpu")).items() if number]
    facts: dict[str, Any] = {"library": found, "gpu": False, "problem": None, "remedy": None}
    if importlib.util.find_spec("faiss") is None:
        return facts | {
            "problem": "faiss is not installed.",
            "remedy": "Install one: pip install -c constraints.txt 'course-rag[cpu]' (or course-rag[gpu])",
        }
    if len(found) > 1:
        # Whichever came last wrote over the other; importing the mixture may end the process.
        return facts | {
            "problem": f"{' and '.join(found)} are both installed, and own the same files.",
            "remedy": "Keep one: pip uninstall -y faiss-cpu faiss-gpu, then install course-rag[cpu] or [gpu].",
        }
    from rag.index.gpu import available

    return facts | {"gpu": available()}


def _reranker(settings: "Settings") -> dict[str, Any] | None:
    """The cross-encoder that is set, loaded as a question would; None where none is."""
    model = settings.retrieval.reranker
    if not model:
        return None
    from rag.errors import CourseRagError
    from rag.retrieval.reranking import load_reranker

    facts: dict[str, Any] = {"model": model, "device": None, "precision": None, "max_tokens": None, "problem": None}
    try:
        loaded = load_reranker(model, settings.embedder)
    except CourseRagError as error:
        return facts | {"problem": error.message, "remedy": error.remedy}
    return facts | {
        "device": loaded.device,
        "precision": loaded.placement.precision,
        "max_tokens": loaded.max_tokens,
    }


def _ocr(settings: "Settings") -> str:
    """What reads pages and pictures without text, or why nothing does."""
    from ingest.parsers.ocr import identity

    return identity(settings.parse)


def _speech(settings: "Settings") -> str:
    return settings.parse.speech_model or "no weights are set (setting parse.speech_model)"


def _index(settings: "Settings", faiss: dict[str, Any]) -> dict[str, Any]:
    """Open the index as a question would: checksums, embedder and analyzer are verified."""
    if faiss["problem"]:
        return {"sound": None, "problem": "not looked at, since FAISS is not in order.", "remedy": faiss["remedy"]}
    from rag.errors import CourseRagError
    from rag.index.course import Course
    from rag.index.folder import IndexFolder

    try:
        course = Course.open(settings.index.path, machine=settings.embedder)
    except CourseRagError as error:
        built = IndexFolder(settings.index.path).current_file.exists()
        return {"sound": False if built else None, "problem": error.message, "remedy": error.remedy}
    facts = {
        "sound": len(course.store.table) == course.manifest.chunks == len(course.lexical),
        "version": course.version,
        "chunks": course.manifest.chunks,
        "embedder": course.manifest.embedder,
        "analyzer": course.manifest.analyzer,
        "vectors": course.manifest.vectors.told(),
    }
    course.store.close()
    return facts


def _say(values: dict[str, Any], index: Path) -> None:
    say(f"course-rag {values['course_rag']}")
    for extra, found in values["libraries"].items():
        listed = ", ".join(f"{name} {number or 'not installed'}" for name, number in found.items())
        say(f"  {extra:>7}: {listed}")
    _say_device(values["device"], values["faiss"])
    say(f"embedder: {values['embedder']}")
    _say_reranker(values["reranker"])
    say(f"language model: {values['llm']}")
    say(f"OCR: {values['reading']['ocr']}")
    say(f"speech to text: {values['reading']['speech']}")
    facts = values["index"]
    if facts["sound"]:
        say(f"index {index}: sound, version {facts['version']}, {facts['chunks']} passages, {facts['embedder']}")
        say(f"  vectors: {facts['vectors']}")
    else:
        say(f"index {index}: {facts.get('problem', 'the counts of its parts differ')}")
        say(f"  → {facts.get('remedy', 'Rebuild it: course-rag build FOLDER --full')}")


def _say_reranker(reranker: dict[str, Any] | None) -> None:
    if reranker is None:
        say("reranker: none")
    elif reranker["problem"]:
        say(f"reranker: {reranker['problem']}")
        say(f"  → {reranker['remedy']}")
    else:
        read = f", reads {reranker['max_tokens']} tokens" if reranker["max_tokens"] else ""
        say(f"reranker: {reranker['model']} on {reranker['device']}, {reranker['precision']}{read}")


def _say_device(device: dict[str, Any], faiss: dict[str, Any]) -> None:
    where = ", ".join(device["devices"]) or "none"
    say(f"device: {where}{', ' + device['precision'] if device['precision'] else ''} ({device['why']})")
    if "remedy" in device:
        say(f"  → {device['remedy']}")
    for number, card in enumerate(device["gpus"]):
        say(f"  GPU {number}: {card['name']}, {card['memory_mib'] / 1024:.0f} GiB")
    if faiss["problem"]:
        say(f"FAISS: {faiss['problem']}")
        say(f"  → {faiss['remedy']}")
    else:
        where = "on the GPU" if faiss["gpu"] else "on the CPU"
        say(f"FAISS: {', '.join(faiss['library']) or 'of unknown origin'}, {where}")
