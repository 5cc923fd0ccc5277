"""The two outputs that explain what a network answers.

Where an average over all places feeds one dense layer, the layer's answer is the mean over the
places of the last feature map of what the very same weights make of each place (a class activation
map, Zhou et al. 2016): mean(map) + bias = what the dense layer answers, exactly. So the map costs
one product with the dense layer's weights.

ONNX outputs, beside each answer (n, units):

- `map`: float32 (n, h, w) where the dense layer has one unit; (n, units, h, w), a map a unit,
  where it has several. Without the bias and before sigmoid or softmax.
- `embedding`: float32 (n, d), the pooled features; also where more than a dense layer follows.

Of a network with several outputs they are called `<output>/map` and `<output>/embedding`. What the
numbers of a map mean stands in the model's metadata under `gantei.output.<output>.map`, as JSON:
`{"bias": [...], "activation": "sigmoid"}`, or `{"none": reason}` where there is none.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from onnx import TensorProto, ValueInfoProto, helper

from .graph import Graph, Tensor

MAP, EMBEDDING = "map", "embedding"

Explanations = Mapping[str, tuple[Tensor, Sequence[int | str | None]]]
"""By role: the tensor, and its shape without the batch."""


@dataclass(frozen=True)
class Head:
    """What explains an output: which of the two there are, and what a map's numbers mean.

    Where there is no map, `reason` says why.
    """

    roles: tuple[str, ...] = ()
    activation: str = "linear"
    bias: tuple[float, ...] = ()
    reason: str = ""

    def as_json(self) -> str:
        """Give what the ONNX file's metadata say of the map."""
        if MAP not in self.roles:
            return json.dumps({"none": self.reason})
        return json.dumps({"bias": self.bias, "activation": self.activation})


def output_name(output: str, role: str, count: int) -> str:
    """Name the map or embedding of one of `count` outputs."""
    return role if count == 1 else f"{output}/{role}"


def metadata_key(output: str) -> str:
    """Name the metadata that tell of an output's map."""
    return f"gantei.output.{output}.map"


def explain(
    graph: Graph, output: str, count: int, sources: Explanations, roles: Sequence[str]
) -> list[ValueInfoProto]:
    """Add what explains one of `count` outputs to the graph, and describe it."""
    described = []
    for role in roles:
        name = output_name(output, role, count)
        source, shape = sources[role]
        graph.nodes.append(helper.make_node("Identity", [source.name], [name], name))
        described.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", *shape]))
    return described
