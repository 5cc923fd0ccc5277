"""Made-up embeddings with what is true of them, and whose they are."""

import numpy as np

from gantei_export.learning.labelled_embeddings import LabelledEmbeddings
from gantei_export.learning.learning_target import LearningTarget


def learning_target(kind, classes=2):
    if kind == "regression":
        return LearningTarget("age", "regression", (), "years")
    return LearningTarget("eye", kind, tuple("abcdefgh"[:classes]))


def cohort(kind, photographs=120, width=12, *, classes=2, copies=0, seed=0):
    """Draw people with one photograph or more, whose embeddings tell something of the label."""
    rng = np.random.default_rng([seed, photographs, width])
    people = max(1, photographs * 5 // 8)
    persons = np.sort(np.append(np.arange(people), rng.integers(0, people, photographs - people)))
    embeddings = np.maximum(rng.normal(size=(photographs, width)) + rng.uniform(0, 2, width), 0)
    signal = embeddings @ rng.normal(size=(width, classes)) / np.sqrt(width)
    signal -= signal.mean(axis=0)
    ages = rng.uniform(20, 90, people)[persons]
    if kind == "regression":
        truths = 60 + 10 * signal[:, 0] + rng.normal(0, 3, photographs)
    else:
        truths = (signal + rng.normal(0, 0.5, signal.shape)).argmax(axis=1)
    augmented = None
    if copies:
        noise = rng.normal(size=(photographs, copies, width))
        augmented = embeddings[:, None] + 0.2 * noise
    return LabelledEmbeddings(
        learning_target(kind, classes), embeddings, truths, persons, people, ages, augmented
    )
