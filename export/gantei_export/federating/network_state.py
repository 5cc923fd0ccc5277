"""Where a federation that trains a whole network stands, once its head is learnt."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..fine_tuning.number_scale import NumberScale
from ..learning.learning_target import LearningTarget
from ..learning.linear_head import LinearHead

NetworkStep = Literal["train", "losses", "finished"]

WEIGHTS_ARRAY = "weights"
BEST_ARRAY = "best_weights"


@dataclass(frozen=True)
class NetworkState:
    """Where the training stands.

    Network 0 is the publisher's with the new head; network t is the average after t rounds.

    Attributes:
        step: `train`: every site trains, and says how well the network does that it begins with;
            `losses`: the last network is judged; or `finished`.
        arrays: by name:
            `head_kernel` float64 (width, columns), `head_bias` (columns,), in the target's unit;
            `scale` float64 (2,), offset and factor on which numbers are learnt;
            `strength` float64 (), of the head's penalty;
            `photographs` int64 (), that are learnt from;
            `averaged` int64 (), how many averages were made;
            `losses` float64 (k,), of the people kept aside, of networks 0 to k - 1;
            `best` int64 (), the network with the lowest, where there is one;
            `aside` int64 (), photographs of the people kept aside, once it is known;
            `weights` float32 (n,), those that are trained, of network `averaged`; none of 0;
            `best_weights` float32 (n,), those of network `best`, if it is another and not 0.
            Finished, `weights` are those of network `best`.
    """

    step: NetworkStep
    arrays: Mapping[str, NDArray[Any]]

    def count(self, name: str) -> int:
        """Give a count among the arrays."""
        return int(self.arrays[name][()])

    @property
    def best(self) -> int:
        """Number of the network with the lowest loss so far."""
        return self.count("best")

    @property
    def losses(self) -> tuple[float, ...]:
        """Mean losses of the people kept aside, of network 0 and all after it."""
        return tuple(map(float, self.arrays["losses"]))

    @property
    def weights(self) -> NDArray[np.float32] | None:
        """Those that are trained, of the network that this round begins with; None: network 0."""
        return self.arrays.get(WEIGHTS_ARRAY)

    @property
    def scale(self) -> NumberScale:
        """On which numbers are learnt, the same at every site."""
        offset, factor = map(float, self.arrays["scale"])
        return NumberScale(offset, factor)

    def head(self, target: LearningTarget) -> LinearHead:
        """Give the head with which the training began."""
        return LinearHead(target, self.arrays["head_kernel"], self.arrays["head_bias"])
