"""The evaluation of two classes by sums: moments of the logits, then logits by bin and class."""

import numpy as np

from gantei.errors import SettingError
from gantei.statistics.class_figures import losses

from ..learning.labelled_embeddings import LabelledEmbeddings
from .evaluation_state import EvaluationState
from .histogram_bins import HistogramBins, checked_counts
from .shared_sums import SumArray

FEWEST_OF_A_CLASS = 20
"""People of all sites: of fewer, the histogram of a class is of hardly anybody."""
CLASS_MOMENTS = 8
"""Per class people, logits and their squares; then squared errors and losses of all."""
_LOGIT_BINS = 80
"""As wide as a standard deviation: AUC is then known to 0.004, whatever it is."""


def class_sums_size(state: EvaluationState) -> int:
    """Give how many numbers a site answers."""
    if state.step == "moments":
        return CLASS_MOMENTS
    return 2 * HistogramBins.of(state.arrays["logit_bins"]).size


def class_sums(state: EvaluationState, data: LabelledEmbeddings) -> SumArray:
    """Answer a state: float64 (`class_sums_size`,), to be masked.

    Args:
        state: that is not finished.
        data: whose only column is the logit of the positive class, one row per person.
    """
    logits = data.embeddings[:, 0]
    of_class = [logits[data.truths == each] for each in (0, 1)]
    if state.step == "moments":
        chances = (1 + np.tanh(logits / 2)) / 2
        lost = losses(np.where(data.truths == 1, chances, 1 - chances)).sum()
        sums = [[len(each), each.sum(), (each**2).sum()] for each in of_class]
        return np.array([*sums[0], *sums[1], ((chances - data.truths) ** 2).sum(), lost])
    bins = HistogramBins.of(state.arrays["logit_bins"])
    return np.concatenate([bins.counted(each) for each in of_class])


def class_state_after(state: EvaluationState, total: SumArray) -> EvaluationState:
    """Go on from the total of all sites' answers.

    Raises:
        SettingError: the sums cannot be those of photographs, too few people are of a class, or all
            estimates are the same.
    """
    if state.step == "histograms":
        halves = np.split(total, 2)
        people_of = np.rint(state.arrays["moments"][[0, 3]]).astype(int).tolist()
        counts = [checked_counts(*each) for each in zip(halves, people_of, strict=True)]
        return EvaluationState("finished", {**state.arrays, "counts": np.array(counts)})
    of_class = total[:6].reshape(2, 3)
    people, sums, squares = of_class.sum(axis=0)
    if people != state.people:
        raise SettingError(
            f"the sites' sums are of {people:g} people, and they joined with {state.people}"
        )
    if (fewest := of_class[:, 0].min()) < FEWEST_OF_A_CLASS:
        raise SettingError(
            f"{fewest:g} people are of one class; it takes {FEWEST_OF_A_CLASS} of each, at all "
            "sites together"
        )
    mean = sums / people
    variance = squares / people - mean**2
    if not variance > 1e-12 * squares / people:
        raise SettingError("all estimates are the same")
    bins = HistogramBins.around(float(mean), float(np.sqrt(variance)), _LOGIT_BINS, also=0.0)
    return EvaluationState(
        "histograms", {**state.arrays, "moments": total, "logit_bins": bins.numbers}
    )
