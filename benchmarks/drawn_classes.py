"""Drawn people of two classes as the demo networks see them: each set drawn once, then kept.

    python benchmarks/drawn_classes.py --cache DIR

One photograph per person, the right or the left eye by turns where both were taken, drawn small
and not compressed, much as those that the demo networks were trained on. A run that was stopped
goes on with the first piece that is not in DIR. Other benchmarks read the sets with `drawn`. It
uses what scikit-learn brings along (pip install threadpoolctl).
"""

import argparse
import os
import time
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from gantei.demo import CAMERAS, Person, draw_photograph, person
from gantei.photographs.preprocessing import prepare
from gantei.system.files import atomic_write
from gantei_export.training.pictures import FIRST_UNSEEN, INPUT, SIDE

SEED = 16
"""Of the people; the demo networks were trained on people of seed 1."""
A_CLASS = 973
"""People of each class who are shared out among the sites and the first test."""
NEW_A_CLASS = 2100
"""People of each class of the second test."""
PIECE = 278
SCALE = 0.16
"""Share of the cameras' size at which photographs are drawn: 1.4 to 2.1 times what networks see."""
CAMERAS_USED = tuple(CAMERAS[place] for place in (0, 1, 4))
"""A1400, B2000 and E1620, which differ in field, colour and sharpness."""
BY_CAMERA = (324, 324, 325)
"""People of a class whose photographs each camera took."""


@dataclass(frozen=True)
class Drawn:
    """Pixels (n, 160, 160, 3), 1 for male or 0, 1 for right or 0, years, places in CAMERAS_USED."""

    pixels: NDArray[np.uint8]
    male: NDArray[np.int8]
    right: NDArray[np.int8]
    ages: NDArray[np.float64]
    cameras: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.male)


def people_of(first: int, a_class: int) -> list[Person]:
    """So many women and so many men with the lowest numbers from `first` on, women first."""
    found: dict[str, list[Person]] = {"female": [], "male": []}
    for number in count(first):
        who = person(SEED, number)
        if len(found[who.sex]) < a_class:
            found[who.sex].append(who)
        if all(len(some) == a_class for some in found.values()):
            return found["female"] + found["male"]
    raise AssertionError


def who_is_drawn(name: str) -> tuple[list[Person], list[int | None]]:
    """The people of a set, and the place of each one's camera, or None where chance takes it."""
    if name == "new":
        people = people_of(FIRST_UNSEEN, NEW_A_CLASS)
        return people, [None] * len(people)
    return people_of(1, A_CLASS), 2 * np.repeat(range(len(CAMERAS_USED)), BY_CAMERA).tolist()


def draw(who: Person, camera: int | None) -> tuple[NDArray[np.uint8], int, int, float, int]:
    """One person's row of a set."""
    eye = who.eyes[who.number % len(who.eyes)]
    cameras = CAMERAS_USED if camera is None else (CAMERAS_USED[camera],)
    taken = draw_photograph(SEED, who, eye, scale=SCALE, cameras=cameras)
    pixels = prepare(np.asarray(taken.image), INPUT).astype(np.uint8)
    place = [each.name for each in CAMERAS_USED].index(taken.camera)
    return pixels, int(who.sex == "male"), int(eye.side == "right"), who.age, place


def drawn(cache: Path, name: str) -> Drawn:
    """A set, "split" or "new", drawn piece by piece where the cache lacks it."""
    people, cameras = who_is_drawn(name)
    pieces = []
    for first in range(0, len(people), PIECE):
        file = cache / f"{name}-{SEED}-{first:04d}.npz"
        if not file.exists():
            of_piece = zip(people[first:][:PIECE], cameras[first:][:PIECE], strict=True)
            columns = zip(*(draw(*row) for row in of_piece), strict=True)
            pixels, male, right, ages, places = map(np.array, columns)
            kept = Drawn(
                pixels, male.astype(np.int8), right.astype(np.int8), ages, places.astype(np.int8)
            )
            with atomic_write(file) as partial:
                np.savez(partial, **vars(kept))
        with np.load(file, allow_pickle=False) as arrays:
            pieces.append(Drawn(**{key: arrays[key] for key in arrays.files}))
    columns = zip(*(vars(piece).values() for piece in pieces), strict=True)
    whole = Drawn(*map(np.concatenate, columns))
    assert whole.pixels.shape == (len(people), SIDE, SIDE, 3)
    return whole


def one_thread() -> None:
    """Let TensorFlow and the linear algebra use one thread, whatever else the machine does."""
    for name in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
        os.environ.setdefault(name, "1")
    threadpool_limits(1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cache", metavar="DIR", type=Path, required=True)
    asked = parser.parse_args()
    asked.cache.mkdir(parents=True, exist_ok=True)
    for name in ("split", "new"):
        began = time.process_time()
        found = drawn(asked.cache, name)
        print(f"{name}: {len(found)} people, {found.male.sum()} of them male", end="", flush=True)
        print(f"; {time.process_time() - began:.0f} s of CPU", flush=True)


if __name__ == "__main__":
    main()
