"""What `fine_tune` gives: networks trained as a whole, and what they are worth."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from gantei.catalogue.entries import Entry, find
from gantei.errors import SettingError
from gantei.inference.session import Device

from ..adapting.labelled_photographs import LabelledPhotographs
from ..learning.held_out import HeldOut
from ..learning.trials import MOST_TRIALS, Trials
from .epochs import Rows
from .training_checkpoint import EpochLosses
from .training_loop import best_epoch
from .training_people import TrainingPeople
from .training_settings import FineTuneSettings


@dataclass(frozen=True)
class FineTuneOptions:
    """From which estimator and file a network is trained, how, and what it is called.

    Attributes:
        base: the estimator, by name or folder.
        weights: the publisher's file that it was made of.
        name: what the new estimator is called.
        settings: how to train.
        trials: how many times people are divided and a network is trained; that of the first
            division is installed, the others tell how much the figures depend on the division.
        allow_grey: let pictures without colour pass.
        device: to train on.
        workers: photographs that are decoded at the same time; None: one per core.
        replace: take the place of an installed estimator of that name.

    Raises:
        SettingError: a number of trials that makes no sense.
    """

    base: str
    weights: Path
    name: str
    settings: FineTuneSettings = field(default_factory=FineTuneSettings)
    trials: int = 1
    allow_grey: bool = False
    device: Device = "auto"
    workers: int | None = None
    replace: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.trials <= MOST_TRIALS:
            raise SettingError(
                f"--trials {self.trials}: a number from 1 to {MOST_TRIALS}; a whole network is "
                "always tested on the people who are held out"
            )


@dataclass(frozen=True)
class TrainedTrial:
    """One division of the people, and the network that was trained in it.

    Attributes:
        people: rows of photographs, by what they were for.
        history: the losses of every epoch; epoch 0 is the new head alone.
        head: what the new head alone estimates of the people held out.
        whole: what the whole network estimates of the same people.
    """

    people: TrainingPeople
    history: tuple[EpochLosses, ...]
    head: HeldOut
    whole: HeldOut

    @property
    def best(self) -> int:
        """The epoch whose weights were kept."""
        return best_epoch(self.history)


@dataclass(frozen=True)
class FineTuned:
    """A network trained as a whole, and what it is worth on people it has not seen.

    Attributes:
        base: the estimator that was begun from.
        options: how it was trained.
        labelled: the photographs that had part; why others had none is among their exclusions.
        trials: every division; the network of the first is the new estimator's.
        head: what the new head alone is worth on the people held out, over all trials.
        whole: what the whole network is worth on the same people.
        versions: the framework's packages.
        size: height and width of what the network takes, px.
    """

    base: Entry
    options: FineTuneOptions
    labelled: LabelledPhotographs
    trials: tuple[TrainedTrial, ...]
    head: Trials
    whole: Trials
    versions: dict[str, str]
    size: tuple[int, int]

    @property
    def entry(self) -> Entry:
        """The installed estimator."""
        return find(self.options.name)

    @property
    def history(self) -> tuple[EpochLosses, ...]:
        """The losses of the network that is installed."""
        return self.trials[0].history

    @property
    def best(self) -> int:
        """The epoch of the network that is installed."""
        return self.trials[0].best

    @property
    def training_people(self) -> int:
        """How many people the installed network learnt from."""
        return self.people_of(self.trials[0].people.train)

    @property
    def aside_people(self) -> int:
        """How many said when to stop."""
        return self.people_of(self.trials[0].people.aside)

    def people_of(self, rows: Rows) -> int:
        """Count the people whose photographs these are."""
        return len(np.unique(self.labelled.persons[rows]))
