"""What the users of a framework usually do with a photograph, where nobody says what was done.

Nothing in a weights file says how its photographs were read: what stands here is *assumed*, said
with every result, and changed by `--set`.
"""

from collections.abc import Mapping
from typing import Literal

Framework = Literal["Keras", "PyTorch", "ONNX"]

_EVERYWHERE = {
    "mirror": ("none", "nobody says that eyes were mirrored"),
}
CONVENTIONS: Mapping[Framework, Mapping[str, tuple[str, str]]] = {
    "Keras": _EVERYWHERE
    | {
        "colour": ("rgb", "Keras' own loaders give RGB"),
        "crop": ("none", "Keras' own loaders do not crop"),
        "decoder": (
            "pillow",
            "load_img and ImageDataGenerator read with Pillow; image_dataset_from_directory and "
            "tf.data with TensorFlow's decoder",
        ),
        "resampling": (
            "bilinear-no-antialias",
            "the default of tf.image.resize and image_dataset_from_directory; that of load_img and "
            "ImageDataGenerator is nearest",
        ),
    },
    "PyTorch": _EVERYWHERE
    | {
        "colour": ("rgb", "torchvision's own loaders give RGB"),
        "crop": ("none", "torchvision's own loaders do not crop"),
        "decoder": ("pillow", "torchvision's own loaders read with Pillow"),
        "resampling": ("bilinear", "the default of torchvision's Resize on a Pillow image"),
    },
    # Such a file does not even say who trained it with what.
    "ONNX": _EVERYWHERE | {"decoder": ("pillow", "what most programs read photographs with")},
}
