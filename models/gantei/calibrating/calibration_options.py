"""What a calibration was asked for, beside the tables."""

import math
from dataclasses import dataclass
from pathlib import Path

from ..calibrations.calibration_store import calibration_folder, refuse_other
from ..calibrations.site_names import named_site
from ..errors import SettingError

LEVEL = 0.9
"""The share of people that an interval is to cover, where nobody says otherwise."""
_LEAST_LEVEL, _GREATEST_LEVEL = 0.5, 0.999


@dataclass(frozen=True)
class CalibrationOptions:
    """What a calibration was asked for.

    Attributes:
        estimator: its name.
        site: what the people have in common, such as the name of a hospital.
        level: share of people that an interval is to cover.
        camera: the column of cameras; None: that of this name, if there is one.
        embeddings: the file of `gantei predict --embeddings`; None: no distance is known.
        one_photograph_per_person: each photograph is of another person, whom nothing tells.
    """

    estimator: str
    site: str
    level: float = LEVEL
    camera: str | None = None
    embeddings: Path | None = None
    one_photograph_per_person: bool = False


def checked_level(level: float) -> float:
    """Give the level of intervals.

    Raises:
        SettingError: it is no number within 0.5 to 0.999.
    """
    if isinstance(level, bool) or not isinstance(level, int | float):
        raise SettingError(f"a level of {level!r}; give a number such as {LEVEL}")
    if not (math.isfinite(level) and _LEAST_LEVEL <= level <= _GREATEST_LEVEL):
        raise SettingError(
            f"a level of {level:g}; give {_LEAST_LEVEL} to {_GREATEST_LEVEL}, such as {LEVEL}"
        )
    return level


def checked_place(estimator: str, site: str, *, replace: bool) -> str:
    """Give the name of a site in its normal form, before any work.

    Raises:
        SettingError: it can be none.
        AlreadyInstalledError: there is a calibration of it, and `replace` is not set.
    """
    site = named_site(site)
    refuse_other(calibration_folder(estimator, site), replace=replace)
    return site
