"""A calibration: what the people of one site tell of an estimator's values, without their names.

A number gets a straight line and, by band of the estimate, a split-conformal interval (Vovk et al.
2005; Lei et al. 2018, doi 10.1080/01621459.2017.1307116); a probability a line on its logit (Platt
1999; Cox 1958, doi 10.1093/biomet/45.3-4.562). `gantei calibrate` fits it, one photograph drawn per
person; `applying` applies it.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, Field, StringConstraints, model_validator

from ..manifests.fields import Label, Line, Name, OutputName, Sha256
from ..manifests.manifest import DESCRIPTIVE, Manifest
from ..manifests.record import Record
from .site_names import checked_site

MOST_BANDS = 1000
MOST_CLASSES = 1000
MOST_CAMERAS = 1000
MOST_DIRECTIONS = 64
WIDEST_EMBEDDING = 4096
"""Numbers of an embedding; the widest in use has 2560."""
_ASYMMETRY = 1e-6
"""Of a covariance, relative to its largest number: what rounding leaves."""

Count = Annotated[int, Field(ge=0, le=10**9)]
Finite = Annotated[float, Field(ge=-1e30, le=1e30)]
"""A number that float32 holds with a margin for arithmetic."""
Positive = Annotated[float, Field(gt=0, le=1e30)]
CoverageLevel = Annotated[float, Field(ge=0.5, le=0.999)]
Date = Annotated[str, StringConstraints(pattern=r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")]
Site = Annotated[str, AfterValidator(checked_site)]
EmbeddingNumbers = Annotated[tuple[Finite, ...], Field(min_length=1, max_length=WIDEST_EMBEDDING)]


class IntervalBand(Record):
    """The interval of the estimates from `least` up to, but not at, `greatest`.

    An estimate is the value as the network gives it, before the line. The last band holds its
    `greatest` too.
    """

    least: Finite
    """The least estimate of the band, in the output's unit."""
    greatest: Finite
    """Where the next band begins, or the greatest estimate that was calibrated."""
    people: Count
    """Persons whose errors the interval is made of."""
    down: Finite | None
    """How far below the calibrated value the interval reaches; None: too few people for one."""
    up: Finite | None
    """How far above it; None together with `down`."""

    @model_validator(mode="after")
    def _is_a_band(self) -> Self:
        if not self.least < self.greatest:
            raise ValueError("a band's greatest estimate is not above its least")
        if (self.down is None) != (self.up is None):
            raise ValueError("a band has one end of an interval only")
        if self.down is not None and self.up is not None and self.down + self.up < 0:
            raise ValueError("a band's interval ends below where it begins")
        return self


class LineCalibration(Record):
    """The calibration of a number: intercept + slope * estimate, with an interval by band."""

    kind: Literal["line"] = "line"
    """Which kind of calibration it is."""
    unit: Line
    """The unit of the number, such as `years`."""
    people: Count
    """Persons of whom the true value was known; each gave one photograph."""
    intercept: Finite
    """The calibrated value of an estimate of 0, in the unit."""
    slope: Annotated[float, Field(ge=0, le=1e30)]
    """By how much the calibrated value rises with the estimate."""
    bands: Annotated[tuple[IntervalBand, ...], Field(min_length=1, max_length=MOST_BANDS)]
    """Next to each other, in rising order: together the estimates that were calibrated."""
    covered_at_least: Annotated[float, Field(ge=0, le=1)] | None
    """Share that the intervals of one such sample of people cover, but for 5 % of samples."""

    @model_validator(mode="after")
    def _bands_are_next_to_each_other(self) -> Self:
        if any(one.greatest != after.least for one, after in pairwise(self.bands)):
            raise ValueError("a band does not begin where the one before it ends")
        return self


class LogisticCalibration(Record):
    """The calibration of probabilities: lines on their logits, with one slope.

    log(P_j / P_0) = intercepts[j - 1] + slope * log(p_j / p_0), of class j against the first one.
    """

    kind: Literal["logistic"] = "logistic"
    """Which kind of calibration it is."""
    classes: Annotated[tuple[Label, ...], Field(min_length=2, max_length=MOST_CLASSES)]
    """All classes, the one that is compared with first: of a binary output the negative one."""
    people: Count
    """Persons of whom the true class was known; each gave one photograph."""
    intercepts: Annotated[tuple[Finite, ...], Field(min_length=1)]
    """One for each class but the first."""
    slope: Annotated[float, Field(ge=0, le=1e30)]
    """By how much a logit rises with the network's."""
    covariance: Annotated[tuple[tuple[Finite, ...], ...], Field(min_length=2)] | None
    """Of intercepts, then slope; None: too few people for an interval."""

    @model_validator(mode="after")
    def _sizes_agree(self) -> Self:
        if len(set(self.classes)) < len(self.classes):
            raise ValueError("two classes have one name")
        if len(self.intercepts) != len(self.classes) - 1:
            raise ValueError("intercepts: there is one for each class but the first")
        if self.covariance is not None:
            _check_covariance(self.covariance, len(self.classes))
        return self


OutputCalibration = Annotated[LineCalibration | LogisticCalibration, Field(discriminator="kind")]


