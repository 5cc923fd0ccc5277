"""What an epoch of a whole network costs, beside Keras's own: python benchmarks/fine_tuning.py.

    python benchmarks/fine_tuning.py --json FILE

MobileNet of Keras at 224 px, random weights, 240 photographs of random pixels (an epoch takes as
long for any), 16 at a time, Adam, batch normalisation frozen. Three kinds of process take turns:
one times products of matrices, one trains as `gantei adapt --whole-network` does (pixels turned,
brightened and blurred, every layer), one by `model.fit` on pixels that are ready. Processor time
is that of all threads of the process.

The floor is what the arithmetic alone takes: 0.57 billion multiplications and additions of a
photograph forward, twice as many backward, at the rate of large products of matrices.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

PHOTOGRAPHS, SIDE, BATCH = 240, 224, 16
EPOCHS, TURNS = 3, 3
OPERATIONS = 0.57e9 * 2 * 3 * PHOTOGRAPHS
"""Multiplications and additions of an epoch, each one operation."""
MOST_SECONDS, MOST_BYTES, MOST_RATIO = 15.0, 3e9, 1.1


def seconds(work: Callable[[], Any]) -> float:
    """Processor time."""
    before = time.process_time()
    work()
    return time.process_time() - before


def mobilenet(keras: Any) -> Any:
    """Give the network with a head of one answer, compiled by nobody."""
    body = keras.applications.MobileNet(
        input_shape=(SIDE, SIDE, 3), include_top=False, pooling="avg", weights=None
    )
    return keras.Model(body.input, keras.layers.Dense(1, "sigmoid")(body.output))


def pixels_and_truths() -> tuple[np.ndarray, np.ndarray]:
    """Give pixels, uint8, and classes."""
    random = np.random.default_rng(1)
    pixels = random.integers(0, 256, (PHOTOGRAPHS, SIDE, SIDE, 3), dtype=np.uint8)
    return pixels, random.integers(0, 2, PHOTOGRAPHS)


def products() -> dict[str, Any]:
    """Time products of matrices: operations per second of the processor."""
    from gantei_export.fine_tuning.keras_training import training_keras

    training_keras()
    import tensorflow as tf

    side, times = 2048, 10
    matrix = tf.constant(np.random.default_rng(1).random((side, side), np.float32))
    tf.matmul(matrix, matrix).numpy()
    took = [
        seconds(lambda: [tf.matmul(matrix, matrix).numpy() for _ in range(times)])
        for _ in range(EPOCHS)
    ]
    return {"rate": times * 2 * side**3 / statistics.median(took)}


def ours() -> dict[str, Any]:
    """Time epochs as `gantei adapt --whole-network` trains, and what is around them."""
    from gantei.catalogue.entries import find
    from gantei_export.fine_tuning.epochs import embeddings_of, linear_values, train_epoch
    from gantei_export.fine_tuning.keras_training import training_keras
    from gantei_export.fine_tuning.network_training import open_trainable
    from gantei_export.fine_tuning.prepared_photographs import PreparedPhotographs
    from gantei_export.fine_tuning.training_settings import TrainingSettings
    from gantei_export.learning.learning_target import LearningTarget

    target = LearningTarget("eye", "binary", ("left", "right"))
    with tempfile.TemporaryDirectory(prefix="gantei-") as folder:
        file = Path(folder, "mobilenet.h5")
        mobilenet(training_keras()).save(file)
        network = open_trainable(file, target, size=(SIDE, SIDE), device="cpu")
    spec = find("demo-age").manifest.input.model_copy(update={"size": (SIDE, SIDE)})
    pixels, truths = pixels_and_truths()
    rows = np.arange(PHOTOGRAPHS)
    photographs = PreparedPhotographs(
        pixels, spec, truths, rows, PHOTOGRAPHS, np.full(PHOTOGRAPHS, 50.0)
    )
    settings = TrainingSettings(batch=BATCH)
    network.begin_training(settings.rate)
    first = seconds(lambda: train_epoch(network, photographs, rows[:BATCH], settings, 0))
    epochs = [
        seconds(lambda epoch=epoch: train_epoch(network, photographs, rows, settings, epoch))
        for epoch in range(1, EPOCHS + 1)
    ]
    linear_values(network, photographs, rows[:BATCH])  # traced once
    return {
        "first_step": first,
        "epochs": epochs,
        "validation": seconds(lambda: linear_values(network, photographs, rows)),
        "embeddings": seconds(lambda: embeddings_of(network, photographs, rows)),
    }


def keras_fit() -> dict[str, Any]:
    """Time epochs of `model.fit`."""
    from gantei_export.fine_tuning.keras_training import training_keras

    keras = training_keras()
    model = mobilenet(keras)
    for layer in model.layers:
        layer.trainable = not isinstance(layer, keras.layers.BatchNormalization)
    # Adam as ours is, without the compilation that Keras adds where a GPU is.
    model.compile(keras.optimizers.Adam(1e-4, jit_compile=False), "binary_crossentropy")
    pixels, truths = pixels_and_truths()
    values = pixels.astype(np.float32) / np.float32(127.5) - np.float32(1)
    wanted = truths.astype(np.float32)[:, None]

    def fit(count: int) -> None:
        model.fit(values[:count], wanted[:count], batch_size=BATCH, verbose=0)

    first = seconds(lambda: fit(BATCH))
    return {
        "first_step": first,
        "epochs": [seconds(lambda: fit(PHOTOGRAPHS)) for _ in range(EPOCHS)],
    }


PARTS: dict[str, Callable[[], dict[str, Any]]] = {
    "products": products,
    "gantei": ours,
    "keras": keras_fit,
}


def measured(part: str) -> dict[str, Any]:
    """Run a part in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, "--part", part],
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def run(part: str) -> int:
    """Measure a part here, and tell of it."""
    told = PARTS[part]()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    sys.stdout.write(json.dumps(told | {"peak": peak, "load": os.getloadavg()[0]}))
    return 0


