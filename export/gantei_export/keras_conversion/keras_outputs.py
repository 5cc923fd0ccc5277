"""The outputs of a Keras network, and what its last layers apply to them."""

from collections.abc import Mapping, Sequence

from gantei.errors import ConversionError

from ..keras_layers.registry import converters
from ..keras_networks.calls import Call, KerasNetwork, Result
from ..manifest_draft.network_facts import OutputFacts
from ..onnx_graph.graph import Tensor

_ACTIVATIONS = {"Softmax": "softmax", "ReLU": "relu", "LeakyReLU": "leaky_relu"}


def outputs_of(network: KerasNetwork, tensors: Mapping[Result, Tensor]) -> tuple[OutputFacts, ...]:
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
