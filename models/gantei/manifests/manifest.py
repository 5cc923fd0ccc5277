"""The manifest: all that is known of an estimator without opening its weights.

`estimator.toml` is read strictly: an unknown key, a missing key or a wrong type is an error that
names the file, the table, the key and what is known. What nobody has said stays `"unknown"`, and
every fact of `[input]` and `[output]` carries the basis it rests on.
"""

import shlex
from collections.abc import Iterator
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, Field, StringConstraints, model_validator

from ..findings.finding import Finding
from .fields import UNKNOWN, Line, Name, OutputName, Task
from .formats import upgraded
from .input_output import Binary, Categorical, InputSpec, MeanStd, OutputSpec, Regression
from .publication import Citation, Publication, Reported, ReportedEvaluation, Training, Use
from .record import Record
from .tables import (
    Adapted,
    Basis,
    Cost,
    Drift,
    Golden,
    KnownCopy,
    PublishedAnswer,
    ReducedDecoding,
    Variant,
    Weights,
)

__all__ = [
    "Adapted",
    "Basis",
    "Binary",
    "Categorical",
    "Citation",
    "Cost",
    "Drift",
    "Fact",
    "Golden",
    "InputSpec",
    "KnownCopy",
    "Manifest",
    "MeanStd",
    "Publication",
    "PublishedAnswer",
    "ReducedDecoding",
    "Regression",
    "Reported",
    "ReportedEvaluation",
    "Training",
    "Use",
    "Variant",
    "Weights",
]


class Fact(NamedTuple):
    """One fact of `[input]` or `[output]` with its basis."""

    key: str
    value: Any
    basis: Basis

    @property
    def text(self) -> str:
        """The value as a person reads it."""
        match self.value:
            case MeanStd(mean=mean, std=std):
                return f"mean {_joined(mean)}; std {_joined(std)}"
            case tuple():
                return _joined(self.value)
            case float():
                return f"{self.value:g}"
        return str(self.value)


def _joined(values: tuple[object, ...]) -> str:
    return ", ".join(f"{value:g}" if isinstance(value, float) else str(value) for value in values)


# Facts of an output that describe its numbers without changing them.
DESCRIPTIVE = frozenset({"unit", "range", "labels"})

SAID: dict[str, type[Record]] = {
    "source": Publication,
    "use": Use,
    "training": Training,
    "evaluation": ReportedEvaluation,
}
"""Tables whose keys may have a basis, and need none."""


