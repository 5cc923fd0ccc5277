"""The figures of what an adapted estimator estimates of people held out, beside the truth."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gantei.labels.estimated_output import EstimatedOutput
from gantei.pages.bilingual import Bilingual, in_both, name_of
from gantei.pages.study_report import ReportFigure
from gantei.plots.age_agreement import bland_altman, estimated_against_real
from gantei.plots.confusion import confusion
from gantei.plots.discrimination import roc

THRESHOLD = 0.5


def figures_of_estimates(
    output: EstimatedOutput, estimates: NDArray[np.float64], truths: NDArray[Any], once: Bilingual
) -> Iterator[ReportFigure]:
    """Draw estimates of people held out beside the truth.

    Args:
        output: what is estimated.
        estimates: (m,) or (m, k), as of `Units`.
        truths: (m,), as of `Units`.
        once: how often a photograph is in them, in a sentence for the captions.

    Raises:
        MissingExtraError: matplotlib or scikit-learn is not installed.
    """
    if output.kind == "regression":
        name = name_of(output)
        yield ReportFigure(
            "estimated-against-real",
            estimated_against_real(estimates, truths, name=output.name, unit=output.unit),
            in_both("Estimated against true {name} on held-out people. {once}",
                    "推定した{name}と実際の{name}（学習に使っていない対象者）。{once}",
                    name=name, once=once),
        )  # fmt: skip
        yield ReportFigure(
            "bland-altman",
            bland_altman(estimates, truths, name=output.name, unit=output.unit),
            ("Differences against means (Bland–Altman), of the same estimates.",
             "差と平均（Bland–Altman）。推定値は同じものです。"),
        )  # fmt: skip
        return
    if len({*truths.tolist()}) > 1:
        threshold = THRESHOLD if output.kind == "binary" else None
        yield ReportFigure(
            "roc", roc(estimates, truths, classes=output.classes, threshold=threshold),
            in_both("ROC curve on held-out people. {once}",
                    "ROC 曲線（学習に使っていない対象者）。{once}", once=once),
        )  # fmt: skip
    answers = (
        (estimates >= THRESHOLD).astype(np.intp)
        if output.kind == "binary"
        else estimates.argmax(axis=1)
    )
    yield ReportFigure(
        "confusion", confusion(answers, truths, classes=output.classes),
        ("Confusion matrix of the same estimates: counts of photographs, shaded by their share of "
         "the true class.",
         "混同行列（同じ推定、写真の件数）。濃さは実際のクラスの中での割合です。"),
    )  # fmt: skip
