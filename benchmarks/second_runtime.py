"""OpenVINO against ONNX Runtime on the same ONNX file, one thread, alternating in one run.

gantei has no OpenVINO: this is what was measured before leaving it out. `import openvino` reports
its use to its maker unless its telemetry package is missing, so here it is made to be missing.
Processor time is compared, which other work on the machine hardly changes.

    pip install openvino
    python benchmarks/second_runtime.py out/benchmarks/efficientnet-b7.gantei.onnx
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gantei.inference.onnx_runtime import onnx_runtime

Network = Callable[[NDArray[np.float32]], NDArray[np.float32]]


def with_onnxruntime(path: Path) -> Network:
    """Open the file as gantei does."""
    options = onnx_runtime().SessionOptions()
    options.intra_op_num_threads = 1
    session = onnx_runtime().InferenceSession(
        str(path), options, providers=["CPUExecutionProvider"]
    )
    name = session.get_inputs()[0].name
    return lambda picture: session.run(None, {name: picture})[0]


def with_openvino(path: Path, precision: str, size: int) -> Network:
    """Open the file with OpenVINO, its batch fixed to 1, which is faster than an open one."""
    sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]
    from openvino import Core

    core = Core()
    model = core.read_model(path)
    model.reshape([1, size, size, 3])
    settings = {"INFERENCE_NUM_THREADS": 1, "INFERENCE_PRECISION_HINT": precision}
    request = core.compile_model(model, "CPU", settings).create_infer_request()
    return lambda picture: np.array(request.infer({0: picture})[0])


def main() -> None:
    """Print the median of each, the ratio of the medians, and how far the answers differ."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("path", type=Path, metavar="ONNX")
    parser.add_argument("--size", type=int, default=600, help="pixels; default: 600")
    parser.add_argument("--range", type=float, nargs=2, default=(0, 255), metavar="PIXEL")
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    low, high = options.range
    noise = np.random.default_rng(11).uniform(size=(1, options.size, options.size, 3))
    picture = (low + (high - low) * noise).astype(np.float32)
    networks = {"onnxruntime": with_onnxruntime(options.path)}
    for precision in ("f32", "bf16"):
        networks[f"openvino {precision}"] = with_openvino(options.path, precision, options.size)
    seconds: dict[str, list[float]] = {name: [] for name in networks}
    answers = {}
    for number in range(options.rounds + 1):
        for name, network in networks.items():
            start = time.process_time()
            answers[name] = network(picture)
            if number >= 1:  # the first warms up
                seconds[name].append(time.process_time() - start)
    for name, taken in seconds.items():
        median = statistics.median(taken)
        ratio = statistics.median(seconds["onnxruntime"]) / median
        difference = np.abs(answers[name] - answers["onnxruntime"]).max()
        print(f"{name:14}{median * 1e3:8.1f} ms  {ratio:.2f} times as fast  {difference:.1e} off")
    print("to be kept: 1.15 times as fast in f32, at most 1.0e-04 off")


if __name__ == "__main__":
    main()
