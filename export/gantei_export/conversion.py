"""From a Keras file to an ONNX model, as data: no code of the file runs.

The file's configuration is flattened into layer calls (`network`), each call becomes ONNX nodes
(`layers`), and the weights in use are computed one after the other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from gantei.errors import ConversionError
from gantei.files import sha256_of

from .file_facts import FileFacts, OutputFacts, outputs_of, scaling_of
from .forms.source import open_source
from .forms.ways import WHERE_ITS_CODE_IS
from .graph import Graph, Initializer, Tensor, live
from .head import Head, add_outputs, head_of, metadata_key, output_name
from .layer import Layer
from .layers.activation import PACKAGE_SWISH
from .networks.architecture import recognise
from .networks.assumptions import assumed_in
from .networks.binding import check_supported
from .networks.configuration import parse
from .networks.network import PHOTOGRAPH, Network, Result, flatten
from .onnx_file import Weight, encode, sealed, write_atomically
from .registry import converters
from .stated import Stated

__all__ = ["Conversion", "FileFacts", "OutputFacts", "convert"]

OPSET = 17
IR_VERSION = 8
"""What ONNX Runtime 1.20, the oldest supported, and everything since takes."""
PRODUCER = "gantei"
MOST_GROWTH = 64 << 20
"""Weights may take this many bytes more than twice the source file; beyond, it deceives."""


@dataclass(frozen=True)
class Conversion:
    """A converted network: what its file tells, the graph, and the weights.

    `heads` tell for each output whether the graph explains it; see `head`.
    """

    facts: FileFacts
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


def convert(path: Path, stated: Stated | None = None) -> Conversion:
    """Convert a Keras file of any form that `source` opens; `stated` is for weights alone.

    The ONNX input is `photograph`, float32 (n, height, width, 3); each output is (n, units). Behind
    the outputs stand those that explain them; see `head`.

    Raises:
        ConversionError: the file is damaged, deceives, or holds what is not supported.
    """
    with open_source(path, stated or Stated()) as source:
        model = parse(source.config)
        check_supported(model)
        source.bind(model)
        network = flatten(model)
        architecture = recognise(network)
        _check_owned(network, architecture)
        graph, tensors = _build(network)
        outputs = outputs_of(network, tensors)
        size = tensors[Result(0)].shape[:2]
        source_bytes = path.stat().st_size
        heads = tuple(head_of(network, tensors, result) for _, result in network.outputs)
        proto, initializers = _assemble(graph, network, tensors, outputs, heads)
        weights = _compute(initializers, 2 * source_bytes + MOST_GROWTH)
        _check(proto, weights)
        facts = FileFacts(
            sha256=sha256_of(path),
            bytes=source_bytes,
            keras_version=source.keras_version,
            architecture=architecture,
            input_size=None if size[0] is None or size[1] is None else (size[0], size[1]),
            scaling=scaling_of(network),
            outputs=outputs,
            assumed=assumed_in(source.config) if source.recognised is None else (),
        )
        if found := source.recognised:
            facts = replace(
                facts,
                architecture=found.architecture,
                architecture_origin=found.origin,
                architecture_evidence=found.evidence,
                head_stated=found.head,
            )
    return Conversion(facts, proto, weights, heads)


def _check_owned(network: Network, architecture: str | None) -> None:
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


def _build(network: Network) -> tuple[Graph, dict[Result, Tensor]]:
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


def _assemble(
    graph: Graph,
    network: Network,
    tensors: Mapping[Result, Tensor],
    outputs: Sequence[OutputFacts],
    heads: Sequence[Head],
) -> tuple[onnx.ModelProto, list[Initializer]]:
    """Return the model without its weights, and what computes them."""
    sources = [tensors[result].name for _, result in network.outputs]
    for facts, source in zip(outputs, sources, strict=True):
        graph.nodes.append(helper.make_node("Identity", [source], [facts.name], facts.name))
    described = list(zip(outputs, heads, strict=True))
    explanations = add_outputs(graph, network, tensors, described)
    names = [*(facts.name for facts in outputs), *(each.name for each in explanations)]
    nodes, initializers = live(graph, names)
    height, width = tensors[Result(0)].shape[:2]
    kind = onnx.TensorProto.FLOAT
    photograph = helper.make_tensor_value_info(
        PHOTOGRAPH, kind, ["n", height or "height", width or "width", 3]
    )
    answers = [
        helper.make_tensor_value_info(facts.name, kind, ["n", facts.units]) for facts in outputs
    ]
    proto = helper.make_graph(nodes, PRODUCER, [photograph], answers + explanations)
    model = helper.make_model(
        proto, producer_name=PRODUCER, opset_imports=[helper.make_opsetid("", OPSET)]
    )
    model.ir_version = IR_VERSION
    return model, initializers


def _compute(initializers: Sequence[Initializer], limit: int) -> tuple[Weight, ...]:
    size = sum(int(np.prod(one.shape)) * np.dtype(one.dtype).itemsize for one in initializers)
    if size > limit:
        raise ConversionError(f"the weights would take {size:,} bytes; the file holds far less")
    return tuple(Weight(one.name, sealed(one.make())) for one in initializers)


def _check(model: onnx.ModelProto, weights: Sequence[Weight]) -> None:
    """Have `onnx.checker` check everything but the values: large weights stand in as inputs."""
    shell = onnx.ModelProto()
    shell.CopyFrom(model)
    for weight in weights:
        if weight.values.dtype == np.int64:  # shapes and paddings, which inference looks at
            shell.graph.initializer.append(numpy_helper.from_array(weight.values, weight.name))
        else:
            shape = weight.values.shape
            kind = onnx.TensorProto.FLOAT
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
