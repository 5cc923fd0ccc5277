"""From linear values to probabilities of classes, and what they lose where the class is known."""

import numpy as np
from numpy.typing import NDArray


def class_chances(
    linear: NDArray[np.float64], truths: NDArray[np.intp]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Give the log losses of rows, the probabilities, and how far these are from the classes.

    Args:
        linear: float64 (n, 1), logits of class 1 of two; (n, k) of k classes otherwise.
        truths: intp (n,), the rows' classes.

    Returns:
        Losses, float64 (n,): minus the log of the probability of the row's class. Probabilities,
        float64 as `linear`. The losses' derivatives by the linear values, as `linear`.

    >>> import numpy as np
    >>> from gantei_export.learning.class_chances import class_chances
    >>> losses, chances, off = class_chances(np.zeros((1, 4)), np.array([2]))
    >>> round(float(np.exp(-losses[0])), 3), off.tolist()
    (0.25, [[0.25, 0.25, -0.75, 0.25]])
    """
    if linear.shape[1] == 1:
        logits = linear[:, 0]
        losses = np.logaddexp(0, np.where(truths == 1, -logits, logits))
        chances = (1 + np.tanh(linear / 2)) / 2
        return losses, chances, chances - truths[:, None]
    shifted = linear - linear.max(axis=1, keepdims=True)
    shares = np.exp(shifted)
    total = shares.sum(axis=1, keepdims=True)
    chances = shares / total
    own = np.take_along_axis(shifted, truths[:, None], axis=1)[:, 0]
    off = chances - (truths[:, None] == np.arange(linear.shape[1]))
    return np.log(total[:, 0]) - own, chances, off
