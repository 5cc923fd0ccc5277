"""What a publisher's file tells about its network, beside the numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gantei.errors import ConversionError

from ..keras_layers.registry import converters
from ..keras_networks.calls import Call, Network, Result
from ..keras_networks.first_normalization import FirstNormalization
from ..onnx_graph.graph import Tensor
from ..onnx_graph.pixel_map import Scaling
from .conventions import Framework

_ACTIVATIONS = {"Softmax": "softmax", "ReLU": "relu", "LeakyReLU": "leaky_relu"}


@dataclass(frozen=True)
class OutputFacts:
    """An output: its ONNX name, the number of its values, and the last layer's activation.

    The activation is Keras's name (`linear`, `sigmoid`, …); where the last layer has none, such
    as a Rescaling, the layer's class.
    """

    name: str
    units: int
    activation: str


@dataclass(frozen=True)
class FileFacts:
    """What a publisher's file tells about its network."""

    sha256: str
    bytes: int
    keras_version: str | None
    """Of the Keras that wrote it; None where the file does not say it, or is not Keras'."""
    architecture: str | None
    """Recognised from the layers' sizes, such as `EfficientNet-B7`; None where unsure."""
    input_size: tuple[int, int] | None
    """Height and width (px); None where the file leaves them open."""
    outputs: tuple[OutputFacts, ...]
    scaling: Scaling | None = None
    """What layers inside make of pixels; None where the network takes them as they come."""
    first_normalization: FirstNormalization | None = None
    """What the first batch normalisation knew of its input, where there is one."""
    framework: Framework = "Keras"
    """That of the file, not of whoever trained it: of an ONNX file that stays unknown."""
    input_size_basis: tuple[str, str] = ("file", "shape of the input layer")
    """Origin and evidence of `input_size`."""
    architecture_origin: str = "file"
    architecture_evidence: str = "layers and their widths"
    head_stated: str | None = None
    """What stated the last activation, where the file does not hold it."""
    assumed: tuple[str, ...] = ()
    """What functions are taken for that the file only names; see `assumptions`."""
    told: Mapping[str, Any] = field(default_factory=dict)
    """What else the provenance keeps of the file; its own words prove nothing."""


def outputs_of(network: Network, tensors: Mapping[Result, Tensor]) -> tuple[OutputFacts, ...]:
    """Describe the outputs; each has to be (n, units)."""
    outputs = []
    for name, result in network.outputs:
        shape = tensors[result].shape
        if len(shape) != 1 or shape[0] is None:
            raise ConversionError(
                f"output {name!r}: one photograph gives the shape {shape}, not (units,); "
                "an estimator ends in a pooling or Flatten and a Dense layer"
            )
        outputs.append(OutputFacts(name, shape[0], _activation(network.calls, result)))
    return tuple(outputs)


def _activation(calls: Sequence[Call], result: Result) -> str:
    call = calls[result.call]
    while converters()[call.kind].keeps_values:
        call = calls[call.references()[0].call]
    return activation_of(call)


def activation_of(call: Call) -> str:
    """Name what a layer applies to its result as `OutputFacts.activation` does."""
    function = call.config.get("activation")
    if isinstance(function, dict):
        function = function.get("config")
    if isinstance(function, str):
        return function
    if "activation" in call.config or "kernel" in call.weights:
        return "linear"
    operation = call.kind.rpartition(".")[2]
    if call.kind.startswith("TFOpLambda:nn."):
        return operation
    if call.kind == "ReLU" and call.config.get("max_value") == 6:
        return "relu6"
    return _ACTIVATIONS.get(call.kind, operation if ":" in call.kind else call.kind)
