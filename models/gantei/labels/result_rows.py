"""The rows of a table of results: photographs, with what was estimated and what was odd."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import OutputError
from ..manifests.fields import Side
from ..study.estimate_columns import calibration_columns
from ..study.leading_columns import LEADING
from ..table_files.table_read import ReadRow
from .ages import LARGEST
from .estimated_output import EstimatedOutput
from .label_rows import person_name

BY_NAME = frozenset({"file name", "pattern"})
"""Where persons come from that a rule found in the names of photographs."""
NO_VALUES = "no-values"
"""Takes the place of the code of an error, where a row has neither values nor an error."""
_SAID = ("warnings", "warning_codes", "error", "error_code")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_SUM = 0.01
"""How far from 1 probabilities of all classes may add up to, by rounding in a spreadsheet."""


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One photograph of a table of results.

    Attributes:
        where: it stands, such as `results.csv, line 3`.
        photograph: its name.
        sha256: of its file, keyed in an anonymous table; None where it could not be read.
        person: whose eye it is, where known.
        eye: which eye, where known.
        codes: of what is odd, as `warning_codes` has them.
        error_code: why there are no values; empty where there are some.
        groups: all further cells, by the names of their columns.
        person_by_name: whether a rule found the person in the photograph's name.
    """

    where: str
    photograph: str
    sha256: str | None
    person: str | None
    eye: Side | None
    codes: tuple[str, ...]
    error_code: str
    groups: Mapping[str, str]
    person_by_name: bool = False


@dataclass(frozen=True)
class ResultColumns:
    """Where a row of results has what: leading cells, values, what is said, further columns."""

    leading: Mapping[str, int | None]
    values: Sequence[int]
    said: Mapping[str, int | None]
    groups: Mapping[str, int]


def result_columns(
    columns: Sequence[str],
    outputs: Sequence[EstimatedOutput],
    name: str,
    calibrated: Collection[str] = (),
) -> ResultColumns:
    """Find the columns of a table of results.

    What calibrations add for the estimators `calibrated` is neither a value nor a further column.

    Raises:
        OutputError: it lacks the photographs, or a column of values.
    """
    place = {column: number for number, column in enumerate(columns)}
    needed = ["photograph", *(column for each in outputs for column in each.columns)]
    if missing := [column for column in needed if column not in place]:
        raise OutputError(
            f"{name}: has no column {missing[0]}, which its run manifest tells of; take the table "
            "as gantei predict wrote it"
        )
    leading = {column.name: place.get(column.name) for column in LEADING}
    said = {column: place.get(column) for column in _SAID}
    values = [place[column] for column in needed[1:]]
    of_calibrations = {
        place.get(column)
        for each in outputs
        if each.estimator in calibrated
        for column in calibration_columns(each.estimator, each.columns)
    }
    taken = {*leading.values(), *said.values(), *of_calibrations} | {*values}
    groups = {column: number for column, number in place.items() if number not in taken}
    return ResultColumns(leading, values, said, groups)


def result_rows(rows: Sequence[ReadRow], columns: ResultColumns) -> tuple[ResultRow, ...]:
    """Read all rows but their values.

    Raises:
        OutputError: a row names no photograph, one that another row names, or an eye that is
            neither right nor left.
    """
    photograph, sha256, person, person_from, eye, _ = (
        columns.leading[each.name] for each in LEADING
    )
    codes, error_code = columns.said["warning_codes"], columns.said["error_code"]
    found = []
    wheres: dict[str, str] = {}
    for row in rows:
        cells = row.cells
        if photograph is None or not cells[photograph].strip():
            raise OutputError(f"{row.where}: names no photograph")
        if (before := wheres.setdefault(cells[photograph], row.where)) != row.where:
            raise OutputError(
                f"{row.where}: {cells[photograph]} is there twice, in {before} too; leave one row "
                "out, and estimate photographs of several folders in one run"
            )
        found.append(
            ResultRow(
                row.where,
                cells[photograph],
                _cell(cells, sha256) or None,
                person_name(_cell(cells, person)),
                _side(row, eye),
                tuple(_cell(cells, codes).split()),
                _cell(cells, error_code) or _missing(cells, columns.values),
                {column: cells[place].strip() for column, place in columns.groups.items()},
                _cell(cells, person_from) in BY_NAME,
            )
        )
    return tuple(found)


def result_values(
    rows: Sequence[ReadRow], columns: ResultColumns, outputs: Sequence[EstimatedOutput]
) -> NDArray[np.float64]:
    """Read the values, float64 (rows, columns of values); nan where a row has none.

    Raises:
        OutputError: a value is no number, a row has some values only, a probability is not within
            0 to 1, or those of all classes do not add up to 1; says in which line.
    """
    values = np.full((len(rows), len(columns.values)), np.nan)
    for number, row in enumerate(rows):
        texts = [row.cells[place] for place in columns.values]
        if any(text.strip() for text in texts):
            try:
                values[number] = [_value(text) for text in texts]
            except ValueError as error:
                raise OutputError(
                    f"{row.where}: a value is missing or no number; take the table as gantei "
                    "predict wrote it"
                ) from error
            if not np.isfinite(values[number]).all():
                raise OutputError(f"{row.where}: a value is no finite number")
            if np.abs(values[number]).max() > LARGEST:
                raise OutputError(
                    f"{row.where}: a value is beyond {LARGEST:g}, which no estimate is; take the "
                    "table as gantei predict wrote it, and if it says so, leave the row out"
                )
    start = 0
    for output in outputs:
        part = values[:, start : start + len(output.columns)]
        start += len(output.columns)
        if output.kind != "regression":
            _check_probabilities(rows, part, output)
    return values


def _value(text: str) -> float:
    """Read a number as `gantei predict` writes it; `float` takes 4_0 for one too."""
    value = float(text)
    if np.isfinite(value) and not _NUMBER.fullmatch(text.strip()):
        raise ValueError(text)
    return value


def _check_probabilities(
    rows: Sequence[ReadRow], values: NDArray[np.float64], output: EstimatedOutput
) -> None:
    wrong = ((values < 0) | (values > 1)).any(axis=1)
    if output.kind == "categorical":
        wrong |= np.abs(values.sum(axis=1) - 1) > _SUM
    if wrong.any():
        where = rows[int(np.argmax(wrong))].where
        what = "a probability of" if output.kind == "binary" else "probabilities of the classes of"
        raise OutputError(
            f"{where}: {what} {output.key} cannot be; take the table as gantei predict wrote it"
        )


def _missing(cells: Sequence[str], values: Sequence[int]) -> str:
    """A code where nothing says why there are no values, as where somebody has deleted them."""
    return "" if any(cells[place].strip() for place in values) else NO_VALUES


def _cell(cells: Sequence[str], place: int | None) -> str:
    return "" if place is None else cells[place].strip()


def _side(row: ReadRow, place: int | None) -> Side | None:
    match _cell(row.cells, place):
        case "":
            return None
        case "right":
            return "right"
        case "left":
            return "left"
    raise OutputError(f"{row.where}: the eye is neither right nor left")
