"""Measures the trained networks on photographs of people they have not seen."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .demo_networks import DemoTask, network_input
from .pictures import Pictures


def answers(network: Any, task: DemoTask, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Keras' answers (n,) for pixels (n, 160, 160, 3): years, or the probability of male."""
    result: NDArray[np.float32] = network.predict(network_input(pixels, task), verbose=0)[:, 0]
    return result


def evaluate(network: Any, task: DemoTask, unseen: Pictures) -> dict[str, float]:
    """Measure the error, and what decoding at reduced size changes.

    For age the mean absolute and the root mean square error in years, for sex the area under the
    ROC curve and the accuracy at 0.5. `decoding_…` are the largest and the mean absolute
    change of an answer when the library decodes the same JPEG at reduced size, in its own unit.
    """
    found = answers(network, task, unseen.pixels)
    change = np.abs(answers(network, task, unseen.reduced) - found)
    if task == "age":
        measured = {
            "mean_absolute_error": float(np.abs(found - unseen.ages).mean()),
            "root_mean_square_error": float(np.sqrt(np.square(found - unseen.ages).mean())),
        }
    else:
        measured = {
            "area_under_curve": area_under_curve(found, unseen.male),
            "accuracy": float(np.mean((found > 0.5) == (unseen.male > 0.5))),
        }
    return measured | {
        "photographs": len(found),
        "decoding_largest_change": float(change.max()),
        "decoding_mean_change": float(change.mean()),
    }


def area_under_curve(scores: NDArray[np.float32], positive: NDArray[np.float32]) -> float:
    """Area under the ROC curve, as the share of pairs ranked right; a tie counts half."""
    high, low = np.sort(scores[positive > 0.5]), np.sort(scores[positive <= 0.5])
    below = np.searchsorted(low, high, "left") + np.searchsorted(low, high, "right")
    return float(below.sum() / (2 * len(high) * len(low)))
