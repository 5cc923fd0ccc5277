"""Time and memory of converting a Keras file: gantei against tf_keras + tf2onnx.

Each runs in a process of its own, one after the other, imports included. The stand-in file is
written with tf_keras where the cache folder does not hold it yet.

    python benchmarks/convert.py --cache out/benchmarks
    python benchmarks/convert.py --cache out/benchmarks --network mobilenet --runs 3
"""

import argparse
import json
import multiprocessing
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

SIZES = {"efficientnet-b7": 600, "mobilenet": 224}


def write_stand_in(path: Path, network: str) -> None:
    """Write the network with one sigmoid output and random weights."""
    import tf_keras

    build = {
        "efficientnet-b7": tf_keras.applications.EfficientNetB7,
        "mobilenet": tf_keras.applications.MobileNet,
    }[network]
    tf_keras.utils.set_random_seed(1)
    size = SIZES[network]
    body = build(include_top=False, weights=None, input_shape=(size, size, 3), pooling="avg")
    answer = tf_keras.layers.Dense(1, activation="sigmoid", name="sex")(body.output)
    path.parent.mkdir(parents=True, exist_ok=True)
    tf_keras.Model(body.input, answer).save(path, save_format="h5")


def with_gantei(source: Path, target: Path) -> None:
    """Convert as `gantei import` does."""
    from gantei_export.keras_conversion.keras_converter import convert

    convert(source).write(target, {})


def with_tf2onnx(source: Path, target: Path) -> None:
    """Convert as the tools that exist do."""
    import tensorflow as tf
    import tf2onnx
    import tf_keras

    model = tf_keras.models.load_model(source, compile=False)
    shape = (None, *model.input_shape[1:])
    signature = (tf.TensorSpec(shape, tf.float32, name="photograph"),)
    tf2onnx.convert.from_keras(model, signature, opset=17, output_path=str(target))


CONVERTERS = {"gantei": with_gantei, "tf2onnx": with_tf2onnx}


def measure(converter: str, source: Path, target: Path) -> dict[str, float]:
    """Run one conversion in a process of its own: seconds, CPU seconds, peak MB."""
    command = [sys.executable, __file__, "--one", converter, str(source), str(target)]
    quiet = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    start = time.perf_counter()
    done = subprocess.run(command, env=quiet, stdout=subprocess.PIPE, text=True, check=True)
    seconds = time.perf_counter() - start
    return {"seconds": seconds, **json.loads(done.stdout.splitlines()[-1])}


def convert_one(converter: str, source: str, target: str) -> None:
    """Be the process that `measure` runs."""
    CONVERTERS[converter](Path(source), Path(target))
    usage = resource.getrusage(resource.RUSAGE_SELF)
    unit = 1e6 if sys.platform == "darwin" else 1e3
    cpu = usage.ru_utime + usage.ru_stime
    print(json.dumps({"cpu": cpu, "peak": usage.ru_maxrss / unit}))


def main() -> None:
    """Print one row a converter and the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cache", type=Path, required=True, help="folder for the files")
    parser.add_argument("--network", choices=SIZES, default="efficientnet-b7")
    parser.add_argument("--runs", type=int, default=1, help="runs of each; the fastest counts")
    parser.add_argument("--only", choices=CONVERTERS, help="leave the other out")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    if "--one" in sys.argv:
        convert_one(*sys.argv[2:5])
        return
    options = parser.parse_args()
    source = options.cache / f"{options.network}.h5"
    if not source.exists():
        # In a process of its own: Linux counts the parent's peak memory as its children's.
        writer = multiprocessing.get_context("spawn").Process(
            target=write_stand_in, args=(source, options.network)
        )
        writer.start()
        writer.join()
    print(f"{source.name}: {source.stat().st_size / 1e6:.0f} MB")
    print(f"{'':10}{'seconds':>9}{'CPU s':>9}{'peak MB':>9}")
    best = {}
    for converter in [options.only] if options.only else CONVERTERS:
        target = options.cache / f"{options.network}.{converter}.onnx"
        runs = [measure(converter, source, target) for _ in range(options.runs)]
        best[converter] = min(runs, key=lambda run: run["seconds"])
        row = best[converter]
        print(f"{converter:10}{row['seconds']:9.2f}{row['cpu']:9.2f}{row['peak']:9.0f}")
    if len(best) == 2:
        ratios = [best["tf2onnx"][key] / best["gantei"][key] for key in ("seconds", "cpu", "peak")]
        print(f"{'ratio':10}{ratios[0]:8.1f}x{ratios[1]:8.1f}x{ratios[2]:8.1f}x")
        print("must: gantei 5 s and 1000 MB; ratio 12x in seconds, 8x in memory")


if __name__ == "__main__":
    main()
