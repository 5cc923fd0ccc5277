"""What the other servers share: the network, and photographs as it wants them, by Pillow alone."""

import os
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

FILE = Path(os.environ["NETWORK"])
"""The same weights as ONNX, or as Keras wrote them."""
SIDE = 224


def pixels(file):
    """A photograph as float32 (1, 224, 224, 3) from -1 to 1: decoded in full and resized."""
    if isinstance(file, bytes):
        file = BytesIO(file)
    image = file if isinstance(file, Image.Image) else Image.open(file)
    small = image.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    return np.asarray(small, np.float32)[None] / 127.5 - 1


def session(threads):
    """ONNX Runtime, an inference on so many threads."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(str(FILE), options, providers=["CPUExecutionProvider"])


def probability(opened, batch):
    """The network's first output for each photograph of a batch."""
    (answers,) = opened.run(["sex"], {"photograph": batch})
    return [float(each) for each in answers[:, 0]]
