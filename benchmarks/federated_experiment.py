"""Three hospitals that train apart, against one that has all photographs: on drawn people.

    python benchmarks/federated_experiment.py --cache DIR --docs docs

973 women and 973 men, one photograph each, of a seed that demo-age has not seen: 778 of each for
training at three sites (259, 259, 260), 195 of each for the first test; 2,100 of each, all new, for
the second, which decides. Everything that is drawn or trained is kept in DIR, and a run that was
stopped goes on with what is not there. It needs the groups `reference` and `figures` of
pyproject.toml, one thread, and about half an hour.
"""

import argparse
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from drawn_classes import Drawn, drawn, one_thread
from numpy.typing import NDArray

from gantei.plots.style import BLUE, DOUBLE, GREY, ORANGE, drawing, frame, legend_below, signed
from gantei.system.files import atomic_write

SEEDS = range(5)
ARMS = [f"{what}-{how}" for what in ("head", "network") for how in ("normal", "random", "cameras")]
WHAT = {"head": "head alone", "network": "whole network"}
HOW = {"random": "people at random", "cameras": "one camera per site"}
MARGIN = -0.01
REPLICATES = 10_000
FIRST, NEW = "first", "new"
BASE_FILE = "demo-age.h5"
FIGURE = "federated-experiment.svg"


@dataclass(frozen=True)
class Compared:
    """Accuracies of one comparison by test, means over seeds, and the difference's interval."""

    normal: Mapping[str, float]
    federated: Mapping[str, float]
    each: Mapping[str, NDArray[np.float64]]
    """Differences of the seeds."""
    interval: Mapping[str, tuple[float, float]]

    def difference(self, test: str) -> float:
        return self.federated[test] - self.normal[test]


def right(values: NDArray[np.float64], male: NDArray[np.int8]) -> NDArray[np.bool_]:
    return (values > 0) == (male == 1)


def interval(gained: NDArray[np.float64], *, shared: bool, seed: int) -> tuple[float, float]:
    """95 % interval of the mean of gains (seeds, people), +1, 0 or -1 each.

    Seeds and people are drawn with replacement. Where all seeds judge the same people, `shared`,
    people are drawn once for all of them: the pigeonhole bootstrap (Owen 2007, doi
    10.1214/07-AOAS122), which is conservative; otherwise for each seed its own.
    """
    rng = np.random.default_rng([16, seed])
    seeds, people = gained.shape
    means = np.empty(REPLICATES)
    for replicate in range(REPLICATES):
        which = rng.integers(seeds, size=seeds)
        if shared:
            times = np.bincount(rng.integers(people, size=people), minlength=people)
            means[replicate] = (gained @ times)[which].mean() / people
        else:
            drawn_people = rng.integers(people, size=(seeds, people))
            means[replicate] = gained[which[:, None], drawn_people].mean()
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def compared(
    found: Mapping[tuple[int, str], Any], what: str, how: str, sets: Sequence[Drawn]
) -> Compared:
    """Compare one federated arm with normal training of the same."""
    people, new = sets
    male = {FIRST: lambda run: people.male[run["test"]], NEW: lambda run: new.male}
    hits = {
        (test, arm): np.array(
            [right(found[seed, arm][test], male[test](found[seed, arm])) for seed in SEEDS], float
        )
        for test in (FIRST, NEW)
        for arm in (f"{what}-normal", f"{what}-{how}")
    }
    gained = {
        test: hits[test, f"{what}-{how}"] - hits[test, f"{what}-normal"] for test in (FIRST, NEW)
    }
    return Compared(
        {test: float(hits[test, f"{what}-normal"].mean()) for test in (FIRST, NEW)},
        {test: float(hits[test, f"{what}-{how}"].mean()) for test in (FIRST, NEW)},
        {test: gain.mean(axis=1) for test, gain in gained.items()},
        {test: interval(gain, shared=test == NEW, seed=1) for test, gain in gained.items()},
    )


def runs(cache: Path, people: Drawn, new: Drawn) -> dict[tuple[int, str], Any]:
    """What all runs answer in both tests; what is not in the cache is learnt and asked."""
    from federated_runs import SEX, base_embeddings, onnx_answers

    from gantei_export.federating.network_weights import take_trained
    from gantei_export.fine_tuning.network_training import open_trainable

    found, network = learnt(cache, people), None
    embeddings = [base_embeddings(cache, *each) for each in (("split", people), ("new", new))]
    for (seed, arm), made in found.items():
        if arm.startswith("head"):  # the base's own embeddings, and a linear head
            kernel, bias = made["weights"][-1 - embeddings[0].shape[1] : -1], made["weights"][-1]
            made[FIRST], made[NEW] = (each @ kernel + bias for each in embeddings)
            made[FIRST] = made[FIRST][made["test"]]
            continue
        file = cache / f"answers-{seed}-{arm}.npz"
        if not file.exists():
            network = network or open_trainable(cache / BASE_FILE, SEX)
            take_trained(network, made["weights"])
            asked = ((people, made["test"]), (new, np.arange(len(new))))
            values = onnx_answers(network, cache, asked)
            with atomic_write(file) as partial:
                np.savez(partial, **dict(zip((FIRST, NEW), values, strict=True)))
        with np.load(file, allow_pickle=False) as arrays:
            made |= {key: arrays[key] for key in arrays.files}
    return found


