"""How a whole network is trained."""

from dataclasses import dataclass, field

from gantei.errors import SettingError

MOST_EPOCHS = 1000
MOST_IN_A_BATCH = 1024


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """How a whole network is trained; the same settings and photographs give the same network.

    Attributes:
        rate: learning rate of Adam for all layers.
        batch: photographs per step.
        augment: whether each photograph is turned, brightened and blurred a little anew in every
            epoch.
        seed: of the order of photographs, and of their changes.
    """

    rate: float = 1e-4
    batch: int = 16
    augment: bool = True
    seed: int = 1

    def __post_init__(self) -> None:
        if not 0 < self.rate <= 1:
            raise SettingError(f"a learning rate of {self.rate:g}: expects one above 0, at most 1")
        if not 1 <= self.batch <= MOST_IN_A_BATCH:
            raise SettingError(
                f"{self.batch} photographs per step: expects 1 to {MOST_IN_A_BATCH:,}"
            )
        if not 0 <= self.seed < 2**32:
            raise SettingError(f"the seed {self.seed}: expects a whole number from 0 to 2^32 - 1")


@dataclass(frozen=True, slots=True)
class FineTuneSettings:
    """How a whole network is trained until people kept aside say that it is enough.

    Attributes:
        training: of each epoch.
        epochs: how many at most.
        patience: after how many epochs without a lower loss of the people kept aside to stop.
    """

    training: TrainingSettings = field(default_factory=TrainingSettings)
    epochs: int = 30
    patience: int = 5

    def __post_init__(self) -> None:
        if not 1 <= self.epochs <= MOST_EPOCHS:
            raise SettingError(f"{self.epochs} epochs: expects 1 to {MOST_EPOCHS:,}")
        if not 1 <= self.patience <= MOST_EPOCHS:
            raise SettingError(f"a patience of {self.patience} epochs: expects 1 or more")
