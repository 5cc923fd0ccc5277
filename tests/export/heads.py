"""Heads with drawn numbers, of every kind."""

import numpy as np

from gantei_export.learning.learning_target import LearningTarget
from gantei_export.learning.linear_head import LinearHead

TARGETS = {
    "regression": LearningTarget("age", "regression", unit="years"),
    "binary": LearningTarget("eye", "binary", ("left", "right")),
    "categorical": LearningTarget("camera", "categorical", ("a", "b", "c", "d", "e")),
}


def head_of(target, width, seed=5):
    """Give a head whose linear values on the demo's embeddings are within about ±5, or an age."""
    rng = np.random.default_rng(seed)
    kernel = rng.normal(0, 0.3 if target.kind == "regression" else 0.05, (width, target.columns))
    bias = rng.normal(50 if target.kind == "regression" else 0, 0.5, target.columns)
    return LinearHead(target, kernel, bias)
