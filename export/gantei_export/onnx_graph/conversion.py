"""A converted network: what its file tells, the ONNX graph, and its weights.

Whatever the file was, the model ends the same way: the weights in use are computed one after the
other, `onnx.checker` sees the graph, and the bytes depend on the network alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from gantei.errors import ConversionError

from ..manifest_draft.network_facts import NetworkFacts, OutputFacts
from .explanation_outputs import Head, metadata_key, output_name
from .graph import PHOTOGRAPH, Graph, Initializer, live
from .pixel_map import scaling_of
from .serialisation import Weight, contiguous, encode, write_atomically

OPSET = 17
IR_VERSION = 8
"""What ONNX Runtime 1.20 and everything since takes."""
PRODUCER = "gantei"
MOST_GROWTH = 64 << 20
"""Weights may take this many bytes more than twice the source file; beyond, it deceives."""


@dataclass(frozen=True)
class Conversion:
    """A converted network: what its file tells, the graph, and the weights.

    `heads` tell for each output whether the graph explains it; see `explanation_outputs`.
    """

    facts: NetworkFacts
    model: onnx.ModelProto
    weights: tuple[Weight, ...]
    heads: tuple[Head, ...]
    verification: Mapping[str, Any] | None = None
    """How far it is from the original, where converting it has told already."""

    def to_bytes(
        self, metadata: Mapping[str, str] | None = None, output_names: Sequence[str] | None = None
    ) -> bytes:
        """Return the ONNX model; see `write`."""
        model = self._named(output_names, metadata or {})
        return b"".join(encode(model, self.weights))

    def write(
        self,
        path: Path,
        metadata: Mapping[str, str],
        output_names: Sequence[str] | None = None,
    ) -> str:
        """Write the ONNX model and return the sha256 of its bytes; nothing is left half-written.

        `metadata` becomes `metadata_props`; `output_names` rename the outputs in their order.

        Raises:
            ConversionError: the names do not fit the outputs, or the file cannot be written.
        """
        model = self._named(output_names, metadata)
        return write_atomically(path, encode(model, self.weights))

    def _named(self, names: Sequence[str] | None, metadata: Mapping[str, str]) -> onnx.ModelProto:
        model = onnx.ModelProto()
        model.CopyFrom(self.model)
        # Behind them stand the outputs that explain.
        old = [output.name for output in self.model.graph.output][: len(self.facts.outputs)]
        new = old if names is None else list(names)
        inner = {name for node in model.graph.node for name in (*node.input, *node.output)}
        taken = inner - set(old)
        if len(new) != len(old) or len(set(new)) != len(new) or not all(new) or taken & set(new):
            raise ConversionError(f"the outputs {old} cannot be named {new}")
        renamed = dict(zip(old, new, strict=True))
        for before, after, head in zip(old, new, self.heads, strict=True):
            for role in head.roles:
                renamed[output_name(before, role, len(old))] = output_name(after, role, len(old))
        _rename(model.graph, renamed)
        maps = {
            metadata_key(name): head.as_json() for name, head in zip(new, self.heads, strict=True)
        }
        helper.set_model_props(model, dict(sorted({**metadata, **maps}.items())))
        return model


def converted(
    graph: Graph,
    sides: tuple[int | None, int | None],
    facts: NetworkFacts,
    heads: Sequence[Head],
    explanations: Sequence[onnx.ValueInfoProto],
) -> Conversion:
    """Finish a graph whose nodes are all there, the outputs of `facts` and explanations included.

    `sides` are a photograph's height and width, where they are fixed. What the graph makes of
    pixels is found here.

    Raises:
        ConversionError: it is no valid ONNX, or its weights outgrow the file they came from.
    """
    model, initializers = _assemble(graph, sides, facts.outputs, explanations)
    weights = _compute(initializers, 2 * facts.bytes + MOST_GROWTH)
    check(model, weights)
    facts = replace(facts, scaling=scaling_of(model, weights))
    return Conversion(facts, model, weights, tuple(heads))


def _assemble(
    graph: Graph,
    sides: tuple[int | None, int | None],
    outputs: Sequence[OutputFacts],
    explanations: Sequence[onnx.ValueInfoProto],
) -> tuple[onnx.ModelProto, list[Initializer]]:
    """Return the model without its weights, and what computes them."""
    names = [*(output.name for output in outputs), *(each.name for each in explanations)]
    nodes, initializers = live(graph, names)
    kind = onnx.TensorProto.FLOAT
    photograph = helper.make_tensor_value_info(
        PHOTOGRAPH, kind, ["n", sides[0] or "height", sides[1] or "width", 3]
    )
    answers = [
        helper.make_tensor_value_info(output.name, kind, ["n", output.units]) for output in outputs
    ]
    proto = helper.make_graph(nodes, PRODUCER, [photograph], [*answers, *explanations])
    model = helper.make_model(
        proto, producer_name=PRODUCER, opset_imports=[helper.make_opsetid("", OPSET)]
    )
    model.ir_version = IR_VERSION
    return model, initializers


def _compute(initializers: Sequence[Initializer], limit: int) -> tuple[Weight, ...]:
    size = sum(int(np.prod(one.shape)) * np.dtype(one.dtype).itemsize for one in initializers)
    if size > limit:
        raise ConversionError(f"the weights would take {size:,} bytes; the file holds far less")
    return tuple(Weight(one.name, contiguous(one.make())) for one in initializers)


def check(model: onnx.ModelProto, weights: Sequence[Weight]) -> None:
    """Have `onnx.checker` check everything but the values: large weights stand in as inputs."""
    shell = onnx.ModelProto()
    shell.CopyFrom(model)
    for weight in weights:
        if weight.values.dtype == np.int64:  # shapes and paddings, which inference looks at
            shell.graph.initializer.append(numpy_helper.from_array(weight.values, weight.name))
        else:
            shape = weight.values.shape
            kind = helper.np_dtype_to_tensor_dtype(weight.values.dtype)
            shell.graph.input.append(helper.make_tensor_value_info(weight.name, kind, shape))
    try:
        onnx.checker.check_model(shell, full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        raise ConversionError(f"the network does not make a valid ONNX graph: {error}") from error


def _rename(graph: onnx.GraphProto, names: Mapping[str, str]) -> None:
    for node in graph.node:
        node.output[:] = [names.get(name, name) for name in node.output]
    for output in graph.output:
        output.name = names.get(output.name, output.name)
