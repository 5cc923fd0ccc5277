"""Which figures are quoted first, and how a figure is written for people."""

from ..labels.estimated_output import EstimatedOutput
from ..statistics.measure import Measure
from ..statistics.metric_names import METRICS
from .evaluation import Evaluation
from .evaluation_row import EvaluationRow

MAIN_FIGURES = {
    "regression": ("mae", "mae_of_mean", "rmse", "bias", "r2", "slope_of_estimate"),
    "binary": (
        *("auc", "accuracy", "sensitivity", "specificity"),
        *("brier", "calibration_intercept", "calibration_slope"),
    ),
    "categorical": ("macro_auc", "accuracy", "balanced_accuracy", "macro_f1", "log_loss"),
}
"""By kind of output."""


def main_figures(evaluation: Evaluation, output: EstimatedOutput) -> tuple[EvaluationRow, ...]:
    """Give the figures of everybody that are quoted first, at the level that is quoted."""
    rows = {
        row.measure.metric: row
        for row in evaluation.figures(output.key, evaluation.level_of(output.key))
        if row.measure.label is None or output.kind == "binary"
    }
    return tuple(rows[metric] for metric in MAIN_FIGURES[output.kind] if metric in rows)


def figure_text(value: float | None) -> str:
    """Write a figure with three decimals; an en dash where there is none.

    >>> from gantei.evaluation.main_figures import figure_text
    >>> figure_text(0.95949), figure_text(-4.7), figure_text(None)
    ('0.959', '-4.700', '–')
    """
    if value is None:
        return "–"
    return f"{value:.3f}" if abs(value) < 1000 else f"{value:.4g}"


def interval_text(measure: Measure) -> str:
    """Write an interval, such as `0.912 to 0.981`; an en dash where there is none."""
    if measure.low is None or measure.high is None:
        return "–"
    return f"{figure_text(measure.low)} to {figure_text(measure.high)}"


def figure_name(row: EvaluationRow) -> str:
    """Name a figure with its class, where it is of one among several."""
    name = METRICS[row.measure.metric].english
    return f"{name} ({row.class_name})" if row.class_name else name