def main() -> int:
    """Print what was measured beside what must hold; 1 where it does not."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--part", choices=PARTS, help="measure one part, and print it as JSON")
    parser.add_argument("--turns", type=int, default=TURNS, help="processes of each kind")
    parser.add_argument("--json", type=Path, help="file for all figures")
    chosen = parser.parse_args()
    if chosen.part:
        return run(chosen.part)
    told: dict[str, list[dict[str, Any]]] = {part: [] for part in PARTS}
    for _ in range(chosen.turns):
        for part, found in told.items():
            found.append(measured(part))
    if chosen.json:
        chosen.json.write_text(json.dumps(told, indent=1), "utf-8")
    rate = statistics.median(each["rate"] for each in told["products"])
    epochs = {
        part: [took for each in told[part] for took in each["epochs"]]
        for part in ("gantei", "keras")
    }
    ours_took, keras_took = (statistics.median(epochs[part]) for part in ("gantei", "keras"))
    peak = {part: max(each["peak"] for each in told[part]) for part in epochs}
    floor, ratio = OPERATIONS / rate, ours_took / keras_took
    loads = [each["load"] for found in told.values() for each in found]
    own = told["gantei"]
    around = {
        key: statistics.median(each[key] for each in own)
        for key in ("first_step", "validation", "embeddings")
    }
    kept = [ours_took <= MOST_SECONDS, peak["gantei"] <= MOST_BYTES, ratio <= MOST_RATIO]
    said = ["ok" if each else "MISSED" for each in kept]
    print(
        f"load {min(loads):.1f} to {max(loads):.1f}; products of matrices at {rate / 1e9:.0f} "
        f"billion operations per second of the processor: {floor:.1f} s an epoch at least"
    )
    print(
        f"gantei: {ours_took:.1f} s of the processor an epoch ({min(epochs['gantei']):.1f} to "
        f"{max(epochs['gantei']):.1f}), {ours_took / floor:.1f} times the floor; must "
        f"{MOST_SECONDS:g}  {said[0]}"
    )
    print(f"  at most {peak['gantei'] / 1e9:.2f} GB; must {MOST_BYTES / 1e9:g}  {said[1]}")
    print(
        f"  first step {around['first_step']:.1f} s; {PHOTOGRAPHS} photographs answered in "
        f"{around['validation']:.1f} s, embedded in {around['embeddings']:.1f} s"
    )
    print(f"model.fit: {keras_took:.1f} s ({min(epochs['keras']):.1f} to "
          f"{max(epochs['keras']):.1f}), {peak['keras'] / 1e9:.2f} GB; gantei takes {ratio:.2f} "
          f"of it; must {MOST_RATIO:g}  {said[2]}")  # fmt: skip
    return int(not all(kept))


if __name__ == "__main__":
    raise SystemExit(main())
