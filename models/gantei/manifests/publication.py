"""The tables of a manifest that hold what its publisher says, each a frozen record.

Whatever nobody has said stays `"unknown"`; a table or key with that default may be left out.
"""

from typing import Annotated

from pydantic import Field, StringConstraints

from .fields import UNKNOWN, Line, Sha256OrUnknown
from .record import Record

ALLOWED = "allowed"
"""How `redistribution` begins where the publisher lets everybody pass the weights on."""

Licence = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.+-]*$", max_length=80)]
"""small letters, digits, points, hyphens and plus signs"""


class Publication(Record):
    """Where an estimator comes from, in its publisher's words."""

    publisher: Line
    """Who published it."""
    page: Line
    """Where: addresses."""
    released: Line
    """The date."""
    data: Line
    """The photographs and people behind it."""
    training_set: Line
    """How many of them it was trained on."""
    developers: Line
    """Who made it."""
    funding: Line
    """Who paid for it."""
    terms: Line
    """The terms of use, in the publisher's words."""
    redistribution: Line
    """Whether the weights may be passed on; begins with `allowed` where everybody may, and only
    then `gantei publish` uploads them."""
    citation: Line
    """What to cite, in the publisher's words."""
    doi: Line
    """The DOI of what to cite."""
    acknowledgement: Line
    """Whom to thank, in the publisher's words."""
    original_file: Line
    """The name of the published file."""
    original_sha256: Sha256OrUnknown
    """The digest of the published file."""
    contact: Line = UNKNOWN
    """Whom to ask."""
    licence: Licence = UNKNOWN
    """The identifier of a standard licence in small letters, such as `apache-2.0`."""

    @property
    def may_be_passed_on(self) -> bool:
        """Whether the publisher lets everybody pass the weights on."""
        return self.redistribution.lower().startswith(ALLOWED)


class Training(Record):
    """What is said of the photographs and people that the network was trained on."""

    sites: Line = UNKNOWN
    """Where the photographs were taken."""
    years: Line = UNKNOWN
    """In which years they were taken."""
    cameras: Line = UNKNOWN
    """With which cameras."""
    ages: Line = UNKNOWN
    """Ages of the people."""
    sexes: Line = UNKNOWN
    """How many women and men."""
    exclusions: Line = UNKNOWN
    """What was left out, and by which rule."""
    labels: Line = UNKNOWN
    """Where the labels come from."""
    consent: Line = UNKNOWN
    """Consent and approval."""


class Reported(Record):
    """One performance figure as published."""

    metric: Line
    """Such as `AUC`."""
    value: float
    """The figure; percentages as fractions."""
    unit: Line
    """Such as `years` or `fraction`."""
    data: Line
    """On which data."""
    source: Line
    """Where it is published."""
    interval: Line = "not reported"
    """Its confidence interval."""


class ReportedEvaluation(Record):
    """How the reported figures were obtained."""

    split: Line = UNKNOWN
    """How people were divided, and whether anybody was on both sides."""
    place: Line = UNKNOWN
    """`internal`: data of the sites of the training; `external`: of others."""
    threshold: Line = UNKNOWN
    """The probability from which the positive label was taken."""
    calibration: Line = UNKNOWN
    """Whether probabilities were calibrated, and how well."""
    subgroups: Line = UNKNOWN
    """Figures by age, sex, camera or disease."""
    elsewhere: Line = UNKNOWN
    """How it performed on photographs of others."""


class Use(Record):
    """What the estimator is for, and what it must not be used for."""

    intended: Line
    """What the estimator is for."""
    not_intended: Line
    """What it must not be used for."""
    users: Line = UNKNOWN
    """For whom it is."""
    workflow: Line = UNKNOWN
    """At which step of their work."""
    population: Line = UNKNOWN
    """For photographs of whom."""


class Citation(Record):
    """The paper to cite, as a list of references needs it, and a sentence of thanks to print."""

    authors: Annotated[list[Line], Field(min_length=1, max_length=100)]
    """Each as `Family, Given`."""
    title: Line
    """The title of the paper."""
    journal: Line
    """The journal that it appeared in."""
    year: Annotated[int, Field(ge=1900, le=2100)]
    """The year that it appeared in."""
    volume: Line = UNKNOWN
    """The volume of the journal."""
    number: Line = UNKNOWN
    """The number of the issue."""
    pages: Line = UNKNOWN
    """The first and last page."""
    acknowledgement: Line
    """A sentence of thanks to print."""
    acknowledgement_ja: Line
    """The same in Japanese."""
