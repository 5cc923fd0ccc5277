"""Wrong records among drawn people: how many are among the first of the list, and what it expects.

    python benchmarks/records.py

Sexes: an eye's logit is binormal with the stated AUC, 1.6 times too steep and shifted; half of the
people have two eyes, correlated by 0.5 within each sex; a share of the records is flipped. How
often the 95 % interval holds the number of true errors among the first 20, 50 and 100, and how many
are expected and there on average. Beside it lines that are fitted to the records as if all were
right, and eyes that are multiplied as if they were independent.

An estimator that is sure and wrong: of 1 % of the people the logits are those of the other sex, as
disease may make them. How often it is told that the records do not support the stated share.

Ages: 20 to 90 years, estimates with a slope of 0.8; a share of the records has a slip. The share of
false ones among those that are told at a false discovery rate of 5 %, and what is found of each.
"""

import argparse
import os
import sys

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from scipy.special import expit
from scipy.stats import norm

from gantei.records.error_rates import supported_rates
from gantei.statistics.logistic import fit_logistic
from gantei.statistics.mixture_fit import fit_mixture
from gantei.statistics.mixture_likelihood import RecordedClasses
from gantei.statistics.true_among import true_among
from gantei.statistics.unlikely_numbers import unlikely_numbers

FIRST = (20, 50, 100)
MUST = 0.93
SLIPS = ("+10", "-10", "+100", "swapped", "year of birth", "its two digits")


def people(rng, n, rate, auc, misled=0.0):
    """Draw persons: the logits of both eyes, how many of them there are, records, wrong ones.

    Of the share `misled` the logits are those of the other sex.
    """
    apart = np.sqrt(2) * norm.ppf(auc)
    real = rng.random(n) < 0.5
    eyes = np.where(rng.random(n) < 0.5, 2, 1)
    noise = np.sqrt(0.5) * (rng.standard_normal((n, 1)) + rng.standard_normal((n, 2)))
    wrong = rng.random(n) < rate
    shown = real ^ (rng.random(n) < misled) if misled else real
    seen = np.where(shown, apart / 2, -apart / 2)[:, None] + noise
    return 1.6 * apart * seen + 0.5, eyes, real ^ wrong, wrong


def averaged(logits, eyes):
    return np.where(eyes == 2, logits.mean(axis=1), logits[:, 0])


def ours(logits, eyes, recorded, rate):
    cohort = RecordedClasses(averaged(logits, eyes), recorded, eyes)
    fit = fit_mixture(cohort, rate)
    order = np.argsort(-fit.wrong(), kind="stable")[: FIRST[-1]]
    chances = np.concatenate([each for _, each in fit.blocks(cohort.rows(order))])
    return order, chances, fit.weights


def on_the_records(logits, eyes, recorded, rate):
    """Lines by the number of eyes, fitted as if all records were right."""
    mean, chance = averaged(logits, eyes), np.empty(len(eyes))
    for each in (1, 2):
        among = eyes == each
        fit = fit_logistic(mean[among], recorded[among])
        chance[among] = expit(float(fit.intercept) + float(fit.slope) * mean[among])
    return _listed(chance, recorded, rate)


def multiplied(logits, eyes, recorded, rate):
    """The line of one eye, and its likelihood ratios of two eyes multiplied."""
    of_eyes = RecordedClasses(
        np.concatenate([logits[:, 0], logits[eyes == 2, 1]]),
        np.concatenate([recorded, recorded[eyes == 2]]),
        np.ones(len(eyes) + int((eyes == 2).sum()), int),
    )
    intercept, slope = fit_mixture(of_eyes, rate, draws=2).lines()[1]
    prior = np.log(recorded.mean() / (1 - recorded.mean()))
    ratios = intercept + slope * logits - prior
    return _listed(expit(prior + ratios[:, 0] + ratios[:, 1] * (eyes == 2)), recorded, rate)


def _listed(chance, recorded, rate):
    right = np.where(recorded, chance, 1 - chance)
    wrong = rate * (1 - right) / (rate * (1 - right) + (1 - rate) * right)
    order = np.argsort(-wrong, kind="stable")[: FIRST[-1]]
    return order, wrong[order][None], np.ones(1)


def sexes(name, repeats, n, rate, auc, stated, way=ours):
    """Print one row; give the least share of intervals that hold the truth."""
    inside, expected, there = ([] for _ in range(3))
    for repeat in range(repeats):
        rng = np.random.default_rng([repeat, n, int(rate * 1e5), int(auc * 1000)])
        logits, eyes, recorded, wrong = people(rng, n, rate, auc)
        order, chances, weights = way(logits, eyes, recorded, stated)
        among = true_among(chances, weights)
        true = np.cumsum(wrong[order])
        places = [each - 1 for each in FIRST]
        inside.append((among.low <= true)[places] & (true <= among.high)[places])
        expected.append(among.expected[places])
        there.append(true[places])
    shares = np.mean(inside, axis=0)
    cells = (
        f"{share:.3f} ({mean:.1f}, {true:.1f})"
        for share, mean, true in zip(
            shares, np.mean(expected, axis=0), np.mean(there, axis=0), strict=True
        )
    )
    told = "estimated" if stated is None else f"{stated:.2%}"
    print(f"| {name} | {n:,} | {auc} | {rate:.1%} | {told} | {' | '.join(cells)} |", flush=True)
    return shares.min()


