"""Numbers that fall where their label rises: no candidate can hold, as slopes are 0 or more."""

import numpy as np
from numpy.typing import NDArray

from .cohort_notes import CohortNote
from .race import Race

SURE = 4.5
"""Standard errors of Fisher's z that a fall must differ from 0; there are many candidates."""
CLEARLY = 1.5
"""The same of how much stronger it must be than the rise of the best candidate."""
FEWEST = 12
"""People who tell a correlation."""


def falling_notes(race: Race) -> tuple[CohortNote, ...]:
    """Say where a number falls with its label, more clearly than it rises under any candidate."""
    notes = []
    for name, columns in race.columns.items():
        if columns.scored.kind != "regression":
            continue
        truths, best = race.truths(name), race.scores(race.winner, name)
        found = [_fall(race.values[name][:, column], best, truths) for column in
                 range(len(columns.readers))]  # fmt: skip
        people, fall = min(found, key=lambda each: each[1])
        if people:
            notes.append(_note(name, people, fall))
    return tuple(notes)


def _fall(
    outputs: NDArray[np.float64], best: NDArray[np.float64], truths: NDArray[np.float64]
) -> tuple[int, float]:
    """How many people show that an output falls, and its correlation; (0, 0) where they do not."""
    known = np.isfinite(outputs) & np.isfinite(truths)
    people = int(known.sum())
    if people < FEWEST:
        return 0, 0.0
    fall = _correlation(outputs[known], truths[known])
    rise = _correlation(best[known], truths[known])
    error = 1 / np.sqrt(people - 3)
    clear = -np.arctanh(fall) >= SURE * error
    stronger = np.arctanh(-fall) - np.arctanh(max(rise, 0.0)) >= CLEARLY * error
    return (people, fall) if clear and stronger else (0, 0.0)


def _correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    x, y = one - one.mean(), other - other.mean()
    squares = float(x @ x) * float(y @ y)
    return float(np.clip(x @ y / np.sqrt(squares), -0.999999, 0.999999)) if squares > 0 else 0.0


def _note(name: str, people: int, fall: float) -> CohortNote:
    return CohortNote(
        f"{name}: under a candidate that was dropped or does not fit, the number falls as {name} "
        f"rises (correlation {fall:.2f}, {people} people), more clearly than it rises under the "
        "best candidate. Only rising numbers are tried: if this one falls, state a negative scale "
        f"by gantei set, such as output.{name}.scale=-1 output.{name}.offset=0, and settle again.",
        f"{name}：ある候補では、{name} が上がるほど数値が下がり（相関 {fall:.2f}、{people}人）、"
        "最良の候補で上がるよりも明らかです。試しているのは上がる数値だけです。下がる数値なら、"
        f"gantei set で output.{name}.scale=-1 output.{name}.offset=0 のように負の尺度を示し、"
        "再度試してください。",
    )
