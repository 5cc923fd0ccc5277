"""A cohort: units of one output at one level, with what they are called and grouped by."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..statistics.units import Units
from .estimated_output import EstimatedOutput

Level = Literal["photograph", "eye", "person"]
"""A row per photograph, per eye of a visit, or per visit of a person."""
LEVELS: tuple[Level, ...] = ("photograph", "eye", "person")


@dataclass(frozen=True)
class Cohort:
    """Units of one output at one level.

    Attributes:
        output: what is estimated.
        level: what a unit is.
        units: estimates beside the truth.
        names: of each unit, for lists: a photograph's name, or person, visit and eye.
        groups: by the variables of `--by`, the value of each unit as text, object (n,); empty
            where nothing tells, or where the photographs of a unit differ.
    """

    output: EstimatedOutput
    level: Level
    units: Units
    names: tuple[str, ...]
    groups: Mapping[str, NDArray[np.object_]]
