"""A demo estimator as a Keras network again, for trying what needs its publisher's file.

The file that a demo estimator was made of is not kept. Its ONNX file holds each batch
normalisation folded into the convolution before it; here the convolution gets the folded kernel,
and its normalisation, which adds the folded bias, leaves the rest alone.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gantei.catalogue.entries import SHIPPED
from gantei_export.training.demo_networks import DemoTask, cut

_KERNELS = ("kernel", "depthwise_kernel")


def unfolded(task: DemoTask) -> Any:
    """Build a demo estimator's network: (n, 160, 160, 3) to (n, 1), as `demo_networks.cut` does.

    It answers as the shipped ONNX file does, but for rounding. Needs TensorFlow and tf_keras.
    """
    import onnx
    from onnx import numpy_helper

    from gantei_export.training.demo_networks import build

    model = onnx.load(SHIPPED / f"demo-{task}" / "model.onnx")
    stored = {one.name: numpy_helper.to_array(one) for one in model.graph.initializer}
    network = cut(build(), task)
    for layer in network.layers:
        layer.set_weights(_weights(layer, stored))
    return network


def _weights(layer: Any, stored: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]:
    """Give a layer's weights in Keras's order, none where it has none."""
    name = layer.name
    if not layer.weights:
        return []
    if f"{name}/kernel" in stored:  # Dense, which is stored as Keras has it
        return [stored[f"{name}/kernel"], stored[f"{name}/bias"]]
    for role in _KERNELS:
        kernel = stored.get(f"{name}_bn/{name}/{role}")
        if kernel is not None:  # OIHW in ONNX
            order = (2, 3, 1, 0) if role == "kernel" else (2, 3, 0, 1)
            return [kernel.transpose(order)]
    bias = stored[f"{name}/bias"]
    ones, zeros = np.ones_like(bias), np.zeros_like(bias)
    return [ones * np.sqrt(1 + layer.epsilon), bias, zeros, ones]
