"""How often the 95 % intervals hold the true value: simulated cohorts of people with two eyes.

    python benchmarks/coverage.py --cohorts 2000

Three in four people have two photographs, whose errors are correlated by 0.6 (0.5 for the number);
a unit is a photograph. `number`: ages of 30 to 80, estimated with a slope of 0.8. `binary`: AUC
0.97, probabilities 1.3 times too extreme and shifted. `several`: three classes of 50, 30 and 20 %.
`weak`: AUC 0.85, 30 % positive. `strong`: AUC 0.99, 40 % positive. `pair`: two estimators of the
same people, AUC 0.97 and 0.94, errors correlated by 0.7: differences, and as `null` two equally
good ones: how often p is below 0.05. `groups`: a quarter of the people against the others, AUC 0.97
in both. The true values are those of a million people.

Each interval is also held against what it must be: 0.92 to 0.985 with 60 people, 0.93 to 0.97 with
150 and more, 0.90 to 0.98 for the calibration slope. Of 2,000 cohorts, chance alone moves a
coverage by 0.01 (twice the standard error). Cohorts without an interval are left out, and counted.
"""

import argparse
import time
from collections import defaultdict

import numpy as np

from gantei.statistics.draws import PersonDraws
from gantei.statistics.measures import difference, replicates
from gantei.statistics.units import Units

MILLION = 1_000_000
MAIN = ("number", "binary", "several", "pair", "null")
HARD = ("weak", "strong", "groups")
DIFFERENCES = ("pair", "null", "groups")
NOT_COMPARED = ("prevalence", "mae_of_mean")


class StoredDraws(PersonDraws):
    """Draws that are made once for all cohorts of as many people, as everywhere else."""

    def __init__(self, people, draws):
        super().__init__(people, draws)
        self.stored = super().weights(0, draws)

    def weights(self, start, stop):
        return self.stored[start:stop]


def people_and_eyes(rng, people):
    return np.repeat(np.arange(people), 1 + (rng.random(people) < 0.75))


def noise(rng, persons, people, shared, shape=()):
    """Errors of variance 1 that a person's photographs share to some part."""
    own = rng.normal(size=(people, *shape))[persons]
    return np.sqrt(shared) * own + np.sqrt(1 - shared) * rng.normal(size=(len(persons), *shape))


def number(rng, people):
    persons = people_and_eyes(rng, people)
    truths = rng.uniform(30, 80, people)[persons]
    off = np.sqrt(18) * noise(rng, persons, people, 0.5)
    return Units("regression", 10 + 0.8 * truths + off, truths, persons, people)


def probabilities(logits):
    return (1 + np.tanh(logits / 2)) / 2


def sexes(rng, people, share):
    while True:
        drawn = (rng.random(people) < share).astype(np.intp)
        if 0 < drawn.sum() < people:
            return drawn


def binary(rng, people, apart=2.66, share=0.5):
    persons = people_and_eyes(rng, people)
    truths = sexes(rng, people, share)[persons]
    seen = apart * (truths - 0.5) + noise(rng, persons, people, 0.6)
    logits = 1.3 * (apart * seen + np.log(share / (1 - share))) + 0.3
    return Units("binary", probabilities(logits), truths, persons, people)


def several(rng, people, apart=2.2):
    shares = np.array([0.5, 0.3, 0.2])
    persons = people_and_eyes(rng, people)
    truths = rng.choice(3, people, p=shares)[persons]
    seen = apart * np.eye(3)[truths] + noise(rng, persons, people, 0.6, (3,))
    chances = np.exp(1.3 * (apart * seen + np.log(shares)))
    return Units(
        "categorical", chances / chances.sum(axis=1, keepdims=True), truths, persons, people
    )


def pair(rng, people, apart=(2.66, 2.2)):
    """Two estimators of the same photographs, whose errors are correlated by 0.7."""
    persons = people_and_eyes(rng, people)
    truths = sexes(rng, people, 0.5)[persons]
    common = noise(rng, persons, people, 0.6)
    units = []
    for each in apart:
        off = np.sqrt(0.7) * common + np.sqrt(0.3) * noise(rng, persons, people, 0.6)
        chance = probabilities(1.3 * each * (each * (truths - 0.5) + off))
        units.append(Units("binary", chance, truths, persons, people))
    return units


