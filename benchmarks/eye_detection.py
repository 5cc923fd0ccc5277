"""How often the optic disc tells the eye: python benchmarks/eye_detection.py.

Drawings of seeds that no constant was chosen on, each also mirrored; the same with the disc in the
middle, and pictures that show no fundus, of none of which a side may be told. `--photographs` are
real ones: DIR has a labels.csv with the columns photograph and eye (right, left, or empty where the
picture does not tell).
"""

import argparse
import csv
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from gantei import demo
from gantei.demo import drawing
from gantei.photographs.eye_names import side_of
from gantei.photographs.optic_disc import find_side
from gantei.photographs.photograph import open_photograph

SCALE = 0.2
Shown = tuple[str | None, Image.Image]
OTHER = {"right": "left", "left": "right", None: None}


def drawn(seed: int, people: int, *, centred: bool = False) -> Iterator[Shown]:
    """The drawings of a seed's people; with the optic disc in the middle, of no side."""
    shoot = drawing.shoot
    if centred:
        drawing.shoot = lambda rng, camera: replace(shoot(rng, camera), aim=(15.5, -1.5))
    try:
        for number in range(1, people + 1):
            who = demo.person(seed, number)
            for eye in who.eyes:
                image = demo.draw_photograph(seed, who, eye, scale=SCALE).image
                yield (None if centred else eye.side), image
    finally:
        drawing.shoot = shoot


def no_fundus(count: int, seed: int) -> Iterator[Shown]:
    """Clouds of colour, even colour and noise, every other one in a round aperture."""
    rng = np.random.default_rng(seed)
    side = 300
    y, x = np.mgrid[:side, :side] - side / 2
    for number in range(count):
        size = (4, 12, 40, side)[number // 2 % 4]
        clouds = Image.fromarray(rng.integers(20, 230, (size, size, 3), np.uint8))
        pixels = np.array(clouds.resize((side, side), Image.Resampling.BICUBIC))
        if number % 2:
            pixels[np.hypot(x, y) > 0.48 * side] = 0
        yield None, Image.fromarray(pixels)


def photographs(folder: Path) -> Iterator[Shown]:
    """Those that labels.csv lists."""
    with (folder / "labels.csv").open(newline="", encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            image = open_photograph(folder / row["photograph"]).picture()
            yield (side_of(row["eye"]) if row["eye"] else None), image


def measure(name: str, shown: Sequence[Shown]) -> None:
    """Print a line of the table: as they are, and mirrored."""
    for mirrored in (False, True):
        told = right = count = sideless = wrongly = 0
        for side, image in shown:
            truth = OTHER[side] if mirrored else side
            picture = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if mirrored else image
            found = find_side(picture).side
            count += truth is not None
            told += truth is not None and found is not None
            right += truth is not None and found == truth
            sideless += truth is None
            wrongly += truth is None and found is not None
        label = f"{name}, mirrored" if mirrored else name
        share = f"{right / told:.3f}" if told else "-"
        untold = f"{1 - told / count:.3f}" if count else "-"
        print(f"{label:40} {count:6} {told:6} {share:>9} {untold:>12} {wrongly:>8} of {sideless}")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--photographs", type=Path, metavar="DIR", help="real ones, with labels.csv"
    )
    parser.add_argument("--people", type=int, default=150, help="of each seed")
    parser.add_argument("--seeds", type=int, nargs="+", default=[11, 12])
    chosen = parser.parse_args()
    print(
        f"{'':40} {'sides':>6} {'told':>6} {'right':>9} {'cannot tell':>12} {'sideless':>8}, told"
    )
    for seed in chosen.seeds:
        measure(f"drawings of seed {seed}", list(drawn(seed, chosen.people)))
    measure("disc in the middle", list(drawn(chosen.seeds[0], chosen.people // 5, centred=True)))
    measure("no fundus", list(no_fundus(200, chosen.seeds[0])))
    if chosen.photographs:
        measure("photographs", list(photographs(chosen.photographs)))


if __name__ == "__main__":
    main()
