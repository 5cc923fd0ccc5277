"""From results and labels to a calibration, with all that a report on it shows."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..calibrations.calibration import Calibration, EmbeddingReference, facts_of
from ..catalogue.entries import Entry, find
from ..errors import OutputError, SettingError
from ..evaluation.estimator_settings import EstimatorSettings, estimator_settings
from ..evaluation.evaluated_tables import EvaluatedFile, read_files
from ..labels.cohort import Cohort, Level
from ..labels.estimated_output import EstimatedOutput
from ..labels.exclusions import REASONS, Exclusion, counted_reasons
from ..labels.joining import Joined, join_results
from ..labels.label_table import LabelTable
from ..labels.results_table import ResultsTable, read_results
from ..labels.true_values import label_place
from ..labels.units_of import cohorts_of
from ..study.definition import digest_of
from ..system.version import __version__
from .calibrated_people import WhoCalibrated, who_calibrated
from .calibration_options import CalibrationOptions
from .class_fitting import fit_classes
from .fitted_output import FittedOutput
from .given_embeddings import embeddings_of
from .number_fitting import fit_number
from .reference_of_embeddings import embedding_reference
from .smallest_calibrations import too_few

NOBODY_TELLS_PERSONS = (
    "nothing says whose eye each photograph shows, and two eyes of one person are not two "
    "people: name the column of the labels by --person, or say --one-photograph-per-person "
    "if that is so"
)


@dataclass(frozen=True)
class FittedCalibration:
    """A calibration with what was found beside it.

    Attributes:
        calibration: as its file holds it.
        outputs: what was fitted of each output, in the order of the results.
        left: outputs that are not calibrated, by their keys, and why.
        joined: results with labels: the flow, and what was left out.
        who: the photographs that it is made on.
        files: the tables that were read.
        settings: of the estimator, which facts were fitted, stated or assumed.
    """

    calibration: Calibration
    outputs: tuple[FittedOutput, ...]
    left: Mapping[str, str]
    joined: Joined
    who: WhoCalibrated
    files: tuple[EvaluatedFile, ...]
    settings: tuple[EstimatorSettings, ...]

    @property
    def exclusions(self) -> tuple[Exclusion, ...]:
        """Photographs, rows of labels and units that were left out, of all outputs or of one."""
        of_outputs = (one for each in self.outputs for one in each.exclusions)
        return (*self.joined.exclusions, *of_outputs)


def fit_calibration(
    path: Path, table: LabelTable, options: CalibrationOptions
) -> FittedCalibration:
    """Fit the calibration of one estimator.

    Args:
        path: a table that `gantei predict` wrote.
        table: of labels.
        options: which estimator, for which site.

    Raises:
        OutputError: a table cannot be read, nothing matches, or it is of other weights.
        SettingError: nothing tells the persons, or no output can be calibrated; says why.
        UnknownEstimatorError: no estimator of that name is here.
        MissingExtraError: a library of the extra is not installed.
    """
    results = read_results(path, encoding=table.options.encoding)
    entry, outputs = _estimator(results, options.estimator)
    joined = _with_persons(join_results(results, table), options)
    fitted, left = _fitted(joined, outputs, options)
    if not fitted:
        raise SettingError("; ".join(f"{key}: {why}" for key, why in left.items()))
    used = {name for each in fitted for name in _names(joined, each)}
    who = who_calibrated(joined, used, options.camera)
    files = read_files([results], table)
    calibration = _record(entry, fitted, who, table, options, _reference(results, who, options))
    settings = estimator_settings([each.output for each in fitted])
    return FittedCalibration(calibration, tuple(fitted), left, joined, who, files, settings)


def _estimator(results: ResultsTable, name: str) -> tuple[Entry, tuple[EstimatedOutput, ...]]:
    """Find the estimator, and its outputs in the results."""
    entry = find(name)
    outputs = tuple(each for each in results.outputs if each.estimator == entry.name)
    if not outputs:
        there = ", ".join(dict.fromkeys(each.estimator for each in results.outputs))
        raise OutputError(f"{results.path}: has no estimates of {entry.name}; it has: {there}")
    weights = entry.manifest.weights
    if weights is None or any(each.weights_sha256 != weights.sha256 for each in outputs):
        raise OutputError(
            f"{results.path}: was estimated with other weights than {entry.name} has here "
            f"({outputs[0].weights_sha256[:16]}…); estimate the photographs again"
        )
    if (before := _manifest_of_run(results.run, entry.name)) not in (
        None, digest_of(entry.manifest.tables()),
    ):  # fmt: skip
        raise OutputError(
            f"{results.path}: was estimated with another manifest of {entry.name} "
            f"({str(before)[:16]}…), so its values may be others; estimate the photographs again"
        )
    return entry, outputs


def _manifest_of_run(run: Mapping[str, Any], name: str) -> object:
    with suppress(TypeError, AttributeError):
        for each in run.get("estimators", ()):
            if each.get("name") == name:
                return each.get("manifest_sha256")
    return None


def _with_persons(joined: Joined, options: CalibrationOptions) -> Joined:
    if options.one_photograph_per_person or joined.has_persons:
        return joined
    raise SettingError(NOBODY_TELLS_PERSONS)


def _fitted(
    joined: Joined, outputs: tuple[EstimatedOutput, ...], options: CalibrationOptions
) -> tuple[list[FittedOutput], dict[str, str]]:
    fitted: list[FittedOutput] = []
    left: dict[str, str] = {}
    for output in outputs:
        try:
            label_place(joined.table, output)
        except OutputError as error:
            left[output.key] = str(error)
            continue
        cohort = _cohort(joined, output, options)
        if why := too_few(output, cohort.units):
            left[output.key] = why + _without(joined, cohort)
            continue
        try:
            fitted.append(
                fit_number(cohort, options.level)
                if output.kind == "regression"
                else fit_classes(cohort)
            )
        except SettingError as error:
            left[output.key] = str(error)
    return fitted, left


def _without(joined: Joined, cohort: Cohort) -> str:
    """Say which photographs have no part in a cohort, and why; empty where all have."""
    reasons = counted_reasons(
        [
            each
            for each in (*joined.exclusions, *cohort.exclusions)
            if REASONS[each.code].what != "label"
        ]
    )
    return f"; left out: {reasons}" if reasons else ""


def _cohort(joined: Joined, output: EstimatedOutput, options: CalibrationOptions) -> Cohort:
    level: Level = "photograph"
    own = options.one_photograph_per_person
    return cohorts_of(joined, output, (level,), one_photograph_per_person=own)[level]


def _names(joined: Joined, fitted: FittedOutput) -> set[str]:
    """Name the photographs that have a label of an output."""
    without = {each.name for each in fitted.exclusions}
    return {each.name for each in joined.photographs} - without


def _reference(
    results: ResultsTable, who: WhoCalibrated, options: CalibrationOptions
) -> EmbeddingReference | None:
    if options.embeddings is None:
        return None
    return embedding_reference(embeddings_of(options.embeddings, results), who)


def _record(
    entry: Entry,
    fitted: list[FittedOutput],
    who: WhoCalibrated,
    table: LabelTable,
    options: CalibrationOptions,
    reference: EmbeddingReference | None,
) -> Calibration:
    return Calibration(
        site=options.site,
        estimator=entry.name,
        weights_sha256=fitted[0].output.weights_sha256,
        facts=facts_of(entry.manifest),
        date=datetime.now(UTC).date().isoformat(),
        gantei=__version__,
        level=options.level,
        labels_sha256=table.sha256,
        people=who.counted(),
        outputs={each.output.name: each.record for each in fitted},
        embeddings=reference,
    )
