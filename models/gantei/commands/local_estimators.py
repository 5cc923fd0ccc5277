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
        CalibrationError, SettingError: as `open_estimators`.
        SettingError: there is too little memory, as `memory_left` says.
    """
    from ..estimator.opening_several import open_estimators
    from ..inference.batches import batch_size
    from ..inference.memory_left import memory_left
    from ..study.backends import LocalBackend
    from ..system.cores import cores

    estimators = open_estimators(names, chosen.device, calibrations)
    allowed = chosen.memory and chosen.memory * 10**6
    memory = memory_left(estimators, chosen.workers or cores(), batch_size(estimators), allowed)
    return LocalBackend(estimators, chosen.allow_grey, chosen.workers, memory)
