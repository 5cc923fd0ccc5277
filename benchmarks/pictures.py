"""What is flagged of good photographs, of altered ones, and of pictures that are none.

python benchmarks/pictures.py --photographs DIR [--drawn DIR ...] [--objects DIR] [--people 30]

`--photographs`: a folder of real fundus photographs that a person finds good. `--drawn`: folders of
`gantei demo-photos`; without, drawings of seeds 11 and 12 are made. `--objects`: a folder of other
colour pictures, such as skimage/data of the sdist of scikit-image 0.15.0; without, those that are
installed with scikit-learn.

Prints one line a kind: how many there are, how many are refused at once (no colour, no fundus),
what share is flagged by anything, and the share of each finding.
"""

import argparse
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from pictures_that_are_none import drawn_pictures, object_pictures
from PIL import Image, ImageFilter, ImageOps

from gantei.demo import draw_photograph, person
from gantei.errors import PhotographError
from gantei.photographs.oddities import findings_on_photograph
from gantei.photographs.photograph import open_photograph

SIDE = 1000
SEEDS = (11, 12)
ENDINGS = {".jpg", ".jpeg", ".png"}
Alteration = Callable[[Image.Image, int], Image.Image]


def codes_of(image: Image.Image | Path) -> list[str] | None:
    """The codes of what is odd; None where it is refused."""
    try:
        found = findings_on_photograph(open_photograph(image, eye="unknown"), None)
    except PhotographError:
        return None
    return [each.code for each in found]


def report(kind: str, images: Iterable[Image.Image | Path]) -> None:
    """Print a kind's line."""
    each = [codes_of(image) for image in images]
    found = [codes for codes in each if codes is not None]
    refused = len(each) - len(found)
    flagged = refused + sum(bool(codes) for codes in found)
    counts = Counter(code for codes in found for code in dict.fromkeys(codes))
    total = len(each)
    shares = ", ".join(f"{code} {count / total:.0%}" for code, count in counts.most_common())
    print(f"| {kind} | {total} | {refused} | {flagged / total:.0%} | {shares} |", flush=True)


def pixels(change: Callable[[np.ndarray], np.ndarray]) -> Alteration:
    """An alteration of the values, 0 to 255."""

    def altered(image: Image.Image, _: int) -> Image.Image:
        values = change(np.asarray(image).astype(float))
        return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))

    return altered


def squeezed(by: float) -> Alteration:
    """Wider or higher, in turns."""

    def altered(image: Image.Image, number: int) -> Image.Image:
        width, height = image.size
        size = (round(by * width), height) if number % 2 else (width, round(by * height))
        return image.resize(size)

    return altered


def blurred(share: float) -> Alteration:
    """By a Gaussian, whose sigma is a share of the longer side."""
    return lambda image, _: image.filter(ImageFilter.GaussianBlur(share * max(image.size)))


def shaded(image: Image.Image, number: int) -> Image.Image:
    """One side at a tenth of its light."""
    across = np.clip(4 * (np.linspace(0, 1, image.width) - 0.3), 0.15, 1)[None, :, None]
    values = np.asarray(image) * (across if number % 2 else across[:, ::-1])
    return Image.fromarray(values.astype(np.uint8))


def framed(image: Image.Image, _: int) -> Image.Image:
    """In a grey frame of 2 pixels."""
    canvas = Image.new("RGB", (image.width + 44, image.height + 44), (200, 200, 200))
    canvas.paste(0, (2, 2, image.width + 42, image.height + 42))
    canvas.paste(image, (22, 22))
    return canvas


def cropped(image: Image.Image, _: int) -> Image.Image:
    """The middle of the field, without a surround."""
    width, height = image.size
    return image.crop((int(0.3 * width), int(0.3 * height), int(0.7 * width), int(0.7 * height)))


def tinted(image: Image.Image, number: int) -> Image.Image:
    """As an angiography: grey or its negative, in a tint."""
    grey = np.asarray(image.convert("L")).astype(float)
    grey = np.where(grey > 12, 255 - grey, grey) if number % 2 else grey
    tint = ((1, 0.85, 0.6), (0.5, 1, 0.5), (1, 0.6, 0.4), (0.9, 1, 0.85))[number % 4]
    return Image.fromarray((grey[..., None] * np.array(tint)).astype(np.uint8))


ALTERATIONS: dict[str, Alteration] = {
    "red and blue swapped": pixels(lambda values: values[..., ::-1]),
    "squeezed by 1.05": squeezed(1.05),
    "squeezed by 1.15": squeezed(1.15),
    "squeezed by 1.33": squeezed(1.33),
    "blurred, sigma 0.4 % of the side": blurred(0.004),
    "blurred, sigma 1 % of the side": blurred(0.01),
    "at half its light": pixels(lambda values: values / 2),
    "at a quarter of its light": pixels(lambda values: values / 4),
    "at an eighth of its light": pixels(lambda values: values / 8),
    "at twice its light": pixels(lambda values: 2 * values),
    "at three times its light": pixels(lambda values: 3 * values),
    "one side dark": shaded,
    "scaled down to 150 px": lambda image, _: ImageOps.contain(image, (150, 150)),
    "in a grey frame": framed,
    "the middle alone": cropped,
    "grey angiography in a tint": tinted,
}


def images_in(folder: Path) -> Iterator[Path]:
    """The pictures of a folder."""
    return (path for path in sorted(folder.iterdir()) if path.suffix.lower() in ENDINGS)


def drawings(seed: int, people: int) -> Iterator[Image.Image]:
    """Drawn photographs of one eye of each person."""
    for number in range(1, people + 1):
        who = person(seed, number)
        yield draw_photograph(seed, who, who.eyes[0]).image


def scaled(path_or_image: Image.Image | Path) -> Image.Image:
    """RGB of at most `SIDE` pixels."""
    opened = Image.open(path_or_image) if isinstance(path_or_image, Path) else path_or_image
    image = opened.convert("RGB")
    image.thumbnail((SIDE, SIDE))
    return image


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photographs", type=Path, required=True)
    parser.add_argument("--drawn", type=Path, action="append", default=[])
    parser.add_argument("--objects", type=Path)
    parser.add_argument("--people", type=int, default=30)
    chosen = parser.parse_args()
    print("| pictures | number | refused | flagged or refused | by |\n|---|---:|---:|---:|---|")
    real = list(images_in(chosen.photographs))
    report("real photographs", real)
    for folder in chosen.drawn:
        report(f"drawings, {folder.name}", images_in(folder))
    drawn = {seed: list(drawings(seed, chosen.people)) for seed in SEEDS}
    for seed, images in drawn.items():
        if not chosen.drawn:
            report(f"drawings of seed {seed}", images)
    sources = [scaled(each) for each in (*real, *drawn[SEEDS[1]][:14])]
    for kind, alter in ALTERATIONS.items():
        report(kind, (alter(image, number) for number, image in enumerate(sources)))
    spec = find_spec("sklearn")
    installed = [Path(spec.origin).parent / "datasets/images"] if spec and spec.origin else []
    folders = [chosen.objects] if chosen.objects else installed
    objects = [path for folder in folders for path in images_in(folder)]
    for kind, images in (*object_pictures(objects).items(), *drawn_pictures().items()):
        report(kind, images)


if __name__ == "__main__":
    main()
