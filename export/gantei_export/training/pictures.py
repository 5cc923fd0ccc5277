"""The drawn photographs as the networks see them, for training and for the test on others."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gantei.demo import DrawnEye, Person, draw_photograph, person
from gantei.demo.people import RULES
from gantei.manifests.manifest import InputSpec
from gantei.photographs.photograph import open_photograph
from gantei.photographs.preprocessing import prepare, prepare_photograph

SIDE = 160
INPUT = InputSpec(
    size=(SIDE, SIDE),
    colour="rgb",
    crop="disc",
    mirror="none",
    decoder="pillow",
    resampling="bilinear",
    scale="in-graph",
)
"""What both estimators see, as pixels 0..255; the scaling comes after."""

TRAINING_SCALE = 0.22
"""Training photographs are drawn at this share of the cameras' size: 2.5 times the input's."""

TRAITS = tuple(name for name, rule in RULES.items() if rule.decade or rule.male)
"""The traits that age or sex leave a trace in."""

FIRST_UNSEEN = 1_000_001
"""Number of the first person of the test; training people count from 1."""

DrawnPixels = NDArray[np.uint8]
Values = NDArray[np.float32]


class _Row(NamedTuple):
    pixels: DrawnPixels
    reduced: DrawnPixels
    person: Person
    eye: DrawnEye


@dataclass(frozen=True)
class Pictures:
    """Prepared photographs (n, 160, 160, 3), ages in years, 1 for male or 0, and `TRAITS` (n, t).

    `reduced` are the same photographs prepared from JPEG files decoded at reduced size, as the
    library does it; empty for training photographs, which are never compressed.
    """

    pixels: DrawnPixels
    ages: Values
    male: Values
    traits: Values
    reduced: DrawnPixels

    def save(self, path: Path) -> None:
        """Write to an `.npz` file, which appears complete or not at all."""
        partial = path.with_name(f".{path.name}")
        np.savez(partial, **vars(self))
        partial.replace(path)

    @classmethod
    def load(cls, path: Path) -> "Pictures":
        """Read what `save` wrote."""
        with np.load(path) as arrays:
            return cls(**{name: arrays[name] for name in arrays.files})


def draw_for_training(seed: int, people: int, tick: Callable[[], object]) -> Pictures:
    """Draw the eyes of people 1..`people`, small, without compression."""
    return _draw(_small, seed, range(1, people + 1), tick)


def draw_unseen(seed: int, photographs: int, tick: Callable[[], object]) -> Pictures:
    """Draw so many photographs of other people, full size, and read them back from JPEG."""
    numbers: list[int] = []
    count = 0
    while count < photographs:
        numbers.append(FIRST_UNSEEN + len(numbers))
        count += len(person(seed, numbers[-1]).eyes)
    drawn = _draw(_full_size, seed, numbers, tick)
    return Pictures(**{name: array[:photographs] for name, array in vars(drawn).items()})


def _draw(
    eyes: Callable[[int, int], list[_Row]],
    seed: int,
    numbers: Sequence[int],
    tick: Callable[[], object],
) -> Pictures:
    rows: list[_Row] = []
    # Not forked: TensorFlow may have started its threads already.
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        for some in pool.map(eyes, [seed] * len(numbers), numbers, chunksize=4):
            rows += some
            tick()
    return Pictures(
        pixels=np.stack([row.pixels for row in rows]),
        ages=np.array([row.person.age for row in rows], np.float32),
        male=np.array([row.person.sex == "male" for row in rows], np.float32),
        traits=np.array([[row.eye.traits[t] for t in TRAITS] for row in rows], np.float32),
        reduced=np.stack([row.reduced for row in rows]),
    )


def _small(seed: int, number: int) -> list[_Row]:
    who = person(seed, number)
    nothing = np.empty((0,), np.uint8)
    rows = []
    for eye in who.eyes:
        image = draw_photograph(seed, who, eye, scale=TRAINING_SCALE).image
        pixels = prepare(np.asarray(image), INPUT).astype(np.uint8)
        rows.append(_Row(pixels, nothing, who, eye))
    return rows


def _full_size(seed: int, number: int) -> list[_Row]:
    who = person(seed, number)
    rows = []
    for eye in who.eyes:
        photograph = open_photograph(draw_photograph(seed, who, eye).jpeg())
        pixels = prepare(photograph.pixels(), INPUT).astype(np.uint8)
        reduced = prepare_photograph(photograph, INPUT, reduced=True).astype(np.uint8)
        rows.append(_Row(pixels, reduced, who, eye))
    return rows
