"""What a publisher's file tells about its network, beside the numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .conventions import Framework
from .normalization_statistics import FirstNormalization


@dataclass(frozen=True)
class Scaling:
    """What a network's own layers say about the scale of its pixels; see `scaling_of`."""

    in_graph: bool
    evidence: str


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
class NetworkFacts:
    """What a publisher's file tells about its network."""

    sha256: str
    bytes: int
    keras_version: str | None
    """Of the Keras that wrote it; None where the file does not say it, or is not Keras'."""
    architecture: str | None
    """RecognisedNetwork from the layers' sizes, such as `EfficientNet-B7`; None where unsure."""
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
    head_claim: str | None = None
    """What stated the last activation, where the file does not hold it."""
    assumed: tuple[str, ...] = ()
    """What functions are taken for that the file only names; see `assumptions`."""
    file_notes: Mapping[str, Any] = field(default_factory=dict)
    """What else the provenance keeps of the file; its own words prove nothing."""
