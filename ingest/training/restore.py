"""A model in ONNX back into torch: to train it further, and to compare it with what it would be in float32."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.training.bert_graph import EMBEDDINGS, norm_before
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
    return constants, int(attributes["num_heads"]), float(attributes["epsilon"])


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
        if name.startswith("encoder.") and name.endswith(("qkv.bias", "dense.bias")):
            state |= _dense(constants, name.removesuffix(".bias"), state)
    return state


def _table(constants: _Constants, name: str) -> Floats:
    if f"{name}.weight" in constants:
        return constants[f"{name}.weight"]
    return np.asarray(constants[f"{name}.codes"] * constants[f"{name}.scales"], np.float32)


def _dense(constants: _Constants, name: str, norms: dict[str, Floats]) -> dict[str, Floats]:
    """Weight and bias of a dense layer, its smoothing undone; of query, key and value, where it is all three."""
    bias, scales = constants[f"{name}.bias"], constants.get(f"{name}.scales")
    if scales is None:
        weight = constants[f"{name}.weight"].T
    elif f"{name}.blocks" in constants:
        codes = constants[f"{name}.blocks"].astype(np.float32) - 128
        weight = (codes * scales.reshape(*codes.shape[:2], 1)).reshape(len(codes), -1)
    else:
        weight = constants[f"{name}.codes"].T * scales[:, None]
    if f"{name}.gain" in constants:
        norm, gain = norm_before(name), constants[f"{name}.gain"]
        # Where the norm's scale is 0, what stood there is unknown, and only its product with the norm's bias counts,
        # which is taken off here and comes back with that bias.
        weight = weight * np.divide(gain, norms[f"{norm}.weight"], out=np.ones_like(gain), where=gain != 0)
        bias = bias - weight @ norms[f"{norm}.bias"]
    stem, _, last = name.rpartition(".")
    names = [f"{stem}.{part}" for part in ("query", "key", "value")] if last == "qkv" else [name]
    weights, biases = np.split(weight, len(names)), np.split(bias, len(names))
    found = {f"{part}.weight": np.asarray(each, np.float32) for part, each in zip(names, weights, strict=True)}
    return found | {f"{part}.bias": np.asarray(each, np.float32) for part, each in zip(names, biases, strict=True)}


def _tokenizer(folder: Path, most: int) -> Any:
    """The tokenizer, with the names of the special tokens that it has."""
    transformers = require("transformers", extra="neural")
    names = {"unk": "[UNK]", "cls": "[CLS]", "sep": "[SEP]", "pad": "[PAD]", "mask": "[MASK]"}
    tokenizer = ModelFolder(folder, "transformer").tokenizer()
    special = {f"{kind}_token": name for kind, name in names.items() if tokenizer.token_to_id(name) is not None}
    return transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=most, **special)