class Manifest(Record):
    """All that is known of an estimator without opening its weights.

    What nobody has said is `"unknown"`.

    >>> manifest = gantei.load("demo-age").manifest
    >>> manifest.output["age"].unit, manifest.output["age"].range
    ('years', (18.0, 94.0))
    >>> manifest.basis["input.crop"].origin
    'publisher'
    >>> manifest.source.may_be_passed_on
    True
    """

    format: Literal[2]
    """The version of this format; manifests of format 1 are read as well."""
    name: Name
    """The name by which it is opened."""
    title: Line
    """What people call it."""
    title_ja: Line
    """The same in Japanese."""
    task: Task
    """What it estimates."""
    architecture: Line
    """The architecture of the network."""
    notice: Annotated[str, StringConstraints(max_length=2000)] = ""
    """What every result says; may be empty."""
    notice_ja: Annotated[str, StringConstraints(max_length=2000)] = ""
    """The same in Japanese."""
    weights: Weights | None = None
    """The network's file; missing while it is not on this machine."""
    variant: Variant | None = None
    """Of a lighter variant: what it was made from."""
    adapted: Adapted | None = None
    """Of an adapted estimator: what it was made from."""
    reduced_decoding: ReducedDecoding | None = None
    """The permission to decode large JPEGs at reduced size; without it every photograph is decoded
    in full."""
    input: InputSpec
    """How a photograph becomes the network's input."""
    output: Annotated[dict[OutputName, OutputSpec], Field(min_length=1, max_length=100)]
    """The network's outputs, by their names in the ONNX file."""
    source: Publication
    """Where the estimator comes from, in its publisher's words."""
    use: Use
    """What it is for."""
    training: Training = Training()
    """What it was trained on."""
    evaluation: ReportedEvaluation = ReportedEvaluation()
    """How the reported figures were obtained."""
    citation: Citation | None = None
    """The paper to cite."""
    reported: list[Reported] = Field(default=[])
    """Figures as published."""
    golden: list[Golden] = Field(default=[])
    """Photographs in the folder, with the answers that are right for them."""
    answer: list[PublishedAnswer] = Field(default=[])
    """Answers of the publisher's own program to pictures that are published elsewhere."""
    known_copy: list[KnownCopy] = Field(default=[])
    """Copies of the publisher's file whose digests others have made public."""
    basis: dict[str, Basis]
    """What each fact rests on."""

    @model_validator(mode="before")
    @classmethod
    def _bring_up_to_date(cls, tables: Any) -> Any:
        return upgraded(tables)

    @model_validator(mode="after")
    def _every_fact_has_a_basis(self) -> "Manifest":
        known = {key for key, _ in self._fact_values()}
        described = {"architecture"} | {
            f"{table}.{key}" for table, record in SAID.items() for key in record.model_fields
        }
        if missing := sorted(known - self.basis.keys()):
            raise ValueError(f"basis: missing key {missing[0]!r}")
        if stray := sorted(self.basis.keys() - known - described):
            names = ", ".join(sorted(known | described))
            raise ValueError(f"basis: unknown key {stray[0]!r}; known: {names}")
        for key, value in self._fact_values():
            if (value == UNKNOWN) != (self.basis[key].origin == UNKNOWN):
                raise ValueError(
                    f"basis: {key!r} is {value!r}, its origin {self.basis[key].origin!r}: "
                    "either both are 'unknown' or neither"
                )
        return self

    def tables(self) -> dict[str, Any]:
        """Give the manifest as plain tables, lists and words, as `estimator.toml` holds them."""
        tables: dict[str, Any] = _plain(self)
        return tables

    @model_validator(mode="after")
    def _values_have_different_names(self) -> "Manifest":
        names = [name for name in self.value_names() if name != UNKNOWN]
        if len(set(names)) != len(names):
            raise ValueError(f"output: two values have one name: {', '.join(names)}")
        return self

    def _fact_values(self) -> Iterator[tuple[str, object]]:
        for key in InputSpec.model_fields:
            yield f"input.{key}", getattr(self.input, key)
        for name, spec in self.output.items():
            for key in type(spec).model_fields:
                if key != "kind":
                    yield f"output.{name}.{key}", getattr(spec, key)

    def value_names(self) -> tuple[str, ...]:
        """Names of the values in a prediction, in the order of the outputs."""
        return tuple(
            value for name, spec in self.output.items() for value in spec.value_names(name)
        )

    def units(self) -> dict[str, str]:
        """Give the unit of each value by its name; that of a probability is `probability`."""
        return {
            value: spec.unit if spec.kind == "regression" else "probability"
            for name, spec in self.output.items()
            for value in spec.value_names(name)
        }

    def complements(self) -> dict[str, str]:
        """Give the other label of each probability of two labels, by the value's name."""
        return {
            spec.positive: label
            for spec in self.output.values()
            if spec.kind == "binary" and isinstance(spec.labels, tuple)
            for label in spec.labels
            if label != spec.positive and spec.positive in spec.labels
        }

    def facts(self) -> tuple[Fact, ...]:
        """Every fact of `[input]` and `[output]`, in the order of the manifest."""
        return tuple(Fact(key, value, self.basis[key]) for key, value in self._fact_values())

    def unsettled(self) -> tuple[Fact, ...]:
        """The unknown facts that would change the numbers: with one left, nothing is predicted."""
        return tuple(
            fact
            for fact in self.facts()
            if fact.basis.origin == UNKNOWN and fact.key.split(".")[-1] not in DESCRIPTIVE
        )

    def settling_command(self) -> str:
        """Give the command that settles what is unsettled; its … are for the user to fill in.

        Where `gantei settle` has found a value best so far, it stands there.
        """
        settings = " ".join(
            shlex.quote(f"{fact.key}={fact.basis.so_far}") if fact.basis.so_far else f"{fact.key}=…"
            for fact in self.unsettled()
        )
        return f'gantei set {self.name} {settings} --because "…"'

    def assumed(self) -> tuple[Fact, ...]:
        """The facts that rest on a convention alone; the architecture too, if its pooling does."""
        known = list(self.facts())
        if basis := self.basis.get("architecture"):
            known.insert(0, Fact("architecture", f"{self.architecture} ({basis.evidence})", basis))
        return tuple(fact for fact in known if fact.basis.origin == "assumed")

    def fitted(self) -> tuple[Fact, ...]:
        """The facts that were settled on labelled photographs, and are as right as the labels."""
        return tuple(fact for fact in self.facts() if fact.basis.origin == "fitted")

    def doubtful(self) -> tuple[Fact, ...]:
        """The facts that the weights contradict, whoever stated them."""
        return tuple(fact for fact in self.facts() if fact.basis.doubt)

    def findings(self) -> tuple[Finding, ...]:
        """What every result of this estimator says: notice, variant, assumed and doubtful facts."""
        findings = []
        if self.notice:
            findings.append(Finding("notice", text=self.notice, text_ja=self.notice_ja))
        if self.variant:
            findings.append(self.variant.finding())
        findings += [
            Finding("assumed-fact", fact=fact.key, value=fact.text) for fact in self.assumed()
        ]
        findings += [
            Finding("doubtful-fact", fact=fact.key, value=fact.text, doubt=fact.basis.doubt or "")
            for fact in self.doubtful()
        ]
        return tuple(findings)


def _plain(value: object) -> Any:
    match value:
        case BaseModel():
            return {key: _plain(each) for key, each in value if each is not None}
        case dict():
            return {key: _plain(each) for key, each in value.items()}
        case tuple() | list():
            return [_plain(each) for each in value]
    return value
