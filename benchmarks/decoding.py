"""What reading a photograph costs beside bare decoding, and what reduced decoding changes.

    python benchmarks/decoding.py [PHOTOGRAPH.jpg ...]

Without photographs it draws one, 2000 px and about 500 kB. All times are CPU times of one thread,
the ways alternating in one run: compare ratios, not milliseconds.
"""

import argparse
import itertools
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from gantei.manifests.manifest import InputSpec
from gantei.photographs.field_of_view import find_disc
from gantei.photographs.photograph import open_photograph
from gantei.photographs.preprocessing import prepare, prepare_photograph

SIDES = (224, 600)
METHODS = ("bilinear", "bicubic", "lanczos")
HEAD = """\
input                 bare Pillow:                            prepare_photograph: reduced - full:
 side crop  method      full  reduced         + resize     all   ratio  (disc)    mean  most"""


def drawn(side: int = 2000) -> bytes:
    """A textured reddish disc as a JPEG."""
    y, x = (np.mgrid[:side, :side] - side / 2) / (0.47 * side)
    light = np.clip(1 - 0.5 * (x * x + y * y), 0, 1) * (x * x + y * y < 1)
    rng = np.random.default_rng(1)
    grain = sum(
        np.asarray(
            Image.fromarray(rng.normal(0, 9, (side // step, side // step))).resize((side, side))
        )
        for step in (1, 2, 4, 16)
    )
    colour = (light * (1 + grain / 100))[..., None] * np.array([200, 100, 50])
    file = BytesIO()
    Image.fromarray(np.clip(colour, 0, 255).astype(np.uint8)).save(file, "JPEG", quality=68)
    return file.getvalue()


def bare(data: bytes, scale: int, side: int | None = None, method: str = "bilinear") -> None:
    """Decode with Pillow and nothing else; with `side`, resize too."""
    image = JpegImageFile(BytesIO(data))
    if scale > 1:
        image.draft(None, (image.width // scale, image.height // scale))
    image.load()
    if side:
        image.resize((side, side), Image.Resampling[method.upper()])


def milliseconds(ways: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """The median CPU time of each way."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds + 1):
        for name, way in ways.items():
            start = time.process_time()
            way()
            taken[name].append(time.process_time() - start)
    return {name: 1000 * float(np.median(times[1:])) for name, times in taken.items()}


def report(data: bytes, spec: InputSpec, rounds: int) -> str:
    """One line on one photograph and one way to prepare it."""
    photograph = open_photograph(data)
    side = int(spec.size[0])
    scale = photograph.scale(2 * side, 2 * side)
    image = photograph.picture(scale)
    took = milliseconds(
        {
            "full": lambda: bare(data, 1),
            "reduced": lambda: bare(data, scale),
            "resized": lambda: bare(data, scale, side, spec.resampling),
            "ours": lambda: prepare_photograph(open_photograph(data), spec, reduced=True),
            "disc": lambda: find_disc(image),
        },
        rounds,
    )
    pixels = np.abs(
        prepare_photograph(photograph, spec, reduced=True) - prepare(photograph.pixels(), spec)
    )
    gain, cost = took["full"] / took["reduced"], took["ours"] / took["resized"]
    return (
        f"{side:5} {spec.crop:5} {spec.resampling:9} {took['full']:6.1f}   1/{scale} "
        f"{took['reduced']:5.1f} {gain:5.2f}x {took['resized']:8.1f} {took['ours']:8.1f} "
        f"{cost:5.2f}x {took['disc']:6.2f} {pixels.mean():7.2f} {pixels.max():5.0f}"
    )


def specs() -> Iterator[InputSpec]:
    """Every way to prepare that reduced decoding serves."""
    for side, crop, method in itertools.product(SIDES, ("none", "disc"), METHODS):
        yield InputSpec(
            size=(side, side),
            colour="rgb",
            crop=crop,
            mirror="none",
            decoder="pillow",
            resampling=method,
            scale="in-graph",
        )


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("photographs", nargs="*", type=Path, metavar="PHOTOGRAPH.jpg")
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    photographs = {path.name: path.read_bytes() for path in arguments.photographs}
    for name, data in (photographs or {"drawn": drawn()}).items():
        height, width = open_photograph(data).size
        print(f"{name}: {width} x {height}, {len(data) / 1000:.0f} kB; CPU milliseconds")
        print(HEAD)
        for spec in specs():
            print(report(data, spec, arguments.rounds), flush=True)


if __name__ == "__main__":
    main()
