"""Loading a sentence-transformers model without foreign code or pickles, and the hash of what changes its vectors."""

import hashlib
import json
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies

from rag.embeddings.engine.device import Placement
from rag.errors import CourseRagError, EmbedderError
from rag.extras import require

_HUB_TIMEOUT_S = 5.0
_PROBES = ("Gradient Descent, 기울기 하강법!", "É ﬁ\u3000２", "")


@dataclass(frozen=True, slots=True)
class Told:
    """How an error speaks of a kind of model.

    Attributes:
        name: what it is.
        instead: what there is to do without it, the end of a remedy.
        error: the kind of error.
    """

    name: str
    instead: str
    error: type[CourseRagError]


_EMBEDDER = Told("embedding model", "bundled: 'mini-ko-en', 'static-ko-en'", EmbedderError)


def require_library() -> Any:
    """The library sentence-transformers.

    Raises:
        MissingExtraError: the extra ``neural`` is not installed.
    """
    library = require("sentence_transformers", extra="neural")
    require("transformers", extra="neural").utils.logging.disable_progress_bar()  # "Loading weights: 0%"
    return library


def load(model: str, placement: Placement) -> Any:
    """Load a folder or a hub name as it is stored; ``cast`` brings it to its precision once the hash is taken.

    The code that some repositories bring is never run, and weights are read from safetensors alone.

    Raises:
        MissingExtraError: the extra ``neural`` is not installed.
        EmbedderError: there is no such model, or the device cannot be used.
    """
    # Weights in half precision become fp32 without loss, so that they may be loaded as such.
    dtype = placement.dtype if placement.precision == "fp32" else "auto"
    return fetch(require_library().SentenceTransformer, model, placement.first, dtype, _EMBEDDER)


def fetch(kind: Any, model: str, device: str, dtype: Any, told: Told, **options: Any) -> Any:
    """A folder or a hub name as ``kind``, a class of sentence-transformers; ``options`` go to it.

    Raises:
        CourseRagError: of the kind that is ``told``: there is no such model, or the device cannot be used.
    """
    options |= {
        "device": device,
        "trust_remote_code": False,
        "model_kwargs": {"use_safetensors": True, "dtype": dtype},
    }
    try:
        _require_safetensors(Path(model), told)
        loaded = _loaded(kind, model, options, told)
    except CourseRagError:
        raise
    # transformers, safetensors and torch raise whatever they please for a damaged file or an absent device.
    except Exception as error:
        raise told.error(
            f"The {told.name} {model!r} cannot be loaded on {device} ({first_line(error)}).",
            remedy=f"Check its name, or give a local folder; {told.instead}.",
        ) from error
    return loaded.eval()


def cast(model: Any, placement: Placement) -> None:
    """Bring the weights to the precision; a model of token vectors alone has no matrices to speed up, and stays."""
    if placement.precision == "fp32" or model.transformers_model is not None:
        model.to(placement.dtype)


def content_hash(model: Any, query_prompt: str, passage_prompt: str) -> str:
    """Hash of what changes a vector: weights, modules and their options, tokens, maximum length, prompts.

    Device and precision are left out: vectors in bf16 and fp16 agree with those in fp32 to a cosine of 0.999 and more
    (a test holds it), less than neighbours differ. So what a GPU has indexed a laptop can search.
    """
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        values = tensor.detach().cpu()
        values = (values.float() if values.is_floating_point() else values).contiguous()
        digest.update(f"{name}{tuple(values.shape)}".encode())
        digest.update(values.view(-1).view(require("torch", extra="neural").uint8).numpy().data)
    facts = {
        "modules": [_facts_of(module) for module in model.children()],
        "tokens": [_tokens_of(model, text) for text in _PROBES],
        "max_tokens": str(model.max_seq_length),
        "truncated": model.truncate_dim,
        "prompts": [query_prompt, passage_prompt],
    }
    digest.update(json.dumps(facts, sort_keys=True, default=str).encode())
    return digest.hexdigest()[:16]


def first_line(error: Exception) -> str:
    """What a foreign error says, in one line."""
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]


def _facts_of(module: Any) -> list[Any]:
    inner = getattr(module, "model", None)
    if inner is not None:  # a Transformer; what its options change is in the tokens, or in the class of the model
        return [type(module).__name__, type(inner).__name__]
    tell = getattr(module, "get_config_dict", None)
    return [type(module).__name__, tell() if tell is not None else None]


def _tokens_of(model: Any, text: str) -> list[int]:
    found: list[int] = model.preprocess([text], task="document")["input_ids"].flatten().tolist()
    return found


def _loaded(kind: Any, model: str, options: dict[str, Any], told: Told) -> Any:
    """From the folder or the cache, without network; only a model that is in neither is looked for on the hub."""
    try:
        return kind(model, local_files_only=True, **options)
    except OSError:
        if Path(model).is_dir():
            raise
        _require_hub(model, told)
        return kind(model, **options)


def _require_safetensors(folder: Path, told: Told) -> None:
    """Refuse a folder with a module whose weights are a pickle; the library would read it, if with care."""
    listed = folder / "modules.json"
    modules = json.loads(listed.read_text(encoding="utf-8")) if listed.is_file() else [{"path": ""}]
    for module in modules:
        weights = folder / module["path"] / "pytorch_model.bin"
        if weights.exists() and not any(weights.parent.glob("*.safetensors")):
            raise told.error(
                f"The {told.name} {str(folder)!r} keeps weights in a pickle ({weights.relative_to(folder)}).",
                remedy="Save it anew with a current sentence-transformers, which writes safetensors.",
            )


def _require_hub(model: str, told: Told) -> None:
    """The hub's client would try again for more than a minute before it told that there is no network."""
    from huggingface_hub.constants import ENDPOINT, HF_HUB_OFFLINE

    absent = told.error(
        f"The {told.name} {model!r} is neither a folder nor in the local cache, and the hub cannot be reached.",
        remedy=f"Give a local folder, or go online once to download it; {told.instead}.",
    )
    if HF_HUB_OFFLINE:
        raise absent
    if getproxies():  # a proxy resolves names for us, so that we cannot say who is reachable
        return
    address = urlsplit(ENDPOINT)
    try:
        socket.create_connection((address.hostname or "", address.port or 443), timeout=_HUB_TIMEOUT_S).close()
    except OSError as error:
        raise absent from error
