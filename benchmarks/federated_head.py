"""A head of three sites against the one of all their rows: differences, rounds, bytes, seconds.

    python benchmarks/federated_head.py

Drawn embeddings of 256 numbers; each site's camera moves and stretches them in a way of its own.
Sites have 600, 450 and 350 people, one photograph each. Every sum leaves masked; the sites answer
in turn in this process.
"""

import argparse
import os
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from gantei_export.federating.federated_fit import FederatedFit
from gantei_export.federating.masking import MaskContext, MaskKey, unmasked_total
from gantei_export.federating.rounds import federated_head, first_state, next_state, site_sums
from gantei_export.learning.head_fitting import fit_head
from gantei_export.learning.labelled_embeddings import LabelledEmbeddings
from gantei_export.learning.learning_target import LearningTarget
from gantei_export.learning.people_split import folds_of

PEOPLE = (600, 450, 350)
WIDTH = 256
MOST = {"regression": 1e-9, "binary": 1e-6}


def drawn(target, seed):
    """Draw the sites' labelled embeddings."""
    rng = np.random.default_rng(seed)
    mixing = rng.normal(size=(40, WIDTH)) / np.arange(1, 41)[:, None] ** 0.7
    head = rng.normal(size=40) / np.arange(1, 41) ** 0.5
    sites = []
    for people in PEOPLE:
        hidden = rng.normal(size=(people, 40))
        rows = np.maximum(hidden @ mixing + 0.3 * rng.normal(size=(people, WIDTH)), 0)
        rows = rows * (1 + 0.2 * rng.normal(size=WIDTH)) + 0.5 * rng.normal(size=WIDTH)
        score = hidden @ head
        truths = 50 + 5 * score + rng.normal(0, 4, people)
        if target.classes:
            truths = (2 * score + rng.logistic(size=people) > 0).astype(np.intp)
        own = np.arange(people)
        sites.append(LabelledEmbeddings(target, rows, truths, own, people, np.full(people, np.nan)))
    return sites


def federated(fit, sites):
    """Run a federation: its head, rounds, bytes of a site, seconds of sites and combiner."""
    keys = [MaskKey.new() for _ in sites]
    public = [key.public for key in keys]
    state = first_state(fit, WIDTH, [each.people for each in sites])
    rounds, sent, of_sites, of_combiner = 0, 0, 0.0, 0.0
    while state.step != "finished":
        rounds += 1
        start = time.process_time()
        context = MaskContext(b"benchmark", rounds, 1, bytes(32))
        masked = [
            key.masked(site_sums(fit, state, each), public, context)
            for key, each in zip(keys, sites, strict=True)
        ]
        sent += masked[0].nbytes
        answered = time.process_time()
        state = next_state(fit, state, unmasked_total(masked))
        of_sites += answered - start
        of_combiner += time.process_time() - answered
    return federated_head(fit, state), rounds, sent, of_sites / len(sites), of_combiner


def pooled(fit, sites):
    """Fit one head to all rows, with the same folds."""
    folds = np.concatenate([folds_of(each, fit.folds, fit.seed, least=0) for each in sites])
    before = np.cumsum([0, *(each.people for each in sites)])
    data = LabelledEmbeddings(
        fit.target,
        np.vstack([each.embeddings for each in sites]),
        np.concatenate([each.truths for each in sites]),
        np.concatenate([each.persons + first for each, first in zip(sites, before, strict=False)]),
        int(before[-1]),
        np.concatenate([each.ages for each in sites]),
    )
    return fit_head(data, strengths=fit.strengths, folds=folds), data.embeddings


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=5)
    seeds = parser.parse_args().seeds
    for target in (
        LearningTarget("age", "regression", unit="years"),
        LearningTarget("eye", "binary", ("left", "right")),
    ):
        fit, found = FederatedFit(target), []
        for seed in range(seeds):
            sites = drawn(target, seed)
            ours, rounds, sent, of_sites, of_combiner = federated(fit, sites)
            expected, rows = pooled(fit, sites)
            apart = np.abs(ours.head.linear(rows) - expected.head.linear(rows)).max()
            same = ours.strength == expected.strength
            found.append((apart, rounds, sent / 1e6, of_sites, of_combiner, same))
        apart, rounds, sent, of_sites, of_combiner, same = zip(*found, strict=True)
        print(
            f"{target.kind}, {seeds} seeds: the same strength in {sum(same)}; linear values at "
            f"most {max(apart):.1e} from the pooled head's (must: {MOST[target.kind]:g}); "
            f"{min(rounds)} to {max(rounds)} rounds of sums; {min(sent):.1f} to {max(sent):.1f} MB "
            f"by a site; CPU {max(of_sites):.2f} s by a site, {max(of_combiner):.2f} s to combine"
        )


if __name__ == "__main__":
    main()
