"""Calibrations to test with, of numbers that a test chooses."""

from itertools import pairwise

import numpy as np

from gantei.calibrations.calibration import (
    CalibratedPeople,
    Calibration,
    EmbeddingReference,
    IntervalBand,
    LineCalibration,
    LogisticCalibration,
    facts_of,
)
from gantei.manifests.manifest import Binary, Categorical

PEOPLE = CalibratedPeople(
    people=200,
    photographs=350,
    ages=(30.0, 80.0),
    sexes={"female": 100, "male": 100},
    cameras={"A": 350},
)


def line(intercept=5.0, slope=0.5, edges=(0.0, 100.0, 300.0), half=10.0, unit="years"):
    """The calibration of a number: a band between any two edges, the same interval in each."""
    bands = tuple(
        IntervalBand(least=least, greatest=greatest, people=100, down=half, up=half)
        for least, greatest in pairwise(edges)
    )
    return LineCalibration(
        unit=unit, people=200, intercept=intercept, slope=slope, bands=bands, covered_at_least=0.86
    )


def logistic(classes=("female", "male"), intercepts=(0.5,), slope=0.8, variance=0.04):
    """The calibration of probabilities; the parameters do not covary."""
    return LogisticCalibration(
        classes=classes,
        people=200,
        intercepts=intercepts,
        slope=slope,
        covariance=tuple(tuple(row) for row in (np.eye(len(classes)) * variance).tolist()),
    )


def reference(width=256, directions=3, limit=4.0, mean=0.0):
    """Embeddings around one number, with a spread of 2 in some directions and 1 in all others."""
    return EmbeddingReference.of(
        np.full(width, mean),
        np.eye(width)[:directions],
        np.full(directions, 2.0),
        rest=1.0,
        limit=limit,
    )


def calibration_of(manifest, **changes):
    """A calibration of every output of an estimator at the site `clinic`."""

    def output(spec):
        if isinstance(spec, Binary):
            negative = next(label for label in spec.labels if label != spec.positive)
            return logistic((negative, spec.positive))
        if isinstance(spec, Categorical):
            return logistic(spec.classes, (0.5,) * (len(spec.classes) - 1))
        return line(unit=spec.unit)

    told = {
        "site": "clinic",
        "estimator": manifest.name,
        "weights_sha256": manifest.weights.sha256,
        "facts": facts_of(manifest),
        "date": "2026-11-29",
        "gantei": "1.0",
        "level": 0.9,
        "labels_sha256": "ab" * 32,
        "people": PEOPLE,
        "outputs": {name: output(spec) for name, spec in manifest.output.items()},
        "embeddings": None,
    }
    return Calibration(**(told | changes))
