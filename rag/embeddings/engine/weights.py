"""Loading a sentence-transformers model without foreign code or pickles, and the hash of what changes its vectors."""

import hashlib
import json
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies

from rag.embeddings.engine.device import Placement
from rag.errors import EmbedderError
from rag.extras import require

_HUB_TIMEOUT_S = 5.0
_PROBES = ("Gradient Descent, 기울기 하강법!", "É ﬁ\u3000２", "")
_MEND = "Check its name, or give a local folder; bundled: 'mini-ko-en', 'static-ko-en'."


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
    library = require_library()
    # Weights in half precision become fp32 without loss, so that they may be loaded as such.
    dtype = placement.dtype if placement.precision == "fp32" else "auto"
    options = {
        "device": placement.first,
        "trust_remote_code": False,
        "model_kwargs": {"use_safetensors": True, "dtype": dtype},
    }
    try:
        _require_safetensors(Path(model))
        loaded = _loaded(library.SentenceTransformer, model, options)
    except EmbedderError:
        raise
    # transformers, safetensors and torch raise whatever they please for a damaged file or an absent device.
    except Exception as error:
        raise EmbedderError(
            f"The embedding model {model!r} cannot be loaded on {placement.first} ({first_line(error)}).", remedy=_MEND
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


def _loaded(kind: Any, model: str, options: dict[str, Any]) -> Any:
    """From the folder or the cache, without network; only a model that is in neither is looked for on the hub."""
    try:
        return kind(model, local_files_only=True, **options)
    except OSError:
        if Path(model).is_dir():
            raise
        _require_hub(model)
        return kind(model, **options)


def _require_safetensors(folder: Path) -> None:
    """Refuse a folder with a module whose weights are a pickle; the library would read it, if with care."""
    listed = folder / "modules.json"
    if not listed.is_file():
        return
    for module in json.loads(listed.read_text(encoding="utf-8")):
        inside = folder / module["path"]
        if (inside / "pytorch_model.bin").exists() and not any(inside.glob("*.safetensors")):
            raise EmbedderError(
                f"The embedding model {str(folder)!r} keeps weights in a pickle ({module['path']}/pytorch_model.bin).",
                remedy="Save it anew with a current sentence-transformers, which writes safetensors.",
            )


def _require_hub(model: str) -> None:
    """The hub's client would try again for more than a minute before it told that there is no network."""
    from huggingface_hub.constants import ENDPOINT, HF_HUB_OFFLINE

    told = EmbedderError(
        f"The embedding model {model!r} is neither a folder nor in the local cache, and the hub cannot be reached.",
        remedy="Give a local folder, or go online once to download it; bundled: 'mini-ko-en', 'static-ko-en'.",
    )
    if HF_HUB_OFFLINE:
        raise told
    if getproxies():  # a proxy resolves names for us, so that we cannot say who is reachable
        return
    address = urlsplit(ENDPOINT)
    try:
        socket.create_connection((address.hostname or "", address.port or 443), timeout=_HUB_TIMEOUT_S).close()
    except OSError as error:
        raise told from error
