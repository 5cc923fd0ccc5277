"""The design of the model gap ~ group + age + age² + covariates, and what cannot be told apart."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..errors import SettingError
from ..statistics.clustered_regression import FloatArray, dependent_columns
from .covariates import Covariate
from .gap_rows import GapPeople

DECADE = 10.0
"""Years: the unit of age in the model."""
AGE, AGE_SQUARED = "age, per decade", "age squared, per decade squared"


@dataclass(frozen=True)
class GapDesign:
    """The design of the rows that have a group and every covariate.

    Attributes:
        matrix: float64 (n, k): 1; a column per compared group; age and its square; covariates.
        names: of the columns: a group, `AGE`, `AGE_SQUARED`, or a covariate with its category.
        of: which covariate each column belongs to; empty of all others.
        rows: bool (n,), which of the compared rows are in it.
        age: about which ages are centred, years.
        bases: the base of each covariate: its most frequent category, or its mean.
    """

    matrix: FloatArray = field(repr=False)
    names: tuple[str, ...]
    of: tuple[str, ...]
    rows: NDArray[np.bool_] = field(repr=False)
    age: float
    bases: dict[str, str]

    def place(self, name: str) -> int:
        """Find a column by its name."""
        return self.names.index(name)

    @property
    def decades(self) -> FloatArray:
        """Age less the centre, in decades, float64 (n,)."""
        return self.matrix[:, self.place(AGE)]


def gap_design(people: GapPeople, covariates: Sequence[Covariate]) -> GapDesign:
    """Lay the model out.

    Raises:
        SettingError: nobody is left, or columns cannot be told apart; names them.
    """
    every = people.compared_rows
    rows = np.ones(len(every), bool)
    if people.groups:
        rows &= every.groups != ""
    for each in covariates:
        rows &= each.known
    if not rows.any():
        raise SettingError("nobody has a group and every covariate; leave covariates out")
    centre = float(every.ages[rows].mean())
    decades = (every.ages[rows] - centre) / DECADE
    columns: list[tuple[str, str, FloatArray]] = [("", "", np.ones_like(decades))]
    columns += [
        (group, "", (every.groups[rows] == group).astype(float)) for group in people.compared
    ]
    columns += [(AGE, "", decades), (AGE_SQUARED, "", decades**2)]
    bases = {}
    for each in covariates:
        own, bases[each.name] = _columns_of(each, rows)
        columns += [(name, each.name, column) for name, column in own]
    matrix = np.stack([column for *_, column in columns], axis=1)
    names, of = [each[0] for each in columns], [each[1] for each in columns]
    if people.groups or covariates:  # else nothing but age is in the model
        _check(people, matrix, names, of, rows)
    return GapDesign(matrix, tuple(names), tuple(of), rows, centre, bases)


def _columns_of(
    covariate: Covariate, rows: NDArray[np.bool_]
) -> tuple[list[tuple[str, FloatArray]], str]:
    if covariate.kind == "number":
        numbers = covariate.values[rows].astype(float)
        if not np.ptp(numbers) > 0:
            raise SettingError(_one_value(covariate.name, f"{numbers[0]:g}"))
        mean = float(numbers.mean())
        return [(covariate.name, numbers - mean)], f"{mean:.4g}"
    base, *others = covariate.levels(rows)
    if not others:
        raise SettingError(_one_value(covariate.name, base))
    return [(f"{covariate.name} {each}", covariate.shares(each, rows)) for each in others], base


def _one_value(name: str, value: str) -> str:
    return f"--covariates {name}: is {value} for everybody in the model; leave it out"


def _check(
    people: GapPeople,
    matrix: FloatArray,
    names: Sequence[str],
    of: Sequence[str],
    rows: NDArray[np.bool_],
) -> None:
    present = {*people.compared_rows.groups[rows]}
    if gone := [each for each in people.groups if each not in present]:
        raise SettingError(
            f"group {', '.join(gone)}: nobody there has every covariate; leave covariates out, or "
            "fill in what is missing"
        )
    dependent = dependent_columns(matrix)
    if not dependent:
        return
    ages = [names[each] for each in dependent if names[each] in (AGE, AGE_SQUARED)]
    if ages:
        raise SettingError(
            "real ages take too few different values, or go with the group: whoever is of one "
            "group is of one age. The model needs ages that both groups share"
        )
    culprits = list(dict.fromkeys(of[each] for each in dependent))
    groupless = np.delete(matrix, range(1, 1 + len(people.compared)), axis=1)
    names_only = [each for place, each in enumerate(of) if not 1 <= place <= len(people.compared)]
    among = list(dict.fromkeys(names_only[each] for each in dependent_columns(groupless)))
    if others := [each for each in culprits if each not in among]:
        raise SettingError(
            f"--covariates {', '.join(others)}: goes with the group, so that what is the group's "
            "and what is its own cannot be told apart. Leave it out and say in the paper that the "
            "groups differ in it, or compare people who share it, such as those of one camera"
        )
    raise SettingError(
        f"--covariates {', '.join(culprits)}: the other covariates and the age determine it "
        "completely; leave it out"
    )
