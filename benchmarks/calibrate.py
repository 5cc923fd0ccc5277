"""What `gantei calibrate` covers, and what its probabilities lose: simulated people.

    python benchmarks/calibrate.py --repeats 1000

Three in four people have two photographs, whose errors are correlated by 0.5 (ages) and 0.6
(sexes). `ages`: 20 to 90, estimated with a slope of 0.8, from which 200 people calibrate (and 50,
100, 500); errors normal, skewed, growing with age, and an estimate that bends. One photograph each
of 3,000 new people is looked at: in what part of them the interval holds the real age, by band of
the real age; the 5th percentile over the calibrations, beside what the calibration says of itself.
`sexes`: an AUC of 0.97, logits 1.6 times too steep and shifted; the log loss after calibrating,
over the best possible, and how often the parameters' intervals hold the true ones.
"""

import argparse

import numpy as np

from gantei.statistics.class_line import class_chances, fit_class_line, scores_of
from gantei.statistics.conformal import covered_at_least, residual_ends
from gantei.statistics.estimate_bands import band_edges, bands_of
from gantei.statistics.number_line import cross_fitted_values, fit_line, fold_of, one_each

LEVEL = 0.9
BANDS = ((20, 40), (40, 50), (50, 60), (60, 70), (70, 90))
NEW = 3_000
PEOPLE_IN_BAND = 50
STEEP, SHIFT, APART = 1.6, 0.4, 2.66


def eyes(rng, people):
    """Whose each photograph is; those of a person do not stand together."""
    return np.concatenate([np.arange(people), np.flatnonzero(rng.random(people) < 0.75)])


def errors(rng, persons, people, shared):
    own = rng.normal(size=people)[persons]
    return np.sqrt(shared) * own + np.sqrt(1 - shared) * rng.normal(size=len(persons))


def ages(rng, people, kind):
    """Give persons, estimates and real ages of photographs."""
    persons = eyes(rng, people)
    real = rng.uniform(20, 90, people)[persons]
    off = errors(rng, persons, people, 0.5)
    if kind == "skewed":
        off = (np.exp(0.6 * off) - np.exp(0.18)) / np.sqrt((np.exp(0.36) - 1) * np.exp(0.36))
    if kind == "growing":
        off = off * (0.6 + 0.8 * (real - 20) / 70)
    bent = 4 * ((real - 55) / 35) ** 2 if kind == "bent" else 0
    return persons, 11 + 0.8 * real + bent + 4.7 * off, real


def one_photograph(rng, persons):
    order = np.lexsort((rng.random(len(persons)), persons))
    return order[np.unique(persons[order], return_index=True)[1]]


def covered(rng, people, kind):
    """Give what one calibration covers by band of real age and in all, what it says, the width."""
    persons, estimates, real = ages(rng, people, kind)
    expected = cross_fitted_values(estimates, real, persons, fold_of(rng.permutation(people)))
    intercept, slope = fit_line(estimates, real, one_each(persons))
    drawn = one_photograph(rng, persons)
    edges = band_edges(estimates[drawn], PEOPLE_IN_BAND)
    bands = bands_of(estimates[drawn], edges)
    residuals = (real - expected)[drawn]
    ends = [residual_ends(residuals[bands == each], LEVEL) for each in range(len(edges) - 1)]
    low, high = np.array(ends).T
    persons, estimates, real = ages(rng, NEW, kind)
    new = one_photograph(rng, persons)
    value, band = intercept + slope * estimates[new], bands_of(estimates[new], edges)
    real = real[new]
    held = (real >= value + low[band]) & (real <= value + high[band])
    by_band = [held[(real >= least) & (real < most)].mean() for least, most in BANDS]
    said = covered_at_least(np.bincount(bands).tolist(), LEVEL)
    return [*by_band, held.mean(), said, (high - low)[band].mean()]


def report_ages(people, kind, repeats):
    """Print a row of the table of coverage."""
    rng = np.random.default_rng(15)
    found = np.array([covered(rng, people, kind) for _ in range(repeats)])
    shares = " | ".join(f"{each:.3f}" for each in found[:, :6].mean(axis=0))
    percentile = np.quantile(found[:, 5], 0.05)
    outer = np.quantile(found[:, :5], 0.05, axis=0).min()
    print(f"| {kind} | {people} | {shares} | {percentile:.3f} | {found[:, 6].mean():.3f} | "
          f"{outer:.2f} | {found[:, 7].mean():.1f} |", flush=True)  # fmt: skip


def sexes(rng, people):
    """Give persons, steep probabilities and classes of photographs."""
    persons = eyes(rng, people)
    classes = rng.integers(0, 2, people)[persons]
    seen = APART * (classes - 0.5) + errors(rng, persons, people, 0.6)
    return persons, 1 / (1 + np.exp(-STEEP * APART * seen - SHIFT)), classes


def lost(scores, classes, intercept, slope):
    chances = class_chances(scores, np.array([intercept]), slope)
    return -np.log(chances[np.arange(len(classes)), classes]).mean()


def report_sexes(people, repeats):
    """Print a row of the table of log losses."""
    rng = np.random.default_rng(16)
    persons, estimates, classes = sexes(rng, 100_000)
    new = one_photograph(rng, persons)
    scores, classes = scores_of(estimates[new]), classes[new]
    true = np.array((-SHIFT / STEEP, 1 / STEEP))
    best, raw = lost(scores, classes, *true), lost(scores, classes, 0.0, 1.0)
    over, held, none = [], [], 0
    for _ in range(repeats):
        whose, steep, label = sexes(rng, people)
        line = fit_class_line(scores_of(steep), label, one_each(whose), whose)
        if line.why:
            none += 1
            continue
        found = np.array((line.intercepts[0], line.slope))
        over.append(lost(scores, classes, *found) - best)
        held.append(np.abs(found - true) < 1.96 * np.sqrt(np.diagonal(line.covariance)))
    worse = np.mean(np.array(over) > raw - best)
    intercepts, slopes = np.mean(held, axis=0)
    print(f"| {people} | {none} | {raw - best:.3f} | {np.median(over):.4f} | "
          f"{np.quantile(over, 0.95):.3f} | {worse:.3f} | {intercepts:.3f}, {slopes:.3f} |",
          flush=True)  # fmt: skip


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repeats", type=int, default=1_000)
    repeats = parser.parse_args().repeats
    names = [f"{least} to {most}" for least, most in BANDS]
    print(f"| errors | people | {' | '.join(names)} | all | 5th percentile | said | "
          "of the worst band | width |")  # fmt: skip
    print("|---|" + "---:|" * 11)
    for kind in ("normal", "skewed", "growing", "bent"):
        report_ages(200, kind, repeats)
    for people in (50, 100, 500):
        report_ages(people, "normal", repeats)
    print("\n| people | without a fit | lost before | lost, median | 95 % of samples | "
          "worse than before | 95 % intervals of intercept, slope hold |")  # fmt: skip
    print("|---:|" + "---:|" * 6)
    for people in (20, 30, 50, 100, 200):
        report_sexes(people, repeats)


if __name__ == "__main__":
    main()
