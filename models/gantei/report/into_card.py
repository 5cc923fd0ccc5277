"""`--into-card`: figures measured here, beside those that the publisher reports, never among them.

They go into `measured.json` of the installed estimator's folder, which its card is written from. An
estimator that is signed, or that comes with gantei, is never changed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..card import as_markdown, composed_of
from ..card.measured_here import MeasuredFigure, MeasuredHere, measured_json, read_measured
from ..catalogue.entries import Entry, find
from ..catalogue.store import installed
from ..errors import GanteiError
from ..estimator.folder_files import CARD, MEASURED
from ..evaluation.evaluation import Evaluation
from ..evaluation.evaluation_row import EvaluationRow
from ..evaluation.main_figures import main_figures
from ..labels.estimated_output import EstimatedOutput
from ..pages.bilingual import IN_UNITS
from ..pages.known_manifest import published_name
from ..signing.contents import SIGNATURE_FILE
from ..statistics.metric_names import METRICS
from ..system.files import atomic_write
from ..system.version import __version__
from .participants import spread

_COPY = (
    "its card stays as it is, and the figures stand in the report. A copy of your own, which "
    "gantei set makes with --name, takes the figures of its own results"
)
_CHANGED = (
    "the results were changed since gantei predict wrote them, and a card has figures of a whole "
    "run only; evaluate the table as it was written"
)
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class CardChange:
    """What became of the card of one estimator.

    Attributes:
        estimator: its name.
        path: of the card that was written; None where none was.
        why: why none was written; else empty.
    """

    estimator: str
    path: Path | None
    why: str = ""

    def __str__(self) -> str:
        return f"{self.estimator}: {self.why or self.path}"


def write_into_cards(evaluation: Evaluation) -> tuple[CardChange, ...]:
    """Add the main figures to the cards of the estimators that were measured, and say what became.

    Only of an estimator of the store whose weights are those of the results, and of results that
    are as the run wrote them. Figures of the same
    labels take the place of earlier ones.

    Raises:
        ManifestError: what an estimator's folder holds cannot be read.
        OutputError: a file cannot be written.
    """
    by_estimator: dict[str, list[EstimatedOutput]] = {}
    for output in evaluation.outputs:
        by_estimator.setdefault(published_name(output), []).append(output)
    return tuple(_written(evaluation, name, outputs) for name, outputs in by_estimator.items())


def _written(evaluation: Evaluation, name: str, outputs: Iterable[EstimatedOutput]) -> CardChange:
    try:
        entry = find(name)
    except GanteiError:
        return CardChange(name, None, "not installed here, so it has no card here")
    weights = entry.manifest.weights
    new = [
        _measured(evaluation, each)
        for each in outputs
        if weights and each.weights_sha256 == weights.sha256
    ]
    if new and not any(each.figures for each in new):
        return CardChange(name, None, "nobody was left to measure it on")
    if not new:
        return CardChange(name, None, "the results are of other weights than those installed here")
    replaced = {each.whose for each in new}
    if len(replaced) < len(new):
        return CardChange(name, None, "several results are of it; evaluate the ones for its card")
    is_changed = any(each.is_changed for each in evaluation.files)
    if why := _CHANGED if is_changed else _unchangeable(entry):
        return CardChange(name, None, why)
    kept = [each for each in read_measured(entry.folder) if each.whose not in replaced]
    with atomic_write(entry.folder / MEASURED) as file:
        file.write(measured_json([*kept, *new]))
    with atomic_write(entry.folder / CARD) as file:
        file.write(as_markdown(composed_of(entry)).encode())
    return CardChange(name, entry.folder / CARD)


def _unchangeable(entry: Entry) -> str:
    if (entry.folder / SIGNATURE_FILE).exists():
        return f"is signed: {_COPY}"
    if installed().get(entry.name) != entry.folder:
        return f"comes with gantei, or stands outside the store: {_COPY}"
    return ""


def _measured(evaluation: Evaluation, output: EstimatedOutput) -> MeasuredHere:
    level = evaluation.level_of(output.key)
    cohort = evaluation.cohorts[output.key, level]
    threshold = evaluation.thresholds.get((output.key, level))
    chosen = ", chosen on these people" if threshold and threshold.is_chosen_here else ""
    labels = next((each.sha256 for each in evaluation.files if each.role == "labels"), "")
    return MeasuredHere(
        output=output.name,
        weights_sha256=output.weights_sha256,
        labels_sha256=labels,
        level=level,
        units=len(cohort.units),
        people=cohort.units.present(),
        of=spread(cohort)[0],
        threshold=f"{threshold.value:.3g}{chosen}" if threshold else "",
        gantei=__version__,
        figures=tuple(
            _figure(row)
            for row in main_figures(evaluation, output)
            if row.measure.value is not None
        ),
    )


def _figure(row: EvaluationRow) -> MeasuredFigure:
    value, low, high = (
        None if each is None else round(each, _DIGITS)
        for each in (row.measure.value, row.measure.low, row.measure.high)
    )
    unit = row.output.unit if row.measure.metric in IN_UNITS else ""
    return MeasuredFigure(METRICS[row.measure.metric].english, value or 0.0, low, high, unit)
