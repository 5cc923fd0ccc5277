"""How far a variant may drift: a limit for each value, in the value's unit."""

import math
from collections.abc import Mapping

from gantei.errors import SettingError
from gantei.manifests.manifest import Manifest

PROBABILITY = "probability"
DEFAULTS = {PROBABILITY: 0.02, "years": 0.5}
"""The largest drift of a variant that is let pass, by unit."""


def units_of(manifest: Manifest) -> dict[str, str]:
    """Unit of each value that the estimator gives."""
    return {
        value: spec.unit if spec.kind == "regression" else PROBABILITY
        for name, spec in manifest.output.items()
        for value in spec.value_names(name)
    }


def limits_for(
    manifest: Manifest, given: Mapping[str, float], defaults: Mapping[str, float] = DEFAULTS
) -> dict[str, float]:
    """Limit of each value: the one given, else the default of its unit.

    Raises:
        SettingError: a limit is no positive number or of no value of this estimator, or a value
            has neither a limit nor a unit with a default.
    """
    units = units_of(manifest)
    for value, limit in given.items():
        if value not in units:
            raise SettingError(
                f"--limit {value}: {manifest.name} gives no such value; it gives {', '.join(units)}"
            )
        if not (math.isfinite(limit) and limit > 0):
            raise SettingError(f"--limit {value}: expects a number above 0, not {limit:g}")
    limits = {value: defaults[unit] for value, unit in units.items() if unit in defaults} | dict(
        given
    )
    if without := [value for value in units if value not in limits]:
        raise SettingError(
            f"{without[0]} is in {units[without[0]]}, for which there is no default limit: add "
            f"--limit {without[0]}=NUMBER"
        )
    return limits
