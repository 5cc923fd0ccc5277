"""How often 95 % intervals of frequencies by sex hold what was planted, sex known of some alone.

    python benchmarks/describe.py [--repeats 2000]

An outcome is there in 10 % of women and 20 % of men (of three categories: 60, 30 and 10 %, and 45,
35 and 20 %). The estimated sex is right in 90 % of men and 85 % of women; `differential`: in 78 %
of both, and `severe`: in 70 % of both, where the outcome is there. Sex is recorded of a share of
the people, at random or more often in men; `elsewhere`: of nobody, and sensitivity and specificity
were counted in 150 others of each sex, without the outcome. Corrected intervals must hold in 93 to
97 %. Where gantei refuses an answer or an interval, it is left out, and counted.
"""

import argparse
import time
from collections import Counter, defaultdict

import numpy as np

from gantei.errors import SettingError
from gantei.labels.person_columns import PersonColumn
from gantei.misclassification.frequency_rows import rows_of
from gantei.misclassification.used_accuracy import used_accuracy
from gantei.statistics.misclassified_frequencies import (
    AccuracyCounts,
    corrected_frequencies,
    naive_frequencies,
)

TWO = np.array([[0.9, 0.1], [0.8, 0.2]])
THREE = np.array([[0.6, 0.3, 0.1], [0.45, 0.35, 0.2]])
SAME = (0.9, 0.85)
IN_THE_ILL = {"differential": 0.78, "severe": 0.7}
CASES = {
    "errors alike, recorded 50 %": (2000, TWO, "alike", 0.5, "random"),
    "errors alike, recorded 30 %": (5000, TWO, "alike", 0.3, "random"),
    "errors alike, 1,000 people": (1000, TWO, "alike", 0.5, "random"),
    "differential, recorded 50 %": (2000, TWO, "differential", 0.5, "random"),
    "differential, recorded 30 %": (5000, TWO, "differential", 0.3, "random"),
    "severe, recorded 50 %": (5000, TWO, "severe", 0.5, "random"),
    "differential, more men recorded": (5000, TWO, "differential", 0.4, "by sex"),
    "differential, three categories": (5000, THREE, "differential", 0.4, "random"),
    "errors alike, measured elsewhere": (2000, TWO, "alike", 0.0, "random"),
    "differential, taken as alike": (2000, TWO, "differential", 0.0, "random"),
}


def drawn(rng, people, shares, errors, recorded, how):
    """Draw counts: validated (k, 2, 2), estimated (k, 2)."""
    k = shares.shape[1]
    sex = (rng.random(people) < 0.5).astype(int)
    outcome = (rng.random(people)[:, None] > np.cumsum(shares[sex], axis=1)[:, :-1]).sum(axis=1)
    right = np.where(sex == 1, *SAME)
    if errors in IN_THE_ILL:
        right = np.where(outcome == k - 1, IN_THE_ILL[errors], right)
    told = np.where(rng.random(people) < right, sex, 1 - sex)
    share = recorded * np.where(sex == 1, 1.3, 0.7) if how == "by sex" else recorded
    known = rng.random(people) < share
    validated, estimated = np.zeros((k, 2, 2)), np.zeros((k, 2))
    np.add.at(validated, (outcome[known], sex[known], told[known]), 1)
    np.add.at(estimated, (outcome[~known], told[~known]), 1)
    return validated, estimated


def elsewhere(rng):
    """Count sensitivity and specificity in 150 others of each sex, without the outcome."""
    right = np.array([rng.binomial(150, each) for each in SAME], float)
    one, other = (np.array([[each, 150 - each]]) for each in right)
    return AccuracyCounts(one, other)


def simulate(case, repeats, seed):
    """By method and figure: whether the interval holds the truth; and why there is none."""
    shares, recorded = case[1], case[3]
    rng = np.random.default_rng(seed)
    names = tuple("abc"[: shares.shape[1]])
    nothing = np.zeros(0)
    column = PersonColumn("outcome", "category", nothing, nothing, names, nothing)
    held, none = defaultdict(list), Counter()
    everybody = recorded > 0
    for _ in range(repeats):
        validated, estimated = drawn(rng, *case)
        given = None if recorded else elsewhere(rng)
        try:
            accuracy, counts = used_accuracy(
                validated, estimated, given, column, ("female", "male")
            )
        except SettingError:
            none["refused"] += 1
            continue
        for method, figures in (
            ("corrected", corrected_frequencies(counts, everybody=everybody)),
            ("naive", naive_frequencies(counts, everybody=everybody)),
        ):
            unstable = accuracy.is_unstable and method == "corrected"
            for row in rows_of("everybody", method, figures, is_unstable=unstable):
                last = row.category == shares.shape[1] - 1
                if row.low is None or row.high is None:
                    none[row.why] += last and row.kind == "difference"
                elif last:
                    true = truth(shares, row)
                    held[method, row.kind, row.sex].append(row.low <= true <= row.high)
    return held, none


def truth(shares, row):
    women, men = shares[:, -1]
    if row.kind == "share":
        return shares[row.sex, -1]
    return men - women if row.kind == "difference" else men / women


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repeats", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=15)
    asked = parser.parse_args()
    began = time.process_time()
    print("| case | method | women | men | difference | ratio | no interval |")
    print("|---|---|---:|---:|---:|---:|---|")
    for name, case in CASES.items():
        held, none = simulate(case, asked.repeats, asked.seed)
        for method in ("corrected", "naive"):
            keys = (("share", 0), ("share", 1), ("difference", None), ("ratio", None))
            cells = " | ".join(f"{np.mean(held[method, *key]):.3f}" for key in keys)
            told = ", ".join(f"{why} {n / asked.repeats:.3f}" for why, n in none.items() if n)
            print(f"| {name} | {method} | {cells} | {told} |", flush=True)
    print(f"\n{time.process_time() - began:.0f} s of CPU")


if __name__ == "__main__":
    main()
