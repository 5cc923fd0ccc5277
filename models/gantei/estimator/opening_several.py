"""The estimators of a study, opened together."""

from collections.abc import Sequence

from ..calibrations.chosen_sites import chosen_sites
from ..catalogue.entries import find
from ..errors import CalibrationError, OutputError
from ..inference.session import Device
from .estimator import Estimator, load


def open_estimators(
    names: Sequence[str], device: Device = "auto", calibrations: Sequence[str] = ()
) -> list[Estimator]:
    """Open estimators for many photographs: one thread per inference, so that many run at once.

    Args:
        names: in the catalogue, or folders.
        device: as `load` takes it.
        calibrations: as `--calibration` has them; see `chosen_sites`.

    Raises:
        OutputError: two estimators have one name, and their columns would be one.
        CalibrationError, SettingError: as `load` and `chosen_sites`.
        EstimatorError, DeviceError, MissingExtraError: as `load`.
    """
    called = {name: find(name).name for name in names}
    sites = chosen_sites(calibrations, list(called.values()))
    try:
        estimators = [
            load(name, device, threads=1, calibration=sites.get(called[name])) for name in names
        ]
    except CalibrationError as error:
        if len(names) == 1:
            raise
        raise CalibrationError(
            f"{error}. To calibrate some of the estimators alone: --calibration NAME=SITE for each"
        ) from error
    if len({each.name for each in estimators}) < len(estimators):
        both = ", ".join(each.name for each in estimators)
        raise OutputError(f"two estimators of one name ({both}): their columns would be one")
    return estimators
