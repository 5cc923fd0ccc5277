"""How much data, and a network with a new head: two questions of the column, on drawn people.

    python benchmarks/how_much_data.py --cache DIR --docs docs

A learning curve over 277 people, as many as a data set of faces had: sex, and right or left eye,
from the embeddings of demo-age. And a VGG19 with a new head, three trials: drawings with many pale
spots against drawings with few, by `gantei adapt --architecture`'s own function. ImageNet's weights
are not here, so the file of weights is drawn (He et al. 2015, doi 10.1109/ICCV.2015.123); its head
alone is learnt. DIR is that of `federated_experiment.py`, whose first set of
people is used. It needs the groups `reference` and `figures` of pyproject.toml.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from drawn_classes import Drawn, drawn, one_thread, who_is_drawn
from numpy.typing import NDArray
from PIL import Image

from gantei.plots.performance_by_people import SizeLaw, SizePoint, performance_by_people
from gantei.system.files import atomic_write
from gantei_export.learning.labelled_embeddings import LabelledEmbeddings
from gantei_export.learning.learning_curve import LearningCurve, run_curve
from gantei_export.learning.learning_target import LearningTarget
from gantei_export.learning.trials import Trials

PEOPLE = 277
REPEATS = 20
SEX = LearningTarget("sex", "binary", ("female", "male"))
EYE = LearningTarget("eye", "binary", ("left", "right"))
SPOTS = LearningTarget("spots", "binary", ("few", "many"))
FEW, MANY = 22.0, 42.0
"""Expected pale spots of an eye: below the one it has few, above the other many."""
OF_EACH = 100
FACTS = {
    "input.size": "64", "input.scale": "keras-applications", "input.crop": "none",
    "input.mirror": "none", "input.decoder": "pillow", "input.resampling": "bilinear",
}  # fmt: skip
"""Of the drawings, which are cut out already."""
SIDE = 64
TRIALS = 3
SHOWN = {
    "accuracy": "accuracy", "ppv": "precision", "sensitivity": "sensitivity",
    "specificity": "specificity", "f1": "F-measure", "auc": "AUC",
}  # fmt: skip
FIGURE = "how-much-data.svg"


def labelled(
    target: LearningTarget,
    embeddings: NDArray[np.float64],
    truths: NDArray[Any],
    ages: NDArray[np.float64],
) -> LabelledEmbeddings:
    """One photograph per person."""
    count = len(truths)
    return LabelledEmbeddings(
        target, embeddings, truths.astype(np.intp), np.arange(count), count, ages
    )


def curves(cache: Path, people: Drawn) -> dict[str, LearningCurve]:
    """Learning curves of both targets over the same people."""
    from federated_runs import base_embeddings

    embeddings = base_embeddings(cache, "split", people)
    rng = np.random.default_rng([16, PEOPLE])
    women, men = (rng.permutation(np.flatnonzero(people.male == each)) for each in (0, 1))
    rows = np.concatenate([women[: PEOPLE - PEOPLE // 2], men[: PEOPLE // 2]])
    truths = {"sex": (SEX, people.male), "eye": (EYE, people.right)}
    return {
        name: run_curve(
            labelled(target, embeddings[rows], truth[rows], people.ages[rows]), repeats=REPEATS
        )
        for name, (target, truth) in truths.items()
    }


def curve_table(found: dict[str, LearningCurve]) -> str:
    """Accuracy at each size, with its standard deviation over repeats."""
    sizes = [each.people for each in next(iter(found.values())).sizes]
    lines = [
        f"| accuracy of | {' | '.join(f'{size} people' for size in sizes)} | power law |",
        f"|---|{'---:|' * (len(sizes) + 1)}",
    ]
    for name, curve in found.items():
        cells = [f"{1 - each.error:.3f} ± {each.sd or 0:.3f}" for each in curve.sizes]
        law = curve.why
        if curve.law is not None:
            tenth = curve.to_reach(0.9 * curve.sizes[-1].error)
            law = f"exponent {curve.law.exponent:.2f} ({curve.low:.2f} to {curve.high:.2f}); "
            law += (
                f"{tenth.people} more people for a tenth less error" if tenth.people else tenth.why
            )
        lines.append(f"| {name} | {' | '.join(cells)} | {law} |")
    return "\n".join(lines) + "\n"


def curve_figure(curve: LearningCurve) -> bytes:
    """Accuracy by people, one standard deviation of repeats each way."""
    points = [
        SizePoint(each.people, 1 - each.error, 1 - each.error - (each.sd or 0),
                  1 - each.error + (each.sd or 0))
        for each in curve.sizes
    ]  # fmt: skip
    law = None
    if curve.law is not None:
        sizes = np.geomspace(curve.sizes[0].people, curve.sizes[-1].people, 60)
        law = SizeLaw(
            sizes, 1 - np.array([curve.law.error(size) for size in sizes]), float(sizes[-1])
        )
    figure = performance_by_people(
        points,
        metric="accuracy, right or left eye",
        spread=f"mean of {REPEATS} splits, ± one standard deviation",
        law=law,
        baseline=(1 - curve.naive, "without photographs"),
    )
    return figure.svg


def vgg19(path: Path) -> None:
    """Write weights of VGG19 without its top, drawn as He et al. 2015 say, in a file of Keras'."""
    import tf_keras

    rng = np.random.default_rng(19)
    network = tf_keras.applications.VGG19(
        include_top=False, weights=None, input_shape=(SIDE, SIDE, 3)
    )
    for layer in network.layers:
        if layer.weights:
            kernel, bias = layer.get_weights()
            spread = np.sqrt(2 / np.prod(kernel.shape[:-1]))
            layer.set_weights([rng.normal(0, spread, kernel.shape), np.zeros_like(bias)])
    partial = path.with_suffix(".partial.h5")
    network.save_weights(partial)
    partial.replace(path)


