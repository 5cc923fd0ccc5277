"""Figures that publishers report, to stand beside those measured here and never among them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReportedFigure:
    """One figure as an estimator's publisher reports it.

    Attributes:
        estimator: its name.
        metric: as the publisher calls it, such as `AUC`.
        code: of the same metric here, such as `auc`; empty where there is none.
        value: the figure; percentages as fractions.
        unit: such as `years` or `fraction`.
        interval: its interval as text.
        data: on which data.
        source: where it is published.
    """

    estimator: str
    metric: str
    code: str
    value: float
    unit: str
    interval: str
    data: str
    source: str