def learnt(cache: Path, people: Drawn) -> dict[tuple[int, str], Any]:
    """Learn what is not in the cache."""
    from federated_runs import Experiment, base_embeddings, run, write_base

    base = cache / BASE_FILE
    if not base.exists():
        write_base(base)
    experiment, found = None, {}
    for seed in SEEDS:
        for arm in ARMS:
            file = cache / f"run-{seed}-{arm}.npz"
            if not file.exists():
                embeddings = base_embeddings(cache, "split", people)
                experiment = experiment or Experiment(base, people, embeddings)
                head = found.get((seed, arm.replace("network", "head")))
                made = run(experiment, people, seed, arm, head and head["weights"])
                with atomic_write(file) as partial:
                    np.savez(partial, **made)
                print(f"seed {seed}, {arm}: {made['seconds']:.0f} s of CPU", flush=True)
            with np.load(file, allow_pickle=False) as arrays:
                found[seed, arm] = {key: arrays[key] for key in arrays.files}
    return found


def table(rows: Mapping[tuple[str, str], Compared]) -> str:
    """A Markdown table of both tests."""
    lines = [
        "| learnt | sites | normal, 390 | federated, 390 | difference (95 %) "
        "| normal, 4,200 | federated, 4,200 | difference (95 %) |",
        "|---|---|---:|---:|---:|---:|---:|---:|",
    ]
    for (what, how), row in rows.items():
        cells = []
        for test in (FIRST, NEW):
            low, high = (signed(each, 4) for each in row.interval[test])
            cells += [f"{row.normal[test]:.4f}", f"{row.federated[test]:.4f}"]
            cells.append(f"{signed(row.difference(test), 4)} ({low} to {high})")
        lines.append(f"| {WHAT[what]} | {HOW[how]} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def figure(rows: Mapping[tuple[str, str], Compared]) -> bytes:
    """Differences of all comparisons with their intervals, by both tests, beside the margin."""
    alt = "Accuracy of federated less that of normal training: mean of five seeds, 95 % intervals"
    names = [f"{WHAT[what]},\n{HOW[how]}" for what, how in rows]
    with drawing(alt, DOUBLE, 78) as drawn_figure:
        axes = drawn_figure.axes
        for place, row in enumerate(rows.values()):
            for test, off, colour, marker in ((FIRST, -0.17, GREY, "s"), (NEW, 0.17, BLUE, "o")):
                low, high = row.interval[test]
                at = place + off
                axes.plot([low, high], [at, at], color=colour, linewidth=1.4)
                axes.plot(row.each[test], [at] * len(row.each[test]), "|", color=colour, ms=5)
                people = (
                    "390 photographs of the first test" if test == FIRST else "4,200 new people"
                )
                axes.plot(
                    row.difference(test), at, marker, color=colour, ms=4.5, linestyle="none",
                    label=f"{people}: mean, interval, each seed" if place == 0 else None,
                )  # fmt: skip
        axes.axvline(0, color=GREY, linewidth=0.6)
        axes.axvline(MARGIN, color=ORANGE, linestyle=(0, (4, 2)), label="margin: −0.01")
        axes.set_yticks(range(len(names)), names)
        axes.invert_yaxis()
        frame(axes, "accuracy of federated less that of normal training", "")
        legend_below(axes, 3)
        svg: bytes = drawn_figure.done().svg
        return svg


def main() -> None:
    """Draw, train what is not kept, compare, and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cache", metavar="DIR", type=Path, required=True)
    parser.add_argument("--docs", metavar="DIR", type=Path, help=f"folder for {FIGURE}")
    parser.add_argument("--train", action="store_true", help="only learn, before the second test")
    asked = parser.parse_args()
    one_thread()
    asked.cache.mkdir(parents=True, exist_ok=True)
    began = time.process_time()
    people = drawn(asked.cache, "split")
    if asked.train:
        learnt(asked.cache, people)
        return
    sets = [people, drawn(asked.cache, "new")]
    found = runs(asked.cache, *sets)
    rows = {(what, how): compared(found, what, how, sets) for what in WHAT for how in HOW}
    print(table(rows))
    worst = min(row.interval[NEW][0] for row in rows.values())
    print(f"lowest lower bound on new people: {worst:+.4f}; must be above {MARGIN}")
    spent = sum(float(run["seconds"]) for run in found.values())
    print(f"training took {spent:.0f} s of CPU in all", end="")
    print(f", {time.process_time() - began:.0f} s in this process")
    if asked.docs:
        with atomic_write(asked.docs / FIGURE) as file:
            file.write(figure(rows))


if __name__ == "__main__":
    main()
