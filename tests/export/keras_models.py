"""Keras models that behave: random weights, but activations of unit size in every layer.

Random BatchNormalization statistics make deep networks chaotic: then two versions of Keras
disagree with each other. So the statistics come from a real pass.
"""

import contextlib
import warnings

import numpy as np

TOLERANCE = 1e-4


def pictures(size, count=4, low=0, high=255, seed=11):
    """Random pictures of different brightness and colour."""
    rng = np.random.default_rng(seed)
    values = rng.uniform(0, 1, (count, size, size, 3)) * rng.uniform(0.3, 1, (count, 1, 1, 3))
    return (low + (high - low) * values).astype(np.float32)


def behave(keras, model, photographs, calm=0.0):
    """Randomise every bias, gamma and beta; take all statistics from one pass.

    `calm` is added to every variance, as a part of the layer's mean variance. The last Dense
    layers are scaled to answers of standard deviation 1.
    """
    rng = np.random.default_rng(5)
    layers = [one for one in model._flatten_layers() if isinstance(one, keras.layers.Layer)]
    norms = [one for one in layers if isinstance(one, keras.layers.BatchNormalization)]
    for layer in layers:
        if getattr(layer, "use_bias", False) and layer.built:
            layer.bias.assign(rng.normal(0, 0.2, layer.bias.shape))
        if hasattr(layer, "rate"):
            layer.rate = 0.0
    for layer in norms:
        layer.momentum = 0.0
        if layer.scale:
            weak = 0.1 if "project_bn" in layer.name else 1.0
            layer.gamma.assign(weak * rng.uniform(0.7, 1.3, layer.gamma.shape))
        if layer.center:
            layer.beta.assign(rng.normal(0, 0.2, layer.beta.shape))
    model(photographs, training=True)
    for layer in norms:
        variance = layer.moving_variance.numpy()
        layer.moving_variance.assign(variance + calm * variance.mean() + 1e-3)
    seen = {}  # what each head sees, once for all heads
    for layer in model.layers:
        if isinstance(layer, keras.layers.Dense):
            if id(layer.input) not in seen:
                seen[id(layer.input)] = keras.Model(model.inputs[0], layer.input)(photographs)
            features = seen[id(layer.input)].numpy()
            kernel = layer.kernel.numpy()
            answers = features @ kernel
            # What tells the pictures apart must not drown in the rounding of what is added up.
            spread = max(answers.std(), 0.01 * (np.abs(features) @ np.abs(kernel)).max())
            layer.kernel.assign(kernel / spread)
            if layer.use_bias:
                layer.bias.assign(-(answers / spread).reshape(-1, layer.units).mean(axis=0))
    return model


@contextlib.contextmanager
def _quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # HDF5 is old, says Keras
        yield


def largest_difference(model, folder, photographs, answers):
    """Save, convert and run a model; return the largest difference from Keras, and the facts."""
    return difference(model, saved(model, folder / "model.h5"), photographs, answers)


def saved(model, path):
    """Save a whole model, or its weights alone where the name says so."""
    with _quiet():
        if "weights" in path.name:
            model.save_weights(path)
        else:
            model.save(path)
    return path


def difference(model, path, photographs, answers, stated=None):
    """Convert and run a saved model; return the largest difference from Keras, and the facts."""
    from gantei_export.keras_conversion.keras_converter import (
        convert,  # other Kerases borrow this module without gantei
    )

    expected = model(photographs, training=False)
    conversion = convert(path, stated)
    if isinstance(expected, dict):  # Keras orders named outputs by their names
        expected = [expected[name] for name in sorted(expected)]
    expected = expected if isinstance(expected, list | tuple) else [expected]
    given = list(answers(conversion, photographs).values())
    assert len(given) == len(expected)
    differences = [
        np.abs(ours - theirs.numpy()).max() for ours, theirs in zip(given, expected, strict=True)
    ]
    return max(differences), conversion.facts
