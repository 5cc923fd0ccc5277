"""Whether what `gantei adapt` says of a head holds: python benchmarks/adapt_simulations.py.

Made-up people, three in four with two photographs that resemble each other, whose embeddings tell
something of a class or an age. Coverage: how often the 95 % interval of 10 trials holds the mean
performance of heads learnt from as many people, and that of this cohort's own heads, both on
photographs of 4,000 new people; beside it, how often the mean plus and minus 1.96 standard
deviations over trials, over the root of their number, does. Curve: how often a power law is told
where embeddings say nothing, so that no number of people helps, and where they do.
"""

import argparse
import time

import numpy as np
from numpy.typing import NDArray

from gantei.statistics.units import EstimateKind
from gantei_export.learning.head_fitting import STRENGTHS, fit_head
from gantei_export.learning.held_out import HeldOut, rows_of
from gantei_export.learning.held_out_figures import split_figures
from gantei_export.learning.labelled_embeddings import LabelledEmbeddings
from gantei_export.learning.learning_curve import run_curve
from gantei_export.learning.learning_target import LearningTarget
from gantei_export.learning.people_split import split_people
from gantei_export.learning.trials import run_trials

WIDTH, TRIALS, NEW = 40, 10, 4000
TRIED = STRENGTHS[::2]
"""Every second strength, to save time."""
METRICS: dict[EstimateKind, tuple[str, ...]] = {
    "regression": ("mae", "rmse", "r2"),
    "binary": ("accuracy", "auc", "sensitivity", "f1", "log_loss"),
}
TARGETS = {
    "regression": LearningTarget("age", "regression", (), "years"),
    "binary": LearningTarget("sex", "binary", ("female", "male")),
}
_FIXED = np.random.default_rng(0)
SIGNAL = _FIXED.normal(size=WIDTH) / np.sqrt(WIDTH)
MIXED = np.linalg.qr(_FIXED.normal(size=(WIDTH, WIDTH)))[0] * np.arange(1, WIDTH + 1) ** -0.5


def cohort(
    rng: np.random.Generator, people: int, kind: EstimateKind, strength: float = 1.0
) -> LabelledEmbeddings:
    """Draw people; at a `strength` of 0 their embeddings say nothing."""
    both = rng.random(people) < 0.75
    persons = np.concatenate((np.arange(people), np.flatnonzero(both)))
    own = rng.normal(size=(people, WIDTH))
    each = np.sqrt(0.6) * own[persons] + np.sqrt(0.4) * rng.normal(size=(len(persons), WIDTH))
    truths: NDArray[np.float64] | NDArray[np.intp]
    ages = rng.uniform(20, 90, people)
    if kind == "regression":
        truths = ages[persons]
        pull = (truths - 55) / 20 * 1.2
    else:
        truths = rng.integers(0, 2, people)[persons]
        pull = (truths - 0.5) * 2.5
    embeddings = (each + strength * pull[:, None] * SIGNAL) @ MIXED
    unknown = np.full(len(persons), np.nan)
    return LabelledEmbeddings(TARGETS[kind], embeddings, truths, persons, people, unknown)


def own_figures(
    data: LabelledEmbeddings, new: LabelledEmbeddings, seed: int
) -> dict[str, np.floating]:
    """What three of the cohort's heads do on new people, on average."""
    found = []
    for draw in range(3):
        train, _ = split_people(data, seed=seed, draw=draw)
        fitted = fit_head(rows_of(data, train), seed=seed, draw=draw, strengths=TRIED)
        estimates = fitted.head.estimates(new.embeddings)
        split = HeldOut(new.target.kind, estimates, estimates, new.truths, new.persons, 0, 0)
        found.append(split_figures([split]))
    return {name: np.mean([each[name][0] for each in found]) for name in found[0]}


def coverage(kind: EstimateKind, people: int, cohorts: int) -> None:
    """Print a line per figure."""
    new = cohort(np.random.default_rng(99), NEW, kind)
    rows = []
    for number in range(cohorts):
        data = cohort(np.random.default_rng([1, number]), people, kind)
        trials = run_trials(data, TRIALS, number, draws=200, strengths=TRIED)
        own = own_figures(data, new, number)
        figures = [(trials.figure(name), own[name]) for name in METRICS[kind]]
        rows.append([(each.mean, each.low, each.high, true, each.sd) for each, true in figures])
    for name, (mean, low, high, own_true, spread) in zip(
        METRICS[kind], np.array(rows, np.float64).transpose(1, 2, 0), strict=True
    ):
        known, true = np.isfinite(low), own_true.mean()
        held, held_own = (np.mean(((low <= it) & (it <= high))[known]) for it in (true, own_true))
        by_trials = np.mean(np.abs(mean - true) <= 1.96 * spread / np.sqrt(TRIALS))
        shares = (held, held_own, by_trials, 1 - known.mean())
        print(f"| {name}, {people} people | {true:.3f} | {mean.mean():.3f} | "
              f"{' | '.join(f'{share:.2f}' for share in shares)} |", flush=True)  # fmt: skip


def curves(people: int, cohorts: int, strength: float) -> None:
    """Print how often a law is told, and how often it foretells the error of twice the people."""
    told, near = 0, 0
    for number in range(cohorts):
        rng = np.random.default_rng([2, number])
        data = cohort(rng, people, "regression", strength)
        curve = run_curve(data, number, strengths=TRIED)
        if curve.law is None:
            continue
        told += 1
        more = cohort(np.random.default_rng([3, number]), 2 * people, "regression", strength)
        new = cohort(np.random.default_rng(99), NEW, "regression", strength)
        head = fit_head(more, strengths=TRIED).head
        error = np.abs(head.estimates(new.embeddings) - new.truths).mean()
        near += abs(curve.law.error(2 * people) - error) <= 0.1 * error
    print(f"| {people} people, signal {strength:g} | {cohorts} | {told} | {near} |", flush=True)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cohorts", type=int, default=100)
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--only", choices=("coverage", "curve"))
    chosen = parser.parse_args()
    start = time.process_time()
    if chosen.only != "curve":
        print("| figure | true | mean | interval holds it | this cohort's own | by trials | none |")
        print("|---|---:|---:|---:|---:|---:|---:|")
        for kind in METRICS:
            coverage(kind, chosen.people, chosen.cohorts)
    if chosen.only != "coverage":
        print("| curve | cohorts | law told | within 10 % at twice the people |")
        print("|---|---:|---:|---:|")
        for strength in (0.0, 1.0):
            curves(300, chosen.cohorts, strength)
    print(f"{time.process_time() - start:.0f} s of the processor")


if __name__ == "__main__":
    main()