def sure_and_wrong(repeats, n, rate, misled):
    """Print one row: true errors among the first, and how often the share is not supported."""
    told, expected, there = [], [], []
    for repeat in range(repeats):
        rng = np.random.default_rng([repeat, n, int(rate * 1e5), int(misled * 1e5)])
        logits, eyes, recorded, wrong = people(rng, n, rate, 0.97, misled)
        order, chances, weights = ours(logits, eyes, recorded, rate)
        low, high = supported_rates(RecordedClasses(averaged(logits, eyes), recorded, eyes))
        told.append(not low <= rate <= high)
        places = [each - 1 for each in FIRST]
        expected.append(true_among(chances, weights).expected[places])
        there.append(np.cumsum(wrong[order])[places])
    pairs = zip(np.mean(expected, axis=0), np.mean(there, axis=0), strict=True)
    cells = " | ".join(f"{mean:.1f}, {true:.1f}" for mean, true in pairs)
    print(f"| {misled:.1%} | {rate:.1%} | {np.mean(told):.2f} | {cells} |", flush=True)


def aged(rng, n, rate, noise):
    """Draw estimates, records, eyes, and the slip in each record, -1 for none."""
    real = np.floor(rng.uniform(20, 90, n))
    eyes = np.where(rng.random(n) < 0.5, 2, 1)
    error = rng.standard_t(5, n) / np.sqrt(5 / 3) if noise == "t5" else rng.standard_normal(n)
    error *= np.where(eyes == 2, 3.9, 4.5)
    if noise == "rising":
        error *= 0.6 + 0.8 * (real - 20) / 70
    slip = np.where(rng.random(n) < rate, rng.integers(0, len(SLIPS), n), -1)
    slipped = (real + 10, real - 10, real + 100, real % 10 * 10 + real // 10, 2020 - real,
               (2020 - real) % 100)  # fmt: skip
    recorded = np.choose(slip + 1, (real, *slipped))
    return 10 + 0.8 * real + error, recorded, eyes, np.where(recorded == real, -1, slip)


def ages(repeats, n, rate, noise):
    """Print one row; give the share of false ones among those that are told."""
    false, found = [], {each: [] for each in range(len(SLIPS))}
    for repeat in range(repeats):
        rng = np.random.default_rng([repeat, n, int(rate * 1e5)])
        estimates, recorded, eyes, slip = aged(rng, n, rate, noise)
        told = unlikely_numbers(estimates, recorded, eyes).q <= 0.05
        false.append((told & (slip < 0)).sum() / max(told.sum(), 1))
        for each, shares in found.items():
            shares.extend(told[slip == each])
    cells = " | ".join(f"{np.mean(shares):.2f}" for shares in found.values())
    print(f"| {noise} | {n:,} | {rate:.1%} | {np.mean(false):.3f} | {cells} |", flush=True)
    return np.mean(false)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repeats", type=int, default=500)
    asked = parser.parse_args()
    fewer = max(asked.repeats // 5, 1)
    first = " | ".join(f"first {each}" for each in FIRST)
    print(
        f"| way | people | AUC | wrong | stated | {first} |\n|---|---:|---:|---:|---:|---|---|---|"
    )
    rates = (0.001, 0.005, 0.01, 0.03)
    least = min(sexes("gantei", asked.repeats, 5000, rate, 0.97, rate) for rate in rates)
    for rate in rates:
        sexes("calibrated on the records", fewer, 5000, rate, 0.97, rate, on_the_records)
        sexes("eyes multiplied", fewer, 5000, rate, 0.97, rate, multiplied)
    for rate in (0.005, 0.03):
        for auc in (0.85, 0.99):
            sexes("gantei", fewer, 5000, rate, auc, rate)
        sexes("gantei", 2 * fewer, 500, rate, 0.97, rate)
        for times in (0.5, 2):
            sexes("gantei", fewer, 5000, rate, 0.97, rate * times)
    for rate in (0.01, 0.03):
        sexes("gantei", fewer, 5000, rate, 0.97, None)
    print(f"\n| misled | wrong | told | {first} |\n|---:|---:|---:|---|---|---|")
    for misled in (0.0, 0.005, 0.01):
        for rate in (0.005, 0.01):
            sure_and_wrong(max(fewer // 2, 1), 5000, rate, misled)
    print(f"\n| errors | people | wrong | false | {' | '.join(SLIPS)} |\n|---|{'---:|' * 9}")
    for noise in ("normal", "t5", "rising"):
        for n, rate in ((5000, 0.005), (5000, 0.02), (500, 0.02)):
            ages(fewer, n, rate, noise)
    if asked.repeats >= 500 and least < MUST:
        sys.exit(f"the intervals hold the number of true errors in {least:.3f}, not {MUST}")


if __name__ == "__main__":
    main()
