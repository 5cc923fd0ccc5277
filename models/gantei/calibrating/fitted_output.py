"""The calibration of one output, with what shows how good it is on people whom it has not seen."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..calibrations.calibration import LineCalibration, LogisticCalibration
from ..labels.cohort import Cohort
from ..labels.estimated_output import EstimatedOutput
from ..labels.exclusions import Exclusion
from ..statistics.number_line import fold_of
from ..statistics.one_per_person import drawn_photographs, mixed_ranks
from ..statistics.units import Units


@dataclass(frozen=True)
class DrawnUnits:
    """The photographs of an output that have a label, and the one that is drawn of each person.

    Attributes:
        units: every photograph; persons are numbered from 0 without a gap.
        rows: intp (people,), the place of the drawn photograph of each person among them.
        folds: intp (people,), in which tenth of the people each is.
    """

    units: Units
    rows: NDArray[np.intp]
    folds: NDArray[np.intp]

    @property
    def persons(self) -> NDArray[np.intp]:
        """Whose photograph each is, intp (n,)."""
        return np.zeros(0, np.intp) if self.units.persons is None else self.units.persons

    @property
    def drawn(self) -> Units:
        """The drawn photographs alone, one of each person."""
        chosen = np.zeros(len(self.units), np.bool_)
        chosen[self.rows] = True
        return Units(
            self.units.kind, self.units.estimates[self.rows], self.units.truths[self.rows],
            np.arange(len(self.rows)), len(self.rows),
        )  # fmt: skip


@dataclass(frozen=True)
class FittedOutput:
    """A calibration of one output.

    Attributes:
        output: what is calibrated.
        record: as the calibration holds it.
        drawn: one photograph of each person, with the estimate as the network gives it.
        calibrated: float64 (people,), or (people, classes), of each drawn photograph by the line
            that was fitted without its person's tenth; None where such a line cannot be fitted.
        low, high: float64 (people,), of a number: where its interval ends, likewise; nan: none.
        photographs: how many have a label.
        exclusions: photographs that have none.
    """

    output: EstimatedOutput
    record: LineCalibration | LogisticCalibration
    drawn: Units
    calibrated: NDArray[np.float64] | None
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    photographs: int
    exclusions: tuple[Exclusion, ...] = ()


def drawn_units(cohort: Cohort) -> DrawnUnits:
    """Draw one photograph of each person of a cohort by photograph.

    A photograph is drawn by the digest of its file, where that is known, else by its name: the same
    one whatever the order of the rows.
    """
    keys = [sha256 or name for name, sha256 in cohort.keys]
    units = cohort.units
    known = np.arange(len(units)) if units.persons is None else units.persons
    people, persons = np.unique(known, return_inverse=True)
    rows = drawn_photographs(keys, persons)
    numbered = Units(units.kind, units.estimates, units.truths, persons, len(people))
    return DrawnUnits(numbered, rows, fold_of(mixed_ranks([keys[row] for row in rows])))
