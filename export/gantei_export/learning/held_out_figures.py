"""Figures of repeated splits: their mean and spread, and what they are in draws of people.

The figure is the mean over the splits. Splits overlap, so that the spread over them divided by the
root of their number says nothing; instead people are drawn with replacement, each with all
estimates made while the person was held out, and the mean over the splits is computed again.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gantei.statistics.cohort_figures import CohortFigures, cohort_figures
from gantei.statistics.draws import PersonDraws
from gantei.statistics.measures import replicates
from gantei.statistics.metric_replicates import MetricKey, MetricReplicates, Replicated
from gantei.statistics.person_weights import PersonWeights
from gantei.statistics.units import EstimateKind, Units

from .held_out import HeldOut

FIGURES: dict[EstimateKind, tuple[str, ...]] = {
    "regression": ("mae", "rmse", "r2", "bias"),
    "binary": (
        "accuracy", "sensitivity", "specificity", "ppv", "f1", "auc", "balanced_accuracy",
        "log_loss",
    ),
    "categorical": (
        "accuracy", "macro_sensitivity", "macro_specificity", "macro_ppv", "macro_f1", "macro_auc",
        "log_loss",
    ),
}  # fmt: skip
"""Codes of `gantei.statistics.metric_names.METRICS`, by kind. `ppv` is also called precision,
`macro_sensitivity` balanced accuracy; the positive class of two is the second. Of several classes
each figure is the plain mean over the classes, each against the rest."""
THRESHOLD = 0.5
_CHUNK = 200
"""Draws at once."""


def split_figures(
    splits: Sequence[HeldOut], *, naive: bool = False
) -> dict[str, NDArray[np.float64]]:
    """Give each figure in each split: float64 (splits,), nan where it is not defined there."""
    people = 1 + max(int(each.persons.max()) for each in splits)
    found = []
    for each in splits:
        source, persons, present = _source(each, people, naive=naive)
        figures, _ = source.of(PersonWeights(np.ones((1, len(present))), persons))
        found.append([float(figures[code, None][0]) for code in FIGURES[each.kind]])
    columns = np.array(found).T
    return dict(zip(FIGURES[splits[0].kind], columns, strict=True))


def drawn_figures(
    splits: Sequence[HeldOut], draws: PersonDraws, *, naive: bool = False
) -> MetricReplicates:
    """Give the mean of each figure over the splits, and what it is in each draw of people.

    Degrees of freedom, exact bounds of figures that stand at the end of their range, and the errors
    that means have in each draw are those of all held-out estimates together.

    Args:
        splits: whose persons are numbered from 0 to `draws.people` - 1, each held out once or more.
        draws: of these people.
        naive: of what is estimated without any photograph.

    Raises:
        SettingError: draws of another number of people.
    """
    every = replicates(_together(splits, draws.people, naive=naive), draws, threshold=THRESHOLD)
    means = {code: _mean(each) for code, each in split_figures(splits, naive=naive).items()}
    sources = [_source(each, draws.people, naive=naive) for each in splits]
    parts = []
    for start in range(0, draws.draws, _CHUNK):
        weights = draws.weights(start, min(start + _CHUNK, draws.draws)).astype(np.float64)
        drawn = []
        for source, persons, present in sources:
            figures, _ = source.of(PersonWeights(weights[:, present], persons))
            drawn.append([figures[code, None] for code in means])
        parts.append(_mean(np.array(drawn)))
    columns = np.concatenate(parts, axis=1)
    found: dict[MetricKey, Replicated] = {}
    for (code, value), column in zip(means.items(), columns, strict=True):
        found[code, None] = replace(every.figures[code, None], value=float(value), draws=column)
    return MetricReplicates(found, every.units, every.people)


def _source(
    split: HeldOut, people: int, *, naive: bool
) -> tuple[CohortFigures, NDArray[np.intp], NDArray[np.intp]]:
    """Prepare figures; give the persons, renumbered without gaps, and who they are."""
    present, persons = np.unique(split.persons, return_inverse=True)
    units = split.units(people, naive=naive)
    return cohort_figures(units, persons, len(present), THRESHOLD), persons, present


def _together(splits: Sequence[HeldOut], people: int, *, naive: bool) -> Units:
    every = [each.units(people, naive=naive) for each in splits]
    return Units(
        splits[0].kind,
        np.concatenate([each.estimates for each in every]),
        np.concatenate([each.truths for each in every]),
        np.concatenate([each.persons for each in splits]),
        people,
    )


def _mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Average over the first axis what is known; nan where nothing is."""
    known = np.isfinite(values)
    total = np.where(known, values, 0).sum(axis=0)
    count = known.sum(axis=0)
    found: NDArray[np.float64] = np.full(np.shape(total), np.nan)
    np.divide(total, count, out=found, where=count > 0)
    return found
