"""From a Keras file to an ONNX model, as data: no code of the file runs.

The file's configuration is flattened into layer calls (`calls`), each call becomes ONNX nodes
(`keras_layers`), and the weights in use are computed one after the other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import onnx
from onnx import helper

from gantei.errors import ConversionError
from gantei.system.files import sha256_of

from ..architectures.recognition import recognise
from ..keras_files.model_source import open_model_source
from ..keras_layers.activation import PACKAGE_SWISH
from ..keras_layers.layer import Layer
from ..keras_layers.registry import converters
from ..keras_layers.support import check_supported
from ..keras_networks.assumptions import assumed_in
from ..keras_networks.calls import KerasNetwork, Result, flatten
from ..keras_networks.first_normalization import first_normalization
from ..keras_networks.keras_config import parse
from ..manifest_draft.network_facts import NetworkFacts, OutputFacts
from ..manifest_draft.user_claims import UserClaims
from ..onnx_graph.conversion import Conversion, converted
from ..onnx_graph.graph import Graph, Tensor
from ..refusals.other_ways import WHERE_ITS_CODE_IS
from .keras_head import KerasHead, add_explanations, head_of
from .keras_outputs import outputs_of
from .new_head import left_out, with_zero_head, without_head

__all__ = ["Conversion", "NetworkFacts", "OutputFacts", "convert"]


def convert(path: Path, claims: UserClaims | None = None) -> Conversion:
    """Convert a Keras file of any form that `model_source` opens.

    `claims` are for weights alone, or ask for a head of zeros in the place of the file's own.

    The ONNX input is `photograph`, float32 (n, height, width, 3); each output is (n, units). Behind
    the outputs stand those that explain them; see `explanation_outputs`.

    Raises:
        ConversionError: the file is damaged, deceives, or holds what is not supported.
    """
    claims = claims or UserClaims()
    with open_model_source(path, claims) as source:
        model = parse(source.config)
        check_supported(model)
        source.bind(model)
        network = flatten(model)
        architecture = recognise(network)
        passed_over: tuple[str, ...] = source.recognised.left_out if source.recognised else ()
        if claims.new_head:
            body = without_head(network, claims.architecture, path.name)
            passed_over += left_out(network, body)
            network = with_zero_head(body)
        _check_owned(network, architecture)
        graph, tensors = _build(network)
        outputs = outputs_of(network, tensors)
        size = tensors[Result(0)].shape[:2]
        facts = NetworkFacts(
            sha256=sha256_of(path),
            bytes=path.stat().st_size,
            keras_version=source.keras_version,
            architecture=architecture,
            input_size=None if size[0] is None or size[1] is None else (size[0], size[1]),
            outputs=outputs,
            assumed=assumed_in(source.config) if source.recognised is None else (),
            first_normalization=first_normalization(network),
            file_notes={"passed_over": list(passed_over)} if passed_over else {},
        )
        if found := source.recognised:
            facts = replace(
                facts,
                architecture=found.architecture,
                architecture_origin=found.origin,
                architecture_evidence=found.evidence,
                head_claim=found.head,
            )
        heads = tuple(head_of(network, tensors, result) for _, result in network.outputs)
        explanations = _add_outputs(graph, network, tensors, list(zip(outputs, heads, strict=True)))
        return converted(graph, (size[0], size[1]), facts, heads, explanations)


def _check_owned(network: KerasNetwork, architecture: str | None) -> None:
    """Refuse a layer or function that is known as one architecture's own in any other network."""
    for call in network.calls:
        own_swish = call.config.get("activation") == PACKAGE_SWISH
        if own_swish and not str(architecture).startswith("EfficientNet-"):
            raise ConversionError(
                f"layer {call.name!r} ({call.kind}): a function of somebody's own named swish, "
                "known in EfficientNet only; what it does here is not known. "
                f"{WHERE_ITS_CODE_IS}"
            )
        owner = converters()[call.kind].only_in
        if owner not in (None, architecture):
            raise ConversionError(
                f"layer {call.name!r} ({call.kind}): known in {owner} only, which this network is "
                f"not; what it does here is not known. {WHERE_ITS_CODE_IS}"
            )


def _build(network: KerasNetwork) -> tuple[Graph, dict[Result, Tensor]]:
    graph, uses, known = Graph(), network.uses(), converters()
    tensors: dict[Result, Tensor] = {}

    def resolve(value: Any) -> Any:
        return tensors[value] if isinstance(value, Result) else value

    for number, call in enumerate(network.calls):
        inputs = tuple(resolve(value) for value in call.inputs)
        arguments = {key: resolve(value) for key, value in call.arguments.items()}
        layer = Layer(call.name, call.kind, call.config, call.weights, inputs, arguments)
        converter = known[call.kind]
        tensor = converter.convert(graph, layer)
        layer.check_all_read(converter.training)
        result = Result(number)
        tensors[result] = replace(tensor, uses=uses[result])
    return graph, tensors


def _add_outputs(
    graph: Graph,
    network: KerasNetwork,
    tensors: Mapping[Result, Tensor],
    outputs: Sequence[tuple[OutputFacts, KerasHead]],
) -> list[onnx.ValueInfoProto]:
    """Add the outputs and what explains them; describe the latter."""
    for (facts, _), (_, result) in zip(outputs, network.outputs, strict=True):
        source = tensors[result].name
        graph.nodes.append(helper.make_node("Identity", [source], [facts.name], facts.name))
    return add_explanations(graph, network, tensors, outputs)
