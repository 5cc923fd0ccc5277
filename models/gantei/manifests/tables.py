"""The tables of a manifest on the weights, what they should answer, and what facts rest on."""

from typing import Annotated, Literal

from pydantic import Field

from ..findings.finding import Finding
from .fields import (
    UNKNOWN,
    FileName,
    Label,
    Line,
    Name,
    Origin,
    Sha256,
    Sha256OrUnknown,
    SideOrUnknown,
)
from .record import Record

AdaptingMethod = Literal["ridge", "logistic", "whole-network"]
"""What was fitted to new people: a linear head by ridge or logistic regression, or every layer."""


class Weights(Record):
    """The file that holds the network."""

    file: FileName
    """Its name in the folder."""
    sha256: Sha256
    """Its digest, checked whenever it is opened."""
    bytes: Annotated[int, Field(gt=0)]
    """Its size in bytes."""


class Golden(Record):
    """A photograph in the folder, and what the original implementation answers for it."""

    photograph: FileName
    """Its file in the folder."""
    values: dict[str, float]
    """What was answered, by the names of the values."""
    tolerance: Annotated[float, Field(gt=0)]
    """How far an answer may be from that."""
    source: Line
    """Who answered: the original, or gantei itself."""
    eye: SideOrUnknown = UNKNOWN
    """Which eye it shows, where the network has left eyes mirrored."""


class PublishedAnswer(Record):
    """A value that the publisher's own program gave for a picture that is not included here."""

    photograph: Line
    """The picture's name where it is published."""
    sha256: Sha256
    """The picture's digest, by which it is found."""
    eye: SideOrUnknown
    """The eye that the publisher's program took it for."""
    values: Annotated[dict[str, float], Field(min_length=1)]
    """What that program answered, by the names of the values."""
    tolerance: Annotated[float, Field(gt=0)]
    """How far an answer may be from that."""
    source: Line
    """Who answered, with what."""


class KnownCopy(Record):
    """A copy of the publisher's file whose digest somebody else has made public."""

    file: Line
    """What the copy is called."""
    sha256: Sha256
    """Its digest."""
    bytes: Annotated[int, Field(gt=0)]
    """Its size in bytes."""
    holder: Line
    """Who has made the digest public, and where."""


class Drift(Record):
    """How far one value of a variant is from its original's, over photographs, in its unit."""

    value: Label
    """The name of the value."""
    unit: Line
    """Its unit."""
    mean: float
    """Mean difference."""
    percentile_95: float
    """95th percentile of the differences."""
    largest: float
    """Largest difference."""
    limit: float
    """The largest that was permitted."""
    changed_labels: int | None = None
    """In how many photographs the label changes; missing for numbers with a unit."""

    @property
    def kept(self) -> bool:
        """Whether no photograph broke the limit."""
        return self.largest <= self.limit


class Cost(Record):
    """What the original, in float32, and the variant take."""

    quantity: Literal["latency", "memory", "file"]
    """`latency`: median of one photograph on one thread; `memory`: peak of a process that opens the
    network and runs it once; `file`: size of the weights."""
    unit: Line
    """The unit of both numbers."""
    float32: Annotated[float, Field(gt=0)]
    """What the original takes."""
    variant: Annotated[float, Field(gt=0)]
    """What the variant takes."""


class Variant(Record):
    """What a lighter variant was made from, and how far it is from that on photographs."""

    of: Name
    """The name of the original."""
    of_sha256: Sha256
    """The digest of the original's weights."""
    precision: Literal["fp16", "int8"]
    """What the numbers in the network became."""
    calibrated_on: Annotated[int, Field(ge=0)]
    """How many photographs calibrated it."""
    measured_on: Annotated[int, Field(gt=0)]
    """How many other photographs it was compared on."""
    drift: Annotated[list[Drift], Field(min_length=1)]
    """How far its values are from the original's."""
    cost: list[Cost]
    """What both take."""

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
    """The permission to decode large JPEGs at reduced size: how far it moves the values."""

    measured_on: Annotated[int, Field(gt=0)]
    """How many photographs were answered both ways."""
    photographs: Line
    """Which they were."""
    drift: Annotated[list[Drift], Field(min_length=1)]
    """How far the values moved."""


class Adapted(Record):
    """What an adapted estimator was made from: whose network, and how many people."""

    of: Name
    """The name of the estimator whose network it has; of weights in a file, their architecture."""
    of_sha256: Sha256
    """The digest of that one's weights; of weights in a file, that of the file."""
    began_with: Literal["estimator", "weights-file"] = "estimator"
    """`estimator`: it was made from another estimator; `weights-file`: from a file with weights of
    an architecture, such as ImageNet's."""
    method: AdaptingMethod
    """`ridge`, `logistic`: a new head on its embeddings, its network as it was; `whole-network`:
    every layer was trained on."""
    people: Annotated[int, Field(gt=0)]
    """How many people it was fitted on, of all sites together."""
    photographs: Annotated[int, Field(gt=0)]
    """How many photographs of theirs."""
    sites: Annotated[int, Field(gt=0)]
    """How many sites made it together."""
    people_digest: Sha256OrUnknown = UNKNOWN
    """A digest of who they are, keyed by a secret of the machine that made it: it tells the same
    people again there, and nothing to anybody else."""


class Basis(Record):
    """Where a fact comes from, and the evidence for it.

    >>> basis = gantei.load("demo-age").manifest.basis["input.size"]
    >>> basis.origin, basis.evidence
    ('file', 'shape of the input layer')
    """

    origin: Origin
    """`file`: read from the weights; `publisher`: stated with a reference; `fitted`: settled on
    labelled photographs; `stated`: the user said so; `assumed`: the architecture's convention."""
    evidence: Line
    """Where exactly, or who, when and why."""
    doubt: Line | None = None
    """What in the weights contradicts the fact."""
    so_far: Line | None = None
    """Of an unknown fact: the value that `gantei settle` found best so far, for `gantei set`."""

    @property
    def text(self) -> str:
        """The evidence, and what speaks against the fact."""
        return f"{self.evidence}; doubtful: {self.doubt}" if self.doubt else self.evidence
