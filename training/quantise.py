"""Turn a float ONNX graph into an int8 one whose result for a text does not depend on what else is in the batch.

onnxruntime's own dynamic quantisation takes one scale for a whole activation tensor, so a sentence's vector would change with
its neighbours in the batch, and a score with it. Here each token row has a scale of its own (as in LLM.int8(), Dettmers et al.
2022, without the outlier part). Weights are symmetric, one scale per output column, and 7 bits wide: on processors without VNNI the
8-bit product of two neighbours would saturate, and the same text would score differently there.
"""

from __future__ import annotations

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

_WEIGHT_MAX = 63.0
_ROW_MAX = 127.0


def _column_scaled(weight: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    scale = np.maximum(np.abs(weight).max(axis=0), 1e-12) / _WEIGHT_MAX
    return np.round(weight / scale).astype(np.int8), scale.astype(np.float32)


def _row_scaled(table: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    scale = np.maximum(np.abs(table).max(axis=1, keepdims=True), 1e-12) / _ROW_MAX
    return np.round(table / scale).astype(np.int8), scale.astype(np.float32)


class _Rewriter:
    """Collects the new nodes and initializers; equal activations are quantised once."""

    def __init__(self, graph: onnx.GraphProto) -> None:
        self.graph = graph
        self.weights = {i.name: i for i in graph.initializer}
        self.nodes: list[onnx.NodeProto] = []
        self.added: dict[str, onnx.TensorProto] = {}
        self.rows: dict[str, tuple[str, str]] = {}
        self.constant("row_max", np.array(1 / _ROW_MAX, np.float32))
        self.constant("tiny", np.array(1e-12, np.float32))
        self.constant("middle", np.array(128.0, np.float32))
        self.constant("zero_point", np.array(128, np.uint8))
        self.constant("last_axis", np.array([-1], np.int64))

    def constant(self, name: str, value: NDArray[np.generic]) -> str:
        self.added[name] = numpy_helper.from_array(value, name)
        return name

    def op(self, kind: str, inputs: list[str], name: str, **attributes: object) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def quantise_rows(self, x: str) -> tuple[str, str]:
        if x not in self.rows:
            largest = self.op("ReduceMax", [self.op("Abs", [x], f"{x}/abs"), "last_axis"], f"{x}/max", keepdims=1)
            scale = self.op("Max", [self.op("Mul", [largest, "row_max"], f"{x}/raw"), "tiny"], f"{x}/scale")
            steps = self.op("Round", [self.op("Div", [x, scale], f"{x}/div")], f"{x}/round")
            byte = self.op("Cast", [self.op("Add", [steps, "middle"], f"{x}/mid")], f"{x}/u8", to=TensorProto.UINT8)
            self.rows[x] = byte, scale
        return self.rows[x]

    def product(self, node: onnx.NodeProto) -> None:
        x, weight = node.input
        integers, scale = _column_scaled(numpy_helper.to_array(self.weights.pop(weight)))
        byte, row_scale = self.quantise_rows(x)
        stored = self.constant(f"{weight}/i8", integers)
        total = self.op("MatMulInteger", [byte, stored, "zero_point"], f"{node.name}/i32")
        whole = self.op("Cast", [total], f"{node.name}/f32", to=TensorProto.FLOAT)
        by_row = self.op("Mul", [whole, row_scale], f"{node.name}/rows")
        self.op("Mul", [by_row, self.constant(f"{weight}/scale", scale)], node.output[0])

    def look_up(self, node: onnx.NodeProto) -> None:
        table, ids = node.input
        integers, scale = _row_scaled(numpy_helper.to_array(self.weights.pop(table)))
        rows = self.op("Gather", [self.constant(f"{table}/i8", integers), ids], f"{node.name}/rows")
        scales = self.op("Gather", [self.constant(f"{table}/scale", scale), ids], f"{node.name}/scales")
        self.op("Mul", [self.op("Cast", [rows], f"{node.name}/f32", to=TensorProto.FLOAT), scales], node.output[0])


def quantise(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same model with int8 weights: products with a stored matrix and look-ups in a large stored table are rewritten."""
    rewriter = _Rewriter(model.graph)
    for node in model.graph.node:
        stored = [name for name in node.input if name in rewriter.weights]
        if node.op_type == "MatMul" and node.input[1] in stored:
            rewriter.product(node)
        elif node.op_type == "Gather" and stored and rewriter.weights[stored[0]].dims[0] > 1000:
            rewriter.look_up(node)
        else:
            rewriter.nodes.append(node)
    del model.graph.node[:], model.graph.initializer[:]
    model.graph.node.extend(rewriter.nodes)
    model.graph.initializer.extend([*rewriter.weights.values(), *rewriter.added.values()])
    onnx.checker.check_model(model)
    return model
