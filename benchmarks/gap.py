"""How often `gantei gap` finds a difference that is not there, and how well it measures one.

    python benchmarks/gap.py

People of two groups, the cases ten years older (55 and 65 years, standard deviation 10), ages
estimated with a slope of 0.8; three in four have both eyes, whose errors (standard deviation 4.5)
are correlated by 0.5. Into the cases' estimates 0 or 1.5 years are planted. Beside them groups of
other sizes and spreads, estimates that bend with age, two visits a person, and three groups.

Ways: `model` is gantei's main answer, gap ~ group + age + age²; `line` its gap beside the line of
the reference, fitted again in each draw; `cr1` the model with the usual sandwich; `by eye` with a
row per eye instead of per visit. Wrong ones beside it: `raw`: the raw gap; `once`: corrected by the
reference's line, taken for known; `everybody`: corrected by a line of all; `calibrated`: the model
on ages calibrated in 150 others of 30 to 80 years; `eyes`: each eye counted as a person.
"""

import argparse
import time

import numpy as np
from scipy import special

from gantei.evaluation.kept_draws import KeptDraws
from gantei.statistics.clustered_regression import clustered_fit
from gantei.statistics.reference_line import adjusted_mean, drawn_line, reference_line

PLANTED = 1.5
SPREAD, OLDER, SLOPE = 4.5, 10.0, 0.8
STUDIES = {
    "150 + 150": ((150, 150), (1, 1), ""),
    "30 + 30": ((30, 30), (1, 1), ""),
    "150 + 150, cases vary twice as much": ((150, 150), (1, 2), ""),
    "100 + 20, cases vary twice as much": ((100, 20), (1, 2), ""),
    "20 + 100, cases vary half as much": ((20, 100), (1, 0.5), ""),
    "150 + 150, estimates bend with age": ((150, 150), (1, 1), "curve"),
    "75 + 75, two visits each": ((75, 75), (1, 1), "visits"),
}
MUST = "150 + 150"
WAYS = ("model", "line", "cr1", "by eye", "raw", "once", "everybody", "eyes", "calibrated")
LIMITS = {"false": (0.04, 0.06), "mean": (PLANTED - 0.1, PLANTED + 0.1), "covers": (0.93, 0.97)}


def people(rng, sizes, spreads, kind="", planted=0.0):
    """Draw eyes (rows): group, age, estimate, person, visit; of each visit one or two."""
    group = np.repeat(np.arange(len(sizes)), sizes)
    age = rng.normal(55 + OLDER * (group > 0), 10)
    spread = SPREAD * np.asarray(spreads, float)[group]
    own = rng.normal(size=len(group))
    visits = 2 if kind == "visits" else 1
    person = np.repeat(np.arange(len(group)), visits)
    visit = np.arange(len(person))
    now = age[person] + 3.0 * (visit % visits)
    eyes = np.repeat(visit, 1 + (rng.random(len(group)) < 0.75)[person])
    whose = person[eyes]
    off = np.sqrt(0.5) * (own[whose] + rng.normal(size=len(eyes))) * spread[whose]
    estimate = 10 + SLOPE * now[eyes] + off + planted * (group[whose] == 1)
    if kind == "curve":
        estimate -= 0.01 * (now[eyes] - 55) ** 2
    return group[whose], now[eyes], estimate, whose, eyes


def means(rows):
    """Average the eyes of each visit."""
    group, age, estimate, person, visit = rows
    first = np.unique(visit, return_index=True)[1]
    estimates = np.bincount(visit, estimate) / np.bincount(visit)
    return group[first], age[first], estimates, person[first]


def design(group, age):
    """Lay out 1, the groups, age and its square."""
    decades = (age - 60) / 10
    dummies = [(group == each).astype(float) for each in range(1, group.max() + 1)]
    return np.stack([np.ones_like(age), *dummies, decades, decades**2], axis=1)


def plain(group):
    return np.stack([np.ones(len(group)), group == 1], axis=1).astype(float)


