"""A training that stops at any moment goes on from its last checkpoint: safetensors and JSON, no pickle."""

import json
from pathlib import Path
from typing import Any

_STATE = "state.safetensors"
_MOMENTS = ("exp_avg", "exp_avg_sq")


def save_checkpoint(folder: Path, model: Any, optimizer: Any, step: int, settings: dict[str, Any]) -> None:
    """Write weights, Adam's moments and the number of steps done; a kill leaves the last checkpoint whole."""
    from safetensors.torch import save_file

    tensors = {f"weight.{name}": weight.detach().contiguous() for name, weight in model.named_parameters()}
    for name, parameter in model.named_parameters():
        for moment in _MOMENTS:
            if moment in optimizer.state[parameter]:
                tensors[f"{moment}.{name}"] = optimizer.state[parameter][moment].contiguous()
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f"{_STATE}.partial"
    # The step is written into the same file, so that weights and step cannot come from two checkpoints.
    save_file(tensors, partial, metadata={"step": str(step), "settings": json.dumps(settings)})
    partial.replace(folder / _STATE)


def load_checkpoint(folder: Path, model: Any, optimizer: Any, settings: dict[str, Any]) -> int:
    """Fill model and optimizer from the last checkpoint; returns the steps done, 0 where there is none.

    Raises:
        EmbedderError: the checkpoint is of a training with other settings, or damaged.
    """
    import torch
    from safetensors import SafetensorError, safe_open

    from rag.errors import EmbedderError

    file = folder / _STATE
    if not file.is_file():
        return 0
    remedy = f"Delete {folder} to begin anew."
    try:
        with safe_open(file, "pt") as stored, torch.no_grad():
            metadata = stored.metadata()
            if json.loads(metadata["settings"]) != settings:
                raise EmbedderError("The checkpoint is of a training with other settings.", remedy=remedy)
            step = int(metadata["step"])
            for name, parameter in model.named_parameters():
                parameter.copy_(stored.get_tensor(f"weight.{name}"))
                if f"{_MOMENTS[0]}.{name}" in stored.keys():
                    optimizer.state[parameter] = {
                        "step": torch.tensor(float(step)),
                        **{moment: stored.get_tensor(f"{moment}.{name}") for moment in _MOMENTS},
                    }
    except (SafetensorError, KeyError, ValueError) as error:
        raise EmbedderError(f"The checkpoint {file.name} is damaged ({error}).", remedy=remedy) from error
    return step
