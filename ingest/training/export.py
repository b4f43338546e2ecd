"""A trained BERT checkpoint to the folder that ``rag.embeddings.transformer`` runs without torch.

What is kept how was chosen by measuring on mini-ko-en (mean cosine to float32, processor time of a passage of 120
tokens): with the inputs behind a LayerNorm smoothed, all in dynamic eight bits 0.9963; the product behind GELU smoothed
as well 0.9976; instead, the few units before it that reach far kept in float 0.9985 and 10.7 ms; that product rounded
row by row (MatMulNBits) 0.9990, but 13.1 ms.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import numpy as np
from tokenizers import Tokenizer

from ingest.training.bert_graph import (
    EMBEDDINGS,
    Bert,
    Calibration,
    bert_graph,
    input_of,
    last_layers,
    smoothed_layers,
)
from ingest.training.rounding import Floats, outliers, smoothing_of
from rag.embeddings.model_folder import CONFIG_FILE, TOKENIZER_FILE, encodable
from rag.embeddings.transformer import WEIGHTS_FILE, TransformerEmbeddings
from rag.errors import EmbedderError
from rag.extras import require

Precision = Literal["int8", "float32"]

LONGEST = 386
"""Tokens of a text that are read: the longest chunk there is by default, and two special tokens."""
_APART = 8
"""Units of a feed-forward network that are kept in float, if it has outliers: with 4 to 64 the cosine is the same."""
_LEAST_COSINE = 0.9999
_MEASURED_EVERY = 4
_TORCH_TEXTS = 24
_REMEDY = "Give a BERT with GELU and mean pooling, as saved by transformers or sentence-transformers."


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What was written, and how near it is to the checkpoint.

    Attributes:
        folder: the model.
        size: bytes of its files.
        float_cosine: least cosine of the float32 graph to torch.
        mean_cosine: of the model written to the float32 graph, over texts that it was not calibrated on.
        least_cosine: the least of them.
        texts: how many these were.
    """

    folder: Path
    size: int
    float_cosine: float
    mean_cosine: float
    least_cosine: float
    texts: int


def export(
    checkpoint: Path,
    out: Path,
    name: str,
    calibration: Sequence[str],
    *,
    max_tokens: int = LONGEST,
    query_prompt: str = "",
    passage_prompt: str = "",
    precision: Precision = "int8",
) -> ExportReport:
    """Write a checkpoint as a model folder, and compare the two. The same checkpoint and texts give the same bytes.

    Args:
        checkpoint: folder saved by transformers or sentence-transformers, of a BERT that is pooled by the mean.
        out: folder to write to.
        name: of the model.
        calibration: some hundred texts of the kinds and languages to be embedded; every fourth is only measured.
        max_tokens: of a text that are read, special tokens and prompt included; less where there are fewer positions.
        query_prompt: put before a question.
        passage_prompt: put before a passage.
        precision: int8, or float32 to compare with.

    Raises:
        EmbedderError: the checkpoint cannot be read, is of another architecture, or is not met by its graph.
        MissingExtraError: the extra ``neural`` is not installed.
        ValueError: fewer than two texts to calibrate on.
    """
    if len(calibration) < 2:
        raise ValueError("at least two texts are needed: to calibrate on, and to measure")
    model, base = _load(checkpoint)
    tokenizer = _tokenizer(base / TOKENIZER_FILE)
    bert = _bert(model, tokenizer.get_vocab_size())
    positions = len(bert.weights[f"{EMBEDDINGS}.position_embeddings.weight"])
    config: dict[str, Any] = {
        "name": name,
        "dimension": bert.dimension,
        "max_tokens": min(max_tokens, positions),
        "query_prompt": query_prompt,
        "passage_prompt": passage_prompt,
        "pooling": "mean",
    }
    return _write_compared(out, config, model, bert, tokenizer, calibration, precision)


def _write_compared(
    out: Path,
    config: dict[str, Any],
    model: Any,
    bert: Bert,
    tokenizer: Tokenizer,
    texts: Sequence[str],
    precision: Precision,
) -> ExportReport:
    """Write the graph, once in float32 into a folder that passes away, once as it is asked for; and compare."""
    prompt = config["passage_prompt"]
    measured = list(texts[::_MEASURED_EVERY])
    calibrating = [text for place, text in enumerate(texts) if place % _MEASURED_EVERY]
    with TemporaryDirectory() as scratch:
        _write(Path(scratch), config, tokenizer, bert_graph(bert, None))
        exact = TransformerEmbeddings.load(Path(scratch))
        tokenizer.enable_truncation(config["max_tokens"])
        float_cosine = _compare_with_torch(exact, model, tokenizer, measured, prompt)
        ids = [tokenizer.encode(prompt + encodable(text)).ids for text in calibrating]
        tokenizer.no_truncation()
        calibration = _calibration(bert, ids) if precision == "int8" else None
        _write(out, config, tokenizer, bert_graph(bert, calibration))
        cosines = (exact.embed_array(measured) * TransformerEmbeddings.load(out).embed_array(measured)).sum(axis=1)
    size = sum((out / file).stat().st_size for file in (CONFIG_FILE, TOKENIZER_FILE, WEIGHTS_FILE))
    return ExportReport(out, size, float_cosine, float(cosines.mean()), float(cosines.min()), len(measured))


