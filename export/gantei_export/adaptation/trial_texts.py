"""Figures of trials as texts, and as an estimator's manifest reports them."""

from collections.abc import Iterator
from typing import Literal

from gantei.manifests.publication import Reported
from gantei.pages.bilingual import IN_UNITS, Bilingual, metric_name, number_text
from gantei.statistics.metric_names import METRICS
from gantei.statistics.units import EstimateKind

from ..learning.trials import TrialFigure, Trials

HEADLINES: dict[EstimateKind, tuple[str, ...]] = {
    "regression": ("mae", "r2"),
    "binary": ("auc", "accuracy"),
    "categorical": ("accuracy", "macro_auc"),
}
"""Codes of the figures that are quoted first; the first decides whether anything was learnt."""
_REPORTED: dict[EstimateKind, tuple[str, ...]] = {
    "regression": ("mae", "rmse", "r2"),
    "binary": ("auc", "accuracy", "sensitivity", "specificity", "ppv", "f1"),
    "categorical": ("accuracy", "macro_sensitivity", "macro_auc", "macro_f1"),
}


def headline_figures(trials: Trials) -> list[TrialFigure]:
    """Give the figures that are quoted first."""
    return [trials.figure(code) for code in HEADLINES[trials.target.kind]]


def unit_of_figure(trials: Trials, metric: str) -> Bilingual:
    """Give the unit of a figure, behind its number: ` years`, ` 年`; nothing where it has none."""
    unit = trials.target.unit
    if metric not in IN_UNITS or not unit:
        return "", ""
    return f" {unit}", f" {({'years': '年'}).get(unit, unit)}"


def interval_of(figure: TrialFigure) -> Bilingual:
    """Write the interval of a figure; empty where there is none."""
    if figure.low is None or figure.high is None:
        return "", ""
    low, high = (number_text(each, figure.metric) for each in (figure.low, figure.high))
    return f"{low} to {high}", f"{low}〜{high}"


def figure_name(metric: str) -> Bilingual:
    """Name a figure, as both of the fields call it that use it."""
    english, japanese = metric_name(metric)
    if metric == "ppv":
        return f"{english} (precision)", f"{japanese}（適合率）"
    return english, japanese


def figure_in_unit(trials: Trials, metric: str) -> Bilingual:
    """Name a figure with its unit, as a table does above numbers: `Mean absolute error, years`."""
    english, japanese = figure_name(metric)
    unit = unit_of_figure(trials, metric)
    if not unit[0]:
        return english, japanese
    return f"{english},{unit[0]}", f"{japanese}（{unit[1].strip()}）"


BesideNothing = Literal["better", "not better", "unknown"]


def beside_nothing(figure: TrialFigure) -> BesideNothing:
    """Tell whether a figure is better than that of no photograph at all, beyond chance.

    By the interval of the difference; where every draw has the same one, by that of the figure.
    """
    higher = bool(METRICS[figure.metric].higher_is_better)
    low, high, nothing = figure.gain.low, figure.gain.high, 0.0
    if low is None or high is None:
        if figure.low is None or figure.high is None or figure.naive is None:
            return "unknown"
        low, high, nothing = figure.low, figure.high, figure.naive
    return "better" if (low > nothing if higher else high < nothing) else "not better"


def reported_figures(trials: Trials) -> Iterator[Reported]:
    """Give the figures that go into the manifest, and so on the card."""
    for code in _REPORTED[trials.target.kind]:
        figure = trials.figure(code)
        if figure.mean is None:
            continue
        yield Reported(
            metric=METRICS[code].english,
            value=round(figure.mean, 4),
            unit=(trials.target.unit if code in IN_UNITS else "fraction"),
            data=f"{trials.photographs} photographs of {trials.people} people, a fifth of whom "
            f"were held out at a time; mean of {len(trials.splits)} splits by person",
            source="gantei adapt, on the people that it was made from",
            interval=interval_of(figure)[0] or "not reported",
        )
