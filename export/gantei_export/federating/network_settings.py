"""How a federation trains all layers of a network, as its plan says it."""

from typing import Annotated

from pydantic import Field

from gantei.manifests.fields import Sha256
from gantei.manifests.record import Record

from ..fine_tuning.training_settings import MOST_IN_A_BATCH, TrainingSettings

MOST_TRAINED_ROUNDS = 200
MOST_LOCAL_EPOCHS = 20
MOST_WEIGHTS = 1 << 26
"""Of a network; an EfficientNet-B7 has 64 million. A site sends 8 bytes for each."""
MOST_PIXELS = 4096
"""Of a side."""
SideLength = Annotated[int, Field(ge=1, le=MOST_PIXELS)]


class NetworkSettings(Record):
    """How all layers of a network are trained, the same at every site.

    Attributes:
        file_sha256: of the publisher's file, from whose weights every site begins.
        weights: how many numbers of the network training changes; they alone are averaged.
        size: height and width of the pictures that it takes, px.
        rounds: averages that are made.
        epochs: of every site between two of them.
        rate, batch, augment: as of `TrainingSettings`.
    """

    file_sha256: Sha256
    weights: Annotated[int, Field(ge=1, le=MOST_WEIGHTS)]
    size: tuple[SideLength, SideLength]
    rounds: Annotated[int, Field(ge=1, le=MOST_TRAINED_ROUNDS)]
    epochs: Annotated[int, Field(ge=1, le=MOST_LOCAL_EPOCHS)]
    rate: Annotated[float, Field(gt=0, le=1)]
    batch: Annotated[int, Field(ge=1, le=MOST_IN_A_BATCH)]
    augment: bool

    def training(self, seed: int) -> TrainingSettings:
        """Give it as `gantei_export.fine_tuning` takes it."""
        return TrainingSettings(self.rate, self.batch, self.augment, seed)
