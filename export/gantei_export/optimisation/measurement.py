"""A variant against its original on photographs: drift, changed labels, and what each takes."""

import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gantei.estimator.estimator import Estimator
from gantei.manifests.manifest import Cost, Drift, Manifest

from .limits import units_of
from .memory import peak_memory

Answers = list[dict[str, float]]

MEGABYTE = 1e6


def compare(
    original: Estimator,
    variant: Estimator,
    photographs: Iterable[NDArray[np.float32]],
    limits: Mapping[str, float],
) -> tuple[list[Drift], Cost]:
    """Run both on each photograph, the one and the other first in turn.

    Args:
        original: in float32, one thread.
        variant: with the manifest of the original, one thread.
        photographs: prepared, float32 (1, height, width, 3).
        limits: the largest drift allowed, by value.

    Returns:
        The drift of each value, and the latency of both.

    Raises:
        WeightsError: one of them answers no finite number.
    """
    pair = (original, variant)
    answers: tuple[Answers, Answers] = ([], [])
    seconds: tuple[list[float], list[float]] = ([], [])
    for number, batch in enumerate(photographs):
        if number == 0:
            for estimator in pair:  # the first run of a session is slower
                estimator.run(batch)
        for which in (0, 1) if number % 2 else (1, 0):
            start = time.perf_counter()
            answers[which].extend(pair[which].predict_array(batch))
            seconds[which].append(time.perf_counter() - start)
    latency = Cost(
        quantity="latency",
        unit="ms",
        float32=float(np.median(seconds[0])) * 1e3,
        variant=float(np.median(seconds[1])) * 1e3,
    )
    return drift_of(*answers, original.manifest, limits), latency


def drift_of(
    ours: Answers,
    theirs: Answers,
    manifest: Manifest,
    limits: Mapping[str, float],
) -> list[Drift]:
    """Summarise how two lists of answers to the same photographs differ, value by value."""
    labels = (
        [_labels(each, manifest) for each in ours],
        [_labels(each, manifest) for each in theirs],
    )
    drift = []
    for value, unit in units_of(manifest).items():
        pairs = zip(ours, theirs, strict=True)
        differences = np.abs([one[value] - other[value] for one, other in pairs])
        changed = sum(
            one.get(value) != other.get(value) for one, other in zip(*labels, strict=True)
        )
        drift.append(
            Drift(
                value=value,
                unit=unit,
                mean=float(differences.mean()),
                percentile_95=float(np.percentile(differences, 95)),
                largest=float(differences.max()),
                limit=limits[value],
                changed_labels=changed if value in labels[0][0] else None,
            )
        )
    return drift


def costs_of_files(original: Path, variant: Path, size: tuple[int, int]) -> list[Cost]:
    """Compare the memory that each needs, where the system tells it, and the files' sizes.

    `size` is height and width of the networks' input.
    """
    before, after = peak_memory(original, size), peak_memory(variant, size)
    costs = []
    if before is not None and after is not None:
        costs.append(_megabytes("memory", before, after))
    costs.append(_megabytes("file", original.stat().st_size, variant.stat().st_size))
    return costs


def _megabytes(quantity: Literal["memory", "file"], float32: int, variant: int) -> Cost:
    return Cost(
        quantity=quantity, unit="MB", float32=float32 / MEGABYTE, variant=variant / MEGABYTE
    )


def _labels(values: Mapping[str, float], manifest: Manifest) -> dict[str, bool]:
    """Tell of each label whether it is the photograph's; a number in a unit has none."""
    labels = {}
    for name, spec in manifest.output.items():
        if spec.kind == "binary":
            labels[spec.positive] = values[spec.positive] >= 0.5
        elif spec.kind == "categorical":
            names = spec.value_names(name)
            likeliest = max(names, key=lambda each: values[each])
            labels |= {each: each == likeliest for each in names}
    return labels
