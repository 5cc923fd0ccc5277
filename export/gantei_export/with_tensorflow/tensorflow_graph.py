"""From a function of TensorFlow to an ONNX graph, by tf2onnx, of nothing but ONNX's operators."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from gantei.errors import ConversionError

from ..onnx_graph.conversion import OPSET
from ..onnx_graph.graph import PHOTOGRAPH
from ..refusals.other_ways import EXPORT

NEWEST_OPSET = 18
"""What tf2onnx writes at most; some operators came with it."""
_OWN_COMPILER = ("_XlaMustCompile", "_noinline")
"""Keeps a function from being taken apart: Keras 3 compiles convolutions in groups by XLA."""
_MOST_NAMED = 5


def graph_of(concrete: Any) -> onnx.ModelProto:
    """Convert a concrete function; what it calls is inlined.

    Raises:
        ConversionError: it has operations that ONNX does not; they are named.
    """
    frozen = _frozen(concrete)
    proto = None
    for opset in (OPSET, NEWEST_OPSET):
        proto = _convert(*frozen, opset)
        _write_erfc(proto.graph)
        if not (strange := _strange(proto)):
            return proto
    named = "; ".join(f"{kind} (in {place})" for kind, place in list(strange.items())[:_MOST_NAMED])
    more = f"; and {len(strange) - _MOST_NAMED} more" if len(strange) > _MOST_NAMED else ""
    raise ConversionError(
        f"TensorFlow opens it, but ONNX has no operator for what it computes: {named}{more}. "
        f"A network without that, or another exporter, is needed: {EXPORT}"
    )


def _frozen(concrete: Any) -> tuple[Any, list[str], list[str]]:
    """Return the graph with its variables as constants, and its inputs' and outputs' names."""
    from tensorflow.python.framework.convert_to_constants import (
        convert_variables_to_constants_v2,
    )

    frozen = convert_variables_to_constants_v2(
        concrete, lower_control_flow=False, aggressive_inlining=True
    )
    graph = frozen.graph.as_graph_def()
    _allow_inlining(graph.node)
    for function in graph.library.function:
        for attribute in _OWN_COMPILER:
            function.attr.pop(attribute, None)
        _allow_inlining(function.node_def)
    inputs, outputs = frozen.inputs, frozen.outputs
    return graph, [one.name for one in inputs], [one.name for one in outputs]


def _allow_inlining(nodes: Iterable[Any]) -> None:
    for node in nodes:
        for attribute in _OWN_COMPILER:
            node.attr.pop(attribute, None)


def _convert(graph: Any, inputs: list[str], outputs: list[str], opset: int) -> onnx.ModelProto:
    import tf2onnx

    (taken,) = inputs
    proto: onnx.ModelProto
    proto, _ = tf2onnx.convert.from_graph_def(
        graph,
        input_names=inputs,
        output_names=outputs,
        opset=opset,
        tensors_to_rename={taken: PHOTOGRAPH},
    )
    return proto


def _strange(proto: onnx.ModelProto) -> dict[str, str]:
    """Name the operators that ONNX does not have, each with the first layer that needs it."""
    opset = next(one.version for one in proto.opset_import if one.domain in ("", "ai.onnx"))
    strange: dict[str, str] = {}
    for node in _nodes(proto.graph):
        if node.domain not in ("", "ai.onnx") or not onnx.defs.has(node.op_type, opset):
            strange.setdefault(node.op_type, node.name.rpartition("/")[0] or node.name)
    return strange


def _nodes(graph: onnx.GraphProto) -> Iterable[onnx.NodeProto]:
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            if attribute.HasField("g"):
                yield from _nodes(attribute.g)


def _write_erfc(graph: onnx.GraphProto) -> None:
    """Write TensorFlow's Erfc, which is in Keras 3's gelu, as 1 - Erf: ONNX has that alone."""
    nodes = list(graph.node)
    if not any(node.op_type == "Erfc" for node in nodes):
        return
    one = "gantei/one"
    graph.initializer.append(numpy_helper.from_array(np.array(1, np.float32), one))
    del graph.node[:]
    for node in nodes:
        if node.op_type != "Erfc":
            graph.node.append(node)
            continue
        inner = f"{node.output[0]}/erf"
        graph.node.append(helper.make_node("Erf", node.input, [inner], f"{node.name}/erf"))
        graph.node.append(helper.make_node("Sub", [one, inner], node.output, node.name))
