"""What the figures and intervals of a large cohort cost: processor time and memory, by level.

    python benchmarks/evaluate.py

100,000 photographs of 50,000 people, 2,000 draws of persons; levels photograph and person; each in
a process of its own, on one thread. Beside it, from the same process:

- what is needed at the least: the draws alone, made, and spread once over the units that the AUC
  must see (`bound`);
- scikit-learn, called in a loop over the draws with `sample_weight`, for the figures that it has,
  extrapolated from a few draws (`scikit-learn`).
"""

import argparse
import os
import subprocess
import sys
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import resource

import numpy as np
from sklearn import metrics

from gantei.statistics.draws import PersonDraws
from gantei.statistics.measures import measures
from gantei.statistics.units import Units

MUST_SECONDS, MUST_MEGABYTES = 30, 1000
PEER_DRAWS = 3


def cohort(kind, people, photographs):
    """Draw photographs of people, as many of each."""
    rng = np.random.default_rng(1)
    persons = np.arange(photographs) % people
    noise = rng.normal(size=people)[persons] + rng.normal(size=photographs)
    if kind == "regression":
        truths = rng.uniform(20, 90, people)[persons]
        return Units(kind, 10 + 0.8 * truths + 3 * noise, truths, persons, people)
    if kind == "binary":
        truths = rng.integers(0, 2, people)[persons]
        return Units(kind, 1 / (1 + np.exp(-3 * (truths - 0.5) - noise)), truths, persons, people)
    truths = rng.integers(0, 5, people)[persons]
    chances = np.exp(2 * np.eye(5)[truths] + rng.normal(size=(photographs, 5)))
    return Units(kind, chances / chances.sum(axis=1, keepdims=True), truths, persons, people)


def spent(work):
    began = time.process_time()
    work()
    return time.process_time() - began


def bound(units, draws):
    """Make all draws and spread each over the units, and nothing else."""
    for start in range(0, draws.draws, 20):
        draws.weights(start, min(start + 20, draws.draws)).take(units.persons, axis=1)


def of_class(ones, probability, answers, weights):
    given = {"sample_weight": weights}
    for score in (metrics.roc_auc_score, metrics.average_precision_score, metrics.log_loss,
                  metrics.brier_score_loss):  # fmt: skip
        score(ones, probability, **given)
    for score in (metrics.accuracy_score, metrics.recall_score, metrics.precision_score,
                  metrics.f1_score, metrics.balanced_accuracy_score):  # fmt: skip
        score(ones, answers, **given)
    metrics.recall_score(ones, answers, pos_label=0, **given)
    metrics.precision_score(ones, answers, pos_label=0, **given)


def peer(units, draws):
    """The figures that scikit-learn has, of a few draws."""
    for row in draws.weights(0, PEER_DRAWS):
        weights = row[units.persons].astype(float)
        if units.kind == "regression":
            for score in (metrics.mean_absolute_error, metrics.root_mean_squared_error,
                          metrics.r2_score):  # fmt: skip
                score(units.truths, units.estimates, sample_weight=weights)
        elif units.kind == "binary":
            answers = (units.estimates >= 0.5).astype(int)
            of_class(units.truths, units.estimates, answers, weights)
        else:
            answers = units.estimates.argmax(axis=1)
            for label in range(units.estimates.shape[1]):
                chosen = (units.truths == label).astype(int)
                of_class(chosen, units.estimates[:, label], (answers == label) * 1, weights)


def measure(kind, level, people, photographs, count):
    """Print one row of the table."""
    units = cohort(kind, people, photographs if level == "photograph" else people)
    draws = PersonDraws(people, count)
    seconds = spent(lambda: measures(units, draws))
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    least = spent(lambda: bound(units, draws))
    theirs = spent(lambda: peer(units, draws)) * count / PEER_DRAWS
    print(
        f"| {kind} | {level} | {len(units):,} | {seconds:.1f} | {megabytes:.0f} "
        f"| {least:.1f}, {seconds / least:.1f} | {theirs:.0f}, {theirs / seconds:.0f} |",
        flush=True,
    )
    return seconds <= MUST_SECONDS and megabytes <= MUST_MEGABYTES


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--people", type=int, default=50_000)
    parser.add_argument("--photographs", type=int, default=100_000)
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--only", nargs=2, metavar=("KIND", "LEVEL"), help="one row, here")
    asked = parser.parse_args()
    size = (asked.people, asked.photographs, asked.draws)
    if asked.only:
        sys.exit(not measure(*asked.only, *size))
    print(
        "| output | level | units | s of CPU | MB | bound: s, times | scikit-learn: s, times |\n"
        "|---|---|---:|---:|---:|---:|---:|",
        flush=True,
    )
    given = [f"--{name}={value}" for name, value in vars(asked).items() if name != "only"]
    failed = []
    for kind in ("regression", "binary", "categorical"):
        for level in ("photograph", "person"):
            command = [sys.executable, __file__, *given, "--only", kind, level]
            if subprocess.run(command, check=False).returncode:
                failed.append(f"{kind}, {level}")
    if failed:
        sys.exit(f"above {MUST_SECONDS} s or {MUST_MEGABYTES} MB: {'; '.join(failed)}")


if __name__ == "__main__":
    main()
