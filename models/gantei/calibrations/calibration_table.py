"""Calibrations as rows of a table: where, when, on whom, and whether they can be used."""

from collections.abc import Iterable

from .calibration import CalibratedPeople
from .known_calibrations import KnownCalibration

HEADER = ("calibrated at", "date", "people", "intervals", "signed", "of use here")


def calibration_rows(known: Iterable[KnownCalibration]) -> list[tuple[str, ...]]:
    """Give a row of `HEADER` for each."""
    return [_row(each) for each in known]


def people_text(people: CalibratedPeople) -> str:
    """Say on whom, in counts.

    >>> from gantei.calibrations.calibration import CalibratedPeople
    >>> from gantei.calibrations.calibration_table import people_text
    >>> people_text(CalibratedPeople(
    ...     people=214, photographs=400, ages=(34.0, 88.0), sexes={"female": 110, "male": 104},
    ...     cameras={"Topcon": 400},
    ... ))
    '214 people aged 34 to 88, 110 female, 104 male'
    """
    parts = [f"{people.people} {'person' if people.people == 1 else 'people'}"]
    if people.ages is not None:
        parts[0] += f" aged {people.ages[0]:.0f} to {people.ages[1]:.0f}"
    parts += [f"{count} {sex}" for sex, count in people.sexes.items()]
    return ", ".join(parts)


def _row(known: KnownCalibration) -> tuple[str, ...]:
    told = known.calibration
    return (
        known.site,
        told.date if told else "",
        people_text(told.people) if told else "",
        f"{100 * told.level:g} %" if told else "",
        "yes" if known.signed else "no",
        f"no: {known.fault}" if known.fault else "yes",
    )