def _load(checkpoint: Path) -> tuple[Any, Path]:
    """The BERT in a checkpoint, and the folder it lies in: sentence-transformers may put it one folder down."""
    transformers = require("transformers", extra="neural")
    transformers.utils.logging.disable_progress_bar()
    try:
        base = _transformer_folder(checkpoint)
        model = transformers.AutoModel.from_pretrained(base, local_files_only=True).float().eval()
    # transformers and safetensors raise whatever they please for a damaged file.
    except Exception as error:
        raise EmbedderError(f"The checkpoint {checkpoint} cannot be read ({error}).", remedy=_REMEDY) from error
    told = model.config
    if told.model_type != "bert" or told.hidden_act != "gelu":
        raise EmbedderError(f"The checkpoint {checkpoint} is no BERT with GELU.", remedy=_REMEDY)
    return model, base


def _transformer_folder(checkpoint: Path) -> Path:
    modules = checkpoint / "modules.json"
    if not modules.is_file():
        return checkpoint
    listed = json.loads(modules.read_text(encoding="utf-8"))
    for module in listed[1:]:
        if module["type"].endswith(".Pooling"):
            pooling = json.loads((checkpoint / module["path"] / "config.json").read_text(encoding="utf-8"))
            # Newer versions name the mode, older ones have a switch for each.
            if not (pooling.get("pooling_mode") == "mean" or pooling.get("pooling_mode_mean_tokens")):
                raise ValueError("its pooling is not the mean")
        elif not module["type"].endswith(".Normalize"):
            raise ValueError(f"it has a module {module['type']}")
    return checkpoint / str(listed[0]["path"])


def _tokenizer(file: Path) -> Tokenizer:
    try:
        tokenizer = Tokenizer.from_file(str(file))
    # The tokenizers library raises bare Exception.
    except Exception as error:
        raise EmbedderError(f"The tokenizer {file} cannot be read ({error}).", remedy=_REMEDY) from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def _bert(model: Any, tokens: int) -> Bert:
    """The weights of torch as arrays; a table filled up to a round number of tokens is cut to those there are."""
    weights = {name: np.asarray(tensor.numpy(), np.float32) for name, tensor in model.state_dict().items()}
    words = f"{EMBEDDINGS}.word_embeddings.weight"
    weights[words] = weights[words][:tokens]
    told = model.config
    return Bert(weights, told.num_hidden_layers, told.num_attention_heads, told.layer_norm_eps)


def _write(folder: Path, config: dict[str, Any], tokenizer: Tokenizer, graph: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(config, indent=2, ensure_ascii=False) + "\n"
    (folder / CONFIG_FILE).write_text(text, encoding="utf-8", newline="\n")
    (folder / TOKENIZER_FILE).write_text(tokenizer.to_str(), encoding="utf-8", newline="\n")
    (folder / WEIGHTS_FILE).write_bytes(graph)


def _compare_with_torch(
    exact: TransformerEmbeddings, model: Any, tokenizer: Tokenizer, texts: list[str], prompt: str
) -> float:
    """Least cosine of the graph in float32 to torch.

    Raises:
        EmbedderError: it is less than it should be, so that the graph is not that of this model.
    """
    torch = require("torch", extra="neural")
    some = [text for text in texts if text.strip()][:_TORCH_TEXTS]
    cosines = [1.0]
    for text, vector in zip(some, exact.embed_array(some), strict=True):
        ids = torch.tensor([tokenizer.encode(prompt + encodable(text)).ids])
        with torch.no_grad():
            mean = model(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state[0].mean(dim=0).numpy()
        if vector.any():  # no known token: zero by definition
            cosines.append(float(vector @ mean / np.linalg.norm(mean)))
    if min(cosines) < _LEAST_COSINE:
        told = f"The graph gives other vectors than the checkpoint (cosine {min(cosines):.4f})."
        raise EmbedderError(told, remedy=_REMEDY)
    return min(cosines)


def _calibration(bert: Bert, texts: list[list[int]]) -> Calibration:
    """What eight bits need to know of the largest inputs that some texts give to the dense layers."""
    smoothed, last = smoothed_layers(bert), last_layers(bert)
    layers = smoothed + last
    largest = {layer: np.zeros(bert.linear(layer)[0].shape[1], np.float32) for layer in layers}
    for inputs in _inputs(bert, layers, texts):
        for layer, values in zip(layers, inputs, strict=True):
            np.maximum(largest[layer], np.abs(values[0]).max(axis=0), out=largest[layer])
    return Calibration(
        divisors={layer: smoothing_of(largest[layer], bert.linear(layer)[0]) for layer in smoothed},
        apart=[outliers(largest[layer], _APART) for layer in last],
    )


def _inputs(bert: Bert, layers: list[str], texts: list[list[int]]) -> Iterator[list[Floats]]:
    """What the layers are given in float, (1 × tokens × columns) each, text by text."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    taps = [input_of(layer) for layer in layers]
    content = bert_graph(bert, None, taps)
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    for ids in texts:
        yield session.run(taps, {"input_ids": np.array([ids], np.int64)})