def found_by(rows, draws, calibrated):
    """Give by way the difference of the first cases: value, error, degrees of freedom."""
    group, age, estimate, person = means(rows)
    gap = estimate - age
    fit = clustered_fit(design(group, age), gap, person)
    reference = group == 0
    line = drawn_line(estimate, age, person, reference, draws)
    cases = group == 1
    once = estimate - line.line.expected(age)
    everybody = estimate - reference_line(estimate, age).expected(age)
    start, slope = calibrated
    eyes = design(rows[0], rows[1])
    return {
        "model": fit.of(1),
        "line": adjusted_mean(line, estimate[cases], age[cases], person[cases], draws),
        "cr1": fit.usual(1),
        "by eye": clustered_fit(eyes, rows[2] - rows[1], rows[3]).of(1),
        "raw": clustered_fit(plain(group), gap, person).of(1),
        "once": clustered_fit(plain(group), once, person).of(1),
        "everybody": clustered_fit(plain(group), everybody, person).of(1),
        "eyes": clustered_fit(eyes, rows[2] - rows[1], np.arange(len(eyes))).of(1),
        "calibrated": clustered_fit(design(group, age), start + slope * estimate - age, person).of(
            1
        ),
    }


def calibration(rng):
    """Fit the line age ~ estimate in 150 others of 30 to 80 years, as `gantei calibrate` does."""
    age = rng.uniform(30, 80, 150)
    estimate = 10 + SLOPE * age + SPREAD * rng.normal(size=150)
    line = reference_line(age, estimate)
    return line.intercept, line.slope


def study(name, repeats, seed, planted):
    """By way: value, error and degrees of freedom, (repeats, 3)."""
    sizes, spreads, kind = STUDIES[name]
    rng = np.random.default_rng([seed, [*STUDIES].index(name), int(planted > 0)])
    draws = KeptDraws(sum(sizes))
    found = {way: np.empty((repeats, 3)) for way in WAYS}
    for repeat in range(repeats):
        rows = people(rng, sizes, spreads, kind, planted)
        for way, each in found_by(rows, draws, calibration(rng)).items():
            found[way][repeat] = each.value, each.error, each.freedom
    return found


def holds(found, true):
    """How often the interval holds the true value."""
    value, error, freedom = found.T
    return float(np.mean(np.abs(value - true) <= special.stdtrit(freedom, 0.975) * error))


def printed(name, nothing, something):
    out = 0
    print(f"\n## {name}\n")
    print("| way | false positives | mean of 1.5 | its interval covers | standard deviation |")
    print("|---|---:|---:|---:|---:|")
    for way in WAYS:
        told = {
            "false": 1 - holds(nothing[way], 0.0),
            "mean": float(something[way][:, 0].mean()),
            "covers": holds(something[way], PLANTED),
        }
        spread = float(something[way][:, 0].std(ddof=1))
        marks = {
            key: "" if low <= told[key] <= high else " !" for key, (low, high) in LIMITS.items()
        }
        out += sum(map(bool, marks.values())) if way == "model" and name == MUST else 0
        print(
            f"| {way} | {100 * told['false']:.1f} %{marks['false']} "
            f"| {told['mean']:.2f}{marks['mean']} "
            f"| {100 * told['covers']:.1f} %{marks['covers']} | {spread:.3f} |",
            flush=True,
        )
    return out


def three_groups(repeats, seed):
    """How often any of two comparisons that are both nothing is found, after Holm and before."""
    rng = np.random.default_rng([seed, 3])
    found = np.empty((repeats, 2))
    for repeat in range(repeats):
        group, age, estimate, person = means(people(rng, (100, 100, 50), (1, 1, 1.5)))
        fit = clustered_fit(design(group, age), estimate - age, person)
        each = [fit.of(place) for place in (1, 2)]
        p = [2 * special.stdtr(one.freedom, -abs(one.value / one.error)) for one in each]
        found[repeat] = min(p) < 0.05, min(p) < 0.025
    before, after = 100 * found.mean(axis=0)
    print(
        f"\nthree groups (100, 100, 50): any difference in {before:.1f} %, after Holm {after:.1f} %"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repeats", type=int, default=5000, help="of the study that must hold")
    parser.add_argument("--others", type=int, default=2000, help="repeats of each other one")
    parser.add_argument("--of", nargs="+", choices=STUDIES, default=[*STUDIES])
    parser.add_argument("--seed", type=int, default=15)
    asked = parser.parse_args()
    began, out = time.process_time(), 0
    for name in asked.of:
        repeats = asked.repeats if name == MUST else asked.others
        both = (study(name, repeats, asked.seed, each) for each in (0.0, PLANTED))
        out += printed(name, *both)
    three_groups(asked.others, asked.seed)
    seconds = time.process_time() - began
    print(f"\n{out} of 3 out of the limits of {MUST} (!); {seconds:.0f} s of CPU")


if __name__ == "__main__":
    main()
