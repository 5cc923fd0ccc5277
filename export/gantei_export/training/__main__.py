"""`python -m gantei_export.training --out DIR`: draw, train, measure, and keep golden values."""

import argparse
import importlib.metadata
import json
import logging
import os
import platform
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gantei.catalogue.entries import SHIPPED

from . import fitting
from .demo_networks import TASKS, DemoTask, cut
from .evaluation import evaluate
from .keras_golden import write_golden
from .pictures import (
    FIRST_UNSEEN,
    Pictures,
    draw_for_training,
    draw_unseen,
)
from .shipping import ship

_LOG = logging.getLogger("gantei_export.training")


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 0 when both estimators are trained, measured and saved."""
    chosen = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    chosen.out.mkdir(parents=True, exist_ok=True)
    _limit_threads()
    training = _drawn(
        chosen.out / f"training-{chosen.seed}-{chosen.people}.npz",
        lambda: draw_for_training(chosen.seed, chosen.people, _counter(chosen.people, "people")),
    )
    report = _settings(chosen, training)
    whole = fitting.fit(training, chosen.epochs, chosen.seed, _LOG.info)
    unseen = _drawn(
        chosen.out / f"unseen-{chosen.seed}-{chosen.unseen}.npz",
        lambda: draw_unseen(chosen.seed, chosen.unseen, _counter(chosen.unseen, "people at most")),
    )
    networks: dict[DemoTask, Any] = {task: cut(whole, task) for task in TASKS}
    for task, network in networks.items():
        network.save(chosen.out / f"demo-{task}.h5")
        report[f"demo-{task}"] = evaluate(network, task, unseen)
        _LOG.info("demo-%s: %s", task, report[f"demo-{task}"])
    write_golden(chosen.out, chosen.seed, networks)
    text = json.dumps(report, indent=2) + "\n"
    (chosen.out / "evaluation.json").write_text(text, encoding="utf-8")
    if chosen.ship:
        ship(chosen.out, SHIPPED)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m gantei_export.training",
        description="Train the demo estimators on drawn photographs, measure them on people they "
        "have not seen, and write demo-age.h5, demo-sex.h5, evaluation.json and golden.json. "
        "Drawn photographs stay in DIR: the same command again does not draw them again.",
    )
    parser.add_argument("--out", metavar="DIR", type=Path, required=True)
    parser.add_argument("--seed", metavar="S", type=int, default=1)
    parser.add_argument("--people", metavar="N", type=int, default=2600, help="default: 2600")
    parser.add_argument(
        "--unseen", metavar="N", type=int, default=500, help="photographs to measure on; 500"
    )
    parser.add_argument("--epochs", metavar="N", type=int, default=40, help="default: 40")
    parser.add_argument(
        "--ship", action="store_true", help="then convert both into the catalogue of this checkout"
    )
    return parser


def _limit_threads() -> None:
    """Two threads, like the machine on which the shipped weights were trained."""
    os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "2")
    os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")


def _drawn(path: Path, draw: Callable[[], Pictures]) -> Pictures:
    if not path.exists():
        draw().save(path)
    return Pictures.load(path)


def _counter(total: int, what: str) -> Callable[[], None]:
    done = 0

    def tick() -> None:
        nonlocal done
        done += 1
        if done % 100 == 0:
            _LOG.info("drawn %d of %d %s", done, total, what)

    return tick


def _settings(chosen: argparse.Namespace, training: Pictures) -> dict[str, Any]:
    return {
        "notice": "Drawn photographs, made-up rules: these numbers say nothing about eyes.",
        "seed": chosen.seed,
        "training": {
            "people": chosen.people,
            "photographs": len(training.pixels),
            "epochs": chosen.epochs,
            "batch": fitting.BATCH,
            "learning_rate": fitting.LEARNING_RATE,
            "weight_decay": fitting.WEIGHT_DECAY,
            "smoothing": fitting.SMOOTHING,
            "steadiness": fitting.STEADINESS,
            "jitter": fitting.JITTER,
            "noise": fitting.NOISE,
        },
        "first_unseen_person": FIRST_UNSEEN,
        "versions": {"python": platform.python_version()}
        | {
            package: importlib.metadata.version(package)
            for package in ("tensorflow", "tf_keras", "numpy", "pillow", "gantei")
        },
    }


if __name__ == "__main__":
    raise SystemExit(main())
