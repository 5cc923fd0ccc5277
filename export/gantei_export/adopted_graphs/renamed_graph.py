"""The nodes and weights of a foreign graph, under names of our own."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper

from gantei.errors import ConversionError

from ..onnx_graph.graph import PHOTOGRAPH
from ..onnx_graph.serialisation import contiguous


@dataclass
class RenamedGraph:
    """A graph that is being taken over.

    `start` is the photographs' value in the graph's own layout; `names` leads from the foreign
    names to ours.
    """

    start: str
    opset: int
    size: tuple[int | None, int | None]
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    weights: dict[str, NDArray[Any]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    explanations: list[onnx.ValueInfoProto] = field(default_factory=list)
    _values: int = 0

    def fresh(self) -> str:
        """Give a name for one more value."""
        self._values += 1
        return f"value/{self._values}"

    def name(self, foreign: str, ours: str) -> str:
        """Let a foreign name be one of ours from here on.

        Raises:
            ConversionError: it is one already.
        """
        if foreign in self.names:
            raise ConversionError(f"two values of the graph are named {foreign[:80]!r}")
        self.names[foreign] = ours
        return ours

    def weight(self, values: NDArray[Any]) -> str:
        """Add a weight and return its name."""
        name = f"weight/{len(self.weights) + 1}"
        self.weights[name] = contiguous(values).reshape(values.shape)  # a scalar stays one
        return name

    def node(
        self, operator: str, inputs: Sequence[str], output: str | None = None, **attributes: Any
    ) -> str:
        """Add a node of our own and return its output."""
        output = output or self.fresh()
        self.nodes.append(helper.make_node(operator, inputs, [output], output, **attributes))
        return output

    def reshaped(self, value: str, units: int) -> str:
        """Bring a value to (n, units)."""
        return self.node("Reshape", [value, self.weight(np.array([-1, units], np.int64))])

    def makers(self) -> dict[str, onnx.NodeProto]:
        """Give the node that makes each value."""
        return {name: node for node in self.nodes for name in node.output if name}

    def live_weights(self) -> dict[str, NDArray[Any]]:
        """Give the weights that a node takes."""
        used = {name for node in self.nodes for name in node.input}
        return {name: values for name, values in self.weights.items() if name in used}

    def photograph(self) -> onnx.ValueInfoProto:
        """Describe the input."""
        height, width = self.size
        sides = ["n", height or "height", width or "width", 3]
        return helper.make_tensor_value_info(PHOTOGRAPH, TensorProto.FLOAT, sides)
