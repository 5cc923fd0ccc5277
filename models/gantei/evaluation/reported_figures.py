"""Figures that publishers report, to stand beside those measured here and never among them."""

from collections.abc import Iterable
from dataclasses import dataclass

from ..catalogue.entries import find
from ..errors import GanteiError
from ..labels.estimated_output import EstimatedOutput
from ..manifests.manifest import Manifest

_CODES = {
    "auc": "auc",
    "roc auc": "auc",
    "auroc": "auc",
    "accuracy": "accuracy",
    "sensitivity": "sensitivity",
    "specificity": "specificity",
    "mean absolute error": "mae",
    "mae": "mae",
    "root mean square error": "rmse",
    "rmse": "rmse",
    "r2": "r2",
    "r²": "r2",
}
"""Metrics as publishers write them, in small letters, and their codes here."""


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


def reported_figures(outputs: Iterable[EstimatedOutput]) -> tuple[ReportedFigure, ...]:
    """Give what the publishers of these estimators report, once per estimator.

    Only where the catalogue or the store has the very weights that the estimates are of: what was
    measured on others says nothing about these.
    """
    weights = {each.estimator: each.weights_sha256 for each in outputs}
    return tuple(
        figure
        for name, sha256 in weights.items()
        if (manifest := _manifest_of(name, sha256))
        for figure in figures_reported_in(manifest)
    )


def figures_reported_in(manifest: Manifest) -> tuple[ReportedFigure, ...]:
    """Give the figures that a manifest holds, with the codes of the same metrics here."""
    return tuple(
        ReportedFigure(
            estimator=manifest.name,
            metric=each.metric,
            code=_CODES.get(each.metric.strip().lower(), ""),
            value=each.value,
            unit=each.unit,
            interval=each.interval,
            data=each.data,
            source=each.source,
        )
        for each in manifest.reported
    )


def _manifest_of(name: str, sha256: str) -> Manifest | None:
    try:
        manifest = find(name).manifest
    except GanteiError:  # results of another machine
        return None
    return manifest if manifest.weights and manifest.weights.sha256 == sha256 else None
