"""What makes no gap, or a wrong one, and why: refused before anything is computed."""

from collections.abc import Sequence

from ..errors import SettingError
from ..labels.corrected_ages import WHY_NOT_EVERYBODY
from ..labels.estimated_output import EstimatedOutput
from ..labels.label_table import LabelTable
from ..labels.results_table import ResultsTable
from ..labels.true_values import is_of_age

CALIBRATED = (".calibrated", ".low", ".high")
"""Endings of the columns that `predict --calibration` adds."""
WHY_NOT_CALIBRATED = (
    "a calibrated age is the expected real age, so that calibration distorts its gap: in "
    "simulations a difference of 1.5 years came out as 1.6 to 1.7. Make the gap of the estimate "
    "itself"
)


def refuse_calibrated(option: str, column: str) -> None:
    """Refuse a column of calibrated ages.

    Raises:
        SettingError: it is one.
    """
    if column.strip().casefold().endswith(CALIBRATED):
        raise SettingError(f"{option} {column}: {WHY_NOT_CALIBRATED}: {_stem(column)}")


def age_output(results: ResultsTable, asked: str) -> EstimatedOutput:
    """Give the age that a gap is made of.

    Args:
        results: table of results.
        asked: its key or name; empty: the only age.

    Raises:
        SettingError: there is none, there are several, or it is no age.
    """
    ages = [each for each in results.outputs if is_of_age(each)]
    known = ", ".join(each.key for each in ages)
    if asked:
        found = [each for each in results.outputs if asked in (each.key, each.name)]
        if len(found) != 1 or found[0] not in ages:
            what = "names several" if len(found) > 1 else "is no age in years"
            raise SettingError(
                f"--output {asked}: {what} in {results.path}; a gap is made of one of: "
                f"{known or 'none is there'}"
            )
        return found[0]
    if not ages:
        there = ", ".join(each.key for each in results.outputs)
        raise SettingError(f"{results.path}: has no age in years; it has {there}")
    if len(ages) > 1:
        raise SettingError(f"{results.path}: has several ages; choose one by --output: {known}")
    return ages[0]


def refuse_without_ages(table: LabelTable) -> None:
    """Refuse labels without real ages.

    Raises:
        SettingError: no row has one.
    """
    if not any(row.age is not None for row in table.rows):
        what = "no row has an age" if table.has_ages else "no column has ages"
        raise SettingError(
            f"{table.name}: {what}, and a gap is the estimate minus the real age; name the column "
            f"of real ages by --age. Found: {', '.join(table.columns)}"
        )


def refuse_same_people(persons: Sequence[str], reference: Sequence[str], name: str) -> None:
    """Refuse people who are in the results and in the reference.

    Raises:
        SettingError: there are some; says how many, and no name.
    """
    if both := len({*persons} & {*reference}):
        raise SettingError(
            f"--reference {name}: {both} of its {len({*reference})} people are in the results too, "
            f"and nobody is both: {WHY_NOT_EVERYBODY}. Where one table has all, name the column of "
            "groups by --group and the healthy ones by --reference-group; other people with the "
            "same names need names of their own"
        )


def _stem(column: str) -> str:
    text = column.strip()
    ending = next(each for each in CALIBRATED if text.casefold().endswith(each))
    return text[: -len(ending)]
