"""A BERT as an ONNX graph of one text: token ids in, the mean of the last layer out, scaled to length 1.

The graph is written node by node, with the fused operators of onnxruntime (domain ``com.microsoft``), and carries
nothing but weights: the same weights give the same bytes. Two nodes are there for speed alone. A LayerNorm is an
InstanceNormalization whose channels are the tokens, which onnxruntime computes six times faster than its own
LayerNormalization; and query, key and value come from one product.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.training.rounding import Floats, block_size_for, round_blocks, round_rows
from rag.extras import require

FUSED = "com.microsoft"
EMBEDDINGS = "embeddings"
_OPSET, _IR = 20, 9


@dataclass(frozen=True, slots=True)
class Bert:
    """Weights under transformers' own names, and what they do not tell.

    Attributes:
        weights: float32, by the names of ``BertModel.state_dict()``.
        layers: how many.
        heads: of each attention.
        epsilon: of LayerNorm.
    """

    weights: Mapping[str, Floats]
    layers: int
    heads: int
    epsilon: float

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self.weights[f"{EMBEDDINGS}.word_embeddings.weight"].shape[1])

    def linear(self, name: str) -> tuple[Floats, Floats]:
        """Weight (out × in) and bias of a dense layer; ``….self.qkv`` is query, key and value in one."""
        stem, _, last = name.rpartition(".")
        parts = [f"{stem}.{part}" for part in ("query", "key", "value")] if last == "qkv" else [name]
        weight, bias = ([self.weights[f"{part}.{kind}"] for part in parts] for kind in ("weight", "bias"))
        return np.concatenate(weight), np.concatenate(bias)


def norm_before(name: str) -> str:
    """The LayerNorm whose output a dense layer ``….self.qkv`` or ``….intermediate.dense`` takes."""
    layer = int(name.split(".")[2])
    if name.endswith("intermediate.dense"):
        return f"encoder.layer.{layer}.attention.output.LayerNorm"
    return f"encoder.layer.{layer - 1}.output.LayerNorm" if layer else f"{EMBEDDINGS}.LayerNorm"


def smoothed_layers(bert: Bert) -> list[str]:
    """The dense layers whose inputs have outliers that move into the weights: those behind a LayerNorm."""
    kinds = ("attention.self.qkv", "intermediate.dense")
    return [f"encoder.layer.{layer}.{kind}" for layer in range(bert.layers) for kind in kinds]


@dataclass
class _Graph:
    """Nodes and constants in the order they were added."""

    bert: Bert
    smoothing: Mapping[str, Floats] | None
    helper: Any
    nodes: list[Any] = field(default_factory=list)
    constants: list[Any] = field(default_factory=list)

    def constant(self, name: str, values: NDArray[Any]) -> str:
        kind = self.helper.np_dtype_to_tensor_dtype(values.dtype)
        stored = np.ascontiguousarray(values)
        self.constants.append(self.helper.make_tensor(name, kind, values.shape, stored.tobytes(), raw=True))
        return name

    def node(self, kind: str, inputs: Sequence[str], output: str, *, domain: str = "", **attributes: Any) -> str:
        self.nodes.append(self.helper.make_node(kind, list(inputs), [output], domain=domain, **attributes))
        return output

    def dense(self, name: str, given: str) -> str:
        """A dense layer in float, or by eight-bit weights."""
        weight, bias = self.bert.linear(name)
        if self.smoothing is None:
            product = self.node("MatMul", [given, self.constant(f"{name}.weight", weight.T)], f"{name}.product")
            return self.node("Add", [product, self.constant(f"{name}.bias", bias)], name)
        if name.endswith(".output.dense") and ".attention." not in name:
            return self._by_blocks(name, given, weight, bias)
        if name in self.smoothing:
            # What enters is the normalised value times gain: scale over smoothing. The norm's bias moves into ours.
            norm, smooth = norm_before(name), self.smoothing[name]
            gain = self.constant(f"{name}.gain", self.bert.weights[f"{norm}.weight"] / smooth)
            given = self.node("Mul", [f"{norm}.normal", gain], f"{name}.smooth")
            bias = bias + weight @ self.bert.weights[f"{norm}.bias"]
            weight = weight * smooth
        codes, scales = round_rows(weight)
        inputs = [given, self.constant(f"{name}.codes", codes.T), self.constant(f"{name}.scales", scales), ""]
        return self.node("DynamicQuantizeMatMul", [*inputs, self.constant(f"{name}.bias", bias)], name, domain=FUSED)

    def _by_blocks(self, name: str, given: str, weight: Floats, bias: Floats) -> str:
        """The layer behind GELU, whose inputs have the widest range: each row is rounded by itself, in blocks."""
        rows, columns = weight.shape
        size = block_size_for(columns)
        codes, scales = round_blocks(weight, size)
        inputs = [given, self.constant(f"{name}.blocks", codes), self.constant(f"{name}.scales", scales.ravel())]
        inputs += ["", "", self.constant(f"{name}.bias", bias)]
        shape = {"K": columns, "N": rows, "bits": 8, "block_size": size, "accuracy_level": 4}
        return self.node("MatMulNBits", inputs, name, domain=FUSED, **shape)

    def norm(self, name: str, given: str, residual: str) -> str:
        """LayerNorm of a sum; ``name.normal`` is the value before its scale and bias."""
        total = self.node("Add", [given, residual], f"{name}.sum")
        epsilon = self.bert.epsilon
        normal = self.node("InstanceNormalization", [total, "ones", "zeros"], f"{name}.normal", epsilon=epsilon)
        scale, bias = (
            self.constant(f"{name}.{kind}", self.bert.weights[f"{name}.{kind}"]) for kind in ("weight", "bias")
        )
        return self.node("Add", [self.node("Mul", [normal, scale], f"{name}.scaled"), bias], name)

    def embeddings(self) -> str:
        """Token, position and (only) segment, normalised; a token's vector is stored in eight bits."""
        weights, words = self.bert.weights, f"{EMBEDDINGS}.word_embeddings"
        table = weights[f"{words}.weight"]
        if self.smoothing is None:
            self.node("Gather", [self.constant(f"{words}.weight", table), "input_ids"], words)
        else:
            codes, scales = round_rows(table, highest=127)
            self.node("Gather", [self.constant(f"{words}.codes", codes), "input_ids"], f"{words}.code")
            self.node("Cast", [f"{words}.code"], f"{words}.float", to=1)
            self.node("Gather", [self.constant(f"{words}.scales", scales[:, None]), "input_ids"], f"{words}.scale")
            self.node("Mul", [f"{words}.float", f"{words}.scale"], words)
        positions = weights[f"{EMBEDDINGS}.position_embeddings.weight"]
        positions = positions + weights[f"{EMBEDDINGS}.token_type_embeddings.weight"][0]
        self.node("Shape", ["input_ids"], "tokens", start=1, end=2)
        for name, value in (("ones", 1.0), ("zeros", 0.0)):
            filled = self.helper.make_tensor("value", 1, [1], [value])
            self.node("ConstantOfShape", ["tokens"], name, value=filled)
        place = f"{EMBEDDINGS}.position_embeddings"
        first, axis = (self.constant(name, np.array([value])) for name, value in (("first", 0), ("axis", 1)))
        self.node("Slice", [self.constant(f"{place}.weight", positions[None]), first, "tokens", axis], place)
        return self.norm(f"{EMBEDDINGS}.LayerNorm", words, place)

    def layer(self, number: int, given: str) -> str:
        """Attention and feed-forward network, each with its residual."""
        stem = f"encoder.layer.{number}"
        self.dense(f"{stem}.attention.self.qkv", given)
        parts = [f"{stem}.attention.self.{part}" for part in ("query", "key", "value")]
        inputs = [f"{stem}.attention.self.qkv"]
        self.nodes.append(self.helper.make_node("Split", inputs, parts, axis=-1, num_outputs=3))
        mixed = self.node(
            "MultiHeadAttention", parts, f"{stem}.attention.self", domain=FUSED, num_heads=self.bert.heads
        )
        attended = self.dense(f"{stem}.attention.output.dense", mixed)
        attended = self.norm(f"{stem}.attention.output.LayerNorm", attended, given)
        inner = self.dense(f"{stem}.intermediate.dense", attended)
        inner = self.node("Gelu", [inner], f"{stem}.intermediate", domain=FUSED)
        return self.norm(f"{stem}.output.LayerNorm", self.dense(f"{stem}.output.dense", inner), attended)


