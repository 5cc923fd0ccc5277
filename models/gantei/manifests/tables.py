"""The tables of a manifest, each a frozen record."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, model_validator

from ..findings.finding import Finding
from .fields import (
    UNKNOWN,
    Crop,
    Decoder,
    FileName,
    Label,
    Labels,
    Line,
    Mirror,
    Name,
    Number,
    Origin,
    Range,
    Resampling,
    Sha256,
    SideOrUnknown,
    Size,
    Triple,
)


class Record(BaseModel):
    """A frozen table of a manifest: no unknown keys, no silent conversion, no infinite number."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)


class MeanStd(Record):
    """Scaling outside the graph: (pixel - mean) / std for each channel, pixels 0…255."""

    mean: Triple
    std: Triple

    @model_validator(mode="after")
    def _divisible(self) -> "MeanStd":
        if min(self.std) < 1e-6:
            raise ValueError("std must be above 0, by 0.000001 at least")
        return self


def _scale(value: object) -> "MeanStd | Literal['in-graph', 'unknown']":
    match value:
        case "in-graph" | "unknown" as word:
            return word
        case dict() | MeanStd():
            return MeanStd.model_validate(value)
    raise ValueError("expects 'in-graph', 'unknown' or a table of mean and std, 3 numbers each")


class InputSpec(Record):
    """How a photograph becomes the network's input, float32 (n, height, width, 3).

    `crop`: the whole photograph (`none`), the square around the disc (`disc`), or what is not
    black, stretched to the input (`box`). `mirror`: whether left eyes are mirrored left to right
    before the network sees them. `decoder`: whose JPEG decoder gave the pixels of the training.
    """

    size: Size
    colour: Literal["rgb", "bgr", "unknown"]
    crop: Crop
    mirror: Mirror
    decoder: Decoder
    resampling: Resampling
    scale: Annotated[MeanStd | Literal["in-graph", "unknown"], PlainValidator(_scale)]


class Regression(Record):
    """A number in a unit: graph value * scale + offset."""

    kind: Literal["regression"]
    unit: Line
    scale: Number
    offset: Number
    range: Range

    @model_validator(mode="after")
    def _tells_photographs_apart(self) -> "Regression":
        if self.scale == 0:
            raise ValueError("scale: 0 would give every photograph the same value")
        return self

    def value_names(self, name: str) -> tuple[str, ...]:
        """Names of the values that the output called `name` gives."""
        return (name,)


class Binary(Record):
    """One probability, that of the label `positive`; `transform` is applied to the graph value."""

    kind: Literal["binary"]
    labels: Labels
    positive: Label
    transform: Literal["none", "sigmoid", "unknown"]

    def value_names(self, name: str) -> tuple[str, ...]:
        """Names of the values that the output called `name` gives."""
        return (self.positive,)

    @model_validator(mode="after")
    def _positive_is_a_label(self) -> "Binary":
        if isinstance(self.labels, tuple):
            if len(self.labels) != 2:
                raise ValueError("labels: a binary output has two")
            if self.positive not in (*self.labels, UNKNOWN):
                raise ValueError(
                    f"positive: {self.positive!r} is none of the labels {', '.join(self.labels)}"
                )
        return self


class Categorical(Record):
    """A probability for each of `classes`, in the graph's order."""

    kind: Literal["categorical"]
    classes: Labels
    transform: Literal["none", "softmax", "unknown"]

    def value_names(self, name: str) -> tuple[str, ...]:
        """Names of the values that the output called `name` gives."""
        return tuple(self.classes) if isinstance(self.classes, tuple) else (UNKNOWN,)


OutputSpec = Annotated[Regression | Binary | Categorical, Field(discriminator="kind")]


class Weights(Record):
    """The file that holds the network."""

    file: FileName
    sha256: Sha256
    bytes: Annotated[int, Field(gt=0)]


class Golden(Record):
    """A photograph in the folder, and what the original implementation answers for it.

    `eye` is the photograph's, where the network has left eyes mirrored.
    """

    photograph: FileName
    values: dict[str, float]
    tolerance: Annotated[float, Field(gt=0)]
    source: Line
    eye: SideOrUnknown = UNKNOWN


class PublishedAnswer(Record):
    """A value that the publisher's own program gave for a picture that is not carried here.

    `photograph` is the picture's name where it is published, `eye` the one that the program took it
    for. Whoever has the picture finds it by its digest.
    """

    photograph: Line
    sha256: Sha256
    eye: SideOrUnknown
    values: Annotated[dict[str, float], Field(min_length=1)]
    tolerance: Annotated[float, Field(gt=0)]
    source: Line


class KnownCopy(Record):
    """A copy of the publisher's file whose digest somebody else has made public."""

    file: Line
    sha256: Sha256
    bytes: Annotated[int, Field(gt=0)]
    holder: Line


class Drift(Record):
    """How far one value of a variant lies from its original's, over photographs, in its unit.

    `changed_labels` counts the photographs whose label it is in one of the two only; a number in a
    unit has no label.
    """

    value: Label
    unit: Line
    mean: float
    percentile_95: float
    largest: float
    limit: float
    changed_labels: int | None = None

    @property
    def kept(self) -> bool:
        """Whether no photograph broke the limit."""
        return self.largest <= self.limit


class Cost(Record):
    """What the original, in float32, and the variant take.

    `latency` is the median of one photograph on one thread, `memory` the peak of a process that
    opens the network and runs it once, `file` the size of the weights.
    """

    quantity: Literal["latency", "memory", "file"]
    unit: Line
    float32: Annotated[float, Field(gt=0)]
    variant: Annotated[float, Field(gt=0)]


class Variant(Record):
    """What a lighter variant was made from, and how far it lies from it where it was measured."""

    of: Name
    of_sha256: Sha256
    precision: Literal["fp16", "int8"]
    calibrated_on: Annotated[int, Field(ge=0)]
    measured_on: Annotated[int, Field(gt=0)]
    drift: Annotated[list[Drift], Field(min_length=1)]
    cost: list[Cost]

    def finding(self) -> Finding:
        """What every result of the variant says."""
        drift = [
            {"value": each.value, "most": each.largest, "unit": each.unit} for each in self.drift
        ]
        return Finding(
            "variant",
            precision=self.precision,
            of=self.of,
            drift=drift,
            photographs=self.measured_on,
        )


class ReducedDecoding(Record):
    """The permission to decode large JPEGs at reduced size: how far it moves the values.

    Without this table every photograph is decoded in full.
    """

    measured_on: Annotated[int, Field(gt=0)]
    photographs: Line
    drift: Annotated[list[Drift], Field(min_length=1)]


class Basis(Record):
    """Where a fact comes from, and the evidence for it.

    `file`: read from the weights; `publisher`: stated with a reference; `fitted`: settled on
    labelled photographs; `stated`: the user said so; `assumed`: the architecture's convention.
    `doubt` says what the weights hold against the fact.
    """

    origin: Origin
    evidence: Line
    doubt: Line | None = None

    @property
    def text(self) -> str:
        """The evidence, and what speaks against the fact."""
        return f"{self.evidence}; doubtful: {self.doubt}" if self.doubt else self.evidence
