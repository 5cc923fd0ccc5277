"""fp16 and int8 variants against float32, alternating in one run, on one thread.

The demo estimators go through `gantei optimise` with drawn photographs: drift, time, memory, size.
ONNX files that are named, stand-ins as benchmarks/convert.py leaves them, are not compared: with
random weights drift says nothing. Their time is the processor's.

    python benchmarks/variants.py
    python benchmarks/variants.py out/benchmarks/mobilenet.gantei.onnx
"""

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from gantei.card.variant_table import variant_text
from gantei.demo import draw_photograph, person
from gantei.inference.session import open_session
from gantei.photographs.listing import list_photographs
from gantei_export.optimisation.memory import peak_memory
from gantei_export.optimisation.optimiser import optimise
from gantei_export.optimisation.precision import PRECISIONS, eight_bits, half_precision

SEED = 77
DRAWING_SCALE = 0.3
ANY = {"demo-age": {"age": 1e6}, "demo-sex": {"male": 1.0}}
"""Limits that let everything pass: here it is measured, not judged."""


def draw(folder: Path, people: int) -> None:
    """Draw photographs of people whom the demo estimators were not trained on."""
    for number in range(1, people + 1):
        who = person(SEED, number)
        for eye in who.eyes:
            jpeg = draw_photograph(SEED, who, eye, scale=DRAWING_SCALE).jpeg()
            (folder / f"{number}-{eye.side}.jpg").write_bytes(jpeg)


def measure_demos(people: int) -> None:
    """Print the table of each variant of each demo estimator."""
    with tempfile.TemporaryDirectory() as temporary:
        photographs = Path(temporary, "photographs")
        photographs.mkdir()
        draw(photographs, people)
        os.environ["GANTEI_HOME"] = str(Path(temporary, "home"))
        for name, limits in ANY.items():
            for precision in PRECISIONS:
                listing = list_photographs([photographs])
                optimised = optimise(name, precision, listing, limits=limits)
                print(f"{variant_text(optimised.variant)}\n", flush=True)


def noise(shape: list[Any], count: int) -> list[NDArray[np.float32]]:
    """Make inputs of a network; what is in them does not change its speed."""
    random = np.random.default_rng(1)
    return [random.uniform(-1, 1, (1, *shape[1:])).astype(np.float32) for _ in range(count)]


def time_stand_in(path: Path, rounds: int) -> None:
    """Print the median time, the memory and the size of float32, fp16 and int8 of one ONNX file."""
    content = path.read_bytes()
    (given,) = open_session(content, "cpu", 1, path.name).get_inputs()
    batches = noise(given.shape, 4)
    answers = [output.name for output in onnx.load_model_from_string(content).graph.output[:1]]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        files = {"float32": path, "fp16": folder / "fp16.onnx", "int8": folder / "int8.onnx"}
        onnx.save(half_precision(content), files["fp16"])
        onnx.save(eight_bits(content, batches, answers, folder), files["int8"])
        sessions = {
            name: open_session(file.read_bytes(), "cpu", 1, f"{path.name}, {name}")
            for name, file in files.items()
        }
        sizes = {name: file.stat().st_size for name, file in files.items()}
        peaks = {name: peak_memory(file, tuple(given.shape[1:3])) for name, file in files.items()}
    seconds: dict[str, list[float]] = {name: [] for name in sessions}
    for number in range(rounds + 1):
        for name, session in sessions.items():
            start = time.thread_time()
            session.run(None, {given.name: batches[number % len(batches)]})
            if number >= 1:  # the first warms up
                seconds[name].append(time.thread_time() - start)
    medians = {name: statistics.median(taken) for name, taken in seconds.items()}
    for name, median in medians.items():
        print(
            f"{path.name}  {name:8}{median * 1e3:8.1f} ms, {medians['float32'] / median:.2f} times "
            f"as fast; memory {(peaks[name] or 0) / 1e6:.0f} MB, file {sizes[name] / 1e6:.1f} MB"
        )


def main() -> None:
    """Measure the demo estimators, then time the files that are named."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("onnx", type=Path, nargs="*", metavar="ONNX", help="stand-ins to time")
    parser.add_argument("--people", type=int, default=100, help="drawn; default: 100")
    parser.add_argument("--rounds", type=int, default=30)
    options = parser.parse_args()
    if options.people:
        measure_demos(options.people)
    for path in options.onnx:
        time_stand_in(path, options.rounds)


if __name__ == "__main__":
    main()
