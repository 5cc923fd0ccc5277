"""How an estimator is adapted: from which, to what, and how it is measured."""

import math
from dataclasses import dataclass
from pathlib import Path

from gantei.errors import SettingError
from gantei.inference.session import Device

from ..adapting.target_choice import TargetOptions

TRIALS = 10
MOST_TRIALS = 1_000


@dataclass(frozen=True)
class AdaptOptions:
    """How to adapt an estimator.

    Attributes:
        base: the estimator to begin from, by name or folder.
        name: what the new one is called.
        target: which column is to be learnt.
        trials: how many times people are split to measure it; 0: it is not measured.
        curve: whether to measure it with fewer people as well.
        reach: the mean absolute error, or the accuracy, for which the curve is to say how many more
            people it takes; None: a tenth less error than with all people.
        augment: whether to learn from changed copies of the photographs, too.
        seed: of the splits.
        one_photograph_per_person: state that no two photographs are of the same person.
        allow_grey: let pictures without colour pass.
        device: on which embeddings are computed.
        workers: photographs that are decoded at the same time; None: one per core.
        replace: take the place of an installed estimator of that name.
        keep: file in which embeddings are kept, and from which they are taken again; None: none.

    Raises:
        SettingError: a number makes no sense.
    """

    base: str
    name: str
    target: TargetOptions
    trials: int = TRIALS
    curve: bool = False
    reach: float | None = None
    augment: bool = False
    seed: int = 0
    one_photograph_per_person: bool = False
    allow_grey: bool = False
    device: Device = "auto"
    workers: int | None = None
    replace: bool = False
    keep: Path | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.trials <= MOST_TRIALS:
            raise SettingError(f"--trials {self.trials}: a number from 0 to {MOST_TRIALS}")
        if self.reach is not None and not (self.curve and 0 < self.reach < math.inf):
            raise SettingError("--reach: a number above 0, with --curve")
        if not 0 <= self.seed < 2**64:
            raise SettingError(f"--seed {self.seed}: a number from 0 to 2**64 - 1")
