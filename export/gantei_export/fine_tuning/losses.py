"""The loss of a network's linear values, as both frameworks compute it, in float64."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..learning.learning_target import LearningTarget


def mean_loss(target: LearningTarget, linear: NDArray[np.float64], truths: NDArray[Any]) -> float:
    """Average the loss over photographs: squared error, or minus the log-likelihood of classes.

    Args:
        target: what is learnt.
        linear: (n, columns), on the network's scale.
        truths: (n,), numbers on the network's scale, or classes.

    >>> import numpy as np
    >>> from gantei_export.fine_tuning.losses import mean_loss
    >>> from gantei_export.learning.learning_target import LearningTarget
    >>> eye = LearningTarget("eye", "binary", ("left", "right"))
    >>> round(mean_loss(eye, np.zeros((2, 1)), np.array([0, 1])), 4)
    0.6931
    """
    with np.errstate(over="ignore", invalid="ignore"):  # of a training that has diverged
        return _mean_loss(target, linear, truths)


def _mean_loss(target: LearningTarget, linear: NDArray[np.float64], truths: NDArray[Any]) -> float:
    if target.kind == "regression":
        return float(np.square(linear[:, 0] - truths).mean())
    if target.kind == "binary":
        signed = np.where(np.asarray(truths) == 1, -linear[:, 0], linear[:, 0])
        return float(np.logaddexp(0.0, signed).mean())
    largest = linear.max(axis=1)
    total = largest + np.log(np.exp(linear - largest[:, None]).sum(axis=1))
    return float((total - linear[np.arange(len(linear)), truths]).mean())
