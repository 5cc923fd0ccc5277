"""Covariates: which columns are numbers and which are categories, and who has no value of one."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..errors import SettingError
from ..labels.ages import number_of
from ..labels.alike_texts import refuse_alike
from ..labels.column_kinds import ColumnKind, refuse_codes, told_kind
from ..labels.variables import variable_of
from .gap_rows import GapLevel
from .gap_tables import GapTable
from .gap_units import WeightedText, texts_of_rows

MOST_CATEGORIES = 30


@dataclass(frozen=True)
class Covariate:
    """A column that the model holds constant.

    Attributes:
        name: as it was asked for, such as `camera`.
        kind: what its values are.
        values: object (rows,), None where unknown: the mean of a number, a float; of a category
            the share of each in the row's mean, a dict, as photographs may have different ones.
    """

    name: str
    kind: ColumnKind
    values: NDArray[np.object_] = field(repr=False)

    @property
    def known(self) -> NDArray[np.bool_]:
        """Which rows have a value, bool (rows,)."""
        return np.array([each is not None for each in self.values], bool)

    @property
    def mixed(self) -> int:
        """Number of rows whose photographs are of several categories."""
        return sum(isinstance(each, dict) and len(each) > 1 for each in self.values)

    def levels(self, rows: NDArray[np.bool_]) -> tuple[str, ...]:
        """Give the categories in some rows, the most frequent first, which is the base."""
        counts: Counter[str] = Counter()
        for each in self.values[rows]:
            counts.update(each or {})
        return tuple(sorted(counts, key=lambda each: (-counts[each], each)))

    def shares(self, level: str, rows: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Give the share of a category in each of some rows, which all have a value."""
        return np.array([each.get(level, 0.0) for each in self.values[rows]], np.float64)


def covariates_of(
    tables: Sequence[GapTable], level: GapLevel, names: Sequence[str]
) -> tuple[Covariate, ...]:
    """Read the covariates of every row of a level.

    A name is a column of the labels or the results, `sex`, or what a photograph looks like. A
    number in steps, such as `bmi:5`, is a category, as `--by` forms groups. `stage:number` and
    `stage:category` say what the numbers of a column are.

    Args:
        tables: of results, with their labels.
        level: whose rows, in the order of the tables.
        names: as they were asked for.

    Raises:
        SettingError: a column is unknown, or what it holds would have to be guessed.
        OutputError: a value of a number is none.
    """
    return tuple(_covariate(tables, level, name) for name in names)


def _covariate(tables: Sequence[GapTable], level: GapLevel, name: str) -> Covariate:
    columns = [each for table in tables for each in table.joined.table.groups]
    column, told = told_kind(name, columns)
    told_of = [
        each
        for table in tables
        for each in texts_of_rows(table, column, level, option="--covariates")
    ]
    known = sorted({text for each in told_of for text, _ in each})
    if not known:
        raise SettingError(f"--covariates {name}: nobody has a value; leave it out")
    kind = told or _kind(known, name, column)
    read = _mean if kind == "number" else _shares
    values = np.empty(len(told_of), object)
    values[:] = [read(each, name) for each in told_of]
    if kind == "category" and (count := len({each for of in values for each in of or ()})) > (
        MOST_CATEGORIES
    ):
        raise SettingError(
            f"--covariates {name}: has {count} categories, more than {MOST_CATEGORIES}; names and "
            f"days are none, and numbers need a width, such as {column}:10, or {column}:number"
        )
    if kind == "category":
        refuse_alike(f"--covariates {name}", known)
    return Covariate(name, kind, values)


def _kind(known: Sequence[str], name: str, column: str) -> ColumnKind:
    """Tell what a column holds, unless that would be a guess."""
    if variable_of(column, option="--covariates").width is not None:
        return "category"
    try:
        numbers = {each for each in map(number_of, known) if each is not None}
    except SettingError:
        return "category"
    refuse_codes(f"--covariates {name}", column, numbers)
    return "number"


def _mean(told: Sequence[WeightedText], name: str) -> float | None:
    """Average the numbers of a row's photographs; None where none is known."""
    try:
        numbers = [(number_of(text), weight) for text, weight in told]
    except SettingError as error:
        raise SettingError(f"--covariates {name}: {error}") from error
    known = [(number, weight) for number, weight in numbers if number is not None]
    total = sum(weight for _, weight in known)
    return sum(number * weight for number, weight in known) / total if known else None


def _shares(told: Sequence[WeightedText], _: str) -> dict[str, float] | None:
    """Give the share of each category in a row's mean; None where none is known."""
    total = sum(weight for _, weight in told)
    shares: dict[str, float] = {}
    for text, weight in told:
        shares[text] = shares.get(text, 0.0) + weight / total
    return shares or None
