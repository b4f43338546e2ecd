"""A BERT as an ONNX graph of one text: token ids in, the mean of the last layer out, scaled to length 1.

The graph is written node by node, as it is to be run, with some of onnxruntime's own operators (``com.microsoft``); not
with its SkipLayerNormalization, which takes six times as long as a sum and a LayerNormalization. The graph carries
nothing but weights: the same weights give the same bytes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.training.rounding import Floats, round_rows
from rag.extras import require

FUSED = "com.microsoft"
EMBEDDINGS = "embeddings"
_OPSET, _IR = 23, 10


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


@dataclass(frozen=True, slots=True)
class Calibration:
    """What some texts told about the inputs of dense layers, for eight bits.

    Attributes:
        divisors: of the inputs of ``smoothed_layers``, by the layer.
        apart: by the layer's number, the units within the feed-forward network whose values reach so far that rounded
            beside them the others would lose their precision; what they add is computed in float.
    """

    divisors: Mapping[str, Floats]
    apart: Sequence[NDArray[np.int64]]


def input_of(name: str) -> str:
    """What a dense layer ``….self.qkv``, ``….intermediate.dense`` or ``….output.dense`` takes: the value's name."""
    layer = int(name.split(".")[2])
    if name.endswith("intermediate.dense"):
        return f"encoder.layer.{layer}.attention.output.LayerNorm"
    if name.endswith("output.dense"):
        return f"encoder.layer.{layer}.intermediate"
    return f"encoder.layer.{layer - 1}.output.LayerNorm" if layer else f"{EMBEDDINGS}.LayerNorm"


def smoothed_layers(bert: Bert) -> list[str]:
    """The dense layers whose inputs have outliers that move into the weights: those behind a LayerNorm."""
    kinds = ("attention.self.qkv", "intermediate.dense")
    return [f"encoder.layer.{layer}.{kind}" for layer in range(bert.layers) for kind in kinds]


def last_layers(bert: Bert) -> list[str]:
    """The dense layers behind GELU."""
    return [f"encoder.layer.{layer}.output.dense" for layer in range(bert.layers)]


