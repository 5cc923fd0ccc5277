"""The networks: one small MobileNet for training, cut into the two that Keras saves."""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from .pictures import SIDE, TRAITS

DemoTask = Literal["age", "sex"]
TASKS: tuple[DemoTask, ...] = ("age", "sex")

ALPHA = 0.25
MEAN_AGE, AGE_SPREAD = 56.0, 22.0
"""Years: while training the network gives (age - mean) / spread."""

# Keras' 0.99 would need longer than this training to settle the running statistics.
_BATCH_NORM_MOMENTUM = 0.9


def build() -> Any:
    """Build the untrained network: (n, 160, 160, 3), -1..1, to (n, 2 + number of traits).

    Its outputs are the age in units of `AGE_SPREAD` from `MEAN_AGE`, the logit of male, and the
    standardised traits, which only help the training.
    """
    import tf_keras as keras

    network = _mobilenet(2 + len(TRAITS), in_graph=False, name="demo")
    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = _BATCH_NORM_MOMENTUM
    return network


def cut(network: Any, task: DemoTask) -> Any:
    """Cut out the network of one estimator: pixels to years, or to the probability of male.

    The age network takes pixels scaled to -1..1; the sex network takes 0..255 and scales inside,
    so that the demo estimators show both.
    """
    *body, kernel, bias = network.get_weights()
    column = slice(TASKS.index(task), TASKS.index(task) + 1)
    kernel, bias = kernel[:, column], bias[column]
    if task == "age":
        kernel, bias = kernel * AGE_SPREAD, bias * AGE_SPREAD + MEAN_AGE
    activation = "linear" if task == "age" else "sigmoid"
    finished = _mobilenet(1, in_graph=task == "sex", name=f"demo_{task}", activation=activation)
    finished.set_weights([*body, kernel, bias])
    return finished


def _mobilenet(outputs: int, in_graph: bool, name: str, activation: str = "linear") -> Any:
    import tf_keras as keras

    photograph = keras.Input((SIDE, SIDE, 3), name="photograph")
    x = photograph
    if in_graph:
        x = keras.layers.Rescaling(1 / 127.5, offset=-1.0, name="scaling")(x)
    base = keras.applications.MobileNet(
        input_tensor=x, alpha=ALPHA, include_top=False, weights=None
    )
    x = keras.layers.GlobalAveragePooling2D(name="pooling")(base.output)
    x = keras.layers.Dense(outputs, activation=activation, name="value")(x)
    return keras.Model(photograph, x, name=name)


def network_input(pixels: NDArray[np.uint8], task: DemoTask) -> NDArray[np.float32]:
    """Scale pixels 0..255 as the network of this task wants them."""
    values = pixels.astype(np.float32)
    return (values - np.float32(127.5)) / np.float32(127.5) if task == "age" else values
