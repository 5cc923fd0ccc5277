"""The tables of a manifest that hold what its publisher says, each a frozen record.

Whatever nobody has said stays `"unknown"`; a table or key with that default may be left out.
"""

from typing import Annotated

from pydantic import Field, StringConstraints

from .fields import UNKNOWN, Line, Sha256OrUnknown
from .tables import Record

ALLOWED = "allowed"
"""How `redistribution` begins where the publisher lets everybody pass the weights on."""

Licence = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.+-]*$", max_length=80)]


class Publication(Record):
    """Where an estimator comes from, in its publisher's words.

    `licence` is the identifier of a standard licence in small letters, such as `apache-2.0`.
    """

    publisher: Line
    page: Line
    released: Line
    data: Line
    training_set: Line
    developers: Line
    funding: Line
    terms: Line
    redistribution: Line
    citation: Line
    doi: Line
    acknowledgement: Line
    original_file: Line
    original_sha256: Sha256OrUnknown
    contact: Line = UNKNOWN
    licence: Licence = UNKNOWN

    @property
    def may_be_passed_on(self) -> bool:
        """Whether the publisher lets everybody pass the weights on."""
        return self.redistribution.lower().startswith(ALLOWED)


class Training(Record):
    """What is said of the photographs and people that the network was trained on."""

    sites: Line = UNKNOWN
    years: Line = UNKNOWN
    cameras: Line = UNKNOWN
    ages: Line = UNKNOWN
    sexes: Line = UNKNOWN
    exclusions: Line = UNKNOWN
    labels: Line = UNKNOWN
    consent: Line = UNKNOWN


class Reported(Record):
    """One performance figure as published; `interval` is its confidence interval."""

    metric: Line
    value: float
    unit: Line
    data: Line
    source: Line
    interval: Line = "not reported"


class Evaluation(Record):
    """How the reported figures were come by.

    `split` says whether any person stood on both sides of it, `place` whether the data were those
    of the training's sites (internal) or others (external). `elsewhere` says what it came to on
    photographs of others.
    """

    split: Line = UNKNOWN
    place: Line = UNKNOWN
    threshold: Line = UNKNOWN
    calibration: Line = UNKNOWN
    subgroups: Line = UNKNOWN
    elsewhere: Line = UNKNOWN


class Use(Record):
    """What the estimator is for, and what it must not be used for."""

    intended: Line
    not_intended: Line
    users: Line = UNKNOWN
    workflow: Line = UNKNOWN
    population: Line = UNKNOWN


class Citation(Record):
    """The paper to cite, as a list of references needs it, and a sentence of thanks to print.

    Its DOI is that of `[source]`; authors are `Family, Given`.
    """

    authors: Annotated[list[Line], Field(min_length=1, max_length=100)]
    title: Line
    journal: Line
    year: Annotated[int, Field(ge=1900, le=2100)]
    volume: Line = UNKNOWN
    number: Line = UNKNOWN
    pages: Line = UNKNOWN
    acknowledgement: Line
    acknowledgement_ja: Line
