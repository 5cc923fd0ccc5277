"""Whether an imported estimator answers a photograph as Keras does.

python benchmarks/photograph.py PHOTOGRAPH [--size 600]

Keras writes stand-ins of EfficientNet-B7 and MobileNet with behaving random weights; each is
imported with `gantei import` and asked with `gantei predict`; beside it Keras' own answer to the
same file, loaded by `load_img` and resized by `tf.image.resize`. Needs tf_keras; the stand-ins
and the store stand in a temporary folder.
"""

import argparse
import csv
import os
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
LARGEST_DIFFERENCE = 1e-4
NETWORKS = {"EfficientNetB7": "in-graph", "MobileNet": "-1..1"}


def loaded(photograph, size):
    """Load by Keras, resize by TensorFlow: float32 (1, size, size, 3), 0…255."""
    import tensorflow as tf
    import tf_keras as keras

    # tf.io.decode_jpeg would take a faster, coarser transform than Keras' own loader.
    pixels = keras.utils.img_to_array(keras.utils.load_img(photograph))
    return tf.image.resize(pixels, (size, size))[None]


def stand_in(network, pixels):
    """A network whose normalisation fits what flows through it, with one sigmoid."""
    import tensorflow as tf
    import tf_keras as keras

    keras.utils.set_random_seed(1)
    body = getattr(keras.applications, network)(
        include_top=False, weights=None, input_shape=pixels.shape[1:], pooling="avg"
    )
    output = keras.layers.Dense(1, activation="sigmoid", name="sex")(body.output)
    model = keras.Model(body.input, output)
    normalisations = [
        layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)
    ]
    for layer in normalisations:
        layer.momentum = 0.0
        if layer.name.endswith("project_bn"):
            layer.gamma.assign(layer.gamma * 0.1)
    pictures = tf.concat([pixels, pixels[:, ::-1], pixels[:, :, ::-1]], 0)
    for layer in model.layers:
        if isinstance(layer, keras.layers.Dropout):
            layer.rate = 0.0
    model(pictures, training=True)
    for layer in normalisations:
        variance = layer.moving_variance
        variance.assign(variance + 0.03 * tf.reduce_mean(variance))
    features = keras.Model(model.input, model.layers[-2].output)(pictures)
    head = model.layers[-1]
    logits = tf.matmul(features, head.kernel)
    head.kernel.assign(head.kernel / tf.maximum(1.0, tf.reduce_max(tf.abs(logits))))
    return model


def answer_of_gantei(file, photograph, scale, environment):
    """Import and predict by the command line."""
    gantei = [sys.executable, "-m", "gantei"]
    settings = ["--set", "output.positive=male", "--because", "a stand-in"]
    if scale != "in-graph":
        settings += ["--set", f"input.scale={scale}"]
    command = [*gantei, "import", file.stem, str(file), "--task", "sex", *settings]
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    command = [*gantei, "predict", str(photograph), "--with", file.stem, "--out", "-"]
    done = subprocess.run(command, check=True, env=environment, capture_output=True, text=True)
    (row,) = csv.DictReader(done.stdout.splitlines())
    return float(row[f"{file.stem}.male"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("photograph", type=Path)
    parser.add_argument("--size", type=int, default=600, help="of EfficientNet-B7; MobileNet: 224")
    chosen = parser.parse_args()
    largest = 0.0
    print(f"{'network':18}{'px':>5}{'Keras':>12}{'gantei':>12}{'difference':>12}")
    with tempfile.TemporaryDirectory() as scratch:
        environment = os.environ | {"GANTEI_HOME": str(Path(scratch, "store"))}
        for network, scale in NETWORKS.items():
            size = 224 if network == "MobileNet" else chosen.size
            pixels = loaded(chosen.photograph, size)
            pixels = pixels if scale == "in-graph" else pixels / 127.5 - 1
            model = stand_in(network, pixels)
            file = Path(scratch, f"stand-in-{network.lower()}.h5")
            model.save(file)
            expected = float(model(pixels)[0, 0])
            actual = answer_of_gantei(file, chosen.photograph, scale, environment)
            difference = abs(actual - expected)
            largest = max(largest, difference)
            print(f"{network:18}{size:>5}{expected:>12.6f}{actual:>12.6f}{difference:>12.1e}")
    print(f"largest difference {largest:.1e} (must: {LARGEST_DIFFERENCE:.0e})")
    return int(largest > LARGEST_DIFFERENCE)


if __name__ == "__main__":
    sys.exit(main())