class EmbeddingReference(Record):
    """Where the embeddings lay of those calibrated on; no row of a person is in it.

    A Gaussian: in a few directions with a spread each, in all others with the variance `rest`.
    `embedding_distance` has the formula.
    """

    mean: EmbeddingNumbers
    """The mean embedding (width,)."""
    directions: Annotated[tuple[EmbeddingNumbers, ...], Field(max_length=MOST_DIRECTIONS)]
    """Directions (k, width), of length 1 and at right angles to each other."""
    spreads: Annotated[tuple[Positive, ...], Field(max_length=MOST_DIRECTIONS)]
    """The standard deviation in each direction (k,)."""
    rest: Positive
    """The variance in any of the other directions."""
    limit: Positive
    """The distance that counts as 1: what lies farther away is unlike those calibrated on."""

    @model_validator(mode="after")
    def _sizes_agree(self) -> Self:
        if len(self.directions) != len(self.spreads):
            raise ValueError("there is a spread for each direction")
        if any(len(each) != len(self.mean) for each in self.directions):
            raise ValueError("a direction has another width than the mean")
        if len(self.directions) >= len(self.mean):
            raise ValueError("there are fewer directions than numbers in an embedding")
        if self.directions:
            matrix = np.array(self.directions)
            products = matrix @ matrix.T
            if not np.abs(products - np.eye(len(matrix))).max() < 1e-3:
                raise ValueError("the directions are not of length 1 and at right angles")
        return self

    @classmethod
    def of(
        cls,
        mean: NDArray[np.floating[Any]],
        directions: NDArray[np.floating[Any]],
        spreads: NDArray[np.floating[Any]],
        rest: float,
        limit: float,
    ) -> Self:
        """Make one of arrays (width,), (k, width) and (k,); numbers become those of float32."""
        return cls(
            mean=_numbers(mean),
            directions=tuple(_numbers(each) for each in directions),
            spreads=_numbers(spreads),
            rest=float(rest),
            limit=float(limit),
        )


class CalibratedPeople(Record):
    """Whom a calibration was made on, in counts."""

    people: Count
    """Persons."""
    photographs: Count
    """Photographs of them that were usable; one of each person was drawn."""
    ages: tuple[Finite, Finite] | None
    """The least and the greatest age in years, widened to fives; None: not known."""
    sexes: dict[Literal["female", "male"], Count]
    """Persons of each sex, as far as known."""
    cameras: Annotated[dict[Line, Count], Field(max_length=MOST_CAMERAS)]
    """Photographs of each camera that took those of ten people or more, as far as known."""

    @model_validator(mode="after")
    def _ages_are_in_order(self) -> Self:
        if self.ages is not None and self.ages[0] > self.ages[1]:
            raise ValueError("ages: expects the least, then the greatest")
        return self


class Calibration(Record):
    """The calibration of one estimator at one site, as `calibration.json` holds it."""

    format: Annotated[int, Field(ge=1, le=1)] = 1
    """The version of this format."""
    site: Site
    """What the people have in common, such as the name of a hospital."""
    estimator: Name
    """The estimator's name."""
    weights_sha256: Sha256
    """The digest of its weights: of no other is anything known."""
    facts: Annotated[dict[Line, Line], Field(min_length=1, max_length=10_000)]
    """What its manifest said of input and outputs where that changes numbers; see `facts_of`."""
    date: Date
    """The day it was made, as 2026-11-29."""
    gantei: Line
    """The version that made it."""
    level: CoverageLevel
    """The share of people that an interval is to cover."""
    labels_sha256: Sha256
    """The digest of the file of labels; of sites together, of their federation's last round."""
    people: CalibratedPeople
    """Whom it was made on."""
    outputs: Annotated[dict[OutputName, OutputCalibration], Field(min_length=1, max_length=100)]
    """The calibration of each output, by its name, such as `age`."""
    embeddings: EmbeddingReference | None
    """Where the embeddings lay; None: the estimator gives none, or nobody looked."""

    def described(self) -> dict[str, Any]:
        """Give it as JSON's tables and lists, without the embeddings, for run manifests."""
        return {
            key: value for key, value in self.model_dump(mode="json").items() if key != "embeddings"
        }


def facts_of(manifest: Manifest) -> dict[str, str]:
    """Give the facts of a manifest that change its estimator's numbers, as text by their keys."""
    return {
        fact.key: fact.text
        for fact in manifest.facts()
        if fact.key.rpartition(".")[2] not in DESCRIPTIVE
    }


def _numbers(array: NDArray[np.floating[Any]]) -> tuple[float, ...]:
    """The shortest decimals that name the float32 of each number."""
    return tuple(float(str(number)) for number in np.asarray(array, np.float32))


def _check_covariance(rows: Sequence[Sequence[float]], size: int) -> None:
    if len(rows) != size or any(len(row) != size for row in rows):
        raise ValueError("covariance: is square, a row for each intercept and one for the slope")
    matrix = np.array(rows)
    largest = np.abs(matrix).max()
    if not np.abs(matrix - matrix.T).max() <= _ASYMMETRY * largest:
        raise ValueError("covariance: is not symmetric")
    if matrix.diagonal().min() < 0 or np.linalg.eigvalsh(matrix).min() < -_ASYMMETRY * largest:
        raise ValueError("covariance: no variance is below 0")
