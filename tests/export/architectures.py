"""The seventeen architectures that are converted, as `keras.applications` builds them."""

from typing import NamedTuple


class Known(NamedTuple):
    """How Keras calls an architecture, what its pixels are, and how calm a test model has to be."""

    function: str
    low: float = -1.0
    high: float = 1.0
    calm: float = 0.0
    tolerance: float = 1e-4


ARCHITECTURES = {
    "DenseNet-121": Known("DenseNet121"),
    "DenseNet-169": Known("DenseNet169"),
    "DenseNet-201": Known("DenseNet201"),
    "Inception-V3": Known("InceptionV3", calm=0.03, tolerance=2e-4),
    "Inception-ResNet-V2": Known("InceptionResNetV2"),
    "MobileNet": Known("MobileNet"),
    "MobileNetV2": Known("MobileNetV2"),
    "Xception": Known("Xception"),
    "VGG19": Known("VGG19"),
    **{
        f"EfficientNet-B{number}": Known(f"EfficientNetB{number}", 0, 255, 0.03)
        for number in range(8)
    },
}


def build(keras, name, size, outputs=(1,), nested=False):
    """Build a network of one of them: pooling, Dropout, and a Dense layer for each output."""
    body = getattr(keras.applications, ARCHITECTURES[name].function)(
        include_top=False, weights=None, input_shape=(size, size, 3)
    )
    picture = keras.Input((size, size, 3)) if nested else body.input
    x = body(picture) if nested else body.output
    x = keras.layers.Dropout(0.2)(keras.layers.GlobalAveragePooling2D()(x))
    heads = [
        keras.layers.Dense(units, "sigmoid" if units == 1 else "softmax", name=f"head_{number}")(x)
        for number, units in enumerate(outputs)
    ]
    return keras.Model(picture, heads)
