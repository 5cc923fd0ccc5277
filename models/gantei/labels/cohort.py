"""A cohort: units of one output at one level, with what they are called and grouped by."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..statistics.units import Units
from .estimated_output import EstimatedOutput
from .exclusions import REASONS, Exclusion

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
        exclusions: photographs, and units, that were joined but have no part in this cohort.
        photographs: how many photographs the units are made of.
        several: by the variables of `--by`, of how many units the photographs differ.
        keys: of each unit, what tells it from all others, here and in other results: a
            photograph's name and sha256; or person, visit and eye, empty where there is none.
    """

    output: EstimatedOutput
    level: Level
    units: Units
    names: tuple[str, ...]
    groups: Mapping[str, NDArray[np.object_]]
    exclusions: tuple[Exclusion, ...] = ()
    photographs: int = 0
    several: Mapping[str, int] = field(default_factory=dict)
    keys: tuple[tuple[str, ...], ...] = field(default=(), repr=False)

    @property
    def has_visits(self) -> bool:
        """Whether anything tells the visits of its persons apart."""
        return self.level != "photograph" and any(visit for _, visit, *_ in self.keys)

    def excluded(self) -> dict[str, int]:
        """How many were left out here, by the code of the reason."""
        counts = Counter(each.code for each in self.exclusions)
        return {code: counts[code] for code in REASONS if counts[code]}
