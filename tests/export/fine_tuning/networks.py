"""A small genuine Keras network to train, and drawn photographs to train it on."""

from functools import cache

import numpy as np
import pytest

from gantei.catalogue import entries
from gantei.demo import draw_photograph, person
from gantei.labels.label_table import LabelOptions
from gantei.photographs.photograph import open_photograph
from gantei.study.collecting import GivenPhotographs, collect
from gantei_export.adapting.labelled_photographs import read_labelled
from gantei_export.adapting.target_choice import TargetOptions, read_target
from gantei_export.fine_tuning.prepared_photographs import PreparedPhotographs, prepared_pixels
from gantei_export.learning.learning_target import LearningTarget

EYE = LearningTarget("eye", "binary", ("left", "right"))
AGE = LearningTarget("age", "regression", unit="years")
DECADES = LearningTarget("decade", "categorical", ("young", "middle", "old"))
SIDE = 64
SEED = 5
"""Of people whom the demo estimators were not trained on."""


def small_network(seed=1):
    """Every kind of weight that training treats in its own way, in a few layers of Keras."""
    keras = pytest.importorskip("tf_keras")
    layers = keras.layers
    photograph = x = keras.Input((SIDE, SIDE, 3))
    x = layers.Conv2D(8, 3, strides=4, use_bias=False)(x)
    x = layers.ReLU(6.0)(layers.BatchNormalization()(x))
    x = layers.DepthwiseConv2D(3, strides=2, use_bias=False)(x)
    x = layers.Activation("swish")(layers.BatchNormalization()(x))
    x = layers.Dropout(0.2)(layers.GlobalAveragePooling2D()(x))
    model = keras.Model(photograph, layers.Dense(1, activation="sigmoid")(x))
    random = np.random.default_rng(seed)
    model.set_weights([random.uniform(0.1, 0.4, one.shape) for one in model.get_weights()])
    return model


@cache
def drawn(people=12):
    """The eyes of drawn people at 64 px, on which a network sees -1 to 1."""
    manifest = entries.find("demo-age").manifest
    spec = manifest.input.model_copy(update={"size": (SIDE, SIDE)})
    rows = []
    for number in range(1, people + 1):
        who = person(SEED, number)
        for eye in who.eyes:
            photograph = open_photograph(draw_photograph(SEED, who, eye, scale=0.1).jpeg())
            rows.append((prepared_pixels(photograph, spec), eye.side == "right", number, who.age))
    pixels, right, numbers, ages = zip(*rows, strict=True)
    return PreparedPhotographs(
        np.stack(pixels),
        spec,
        np.array(right, np.intp),
        np.array(numbers, np.intp) - 1,
        people,
        np.array(ages),
    )


def labelled_of(eyes, column):
    """Photographs of `adapting_cases.drawn_eyes` with a column of their labels."""
    target, table = read_target(str(eyes.labels), LabelOptions(""), TargetOptions(column))
    listing = collect(GivenPhotographs([eyes.folder]))
    return read_labelled(listing, table, target, base="small-sex")
