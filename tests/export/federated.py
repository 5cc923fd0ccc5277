"""Data of several sites, and federations of them in one process."""

import numpy as np

from gantei_export.federating.fixed_point import SUMS, added
from gantei_export.federating.masking import MaskContext, MaskKey, unmasked_total
from gantei_export.federating.rounds import federated_head, first_state, next_state, site_sums
from gantei_export.learning.labelled_embeddings import LabelledEmbeddings
from gantei_export.learning.learning_target import LearningTarget
from gantei_export.learning.people_split import folds_of

AGE = LearningTarget("age", "regression", unit="years")
EYE = LearningTarget("eye", "binary", ("left", "right"))
CAMERA = LearningTarget("camera", "categorical", ("a", "b", "c"))


def sites_of(target, seed=1, sizes=(70, 60, 50), width=24):
    """Draw sites whose cameras move and stretch embeddings; a third of people have two eyes."""
    rng = np.random.default_rng(seed)
    shared = rng.normal(size=(8, width)) / np.arange(1, 9)[:, None] ** 0.5
    heads = rng.normal(size=(8, len(target.classes) or 1))
    return [_site(target, rng, people, shared, heads) for people in sizes]


def _site(target, rng, people, shared, heads):
    persons = np.concatenate((np.arange(people), np.arange(people // 3)))
    hidden = rng.normal(size=(len(persons), 8))
    embeddings = np.maximum(
        hidden @ shared + 0.3 * rng.normal(size=(len(persons), shared.shape[1])), 0
    )
    camera = 1 + 0.2 * rng.normal(), 0.5 * rng.normal(size=shared.shape[1])
    scores = hidden @ heads
    if target.kind == "regression":
        truths = 50 + 10 * scores[:, 0] + rng.normal(0, 4, len(persons))
    elif target.kind == "binary":
        truths = (scores[:, 1] - scores[:, 0] + rng.logistic(size=len(persons)) > 0).astype(np.intp)
    else:
        truths = (scores + rng.gumbel(size=scores.shape)).argmax(axis=1)
    ages = rng.uniform(20, 80, people)[persons]
    return LabelledEmbeddings(
        target, embeddings * camera[0] + camera[1], truths, persons, people, ages
    )


def pooled(fit, sites):
    """Put all sites on one pile: the data, and the fold of each row."""
    folds = np.concatenate([folds_of(each, fit.folds, fit.seed, least=0) for each in sites])
    before = np.cumsum([0, *(each.people for each in sites)])
    return LabelledEmbeddings(
        fit.target,
        np.vstack([each.embeddings for each in sites]),
        np.concatenate([each.truths for each in sites]),
        np.concatenate([each.persons + first for each, first in zip(sites, before, strict=False)]),
        before[-1],
        np.concatenate([each.ages for each in sites]),
    ), folds


def federated(fit, sites, masked=False):
    """Run a federation: its head, and the states that sites were asked."""
    keys = [MaskKey(bytes([number + 1]) * 32) for number in range(len(sites))]
    public = [key.public for key in keys]
    state = first_state(fit, sites[0].embeddings.shape[1], [each.people for each in sites])
    asked = []
    while state.step != "finished":
        asked.append(state)
        sums = [site_sums(fit, state, each) for each in sites]
        if masked:
            context = MaskContext(b"test", len(asked), 1, bytes(32))
            hidden = [
                key.masked(each, public, context) for key, each in zip(keys, sums, strict=True)
            ]
            total = unmasked_total(hidden)
        else:
            total = SUMS.decoded(added(map(SUMS.encoded, sums)))
        state = next_state(fit, state, total)
    return federated_head(fit, state), asked
