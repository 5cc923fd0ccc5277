"""Writes the bodies anew from Keras: `python -m gantei_export.architectures` (needs tf_keras)."""

import gzip
import json
import os
import sys
from collections.abc import Iterator
from typing import Any

from .bodies import FOLDER, SUFFIX

KERAS_NAMES = {
    **{f"DenseNet-{depth}": f"DenseNet{depth}" for depth in (121, 169, 201)},
    "Inception-ResNet-V2": "InceptionResNetV2",
    "Inception-V3": "InceptionV3",
    "MobileNet": "MobileNet",
    "MobileNetV2": "MobileNetV2",
    "VGG19": "VGG19",
    "Xception": "Xception",
    **{f"EfficientNet-B{number}": f"EfficientNetB{number}" for number in range(8)},
}
_LEFT_OUT = ("trainable", "dtype", "sparse", "ragged", "optional", "data_format", "momentum")
_LEFT_OUT_ENDINGS = ("_initializer", "_regularizer", "_constraint")


def described(name: str) -> str:
    """Return the JSON text of an architecture's body, as Keras builds it for any size."""
    import tf_keras

    tf_keras.backend.clear_session()  # which numbers the layers from 0 again
    build = getattr(tf_keras.applications, KERAS_NAMES[name])
    model = build(include_top=False, weights=None, input_shape=(None, None, 3))
    return json.dumps(
        {
            "channels": model.output_shape[-1],
            "layers": [_layer(entry) for entry in model.get_config()["layers"]],
            "shapes": {
                layer.name: [list(weight.shape) for weight in layer.weights]
                for layer in model.layers
                if layer.weights
            },
        },
        separators=(",", ":"),
    )


def _layer(entry: dict[str, Any]) -> dict[str, Any]:
    config = {
        key: value
        for key, value in entry["config"].items()
        if key not in _LEFT_OUT and not key.endswith(_LEFT_OUT_ENDINGS) and value is not None
    }
    return {
        "class_name": entry["class_name"].rpartition(">")[2],
        "name": entry["name"],
        "config": config,
        "inbound_nodes": entry["inbound_nodes"],
    }


def _written() -> Iterator[str]:
    for name in KERAS_NAMES:
        data = gzip.compress(described(name).encode("utf-8"), compresslevel=9, mtime=0)
        (FOLDER / f"{name}{SUFFIX}").write_bytes(data)
        yield f"{name}: {len(data):,} bytes\n"


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    sys.stdout.writelines(_written())
