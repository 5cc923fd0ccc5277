"""Rows of embeddings from the sums of a federation: what leaves unmasked, and what leaves now.

    python benchmarks/federated_attack.py

Of one site, unmasked: the Hessians of four rounds of Newton's method, 257 wide with the bias. Two
of them are sums of d x xᵀ over the same rows x with other weights d, so that the eigenvectors of
one against the other are, in the space that the rows span, the inverse of the rows.

A small federation of three sites, as it leaves now: rows that differ from the real ones and have
the same sums, made by moving the real ones where no sum changes; and rows that an attacker searches
for by Levenberg and Marquardt's method until they have all the sums, all labels and folds known to
him.

One of 1,258 people: the attack on each pair of the curvatures; how near any of its vectors comes to
a row, beside how near it comes to rows of people who did not take part. Last, what is left where
all other sites join against one.
"""

import argparse
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from scipy.linalg import eigh

from gantei_export.federating.federated_fit import FederatedFit
from gantei_export.federating.fixed_point import SUMS, added
from gantei_export.federating.logistic_round import found_slopes
from gantei_export.federating.logistic_search import asked_slopes
from gantei_export.federating.rounds import first_state, next_state, site_sums, sums_size
from gantei_export.federating.site_rows import SiteRows
from gantei_export.learning.labelled_embeddings import LabelledEmbeddings
from gantei_export.learning.learning_target import LearningTarget

EYE = LearningTarget("eye", "binary", ("left", "right"))
RECOVERED = 1e-3
"""A row counts as recovered where it is off by less than this share of its length."""


def drawn(rng, people, width):
    """Draw embeddings of people as networks give them, above 0 and correlated, with two classes."""
    hidden = rng.normal(size=(people, 40))
    mixing = np.random.default_rng(9).normal(size=(40, width)) / np.arange(1, 41)[:, None] ** 0.7
    rows = np.maximum(hidden @ mixing + 0.3 * rng.normal(size=(people, width)), 0)
    truths = (2 * hidden[:, 0] + rng.logistic(size=people) > 0).astype(np.intp)
    return rows, truths


def newton_hessians(rows, truths, rounds=4, strength=10.0):
    """Give the Hessians without penalty that a site's rounds of Newton's method send."""
    design = np.hstack((rows, np.ones((len(rows), 1))))
    penalty = np.append(np.full(rows.shape[1], strength), 0.0)
    point, found = np.zeros(design.shape[1]), []
    for _ in range(rounds):
        chances = (1 + np.tanh(design @ point / 2)) / 2
        hessian = (design * (chances * (1 - chances))[:, None]).T @ design
        found.append(hessian)
        gradient = (chances - truths) @ design + penalty * point
        point = point - np.linalg.solve(hessian + np.diag(penalty), gradient)
    return found


def rows_of_hessians(matrices):
    """Compute rows, each with its last 1, of which all matrices are weighted sums of x xᵀ."""
    sizes, axes = np.linalg.eigh(matrices[0])
    basis = axes[:, sizes > 1e-10 * sizes[-1]]
    inside = [basis.T @ each @ basis for each in matrices]
    mixed = sum(weight * each for weight, each in zip((1.0, 0.7, 0.4), inside[1:], strict=False))
    _, vectors = eigh(mixed, inside[0])
    candidates = np.linalg.inv(vectors) @ basis.T
    return candidates / candidates[:, -1:]


def recovered(candidates, rows):
    """Count the rows that some candidate is, and give the least relative error."""
    real = np.hstack((rows, np.ones((len(rows), 1))))
    squares = (real**2).sum(1)[:, None] + (candidates**2).sum(1) - 2 * real @ candidates.T
    away = np.linalg.norm(real - candidates[squares.argmin(axis=1)], axis=1)
    errors = away / np.linalg.norm(real, axis=1)
    return int((errors < RECOVERED).sum()), float(errors.min())


def standardised(rows):
    return (rows - rows.mean(axis=0)) / rows.std(axis=0)


