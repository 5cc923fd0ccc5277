"""Writes the small genuine Keras files beside it, each with what its own Keras answers.

Run once with TensorFlow 2.4.4 (Python 3.8) and once with 2.15.1 (Python 3.11); the version stands
in the names. `<name>.npz` holds `photograph`, two pictures, and one array for each output.

    python make.py
"""

from pathlib import Path

import numpy as np
import tensorflow as tf

HERE = Path(__file__).parent
VERSION = "tf" + "".join(tf.__version__.split(".")[:2])

keras = tf.keras
layers = keras.layers
pixels = getattr(layers.experimental, "preprocessing", layers)


def block(x, filters, name):
    """A MobileNet-like block: padding by hand, then stride 2, then 1 x 1."""
    x = layers.ZeroPadding2D(((0, 1), (0, 1)), name=name + "_pad")(x)
    x = layers.DepthwiseConv2D(3, 2, "valid", use_bias=False, name=name + "_dw")(x)
    x = layers.BatchNormalization(name=name + "_dw_bn")(x)
    x = layers.ReLU(6.0, name=name + "_dw_relu")(x)
    x = layers.Conv2D(filters, 1, use_bias=False, name=name + "_pw")(x)
    x = layers.BatchNormalization(name=name + "_pw_bn")(x)
    return layers.ReLU(6.0, name=name + "_pw_relu")(x)


def squeeze_and_excite(x, filters, name):
    """An EfficientNet-like gate."""
    gate = layers.GlobalAveragePooling2D(name=name + "_squeeze")(x)
    gate = layers.Reshape((1, 1, filters), name=name + "_reshape")(gate)
    gate = layers.Conv2D(2, 1, activation="swish", name=name + "_reduce")(gate)
    gate = layers.Conv2D(filters, 1, activation="sigmoid", name=name + "_expand")(gate)
    return layers.multiply([x, gate], name=name + "_excite")


def body(size):
    """The nested model: its last block is frozen, which changes the order of its weights."""
    picture = keras.Input((size, size, 3))
    x = layers.Conv2D(8, 3, 2, "same", use_bias=False, name="stem")(picture)
    x = layers.BatchNormalization(name="stem_bn")(x)
    x = layers.Activation("swish", name="stem_activation")(x)
    x = squeeze_and_excite(block(x, 16, "first"), 16, "first_se")
    x = block(x, 24, "second")
    model = keras.Model(picture, x, name="body")
    model.get_layer("second_dw").trainable = False
    model.get_layer("second_dw_bn").trainable = False
    return model


def operations():
    """Two outputs, `preprocess_input` as operations, a nested body, optimizer state."""
    picture = keras.Input((33, 33, 3), name="picture")
    x = keras.applications.mobilenet.preprocess_input(picture)
    x = layers.GlobalAveragePooling2D()(body(33)(x))
    age = layers.Dense(1, name="age")(layers.Dropout(0.3)(x))
    sex = layers.Dense(1, activation="sigmoid", name="sex")(x)
    return keras.Model(picture, [sex, age])


def caffe():
    """BGR with the means subtracted, as operations; a softmax head on Flatten."""
    picture = keras.Input((32, 32, 3))
    x = keras.applications.resnet50.preprocess_input(picture)
    x = layers.Flatten()(body(32)(x))
    return keras.Model(picture, layers.Dense(3, activation="softmax", name="grade")(x))


def sequential():
    """A Sequential with a nested one, and pixels scaled by layers."""
    normalization = pixels.Normalization()
    normalization.adapt(pictures(32, 8) / 255)
    head = keras.Sequential([layers.Dropout(0.2), layers.Dense(4), layers.BatchNormalization()])
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            pixels.Rescaling(1 / 255),
            normalization,
            body(32),
            layers.GlobalMaxPooling2D(),
            head,
            layers.Activation("relu"),
            layers.Dense(2, activation="softmax", name="sex"),
        ]
    )


def pictures(size, count=2, seed=7):
    """Random pictures, 0 to 255, of different brightness."""
    rng = np.random.default_rng(seed)
    shape = (count, size, size, 3)
    return (rng.uniform(0, 255, shape) * rng.uniform(0.3, 1, (count, 1, 1, 1))).astype("float32")


def settle(model):
    """Make every layer matter: random gammas and betas, and statistics of a real batch."""
    rng = np.random.default_rng(3)
    norms = [x for x in model.submodules if isinstance(x, layers.BatchNormalization)]
    for layer in norms:
        layer.momentum = 0.0
        layer.gamma.assign(rng.uniform(0.6, 1.4, layer.gamma.shape))
        layer.beta.assign(rng.normal(0, 0.4, layer.beta.shape))
        layer.moving_mean.assign(rng.normal(0, 0.1, layer.gamma.shape))
        layer.moving_variance.assign(rng.uniform(0.1, 0.5, layer.gamma.shape))
    for layer in model.submodules:
        if isinstance(layer, (layers.Dense, layers.Conv2D)) and layer.use_bias:
            layer.bias.assign(rng.normal(0, 0.3, layer.bias.shape))


def save(name, model):
    """Train without moving weights, for statistics and optimizer state; save file and answers."""
    size = model.input_shape[1]
    settle(model)
    model.compile(keras.optimizers.SGD(0.0, momentum=0.9), "mse")
    answers = model.predict(pictures(size, 16))
    model.fit(pictures(size, 16), answers, epochs=1, batch_size=16, verbose=0)
    model.save(str(HERE / f"{VERSION}-{name}.h5"), save_format="h5")
    if VERSION == "tf215" and name != "caffe":  # whose `x[..., ::-1]` this format does not take
        model.save(str(HERE / f"{VERSION}-{name}.keras"))
    answers = model.predict(pictures(size))
    answers = answers if isinstance(answers, list) else [answers]
    named = dict(zip(model.output_names, answers))  # noqa: B905 - Python 3.8
    np.savez(HERE / f"{VERSION}-{name}.npz", photograph=pictures(size), **named)


def main():
    """Write the files of this TensorFlow."""
    tf.random.set_seed(1)
    for make in (operations, caffe, sequential):
        keras.backend.clear_session()
        save(make.__name__, make())
    if VERSION == "tf24":  # TensorFlow 2.3 and before wrote an operation as its node
        from tensorflow.python.keras.engine import keras_tensor

        keras_tensor.disable_keras_tensors()
        for name, make in (("nodes", operations), ("caffe-nodes", caffe)):
            keras.backend.clear_session()
            save(name, make())


if __name__ == "__main__":
    main()
