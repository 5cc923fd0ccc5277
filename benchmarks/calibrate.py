"""What `gantei calibrate` covers, and what its probabilities lose: simulated people.

    python benchmarks/calibrate.py --repeats 1000

Three in four people have two photographs, whose errors are correlated by 0.5 (ages) and 0.6
(sexes). `ages`: 20 to 90, estimated with a slope of 0.8, from which 200 people calibrate (and 50,
100, 500); errors normal, skewed, growing with age, an estimate that bends, and real ages that are
not evenly spread. One photograph each of 3,000 new people is looked at: in what part of them the
interval holds the real age, by band of the real age; the 5th percentile over the calibrations,
beside what the calibration says of itself.
An estimate beyond all that were calibrated has no interval, and is counted apart.
`sexes`: an AUC of 0.97, logits 1.6 times too steep and shifted; the log loss after calibrating,
over the best possible, and how often the interval of a calibrated probability holds the true one.
"""

import argparse

import numpy as np

from gantei.calibrating.class_fitting import fit_classes
from gantei.calibrating.number_fitting import fit_number
from gantei.calibrations.applying import calibrated_numbers, calibrated_probabilities
from gantei.errors import SettingError
from gantei.labels.cohort import Cohort
from gantei.labels.estimated_output import EstimatedOutput
from gantei.statistics.units import Units

AGE = EstimatedOutput("net", "age", "regression", "years", (), ("net.age",), "")
SEX = EstimatedOutput("net", "sex", "binary", "probability", ("f", "m"), ("net.m",), "")
LEVEL = 0.9
BANDS = ((20, 40), (40, 50), (50, 60), (60, 70), (70, 90))
NEW, NEW_OF_SEXES = 3_000, 20_000
STEEP, SHIFT, APART = 1.6, 0.4, 2.66


def eyes(rng, people):
    """Whose each photograph is; those of a person do not stand together."""
    return np.concatenate([np.arange(people), np.flatnonzero(rng.random(people) < 0.75)])


def errors(rng, persons, people, shared):
    own = rng.normal(size=people)[persons]
    return np.sqrt(shared) * own + np.sqrt(1 - shared) * rng.normal(size=len(persons))


def real_ages(rng, people, kind):
    """Real ages of persons: evenly from 20 to 90, in a bell, or mostly of old people."""
    if kind == "ages in a bell":
        return np.clip(rng.normal(58, 14, people), 20, 90)
    if kind == "few young people":
        return 90 - 70 * rng.beta(1.2, 3, people)
    return rng.uniform(20, 90, people)


def ages(rng, people, kind):
    """Give persons, estimates and real ages of photographs."""
    persons = eyes(rng, people)
    real = real_ages(rng, people, kind)[persons]
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


def cohort(rng, output, persons, estimates, truths):
    """Photographs as labels and results give them, with digests that mean nothing."""
    keys = tuple(("", str(number)) for number in rng.integers(0, 2**62, len(persons)))
    units = Units(output.kind, estimates, truths, persons, int(persons.max()) + 1)
    return Cohort(output, "photograph", units, (), {}, keys=keys)


def covered(rng, people, kind):
    """Give what one calibration covers by band of real age and in all, what it says, the width."""
    persons, estimates, real = ages(rng, people, kind)
    record = fit_number(cohort(rng, AGE, persons, estimates, real), LEVEL).record
    persons, estimates, real = ages(rng, NEW, kind)
    new = one_photograph(rng, persons)
    real = real[new]
    _, low, high = calibrated_numbers(estimates[new], record)
    there = ~np.isnan(low)
    held = (real >= low) & (real <= high)
    by_band = [held[there & (real >= least) & (real < most)].mean() for least, most in BANDS]
    width = (high - low)[there].mean()
    return [*by_band, held[there].mean(), record.covered_at_least, width, 1 - there.mean()]


def report_ages(people, kind, repeats):
    """Print a row of the table of coverage."""
    rng = np.random.default_rng(15)
    found = np.array([covered(rng, people, kind) for _ in range(repeats)])
    shares = " | ".join(f"{each:.3f}" for each in found[:, :6].mean(axis=0))
    percentile = np.quantile(found[:, 5], 0.05)
    outer = np.quantile(found[:, :5], 0.05, axis=0).min()
    print(f"| {kind} | {people} | {shares} | {percentile:.3f} | {found[:, 6].mean():.3f} | "
          f"{outer:.2f} | {found[:, 7].mean():.1f} | {found[:, 8].mean():.3f} |",
          flush=True)  # fmt: skip


def sexes(rng, people):
    """Give persons, steep probabilities and classes of photographs."""
    persons = eyes(rng, people)
    classes = rng.integers(0, 2, people)[persons]
    seen = APART * (classes - 0.5) + errors(rng, persons, people, 0.6)
    return persons, 1 / (1 + np.exp(-STEEP * APART * seen - SHIFT)), classes


def lost(chances, classes):
    return -np.log(chances[np.arange(len(classes)), classes]).mean()


def report_sexes(people, repeats):
    """Print a row of the table of log losses."""
    rng = np.random.default_rng(16)
    persons, estimates, classes = sexes(rng, NEW_OF_SEXES)
    new = one_photograph(rng, persons)
    steep, classes = estimates[new], classes[new]
    logits = (np.log(steep / (1 - steep)) - SHIFT) / STEEP
    true = 1 / (1 + np.exp(-logits))
    both = np.stack((1 - steep, steep), axis=1)
    best, raw = lost(np.stack((1 - true, true), axis=1), classes), lost(both, classes)
    over, held, none = [], [], 0
    for _ in range(repeats):
        whose, given, label = sexes(rng, people)
        try:
            record = fit_classes(cohort(rng, SEX, whose, given, label)).record
        except SettingError:
            none += 1
            continue
        found = calibrated_probabilities(both, record, LEVEL)
        over.append(lost(found.value, classes) - best)
        held.append(np.mean((true >= found.low[:, 1]) & (true <= found.high[:, 1])))
    worse = np.mean(np.array(over) > raw - best)
    print(f"| {people} | {none} | {raw - best:.3f} | {np.median(over):.4f} | "
          f"{np.quantile(over, 0.95):.3f} | {worse:.3f} | {np.mean(held):.3f} |",
          flush=True)  # fmt: skip


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repeats", type=int, default=1_000)
    repeats = parser.parse_args().repeats
    names = [f"{least} to {most}" for least, most in BANDS]
    print(f"| errors | people | {' | '.join(names)} | all | 5th percentile | said | "
          "of the worst band | width | no interval |")  # fmt: skip
    print("|---|" + "---:|" * 12)
    for kind in ("normal", "skewed", "growing", "bent", "ages in a bell", "few young people"):
        report_ages(200, kind, repeats)
    for people in (50, 100, 500):
        report_ages(people, "normal", repeats)
    print("\n| people | without a fit | lost before | lost, median | 95 % of samples | "
          "worse than before | 90 % intervals of the probability hold |")  # fmt: skip
    print("|---:|" + "---:|" * 6)
    for people in (20, 30, 50, 100, 200):
        report_sexes(people, repeats)


if __name__ == "__main__":
    main()