def unmasked(rng):
    for people in (60, 120, 200):
        rows, truths = drawn(rng, people, 256)
        rows = standardised(rows)
        count, error = recovered(rows_of_hessians(newton_hessians(rows, truths)), rows)
        print(
            f"unmasked Hessians of four rounds, {people} rows: {count} recovered, best {error:.0e}"
        )


def federation(rng, sizes, width, fit):
    """Run one: each round's state and total, all rows as they were summed, truths and folds."""
    sites = []
    for people in sizes:
        rows, truths = drawn(rng, people, width)
        own = np.arange(people)
        sites.append(LabelledEmbeddings(EYE, rows, truths, own, people, np.full(people, np.nan)))
    state, rounds = first_state(fit, width, sizes), []
    while state.step != "finished":
        total = SUMS.decoded(added(SUMS.encoded(site_sums(fit, state, each)) for each in sites))
        rounds.append((state, total))
        state = next_state(fit, state, total)
    summed = [SiteRows.of(fit, rounds[1][0], each) for each in sites]
    return rounds[1:], *(
        np.concatenate([getattr(each, name) for each in summed])
        for name in ("rows", "truths", "folds")
    )


def nearest(candidates, rows):
    """Give the greatest correlation of a candidate with a row, over their numbers."""
    first, second = (
        each / np.linalg.norm(each, axis=1, keepdims=True) for each in (candidates, rows)
    )
    return float(np.abs(first @ second.T).max())


def leaving_now(rng):
    sizes, fit = (420, 419, 419), FederatedFit(EYE)
    rounds, rows, *_ = federation(rng, sizes, 256, fit)
    matrices = [
        each[0, :, 0]
        for state, total in rounds
        for each in found_slopes(asked_slopes(state), total).curvatures
    ]
    sent = sum(sums_size(fit, state) for state, _ in rounds)
    print(
        f"leaves now, {len(rows)} rows of {rows.shape[1]}: {len(rounds)} rounds of slopes, "
        f"{len(matrices)} curvatures, {sent} numbers, {sent / rows.size:.2f} of those of the rows"
    )
    pairs = [(a, b) for place, a in enumerate(matrices) for b in matrices[:place]]
    candidates = np.vstack(
        [rows_of_hessians([b, a]) for a, b in pairs] + [rows_of_hessians(matrices)]
    )
    candidates = candidates[np.isfinite(candidates).all(axis=1)]
    others = standardised(drawn(rng, len(rows), 256)[0])
    count, error = recovered(candidates, rows)
    near, null = (nearest(candidates[:, :-1], each) for each in (rows, others))
    print(
        f"  {len(candidates)} vectors from every pair of curvatures: {count} rows recovered, least "
        f"relative error {error:.2f}; greatest correlation with a row {near:.2f}, with rows of "
        f"other people {null:.2f}"
    )
    for left in (60, 200):
        known = np.hstack((rows[left:], np.ones((len(rows) - left, 1))))
        rest = []
        for state, _ in rounds:
            asked = asked_slopes(state)
            for place in asked.curved:
                chances = (1 + np.tanh(known @ asked.points[place, 0] / 2)) / 2
                weights = chances * (1 - chances)
                rest.append(matrices[len(rest)] - (known * weights[:, None]).T @ known)
        count, error = recovered(_of_few(rest, left), rows[:left])
        print(f"  all but {left} rows known to the attacker: {count} recovered, best {error:.0e}")


def _of_few(matrices, rank):
    sizes, axes = np.linalg.eigh(matrices[0])
    basis = axes[:, np.argsort(sizes)[-rank:]]
    inside = [basis.T @ each @ basis for each in matrices]
    _, vectors = eigh(sum(inside[1:]), inside[0])
    candidates = np.linalg.inv(vectors) @ basis.T
    return candidates / candidates[:, -1:]