def groups(rng, people):
    units = binary(rng, people)
    chosen = units.persons % 4 == 0
    return units.only(chosen), units.only(~chosen)


DRAWN = {
    "number": number,
    "binary": binary,
    "several": several,
    "weak": lambda rng, people: binary(rng, people, 1.47, 0.3),
    "strong": lambda rng, people: binary(rng, people, 3.3, 0.4),
    "pair": pair,
    "groups": groups,
    "null": lambda rng, people: pair(rng, people, (2.66, 2.66)),
}


def measured(units, draws):
    """Figures by code and class, or differences where there are two cohorts."""
    if isinstance(units, Units):
        found = replicates(units, draws)
        return {key: found.measure(key) for key in found.figures}
    one, other = (replicates(each, draws) for each in units)
    keys = (key for key in one.figures if key[0] not in NOT_COMPARED)
    return {key: difference(one, other, key) for key in keys}


def true_values(name):
    units = DRAWN[name](np.random.default_rng([2, len(name)]), MILLION)
    if isinstance(units, Units):
        return {key: each.value for key, each in replicates(units, None).figures.items()}
    one, other = (replicates(each, None).figures for each in units)
    if name != "pair":
        return dict.fromkeys(one, 0.0)
    return {key: one[key].value - other[key].value for key in one}


def simulate(name, truths, people, cohorts, draws, seed):
    """By key: whether the interval is too high, too low, its width, and p below 0.05."""
    rng = np.random.default_rng([seed, people])
    stored = StoredDraws(people, draws)
    found = defaultdict(list)
    for _ in range(cohorts):
        for key, measure in measured(DRAWN[name](rng, people), stored).items():
            if measure.low is not None:
                high = measure.low > truths[key]
                low = measure.high < truths[key]
                small = measure.p is not None and measure.p < 0.05
                found[key].append((high, low, measure.high - measure.low, small))
    return found


def limits(code, people):
    if people < 150:
        return 0.92, 0.985
    return (0.90, 0.98) if code == "calibration_slope" else (0.93, 0.97)


def printed(name, truths, people, cohorts, found):
    """Print one table, and count what is out of its limits, and how many there are."""
    out = 0
    print(f"\n## {name}, {people} people\n")
    print("| figure | class | true | interval | holds it | too high | too low | width | p < 0.05 |")
    print("|---|---|---:|---:|---:|---:|---:|---:|---:|")
    for key, each in found.items():
        high, low, width, small = np.mean(each, axis=0)
        holds = 1 - high - low
        least, most = limits(key[0], people)
        mark = "" if least <= holds <= most else " !"
        out += bool(mark)
        label = "" if key[1] is None else key[1]
        with_interval = len(each) / cohorts
        p = f"{small:.3f}" if name in DIFFERENCES else ""
        print(
            f"| {key[0]} | {label} | {truths[key]:.4f} | {with_interval:.2f} | {holds:.3f}{mark} "
            f"| {high:.3f} | {low:.3f} | {width:.3f} | {p} |",
            flush=True,
        )
    return out, len(found)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cohorts", type=int, default=2000)
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--people", type=int, nargs="+", default=[60, 150, 400])
    parser.add_argument("--of", nargs="+", choices=DRAWN, default=[*MAIN, *HARD])
    parser.add_argument("--seed", type=int, default=14)
    asked = parser.parse_args()
    began, out, of = time.process_time(), 0, 0
    for name in asked.of:
        truths = true_values(name)
        for people in asked.people:
            found = simulate(name, truths, people, asked.cohorts, asked.draws, asked.seed)
            missed, count = printed(name, truths, people, asked.cohorts, found)
            out, of = out + missed, of + count
    seconds = time.process_time() - began
    print(f"\n{of} intervals, {out} out of their limits (!); {seconds:.0f} s of CPU")


if __name__ == "__main__":
    main()
