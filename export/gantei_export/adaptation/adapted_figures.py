"""The figures of an adapted estimator's report: of people held out, and by number of people."""

from collections.abc import Iterator
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from gantei.pages.bilingual import Bilingual
from gantei.pages.study_report import ReportFigure
from gantei.plots.performance_by_people import SizeLaw, SizePoint, performance_by_people

from ..learning.learning_curve import FARTHEST, LearningCurve
from ..learning.people_split import split_people
from .adapted import AdaptedEstimator
from .adapted_words import new_output
from .estimates_figures import figures_of_estimates

_ONCE: Bilingual = (
    "Each photograph once: the mean of its estimates over the splits in which its person was held "
    "out.",
    "写真ごとに 1 点：その対象者を学習に使わなかったすべての分割での推定の平均。",
)


def held_out_means(made: AdaptedEstimator) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Average what was estimated of each photograph while its person was held out.

    Returns:
        float64 (m,) or (m, k), as of `Units`; intp (m,), the places of these photographs.
    """
    data, options = made.embedded.data, made.prepared.options
    if not made.splits:
        raise ValueError("no trials were made")
    shape = (len(data), *made.splits[0].estimates.shape[1:])
    total, times = np.zeros(shape), np.zeros(len(data))
    for draw, split in enumerate(made.splits):
        share = made.trials.share if made.trials else 0.0
        _, test = split_people(data, share, seed=options.seed, draw=draw)
        total[test] += split.estimates
        times[test] += 1
    places = np.flatnonzero(times)
    counts = times[places].reshape(-1, *(1,) * (len(shape) - 1))
    return total[places] / counts, places.astype(np.intp)


def figures_of_trials(made: AdaptedEstimator) -> Iterator[ReportFigure]:
    """Draw estimates of people held out beside the truth.

    Raises:
        MissingExtraError: matplotlib or scikit-learn is not installed.
    """
    estimates, places = held_out_means(made)
    truths = made.embedded.data.truths[places]
    yield from figures_of_estimates(new_output(made), estimates, truths, _ONCE)


def figure_of_curve(curve: LearningCurve) -> ReportFigure:
    """Draw the figure of performance by number of people.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    drawn = performance_by_people(
        [
            SizePoint(each.people, *(_shown(curve, each.error + by * (each.sd or 0.0))
                                     for by in (0, -1, 1)))
            for each in curve.sizes
        ],
        metric="mean absolute error" if curve.measure == "mae" else "accuracy",
        unit=curve.target.unit if curve.measure == "mae" else "",
        spread="mean over splits, ± 1 standard deviation",
        law=_law(curve),
        baseline=(_shown(curve, curve.naive), "without looking at any photograph"),
    )  # fmt: skip
    return ReportFigure(
        "learning-curve", drawn,
        ("Performance by the number of people learnt from; the people tested on are "
         "the same at every size.",
         "学習に使った人数と性能。どの人数でも同じ対象者で評価しています。"),
    )  # fmt: skip


def _law(curve: LearningCurve) -> SizeLaw | None:
    if curve.law is None:
        return None
    first, last = curve.sizes[0].people, curve.sizes[-1].people
    people = np.geomspace(first, FARTHEST * last, 80)
    people = np.unique(np.append(people, last))
    errors = np.array([curve.law.error(each) for each in people])
    return SizeLaw(people, _shown(curve, errors), last)


_Errors = TypeVar("_Errors", float, NDArray[np.float64])


def _shown(curve: LearningCurve, errors: _Errors) -> _Errors:
    """Give errors as the figure that is drawn."""
    return errors if curve.measure == "mae" else 1 - errors
