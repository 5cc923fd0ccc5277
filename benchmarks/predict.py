"""How close `gantei predict` comes to bare decoding plus bare inference, and to a Keras loop.

python benchmarks/predict.py [--photographs 400] [--cache DIR] [--keras demo-age.h5 demo-sex.h5]

The limit is the CPU time of decoding every photograph to the network's input with Pillow alone and
of running the demo networks on it with ONNX Runtime alone, one thread each, divided by the cores:
without finding the disc, cropping, hashing, checks, start-up and the table.
Both ways to decode are measured, each against its own limit: at reduced size, as the demo
estimators may, and in full, by copies of them without that permission.
With `--keras`, the same network in a plain loop of Keras `load_img` + `model.predict`, on a part
of the photographs, in the same run.
"""

import argparse
import csv
import io
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

import gantei
from gantei.catalogue.entries import find
from gantei.manifests.file import FILE_NAME
from gantei.photographs.network_view import draft_side
from gantei.system.cores import cores

SIDE = 2000
LIMITS = {"full decoding": None, "decoding at reduced size": draft_side}
ESTIMATORS = ("demo-age", "demo-sex")


def photographs(folder, count):
    """Fill a folder with `count` drawn JPEGs of 2000 x 2000 px, each with bytes of its own."""
    from gantei.demo import draw_photograph, person

    folder.mkdir(parents=True, exist_ok=True)
    drawn = sorted(folder.glob("*.jpg"))
    base = []
    for number in range(1, 21):
        if len(drawn) >= count:
            break
        who = person(1, number)
        image = draw_photograph(1, who, who.eyes[0]).image
        side = min(image.size)
        left, top = (image.width - side) // 2, (image.height - side) // 2
        base.append(image.crop((left, top, left + side, top + side)).resize((SIDE, SIDE)))
    for number in range(len(drawn), count):
        image = base[number % len(base)].rotate(number / 10)
        image.save(folder / f"{number:05}.jpg", quality=90)
    return sorted(folder.glob("*.jpg"))[:count]


def bare_decoding(paths, spec, kept):
    """Decode with Pillow alone; CPU seconds and the network's inputs of the last.

    Scaled decoding keeps `kept(side)` px for a side of the input; None: full decoding.
    """
    height, width = spec.size
    started = time.process_time()
    for path in paths:
        image = Image.open(io.BytesIO(path.read_bytes()))
        if kept:
            image.draft("RGB", (kept(width), kept(height)))
        # No convert("RGB"): it copies a picture that is RGB already, and would flatter us.
        small = image.resize((width, height), Image.Resampling.BILINEAR)
        batch = np.asarray(small, np.float32)[None]
    return time.process_time() - started, batch


def bare_inference(count, batch):
    """Run the demo networks on one thread with ONNX Runtime alone; CPU seconds."""
    from gantei.inference.onnx_runtime import onnx_runtime

    options = onnx_runtime().SessionOptions()
    options.intra_op_num_threads = 1
    sessions = []
    for name in ESTIMATORS:
        entry = next(each for each in gantei.estimators() if each.name == name)
        path = str(entry.folder / entry.manifest.weights.file)
        sessions.append(onnx_runtime().InferenceSession(path, options))
    for session in sessions:
        session.run(None, {"photograph": batch})
    started = time.process_time()
    for _ in range(count):
        for session in sessions:
            session.run(None, {"photograph": batch})
    return time.process_time() - started


def exact_copies(into):
    """Copies of the demo estimators that decode in full: their folders."""
    copies = []
    for name in ESTIMATORS:
        shutil.copytree(find(name).folder, into / name)
        path = into / name / FILE_NAME
        text, reduced, _ = path.read_text("utf-8").partition("[reduced_decoding]")
        assert reduced
        path.write_text(text, "utf-8")
        copies.append(str(into / name))
    return copies


def predict(folder, count, out, estimators):
    """`gantei predict` as a process of its own: wall seconds with start-up."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "gantei", "predict", str(folder), "--out", str(out)]
    for name in estimators:
        command += ["--with", name]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    wall = time.perf_counter() - started
    with out.open(newline="", encoding="utf-8-sig") as file:
        assert sum(1 for _ in csv.DictReader(file)) == count
    return wall


def keras_loop(path, paths, size):
    """A plain loop of `load_img` and `model.predict`; wall seconds."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
    import tf_keras

    model = tf_keras.models.load_model(path, compile=False)
    load = tf_keras.utils.load_img

    def once(photograph):
        array = tf_keras.utils.img_to_array(load(photograph, target_size=size))
        return model.predict(array[None] / 127.5 - 1, verbose=0)

    once(paths[0])
    started = time.perf_counter()
    for photograph in paths:
        once(photograph)
    return time.perf_counter() - started


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photographs", type=int, default=400)
    parser.add_argument("--cache", type=Path, help="where the drawn photographs are kept")
    parser.add_argument("--keras", type=Path, nargs="*", default=[], help="the same networks' .h5")
    parser.add_argument("--keras-photographs", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = chosen.cache or Path(scratch, "photographs")
        paths = photographs(folder, chosen.photographs)
        spec = gantei.load(ESTIMATORS[0]).manifest.input
        exact = exact_copies(Path(scratch))
        for number in range(chosen.rounds):
            for name, kept in LIMITS.items():
                seconds, batch = bare_decoding(paths, spec, kept)
                inference = bare_inference(len(paths), batch)
                estimators = ESTIMATORS if kept else exact
                out = Path(scratch, f"{number}-{'reduced' if kept else 'full'}.csv")
                wall = predict(folder, len(paths), out, estimators)
                limit = (seconds + inference) / cores()
                print(
                    f"{len(paths)} photographs, {cores()} cores, {name}: gantei predict {wall:.2f} "
                    f"s; limit ({seconds:.1f} s + inference {inference:.1f} s) / {cores()} = "
                    f"{limit:.2f} s: {limit / wall:.2f} of it (must: 0.85)"
                )
        if chosen.keras:
            part = paths[: chosen.keras_photographs]
            each = sum(keras_loop(path, part, spec.size) for path in chosen.keras) / len(part)
            ratio = each / (wall / len(paths))
            print(f"Keras loop {each * 1000:.0f} ms a photograph: {ratio:.1f} times (must: 4)")


if __name__ == "__main__":
    main()
