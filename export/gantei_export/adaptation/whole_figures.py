"""The figures of a whole network's report: losses by epoch, and estimates of people held out."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gantei.pages.bilingual import Bilingual, in_both
from gantei.pages.study_report import ReportFigure
from gantei.plots.losses_by_epoch import EpochPoint, losses_by_epoch

from ..fine_tuning.fine_tuned import FineTuned
from .estimates_figures import figures_of_estimates
from .whole_words import whole_output

_ONCE: Bilingual = (
    "Each photograph once, estimated by the whole network.",
    "写真ごとに 1 点、ネットワーク全体による推定。",
)
_MEANS: Bilingual = (
    "Each photograph once: the mean of its estimates by the whole networks of the splits in which "
    "its person was held out.",
    "写真ごとに 1 点：その対象者が評価用だったすべての分割の、ネットワーク全体による推定の平均。",
)


def loss_name(tuned: FineTuned) -> Bilingual:
    """Name what was minimised."""
    if tuned.labelled.target.kind == "regression":
        return "standardised mean squared error", "標準化した平均二乗誤差"
    return "log loss", "対数損失"


def figure_of_losses(tuned: FineTuned) -> ReportFigure:
    """Draw the losses of the installed network's training.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    points = [
        EpochPoint(
            each.epoch,
            each.training if each.training is not None and np.isfinite(each.training) else None,
            each.kept_aside if np.isfinite(each.kept_aside) else np.nan,
        )
        for each in tuned.history
    ]
    caption = in_both(
        "{loss} by epoch, and the epoch that was kept. Training people are measured with augmented "
        "photographs and before each step, validation people after the epoch."
        if tuned.options.settings.training.augment
        else "{loss} by epoch, and the epoch that was kept. Training people are measured before "
        "each step, validation people after the epoch.",
        "エポックごとの損失（{loss}）と採用したエポック。学習用は各更新の前（写真は拡張後）、検証"
        "用は"
        "エポック終了後の値です。"
        if tuned.options.settings.training.augment
        else "エポックごとの損失（{loss}）と採用したエポック。学習用は各更新の前、検証用はエポッ"
        "ク終了"
        "後の値です。",
        loss=(loss_name(tuned)[0].capitalize(), loss_name(tuned)[1]),
    )  # fmt: skip
    drawn = losses_by_epoch(points, kept=tuned.best, loss=loss_name(tuned)[0])
    return ReportFigure("losses", drawn, caption)


def figures_of_held_out(tuned: FineTuned) -> Iterator[ReportFigure]:
    """Draw what whole networks estimated of people held out, beside the truth.

    Raises:
        MissingExtraError: matplotlib or scikit-learn is not installed.
    """
    estimates, places = whole_means(tuned)
    once = _ONCE if len(tuned.trials) == 1 else _MEANS
    truths = tuned.labelled.truths[places]
    yield from figures_of_estimates(whole_output(tuned), estimates, truths, once)


def whole_means(tuned: FineTuned) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Average what whole networks estimated of each photograph while its person was held out.

    Returns:
        float64 (m,) or (m, k), as of `Units`; intp (m,), the places of these photographs.
    """
    shape = (len(tuned.labelled), *tuned.trials[0].whole.estimates.shape[1:])
    total, times = np.zeros(shape), np.zeros(len(tuned.labelled))
    for trial in tuned.trials:
        total[trial.people.test] += trial.whole.estimates
        times[trial.people.test] += 1
    places = np.flatnonzero(times)
    counts = times[places].reshape(-1, *(1,) * (len(shape) - 1))
    return total[places] / counts, places.astype(np.intp)
