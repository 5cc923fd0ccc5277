"""The statistics of the first batch normalisation: traces of the pixels a network was trained on.

The converter folds that layer away; `provenance.json` keeps what it knew.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class FirstNormalization:
    """What a batch normalisation knew of its input, and what it makes of it, filter by filter.

    It turns values of mean `mean` and deviation `deviation` into such of mean `beta` and deviation
    `|gamma|`. `after` says whether a convolution stands before it, else pixels do.
    """

    layer: str
    after: str
    mean: Vector
    deviation: Vector
    gamma: Vector
    beta: Vector

    def as_dict(self) -> dict[str, Any]:
        """Give what `provenance.json` keeps."""
        numbers = {
            key: [float(f"{number:.6g}") for number in getattr(self, key)]
            for key in ("mean", "deviation", "gamma", "beta")
        }
        return {"layer": self.layer, "after": self.after, **numbers}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> "FirstNormalization":
        """Read what `as_dict` gave.

        Raises:
            KeyError, TypeError, ValueError: it is none.
        """
        vectors = [
            np.asarray(kept[key], np.float64) for key in ("mean", "deviation", "gamma", "beta")
        ]
        if len({vector.shape for vector in vectors}) > 1 or vectors[0].ndim != 1:
            raise ValueError("the statistics are of different lengths")
        after = str(kept["after"])
        if after == "pixels" and vectors[0].size != 3:
            raise ValueError("the statistics of pixels are not of three channels")
        return cls(str(kept["layer"]), after, *vectors)
