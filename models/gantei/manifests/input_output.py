"""The tables of a manifest on the network's input and its outputs."""

from typing import Annotated, Literal

from pydantic import Field, PlainValidator, model_validator

from .fields import (
    UNKNOWN,
    Crop,
    Decoder,
    Label,
    Labels,
    Line,
    Mirror,
    Number,
    Range,
    Resampling,
    Size,
    Triple,
)
from .record import Record


class MeanStd(Record):
    """Scaling outside the network: (pixel - mean) / std for each channel, of pixels 0 to 255.

    >>> gantei.MeanStd(mean=(127.5, 127.5, 127.5), std=(127.5, 127.5, 127.5)).std[0]
    127.5
    """

    mean: Triple
    """What is subtracted from each channel, in the order of `colour`, 0 to 255."""
    std: Triple
    """What the difference is divided by, in the same order; 0.000001 at least."""

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

    >>> spec = gantei.InputSpec(
    ...     size=(224, 224),
    ...     colour="rgb",
    ...     crop="disc",
    ...     mirror="none",
    ...     decoder="pillow",
    ...     resampling="bilinear",
    ...     scale="in-graph",
    ... )
    >>> spec == gantei.load("demo-age").manifest.input
    False
    """

    size: Size
    """`[height, width]` in pixels, 4096 at most."""
    colour: Literal["rgb", "bgr", "unknown"]
    """The order of the channels."""
    crop: Crop
    """`none`: the whole photograph, stretched; `disc`: the square around the disc; `box`: what is
    not black, stretched."""
    mirror: Mirror
    """`left-eyes`: photographs of left eyes are mirrored left to right before the network sees
    them."""
    decoder: Decoder
    """Whose JPEG decoder the network was trained with."""
    resampling: Resampling
    """How the photograph is scaled to `size`."""
    scale: Annotated[MeanStd | Literal["in-graph", "unknown"], PlainValidator(_scale)]
    """`"in-graph"`: the network takes 0 to 255 and scales inside; a table: (pixel - mean) / std
    before it."""


class Regression(Record):
    """A number in a unit: graph value * scale + offset."""

    kind: Literal["regression"]
    """Which kind of output it is."""
    unit: Line
    """The unit of the value, such as `years`."""
    scale: Number
    """What the network's number is multiplied by."""
    offset: Number
    """What is added then."""
    range: Range
    """`[lowest, highest]` value of the training; outside it, a result says so."""

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
    """Which kind of output it is."""
    labels: Labels
    """Both labels, in any order."""
    positive: Label
    """The label whose probability the network answers; it names the value."""
    transform: Literal["none", "sigmoid", "unknown"]
    """What turns the network's number into a probability."""

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
    """Which kind of output it is."""
    classes: Labels
    """A label for each number, in the network's order; they name the values."""
    transform: Literal["none", "softmax", "unknown"]
    """What turns the network's numbers into probabilities."""

    def value_names(self, name: str) -> tuple[str, ...]:
        """Names of the values that the output called `name` gives."""
        return tuple(self.classes) if isinstance(self.classes, tuple) else (UNKNOWN,)


OutputSpec = Annotated[Regression | Binary | Categorical, Field(discriminator="kind")]