def bert_graph(bert: Bert, smoothing: Mapping[str, Floats] | None, taps: Sequence[str] = ()) -> bytes:
    """A BERT as an ONNX file.

    Args:
        bert: the weights.
        smoothing: divisors of the inputs of ``smoothed_layers``, for eight bits; None: float32 throughout.
        taps: values within to give out besides ``vector`` (1 × dimension), each (1 × tokens × …).

    Raises:
        MissingExtraError: the extra ``neural`` is not installed.
    """
    onnx = require("onnx", extra="neural")
    graph = _Graph(bert, smoothing, onnx.helper)
    last = graph.embeddings()
    for number in range(bert.layers):
        last = graph.layer(number, last)
    graph.node("ReduceMean", [last, "axis"], "mean", keepdims=0)
    graph.node("LpNormalization", ["mean"], "vector", axis=-1, p=2)
    value = onnx.helper.make_tensor_value_info
    inputs = [value("input_ids", onnx.TensorProto.INT64, [1, "tokens"])]
    outputs = [value("vector", onnx.TensorProto.FLOAT, [1, bert.dimension])]
    outputs += [value(tap, onnx.TensorProto.FLOAT, None) for tap in taps]
    body = onnx.helper.make_graph(graph.nodes, "bert", inputs, outputs, graph.constants)
    opsets = [onnx.helper.make_opsetid("", _OPSET), onnx.helper.make_opsetid(FUSED, 1)]
    model = onnx.helper.make_model(body, opset_imports=opsets, ir_version=_IR, producer_name="course-rag")
    sizes = {kind: bert.weights[f"{EMBEDDINGS}.{table}_embeddings.weight"] for kind, table in _TOLD.items()}
    onnx.helper.set_model_props(model, {kind: str(len(table)) for kind, table in sizes.items()})
    return bytes(model.SerializeToString(deterministic=True))


_TOLD = {"tokens": "word", "positions": "position"}
"""What the file tells of itself: rows of these tables."""
