"""What a graph's map and embedding cost: unasked, asked for, and against a graph without them.

    python benchmarks/explanations.py NETWORK.h5 ...
    python benchmarks/explanations.py NETWORK.h5 --rounds 300

Each `.h5` is one that `gantei import` takes. The three alternate in one run, one thread, one
photograph at a time. Times are the thread's own on the CPU, which other programs disturb least.
"""

import argparse
import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np
import onnx

from gantei.inference.onnx_runtime import onnx_runtime
from gantei_export.keras_conversion.keras_converter import convert

LIMIT = 1.02
RUNS = {"without": "plain", "unasked": "explained", "asked": "explained"}


def without_explanation(content: bytes, outputs: list[str]) -> bytes:
    """Leave out every output but these, and what only the others need."""
    model = onnx.load_from_string(content)
    graph = model.graph
    kept = [output for output in graph.output if output.name in outputs]
    needed = set(outputs)
    nodes = []
    for node in reversed(graph.node):
        if needed.intersection(node.output):
            needed.update(node.input)
            nodes.append(node)
    weights = [weight for weight in graph.initializer if weight.name in needed]
    for field, values in ((graph.output, kept), (graph.node, nodes[::-1])):
        del field[:]
        field.extend(values)
    del graph.initializer[:]
    graph.initializer.extend(weights)
    return model.SerializeToString()


def session(content: bytes) -> Any:
    """Open a model on the CPU as gantei does, with one thread."""
    options = onnx_runtime().SessionOptions()
    options.intra_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnx_runtime().InferenceSession(content, options, providers=["CPUExecutionProvider"])


def measure(path: Path, rounds: int) -> None:
    """Print the medians of one network and the median of the ratios, pair by pair."""
    conversion = convert(path)
    content = conversion.to_bytes()
    answers = [output.name for output in conversion.facts.outputs]
    size = conversion.facts.input_size or (224, 224)
    photograph = np.random.default_rng(0).uniform(0, 1, (1, *size, 3)).astype(np.float32)
    sessions = {
        "plain": session(without_explanation(content, answers)),
        "explained": session(content),
    }
    everything = [output.name for output in sessions["explained"].get_outputs()]
    wanted = {"without": answers, "unasked": answers, "asked": everything}
    times: dict[str, list[float]] = {run: [] for run in RUNS}
    given = []
    for number in range(rounds + 5):
        # Whoever comes second finds the caches warm: each comes first in turn.
        for turn in range(len(RUNS)):
            run, opened = list(RUNS.items())[(number + turn) % len(RUNS)]
            start = time.thread_time()
            (given_now, *_) = sessions[opened].run(wanted[run], {"photograph": photograph})
            if number >= 5:  # the first warm up
                times[run].append(time.thread_time() - start)
            given.append(given_now)
    print(f"{path.name}, outputs {', '.join(everything)}")
    for run, seconds in times.items():
        ratios = [one / other for one, other in zip(seconds, times["without"], strict=True)]
        must = f"   (must: {LIMIT})" if run == "unasked" else ""
        median = statistics.median(seconds) * 1e3
        print(f"{run:10}{median:10.2f} ms{statistics.median(ratios):10.3f}{must}")
    print(f"answers differ by {max(np.ptp(given, axis=0).ravel()):.1e}")


def main() -> None:
    """Measure each network that is named."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", nargs="+", type=Path, metavar="NETWORK.h5")
    parser.add_argument("--rounds", type=int, default=200)
    options = parser.parse_args()
    for path in options.files:
        measure(path, options.rounds)


if __name__ == "__main__":
    main()
