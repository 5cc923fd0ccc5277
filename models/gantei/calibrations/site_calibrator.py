"""A calibration at work: what it adds to each photograph of one estimator."""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from ..errors import CalibrationError, WeightsError
from ..findings.finding import Finding
from ..inference.calibrator import CalibratedEstimate
from ..inference.postprocessing import shortest
from ..inference.prediction import CalibratedValue
from ..manifests.manifest import Binary, Categorical, Manifest, Regression
from ..manifests.output_kinds import is_age, output_classes
from .applying import (
    CalibratedNumbers,
    band_places,
    calibrated_numbers,
    calibrated_probabilities,
)
from .calibration import Calibration, LineCalibration, OutputCalibration, facts_of
from .embedding_distance import RelativeDistance

LARGEST = 3e38
"""The largest calibrated value; float32 ends a little farther off."""


class SiteCalibrator:
    """Applies a calibration to the values of the estimator that it was made for."""

    def __init__(self, calibration: Calibration, manifest: Manifest) -> None:
        """Take a calibration of this very estimator.

        Raises:
            CalibrationError: as `check_fits`.
        """
        check_fits(calibration, manifest)
        self._calibration = calibration
        reference = calibration.embeddings
        self._distances = None if reference is None else RelativeDistance(reference)
        self._specs = {name: manifest.output[name] for name in calibration.outputs}

    @property
    def needs_embedding(self) -> bool:
        """Whether the calibration knows where embeddings lie."""
        return self._distances is not None

    def calibrated(
        self, values: Mapping[str, float], embedding: NDArray[np.float32] | None
    ) -> CalibratedEstimate:
        """Calibrate one photograph's values; `embedding` is float32 (width,).

        Raises:
            WeightsError: a calibrated value is larger than `LARGEST`.
        """
        found: dict[str, CalibratedValue] = {}
        findings: list[Finding] = []
        for name, spec in self._specs.items():
            names = spec.value_names(name)
            output = self._calibration.outputs[name]
            numbers = _numbers(output, [values[each] for each in names], self._calibration.level)
            if np.abs(numbers.value).max() > LARGEST:
                raise WeightsError(
                    Finding("value-not-finite", estimator=self._calibration.estimator, output=name)
                )
            found |= dict(zip(names, _values(numbers), strict=True))
            if isinstance(output, LineCalibration):
                findings += self._findings_on_number(name, values[name], found[name], output)
        distance = self._distance(embedding)
        if distance is not None and distance > 1:
            findings.append(
                Finding("unlike-calibrated", distance=distance, site=self._calibration.site)
            )
        return CalibratedEstimate(found, distance, tuple(findings))

    def _distance(self, embedding: NDArray[np.float32] | None) -> float | None:
        if self._distances is None or embedding is None:
            return None
        return shortest(np.float32(self._distances.of(embedding[None])[0]))

    def _findings_on_number(
        self, name: str, estimate: float, calibrated: CalibratedValue, line: LineCalibration
    ) -> Iterator[Finding]:
        ages = self._calibration.people.ages
        if ages and is_age(name, line.unit) and not ages[0] <= calibrated.value <= ages[1]:
            yield Finding(
                "outside-calibrated-ages",
                name=name,
                value=calibrated.value,
                low=ages[0],
                high=ages[1],
            )
        place = int(band_places(np.array([estimate]), line)[0])
        if place < 0:
            low, high = line.bands[0].least, line.bands[-1].greatest
            yield Finding(
                "outside-calibrated-estimates",
                name=name,
                value=estimate,
                low=low,
                high=high,
                unit=line.unit,
            )
        elif calibrated.low is None:
            yield Finding("too-few-calibrated", name=name, people=line.bands[place].people)


def check_fits(calibration: Calibration, manifest: Manifest) -> None:
    """See that an estimator is the one that a calibration was made for, as it was then.

    Raises:
        CalibrationError: it has other weights, another fact that changes its numbers, or other
            outputs; says which.
    """
    what = f"the calibration of {calibration.estimator} at {calibration.site}"
    again = f"make it again with gantei calibrate {manifest.name}"
    weights = manifest.weights.sha256 if manifest.weights else "none"
    if (calibration.estimator, calibration.weights_sha256) != (manifest.name, weights):
        raise CalibrationError(f"{what} is not of {manifest.name} with weights {weights[:16]}…")
    now = facts_of(manifest)
    for key in sorted({*now, *calibration.facts}):
        before, is_now = calibration.facts.get(key, "not there"), now.get(key, "not there")
        if before != is_now:
            raise CalibrationError(
                f"{what} was made where {key} was {before}; it is {is_now} now, so that values "
                f"are others: {again}"
            )
    for name, output in calibration.outputs.items():
        spec = manifest.output.get(name)
        if spec is None or not _is_of(output, spec):
            raise CalibrationError(f"{what} has another {name} than {manifest.name}: {again}")


def _is_of(output: OutputCalibration, spec: Regression | Binary | Categorical) -> bool:
    """Whether a calibration is of such an output: its unit, or its classes in their order."""
    if isinstance(output, LineCalibration):
        return isinstance(spec, Regression) and output.unit == spec.unit
    return list(output.classes) == output_classes(spec)


def _numbers(output: OutputCalibration, values: list[float], level: float) -> CalibratedNumbers:
    """Calibrate the values of one output of one photograph, arrays (values,)."""
    array = np.array(values)
    if isinstance(output, LineCalibration):
        return calibrated_numbers(array, output)
    if len(values) == 1:  # that of the positive class, the second of two
        both = np.array([[1 - array[0], array[0]]])
        return CalibratedNumbers(
            *(each[0, 1:] for each in calibrated_probabilities(both, output, level))
        )
    return CalibratedNumbers(
        *(each[0] for each in calibrated_probabilities(array[None], output, level))
    )


def _values(numbers: CalibratedNumbers) -> Iterator[CalibratedValue]:
    for value, low, high in zip(*(each.astype(np.float32) for each in numbers), strict=True):
        known = not np.isnan(low)
        yield CalibratedValue(
            shortest(value), shortest(low) if known else None, shortest(high) if known else None
        )
