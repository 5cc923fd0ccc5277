"""The estimators that a subcommand runs on this machine, opened together."""

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..study.backends import LocalBackend


def local_backend(
    chosen: argparse.Namespace, names: Sequence[str], calibrations: Sequence[str] = ()
) -> "LocalBackend":
    """Open estimators for many photographs, as the options say that `add_device` and others added.

    `calibrations`: as `--calibration` has them; see `chosen_sites`.

    Raises:
        OutputError: two estimators have one name, and their columns would be one.
        CalibrationError, SettingError: as `load` and `chosen_sites`.
        SettingError: there is too little memory, as `memory_left` says.
    """
    from ..calibrations.chosen_sites import chosen_sites
    from ..catalogue.entries import find
    from ..errors import CalibrationError, OutputError
    from ..estimator.estimator import load
    from ..inference.batches import batch_size
    from ..inference.memory_left import memory_left
    from ..study.backends import LocalBackend
    from ..system.cores import cores

    called = {name: find(name).name for name in names}
    sites = chosen_sites(calibrations, list(called.values()))
    # One thread per inference: as many photographs as there are cores go through at once.
    try:
        estimators = [
            load(name, chosen.device, threads=1, calibration=sites.get(called[name]))
            for name in names
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
    allowed = chosen.memory and chosen.memory * 10**6
    memory = memory_left(estimators, chosen.workers or cores(), batch_size(estimators), allowed)
    return LocalBackend(estimators, chosen.allow_grey, chosen.workers, memory)