def spotted(people: Drawn) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows with few and with many pale spots, as many of each, and which they are."""
    who, _ = who_is_drawn("split")
    spots = np.array([each.eyes[each.number % len(each.eyes)].traits["drusen"] for each in who])
    rng = np.random.default_rng([16, 19])
    few, many = (rng.permutation(np.flatnonzero(s))[:OF_EACH] for s in (spots < FEW, spots > MANY))
    assert len(few) == len(many) == OF_EACH
    return np.concatenate([few, many]), np.repeat([0, 1], OF_EACH)


def photographs(folder: Path, people: Drawn) -> list[dict[str, Any]]:
    """Write the spotted people's photographs into a folder; return the rows of their labels."""
    rows, many = spotted(people)
    labels = []
    for number, (row, spots) in enumerate(zip(rows.tolist(), many.tolist(), strict=True)):
        name = f"person-{number:03d}.png"
        Image.fromarray(people.pixels[row]).save(folder / name)
        age = round(float(people.ages[row]), 1)
        labels.append({
            "photograph": name, "person": number, "age": age, "spots": SPOTS.classes[spots],
        })  # fmt: skip
    return labels


def with_new_head(cache: Path, people: Drawn) -> Trials:
    """Fit a new head on VGG19's weights as `gantei adapt --architecture` does, and judge it."""
    from gantei_export.adaptation.adapt import adapt
    from gantei_export.adapting.architecture_base import architecture_base

    weights = cache / f"vgg19-{SIDE}-notop.h5"
    if not weights.exists():
        vgg19(weights)
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["GANTEI_HOME"] = str(Path(scratch, "home"))
        folder = Path(scratch, "photographs")
        folder.mkdir()
        labels = photographs(folder, people)
        with architecture_base("VGG19", weights, FACTS, "this benchmark") as base:
            made = adapt(
                base, folder, labels, target="spots", name="vgg19-spots", trials=TRIALS,
                device="cpu", workers=1,
            )  # fmt: skip
    assert made.trials is not None
    assert made.trials.target == SPOTS
    return made.trials


def trial_table(trials: Trials) -> str:
    """A figure a row: of each trial, their mean and the interval over new people."""
    numbers = " | ".join(f"trial {number}" for number in range(1, TRIALS + 1))
    lines = [
        f"| figure | {numbers} | mean ± SD | 95 % interval |",
        f"|---|{'---:|' * (TRIALS + 2)}",
    ]
    for code, name in SHOWN.items():
        figure = trials.figure(code)
        each = " | ".join(f"{split.figures[code]:.3f}" for split in trials.splits)
        lines.append(
            f"| {name} | {each} | {figure.mean:.3f} ± {figure.sd:.3f} "
            f"| {figure.low:.3f} to {figure.high:.3f} |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, print the tables, and draw the figure."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cache", metavar="DIR", type=Path, required=True)
    parser.add_argument("--docs", metavar="DIR", type=Path, help=f"folder for {FIGURE}")
    asked = parser.parse_args()
    one_thread()
    began = time.process_time()
    people = drawn(asked.cache, "split")
    found = curves(asked.cache, people)
    print(curve_table(found))
    print(trial_table(with_new_head(asked.cache, people)))
    print(f"{time.process_time() - began:.0f} s of CPU")
    if asked.docs:
        with atomic_write(asked.docs / FIGURE) as file:
            file.write(curve_figure(found["eye"]))


if __name__ == "__main__":
    main()
