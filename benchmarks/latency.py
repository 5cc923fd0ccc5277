"""ONNX Runtime latency of gantei's graph against tf2onnx's, alternating in one run.

Needs the files that `benchmarks/convert.py` leaves in its cache folder.

    python benchmarks/latency.py --cache out/benchmarks
    python benchmarks/latency.py --cache out/benchmarks --network mobilenet --rounds 200
"""

import argparse
import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np
from convert import CONVERTERS, SIZES

from gantei.inference.onnx_runtime import onnx_runtime

# The range that each network takes.
PIXELS = {"efficientnet-b7": (0, 255), "mobilenet": (-1, 1)}


def session(path: Path, threads: int) -> Any:
    """Open a model on the CPU, with a fixed number of threads that do not spin."""
    options = onnx_runtime().SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnx_runtime().InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def model_of(options: argparse.Namespace, converter: str) -> Path:
    """Where benchmarks/convert.py has put a converter's model."""
    return Path(options.cache / f"{options.network}.{converter}.onnx")


def main() -> None:
    """Print the median of each, the ratio of the medians, and how far the answers differ."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cache", type=Path, required=True, help="folder of benchmarks/convert.py")
    parser.add_argument("--network", choices=SIZES, default="efficientnet-b7")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    if not all(model_of(options, name).exists() for name in CONVERTERS):
        parser.error(
            f"first: python benchmarks/convert.py --cache {options.cache} "
            f"--network {options.network}"
        )
    size = SIZES[options.network]
    low, high = PIXELS[options.network]
    picture = np.random.default_rng(0).uniform(low, high, (1, size, size, 3)).astype(np.float32)
    sessions = {name: session(model_of(options, name), options.threads) for name in CONVERTERS}
    answers: dict[str, np.ndarray] = {}
    times: dict[str, list[float]] = {name: [] for name in CONVERTERS}
    for number in range(options.rounds + 2):
        for name, network in sessions.items():
            start = time.perf_counter()
            answer = [network.get_outputs()[0].name]  # gantei's graph explains it in further ones
            (answers[name],) = network.run(answer, {network.get_inputs()[0].name: picture})
            if number >= 2:  # the first two warm up
                times[name].append(time.perf_counter() - start)
    medians = {name: statistics.median(seconds) * 1e3 for name, seconds in times.items()}
    ratios = [ours / theirs for ours, theirs in zip(*times.values(), strict=True)]
    for name, milliseconds in medians.items():
        print(f"{name:10}{milliseconds:10.2f} ms")
    print(f"{'ratio':10}{medians['gantei'] / medians['tf2onnx']:10.3f} (must: 1.03)")
    print(f"{'by pairs':10}{statistics.median(ratios):10.3f}")
    difference = np.abs(answers["gantei"] - answers["tf2onnx"]).max()
    print(f"answers {answers['gantei'].item():.6f}, largest difference {difference:.1e}")


if __name__ == "__main__":
    main()
