"""What each of the release's sixteen architectures costs, side by side: one table and one figure.

Stand-ins with random weights, written with tf_keras where the cache does not hold them, are
converted each in a process of its own, imports included, and timed in ONNX Runtime on one thread.
Random weights cost what trained ones cost; they say nothing about accuracy.

    python benchmarks/architectures.py --cache out/benchmarks --docs docs

It needs the groups `reference` and `figures` of pyproject.toml.
"""

import argparse
import json
import multiprocessing
import statistics
import time
from pathlib import Path

import numpy as np
from convert import measure

from gantei_export.architectures.__main__ import KERAS_NAMES

SIDE = 224
PUBLISHED = {"EfficientNet-B7": 92.0, "MobileNet": 91.2}
"""Accuracy of sex in per cent on the publishers' validation data: the National Institute of
Informatics' release of 2023-12-07 (its best model), and press of 2023-12-21."""
ARCHITECTURES = {name: function for name, function in KERAS_NAMES.items() if name != "VGG19"}
"""All that are converted but one, which the release did not compare."""
COLUMNS = {
    "size": ("ONNX file", "MB", "{:.0f}"),
    "seconds": ("Conversion", "s", "{:.1f}"),
    "peak": ("Peak memory of conversion", "MB", "{:.0f}"),
    "latency": ("One photograph, one thread", "ms", "{:.0f}"),
}
HEAD = """# The sixteen architectures of the release

What an architecture costs, measured by `benchmarks/architectures.py` with random weights at
{side} × {side} px, batch 1, one thread of {processor}. The accuracy of sex is what
the publishers reported for the two estimators that they published, on their validation data; for
the other fourteen no figure is known.

![Bars of size, conversion time, memory and latency of the architectures](architectures.svg)

"""


def write_stand_in(path: Path, function: str) -> None:
    """Write the network with one sigmoid output and random weights."""
    import tf_keras

    tf_keras.utils.set_random_seed(1)
    body = getattr(tf_keras.applications, function)(
        include_top=False, weights=None, input_shape=(SIDE, SIDE, 3), pooling="avg"
    )
    answer = tf_keras.layers.Dense(1, activation="sigmoid", name="sex")(body.output)
    path.parent.mkdir(parents=True, exist_ok=True)
    tf_keras.Model(body.input, answer).save(path, save_format="h5")


def latencies(files: dict[str, Path], rounds: int) -> dict[str, float]:
    """Median milliseconds of a photograph, in the time of the thread that runs them in turn."""
    from gantei.inference.onnx_runtime import onnx_runtime

    options = onnx_runtime().SessionOptions()
    options.intra_op_num_threads = 1
    sessions = {
        name: onnx_runtime().InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
        for name, path in files.items()
    }
    batch = np.random.default_rng(1).uniform(0, 1, (1, SIDE, SIDE, 3)).astype(np.float32)
    found: dict[str, list[float]] = {name: [] for name in sessions}
    for _ in range(rounds + 1):
        for name, session in sessions.items():
            started = time.thread_time()
            session.run(None, {"photograph": batch})
            found[name].append(1000 * (time.thread_time() - started))
    return {name: statistics.median(times[1:]) for name, times in found.items()}


def measure_all(cache: Path, rounds: int) -> dict[str, dict[str, float]]:
    """One row an architecture: MB, seconds, peak MB, milliseconds."""
    rows: dict[str, dict[str, float]] = {}
    files = {}
    for name, function in ARCHITECTURES.items():
        source, files[name] = cache / f"{name}-{SIDE}.h5", cache / f"{name}-{SIDE}.onnx"
        if not source.exists():
            # In a process of its own: Linux counts the parent's peak memory as its children's.
            context = multiprocessing.get_context("spawn")
            writer = context.Process(target=write_stand_in, args=(source, function))
            writer.start()
            writer.join()
        best = min((measure("gantei", source, files[name]) for _ in range(3)), key=_seconds)
        rows[name] = {**best, "size": files[name].stat().st_size / 1e6}
        print(f"{name}: {json.dumps({k: round(v, 2) for k, v in rows[name].items()})}", flush=True)
    for name, latency in latencies(files, rounds).items():
        rows[name]["latency"] = latency
    return dict(sorted(rows.items(), key=lambda row: row[1]["latency"]))


def _seconds(run: dict[str, float]) -> float:
    return run["seconds"]


def table(rows: dict[str, dict[str, float]]) -> str:
    """A Markdown table, fastest first."""
    titles = [f"{title} ({unit})" for title, unit, _ in COLUMNS.values()]
    lines = [
        f"| Architecture | {' | '.join(titles)} | Published accuracy of sex |",
        f"|---|{'---:|' * (len(titles) + 1)}",
    ]
    for name, row in rows.items():
        cells = [form.format(row[key]) for key, (_, _, form) in COLUMNS.items()]
        accuracy = f"{PUBLISHED[name]} %" if name in PUBLISHED else "not published"
        lines.append(f"| {name} | {' | '.join(cells)} | {accuracy} |")
    return "\n".join(lines) + "\n"


def draw(rows: dict[str, dict[str, float]], path: Path) -> None:
    """Bars, one panel a cost; the two published estimators stand out."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams.update({"svg.hashsalt": "gantei", "font.size": 9, "font.family": "DejaVu Sans"})
    from matplotlib import pyplot as plt

    names = list(rows)[::-1]
    labels = [f"{n}\n{PUBLISHED[n]} % of sexes right" if n in PUBLISHED else n for n in names]
    colours = ["#b5442e" if name in PUBLISHED else "#9aa7b1" for name in names]
    figure, panels = plt.subplots(1, len(COLUMNS), figsize=(11, 5.6), sharey=True)
    for panel, (key, (title, unit, form)) in zip(panels, COLUMNS.items(), strict=True):
        values = [rows[name][key] for name in names]
        bars = panel.barh(labels, values, color=colours, height=0.72)
        panel.bar_label(bars, [form.format(value) for value in values], padding=3, fontsize=8)
        panel.set_title(f"{title} ({unit})", fontsize=9, loc="left")
        panel.set_xlim(0, max(values) * 1.22)
        panel.xaxis.set_visible(False)
        panel.spines[["top", "right", "bottom"]].set_visible(False)
        panel.tick_params(axis="y", length=0)
    figure.suptitle(
        f"Sixteen architectures, random weights, {SIDE} × {SIDE} px; red: published estimators",
        x=0.01,
        ha="left",
        fontsize=10,
    )
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None, "Creator": None})


def processor() -> str:
    """The processor's name, where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return "an unnamed processor"
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"an {names[0]}" if names else "an unnamed processor"


def main() -> None:
    """Measure, print the table, and with `--docs` write it and the figure."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cache", type=Path, required=True, help="folder for the files")
    parser.add_argument("--docs", type=Path, help="folder for architectures.md and .svg")
    parser.add_argument("--rounds", type=int, default=15, help="timed runs of each network")
    chosen = parser.parse_args()
    rows = measure_all(chosen.cache, chosen.rounds)
    text = table(rows)
    print(text)
    if chosen.docs:
        draw(rows, chosen.docs / "architectures.svg")
        page = HEAD.format(side=SIDE, processor=processor()) + text
        (chosen.docs / "architectures.md").write_text(page, "utf-8")


if __name__ == "__main__":
    main()