@dataclass
class _Graph:
    """Nodes and constants in the order they were added."""

    bert: Bert
    calibration: Calibration | None
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

    def rounded(self, name: str, given: str, divisors: Floats) -> list[str]:
        """The smoothed input of a dense layer in eight bits: codes, their scale and their zero."""
        factors = self.constant(f"{name}.factors", 1 / divisors)
        given = self.node("Mul", [given, factors], f"{name}.smooth")
        entered = [f"{name}.{kind}" for kind in ("entered", "entered_scale", "entered_zero")]
        self.nodes.append(self.helper.make_node("DynamicQuantizeLinear", [given], entered))
        return entered

    def product(self, name: str, entered: Sequence[str], weight: Floats, bias: Floats) -> str:
        """A dense layer by eight-bit weights; its input is rounded already, or, where it is one value, here."""
        codes, scales = round_rows(weight)
        given, of_codes, of_scales = entered[0], self.constant(f"{name}.codes", codes.T), f"{name}.scales"
        self.constant(of_scales, scales)
        of_bias = self.constant(f"{name}.bias", bias)
        if len(entered) == 1:
            return self.node("DynamicQuantizeMatMul", [given, of_codes, of_scales, "", of_bias], name, domain=FUSED)
        inputs = [given, of_codes, entered[1], of_scales, entered[2], "", of_bias]
        return self.node("MatMulIntegerToFloat", inputs, name, domain=FUSED)

    def dense(self, name: str, given: str) -> str:
        """A dense layer in float, or by itself in eight bits."""
        weight, bias = self.bert.linear(name)
        if self.calibration is not None:
            return self.product(name, [given], weight, bias)
        product = self.node("MatMul", [given, self.constant(f"{name}.weight", weight.T)], f"{name}.product")
        return self.node("Add", [product, self.constant(f"{name}.bias", bias)], name)

    def queries_keys_values(self, stem: str, given: str) -> list[str]:
        """The three layers that take the same input, which is rounded once."""
        parts = [f"{stem}.{part}" for part in ("query", "key", "value")]
        if self.calibration is None:
            return [self.dense(part, given) for part in parts]
        divisors = self.calibration.divisors[f"{stem}.qkv"]
        entered = self.rounded(f"{stem}.qkv", given, divisors)
        for part in parts:
            weight, bias = self.bert.linear(part)
            self.product(part, entered, weight * divisors, bias)
        return parts

    def feed_forward(self, stem: str, number: int, given: str) -> str:
        """Two dense layers with GELU between; in eight bits, units with outliers by themselves."""
        first, last = f"{stem}.intermediate.dense", f"{stem}.output.dense"
        if self.calibration is None:
            inner = self.node("Gelu", [self.dense(first, given)], input_of(last))
            return self.dense(last, inner)
        apart, divisors = self.calibration.apart[number], self.calibration.divisors[first]
        entered = self.rounded(first, given, divisors)
        (weight, bias), (weight_out, bias_out) = self.bert.linear(first), self.bert.linear(last)
        weight, common = weight * divisors, np.setdiff1d(np.arange(len(weight)), apart)
        inner = self.node("Gelu", [self.product(first, entered, weight[common], bias[common])], input_of(last))
        mixed = self.product(last, [inner], weight_out[:, common], bias_out)
        if not len(apart):
            return mixed
        rare = self.product(f"{stem}.intermediate.apart", entered, weight[apart], bias[apart])
        rare = self.node("Gelu", [rare], f"{stem}.intermediate.rare")
        exact = self.constant(f"{stem}.output.apart.weight", weight_out[:, apart].T)
        rare = self.node("MatMul", [rare, exact], f"{stem}.output.apart")
        return self.node("Add", [mixed, rare], f"{stem}.output.all")

    def norm(self, name: str, given: str, residual: str) -> str:
        """LayerNorm of a sum."""
        total = self.node("Add", [given, residual], f"{name}.sum")
        learnt = [self.constant(f"{name}.{kind}", self.bert.weights[f"{name}.{kind}"]) for kind in ("weight", "bias")]
        return self.node("LayerNormalization", [total, *learnt], name, axis=-1, epsilon=self.bert.epsilon)

    def embeddings(self) -> str:
        """Token, position and (only) segment, normalised; a token's vector is stored in eight bits."""
        weights, words = self.bert.weights, f"{EMBEDDINGS}.word_embeddings"
        table = weights[f"{words}.weight"]
        if self.calibration is None:
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
        place = f"{EMBEDDINGS}.position_embeddings"
        first, axis = (self.constant(name, np.array([value])) for name, value in (("first", 0), ("axis", 1)))
        self.node("Slice", [self.constant(f"{place}.weight", positions[None]), first, "tokens", axis], place)
        return self.norm(f"{EMBEDDINGS}.LayerNorm", words, place)

    def layer(self, number: int, given: str) -> str:
        """Attention and feed-forward network, each with its residual."""
        stem, heads = f"encoder.layer.{number}", self.bert.heads
        parts = self.queries_keys_values(f"{stem}.attention.self", given)
        # Faster than com.microsoft's MultiHeadAttention up to about 200 tokens, and hardly slower beyond.
        mixed = self.node("Attention", parts, f"{stem}.attention.self", q_num_heads=heads, kv_num_heads=heads)
        attended = self.dense(f"{stem}.attention.output.dense", mixed)
        attended = self.norm(f"{stem}.attention.output.LayerNorm", attended, given)
        return self.norm(f"{stem}.output.LayerNorm", self.feed_forward(stem, number, attended), attended)

    def pooled(self, last: str) -> str:
        """The sum of the tokens, scaled to length 1; as a product it takes a sixth of the time of ReduceMean."""
        one = self.helper.make_tensor("value", 1, [1], [1.0])
        total = self.node("MatMul", [self.node("ConstantOfShape", ["tokens"], "ones", value=one), last], "total")
        length = self.node("ReduceL2", [total, "axis"], "length")
        return self.node("Div", [total, length], "vector")


def bert_graph(bert: Bert, calibration: Calibration | None, taps: Sequence[str] = ()) -> bytes:
    """A BERT as an ONNX file.

    Args:
        bert: the weights.
        calibration: for eight bits; None: float32 throughout.
        taps: values within to give out besides ``vector`` (1 × dimension), each (1 × tokens × …).

    Raises:
        MissingExtraError: the extra ``neural`` is not installed.
    """
    onnx = require("onnx", extra="neural")
    graph = _Graph(bert, calibration, onnx.helper)
    last = graph.embeddings()
    for number in range(bert.layers):
        last = graph.layer(number, last)
    graph.pooled(last)
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
