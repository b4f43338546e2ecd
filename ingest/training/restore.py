"""A model in ONNX back into torch: to train it further, and to compare it with what it would be in float32."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.training.bert_graph import EMBEDDINGS
from ingest.training.rounding import Floats
from rag.embeddings.model_folder import ModelFolder
from rag.embeddings.transformer import WEIGHTS_FILE, TransformerEmbeddings
from rag.extras import require

_Constants = dict[str, NDArray[Any]]


def to_torch(folder: Path) -> tuple[Any, Any]:
    """The model in a folder that ``export`` wrote, as transformers' ``BertModel`` and its fast tokenizer.

    Its weights are those of the eight-bit model, written in float32: it differs from that model by the rounding of
    activations alone. In evaluation mode, on the CPU.

    Raises:
        EmbedderError: the folder is incomplete or damaged.
        MissingExtraError: the extra ``neural`` is not installed.
    """
    transformers, torch = require("transformers", extra="neural"), require("torch", extra="neural")
    checked = TransformerEmbeddings.load(folder)
    constants, heads, epsilon = _read(folder / WEIGHTS_FILE)
    state = _state(constants)
    transformers.utils.logging.disable_progress_bar()
    width = state["encoder.layer.0.intermediate.dense.bias"].shape[0]
    words, positions = (state[f"{EMBEDDINGS}.{table}_embeddings.weight"] for table in ("word", "position"))
    config = transformers.BertConfig(
        vocab_size=len(words),
        hidden_size=checked.dimension,
        num_hidden_layers=sum(name.endswith("intermediate.dense.bias") for name in state),
        num_attention_heads=heads,
        intermediate_size=width,
        max_position_embeddings=len(positions),
        layer_norm_eps=epsilon,
    )
    # The layer behind [CLS] is not used; without it, transformers would complain whenever the model is read.
    state["pooler.dense.weight"] = np.zeros((checked.dimension, checked.dimension), np.float32)
    state["pooler.dense.bias"] = np.zeros(checked.dimension, np.float32)
    model = transformers.BertModel(config)
    model.load_state_dict({name: torch.from_numpy(np.array(value)) for name, value in state.items()})
    return model.eval(), _tokenizer(folder, checked.max_tokens)


def save_sentence_transformer(folder: Path, out: Path) -> None:
    """Write the model in a folder as one of sentence-transformers, in float32; raises what ``to_torch`` raises."""
    model, tokenizer = to_torch(folder)
    library = require("sentence_transformers", extra="neural")
    modules = require("sentence_transformers.sentence_transformer.modules", extra="neural")
    base = out / "bert"
    model.save_pretrained(base)
    tokenizer.save_pretrained(base)
    transformer = modules.Transformer(str(base), max_seq_length=tokenizer.model_max_length)
    pooling = modules.Pooling(model.config.hidden_size)
    library.SentenceTransformer(modules=[transformer, pooling, modules.Normalize()], device="cpu").save(str(out))


def _read(file: Path) -> tuple[_Constants, int, float]:
    """The constants of the graph by name, the heads of its attention, and the epsilon of its norms."""
    onnx = require("onnx", extra="neural")
    graph = onnx.load(file).graph
    constants = {each.name: onnx.numpy_helper.to_array(each) for each in graph.initializer}
    attributes = {each.name: onnx.helper.get_attribute_value(each) for node in graph.node for each in node.attribute}
    return constants, int(attributes["q_num_heads"]), float(attributes["epsilon"])


def _state(constants: _Constants) -> dict[str, Floats]:
    """Weights by transformers' names."""
    state: dict[str, Floats] = {}
    for name in constants:
        if name.endswith("LayerNorm.weight"):
            stem = name.removesuffix(".weight")
            state |= {f"{stem}.{kind}": constants[f"{stem}.{kind}"] for kind in ("weight", "bias")}
    words, places = f"{EMBEDDINGS}.word_embeddings", f"{EMBEDDINGS}.position_embeddings.weight"
    state[f"{words}.weight"] = _table(constants, words)
    state[places] = constants[places][0]
    # The one segment there is was added to the positions.
    state[f"{EMBEDDINGS}.token_type_embeddings.weight"] = np.zeros((2, state[places].shape[1]), np.float32)
    for name in constants:
        if (
            name.startswith("encoder.")
            and name.endswith(".bias")
            and not name.endswith(("LayerNorm.bias", "apart.bias"))
        ):
            state |= _dense(constants, name.removesuffix(".bias"))
    return state


def _table(constants: _Constants, name: str) -> Floats:
    if f"{name}.weight" in constants:
        return constants[f"{name}.weight"]
    return np.asarray(constants[f"{name}.codes"] * constants[f"{name}.scales"], np.float32)


def _dense(constants: _Constants, name: str) -> dict[str, Floats]:
    """Weight and bias of a dense layer; units that are computed apart come last, behind GELU as before it."""
    weight, bias = _product(constants, name), constants[f"{name}.bias"]
    apart = name.removesuffix("dense") + "apart"
    if f"{apart}.codes" in constants:
        weight = np.concatenate([weight, _product(constants, apart)])
        bias = np.concatenate([bias, constants[f"{apart}.bias"]])
    elif f"{apart}.weight" in constants:
        weight = np.concatenate([weight, constants[f"{apart}.weight"].T], axis=1)
    return {f"{name}.weight": np.asarray(weight, np.float32), f"{name}.bias": bias}


def _product(constants: _Constants, name: str) -> Floats:
    """Weight of a product, its smoothing undone."""
    if f"{name}.weight" in constants:
        return constants[f"{name}.weight"].T
    weight = constants[f"{name}.codes"].T * constants[f"{name}.scales"][:, None]
    stem = name.rpartition(".")[0]
    smoothed = f"{stem}.qkv" if stem.endswith(".self") else f"{stem}.dense"
    return np.asarray(weight * constants.get(f"{smoothed}.factors", np.float32(1)), np.float32)


def _tokenizer(folder: Path, most: int) -> Any:
    """The tokenizer, with the names of the special tokens that it has."""
    transformers = require("transformers", extra="neural")
    names = {"unk": "[UNK]", "cls": "[CLS]", "sep": "[SEP]", "pad": "[PAD]", "mask": "[MASK]"}
    tokenizer = ModelFolder(folder, "transformer").tokenizer()
    special = {f"{kind}_token": name for kind, name in names.items() if tokenizer.token_to_id(name) is not None}
    return transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=most, **special)
