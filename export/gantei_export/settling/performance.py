"""How good the best candidate is on these people, beside what its publisher reports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gantei.evaluation.reported_figures import ReportedFigure, figures_reported_in
from gantei.labels.estimated_output import EstimatedOutput
from gantei.manifests.fields import UNKNOWN
from gantei.manifests.manifest import Manifest
from gantei.statistics.draws import PersonDraws
from gantei.statistics.measure import Measure
from gantei.statistics.measures import measures
from gantei.statistics.metric_names import METRICS
from gantei.statistics.units import Units

from .age_scale import AgeScale, age_scale
from .order_of_labels import LabelOrder
from .race import Race
from .verdicts import FactVerdict

SHOWN = {
    "regression": ("mae", "mae_of_mean", "correlation"),
    "binary": ("auc", "accuracy"),
    "categorical": ("macro_auc", "accuracy"),
}
OF_UNIT = ("input.scale", "input.colour")
"""Facts of the input that may move a number from one unit to another; a crop does not."""
PERCENT = ("%", "percent", "per cent")


@dataclass(frozen=True)
class Performance:
    """One output of the best candidate, by person.

    Attributes:
        output: its name.
        units: estimates beside the truth, by person.
        measured: the figures that are shown.
        reported: those of the publisher that are of the same metric.
        worse: those of `reported` that the interval measured here excludes, as better than it.
        as_stated: the same as `measured`, with the stated order of labels, if they contradict it.
        scale: how a number is read, where nobody has said it, or where it was fitted before and
            these labels tell otherwise.
        told_scale: the same, where the manifest says it, if the labels tell otherwise.
        unsettled: facts of the input that `scale` depends on, and that are not settled.
    """

    output: str
    units: Units
    measured: tuple[Measure, ...]
    reported: tuple[ReportedFigure, ...]
    worse: tuple[ReportedFigure, ...]
    as_stated: tuple[Measure, ...] = ()
    scale: AgeScale | None = None
    told_scale: AgeScale | None = None
    unsettled: tuple[str, ...] = ()

    @property
    def applicable_scale(self) -> AgeScale | None:
        """How a number is read, where that may be written."""
        return None if self.unsettled or (self.scale and self.scale.doubtful) else self.scale


def performance_of(
    race: Race,
    manifest: Manifest,
    outputs: Mapping[str, EstimatedOutput],
    orders: Mapping[str, LabelOrder],
    verdicts: Sequence[FactVerdict] = (),
) -> tuple[Performance, ...]:
    """Measure the winner of a race on the people of the race.

    Args:
        race: whose winner is measured.
        manifest: of the estimator.
        outputs: those with labels in the table.
        orders: of labels, of the outputs whose scores are in the network's order.
        verdicts: on facts, of which some may contradict what is stated.
    """
    contradicted = {
        each.fact.key.split(".")[1]: each
        for each in verdicts
        if each.verdict == "contradicted" and each.fact.key.endswith((".positive", ".classes"))
    }
    found = [
        _performance(race, manifest, output, orders.get(name), contradicted.get(name))
        for name, output in outputs.items()
    ]
    return tuple(
        replace(each, unsettled=_unsettled(each.scale, verdicts)) if each.scale else each
        for each in found
    )


def _unsettled(scale: AgeScale, verdicts: Sequence[FactVerdict]) -> tuple[str, ...]:
    """The facts without which a scale is not known: of a line all, of years those in `OF_UNIT`."""
    return tuple(
        each.fact.key
        for each in verdicts
        if each.fact.key.startswith("input.")
        and each.verdict in ("not yet", "not compared", "nothing")
        and (scale.meaning == "fitted line" or each.fact.key in OF_UNIT)
    )


def _performance(
    race: Race,
    manifest: Manifest,
    output: EstimatedOutput,
    order: LabelOrder | None,
    contradicted: FactVerdict | None,
) -> Performance:
    scores, truths = race.scores(race.winner, output.name), race.truths(output.name)
    known = ~np.isnan(truths)
    scores, truths = scores[known], truths[known]
    if order is not None:
        scores = scores[:, list(order.order)]
    scale, told = None, None
    if output.kind == "regression":
        scale, told, scores = _read(race, manifest, output.name, scores, truths)
    units = _units(output, scores, truths)
    every = measures(units, PersonDraws(len(truths)))
    stated: tuple[Measure, ...] = ()
    if contradicted is not None:
        stated = measures(_as_stated(units, output, contradicted), PersonDraws(len(truths)))
    reported = _reported(manifest)
    worse = tuple(each for each in reported if _is_better(each, every))
    return Performance(
        output.name,
        units,
        _shown(output, every),
        reported,
        worse,
        _shown(output, stated),
        scale,
        told,
    )


def _shown(output: EstimatedOutput, every: Sequence[Measure]) -> tuple[Measure, ...]:
    return tuple(
        each
        for code in SHOWN[output.kind] for each in every
        if each.metric == code and each.label is None
    )  # fmt: skip


def _as_stated(units: Units, output: EstimatedOutput, contradicted: FactVerdict) -> Units:
    """The estimates, with the labels where the manifest states them."""
    if output.kind == "binary":
        return replace(units, estimates=1 - units.estimates)
    best, stated = (str(each).split(",") for each in (contradicted.value, contradicted.fact.before))
    places = [output.classes.index(best[stated.index(label)]) for label in output.classes]
    return replace(units, estimates=units.estimates[:, places])


def _read(
    race: Race,
    manifest: Manifest,
    name: str,
    scores: NDArray[np.float64],
    truths: NDArray[np.float64],
) -> tuple[AgeScale | None, AgeScale | None, NDArray[np.float64]]:
    """Read a number: the scale that is new, else the one that was told wrongly; and the values."""
    spec = dict(race.winner.outputs)[name]
    found = age_scale(scores, truths)
    scale, offset = getattr(spec, "scale", UNKNOWN), getattr(spec, "offset", UNKNOWN)
    if isinstance(scale, str) or isinstance(offset, str):
        return found, None, scores * found.scale + found.offset
    told = found if found.meaning != "years" else None
    basis = manifest.basis.get(f"output.{name}.scale")
    if basis and basis.origin == "fitted" and (told or found.doubtful) and scale:
        raw = (scores - offset) / scale
        again = age_scale(raw, truths)
        return again, None, raw * again.scale + again.offset
    return None, told, scores


def _units(
    output: EstimatedOutput, scores: NDArray[np.float64], truths: NDArray[np.float64]
) -> Units:
    persons = np.arange(len(truths))
    if output.kind == "regression":
        return Units("regression", scores, truths, persons, len(persons))
    if output.kind == "binary":
        probabilities = np.asarray((1 + np.tanh(scores / 2)) / 2)
    else:
        powers = np.exp(scores)
        probabilities = powers / powers.sum(axis=1, keepdims=True)
    return Units(output.kind, probabilities, truths.astype(np.intp), persons, len(persons))


def _reported(manifest: Manifest) -> tuple[ReportedFigure, ...]:
    """The publisher's figures, of the output where there is one only."""
    if len(manifest.output) > 1:
        return ()
    return tuple(each for each in figures_reported_in(manifest) if each.code)


def _is_better(reported: ReportedFigure, every: Sequence[Measure]) -> bool:
    """Whether a reported figure is better than all that the interval of ours holds."""
    value = reported.value / 100 if reported.unit.strip().lower() in PERCENT else reported.value
    for each in every:
        codes = (reported.code, f"macro_{reported.code}")
        if each.metric in codes and each.label is None and None not in (each.low, each.high):
            if METRICS[each.metric].higher_is_better:
                return value > (each.high or 0.0)
            return value < (each.low or 0.0)
    return False
