"""How often `gantei evaluate` says that groups of equal people differ: simulated cohorts.

    python benchmarks/subgroups.py --cohorts 400

People of three cameras, three in four with two photographs whose errors are correlated, of 90 or
200 people; the camera changes nothing. Prints for each figure the share of cohorts in which some
group differs from all others with p < 0.05 after Holm, and the share of single comparisons with
p < 0.05 before it. Both should be near 0.05, or below where a figure has few values.
"""

import argparse
from collections import defaultdict

import numpy as np

from gantei.evaluation.kept_draws import KeptDraws
from gantei.evaluation.subgroups import subgroup_rows
from gantei.evaluation.threshold import Threshold
from gantei.labels.cohort import Cohort
from gantei.labels.estimated_output import EstimatedOutput
from gantei.statistics.units import Units

AGE = EstimatedOutput("net", "age", "regression", "years", (), ("net.age",), "")
SEX = EstimatedOutput("net", "sex", "binary", "probability", ("f", "m"), ("net.m",), "")
PEOPLE = (90, 200)
DRAWS = 500


def cohort(output, people, seed):
    """Draw people whose camera means nothing."""
    rng = np.random.default_rng(seed)
    persons = np.concatenate([np.arange(people), np.flatnonzero(rng.random(people) < 0.75)])
    shared = rng.normal(size=people)[persons] + rng.normal(size=len(persons))
    camera = np.array(list("ABC"), object)[rng.integers(0, 3, people)][persons]
    if output is AGE:
        truths = rng.uniform(20, 80, people)[persons]
        estimates = truths * 0.8 + 10 + 3 * shared
    else:
        truths = rng.integers(0, 2, people)[persons]
        estimates = 1 / (1 + np.exp(-(3.8 * truths - 1.9 + shared)))
    units = Units(output.kind, estimates, truths, persons, people)
    names = tuple(map(str, range(len(persons))))
    return Cohort(output, "photograph", units, names, {"camera": camera})


def shares(output, people, cohorts):
    """Give, by figure, the shares of cohorts and of comparisons in which a difference is told."""
    draws = KeptDraws(people, DRAWS)
    any_group, single = defaultdict(list), defaultdict(list)
    for seed in range(cohorts):
        adjusted = defaultdict(list)
        for row in subgroup_rows(cohort(output, people, seed), "camera", draws, Threshold(0.5)):
            if row.is_difference and row.measure.p is not None:
                adjusted[row.measure.metric].append(row.p_holm)
                single[row.measure.metric].append(row.measure.p < 0.05)
        for metric, p_values in adjusted.items():
            any_group[metric].append(min(p_values) < 0.05)
    return {each: (np.mean(any_group[each]), np.mean(single[each])) for each in any_group}


def main():
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cohorts", type=int, default=400)
    chosen = parser.parse_args()
    for output in (AGE, SEX):
        for people in PEOPLE:
            print(f"{output.name}, {people} people: figure, some group after Holm, single")
            for metric, (after, before) in shares(output, people, chosen.cohorts).items():
                print(f"  {metric:20} {after:.3f} {before:.3f}")


if __name__ == "__main__":
    main()