class AllSums:
    """All sums of a federation of two classes as a function of its rows, with their derivatives."""

    def __init__(self, rounds, truths, folds):
        self.asked = [asked_slopes(state) for state, _ in rounds]
        self.truths, self.folds = truths, folds

    def of(self, rows, derive=False):
        count, m = rows.shape
        design = np.hstack((rows, np.ones((count, 1))))
        upper, values, slopes = np.triu_indices(m + 1), [], []
        for asked in self.asked:
            for point, fold in zip(asked.points[:, 0], asked.folds, strict=True):
                chances = (1 + np.tanh(design @ point / 2)) / 2
                takes_part = self.folds != fold
                off = (chances - self.truths) * takes_part
                values.append(off @ design)
                if derive:
                    curve = chances * (1 - chances) * takes_part
                    slope = np.einsum("i,l,ij->jil", curve, point[:-1], design)
                    slope[np.arange(m), :, np.arange(m)] += off
                    slopes.append(slope.reshape(m + 1, -1))
            for place in asked.curved:
                point = asked.points[place, 0]
                chances = (1 + np.tanh(design @ point / 2)) / 2
                curve = chances * (1 - chances)
                values.append(((design * curve[:, None]).T @ design)[upper])
                if derive:
                    bent = curve * (1 - 2 * chances)
                    slope = np.einsum("i,l,ij,ik->jkil", bent, point[:-1], design, design)
                    for number in range(m):
                        slope[number, :, :, number] += (curve[:, None] * design).T
                        slope[:, number, :, number] += (curve[:, None] * design).T
                    slopes.append(slope[upper].reshape(len(upper[0]), -1))
        return np.concatenate(values), np.vstack(slopes) if derive else None


def searched(rng):
    rounds, rows, truths, folds = federation(rng, (34, 33, 33), 12, FederatedFit(EYE))
    sums = AllSums(rounds, truths, folds)
    target, slopes = sums.of(rows, derive=True)
    sizes, axes = np.linalg.svd(slopes, full_matrices=True)[1:]
    rank = int((sizes > 1e-11 * sizes[0]).sum())
    print(
        f"leaves now, {len(rows)} rows of {rows.shape[1]} numbers, {rows.size} in all: "
        f"{len(target)} sums, of which {rank} are independent: rows may move in "
        f"{rows.size - rank} directions and no sum changes"
    )
    for share in (0.1, 0.3):
        moved = axes[rank:].T @ rng.normal(size=rows.size - rank)
        other = rows + share * moved.reshape(rows.shape) / np.sqrt(np.mean(moved**2))
        for _ in range(60):
            now, slope = sums.of(other, derive=True)
            step = np.linalg.lstsq(slope, target - now, rcond=1e-10)[0]
            other = other + step.reshape(rows.shape)
        gap = np.abs(sums.of(other)[0] - target).max()
        away = np.sqrt(np.mean((other - rows) ** 2))
        print(f"  other rows, {away:.2f} standard deviations away, have all the sums to {gap:.0e}")
    for start in range(3):
        guess, damping = rng.normal(size=rows.shape), 1.0
        now, slope = sums.of(guess, derive=True)
        for _ in range(80):
            wide = slope @ slope.T
            wide[np.diag_indices_from(wide)] += damping
            step = slope.T @ np.linalg.solve(wide, target - now)
            tried, its_slope = sums.of(guess + step.reshape(rows.shape), derive=True)
            if np.linalg.norm(tried - target) < np.linalg.norm(now - target):
                guess, now, slope = guess + step.reshape(rows.shape), tried, its_slope
                damping = max(damping / 3, 1e-12)
            else:
                damping *= 4
        candidates = np.hstack((guess, np.ones((len(guess), 1))))
        count, error = recovered(candidates, rows)
        null = recovered(candidates, standardised(rng.normal(size=rows.shape)))[1]
        fits = np.linalg.norm(now - target) / np.linalg.norm(target)
        print(
            f"  search {start + 1}: sums met to {fits:.0e}; {count} rows recovered, least relative "
            f"error {error:.2f}, of drawn rows {null:.2f}"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    rng = np.random.default_rng(parser.parse_args().seed)
    for attack in (unmasked, leaving_now, searched):
        attack(rng)


if __name__ == "__main__":
    main()
