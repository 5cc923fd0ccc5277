"""Pictures that are no fundus photographs, for benchmarks/pictures.py: cut, or drawn."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageOps

COUNT = 20
NO_OBJECTS = {"retina.jpg", "block.png", "palette_color.png", "green_palette.png", "truncated.jpg"}
"""Of scikit-image's data: a retina, and what is made for tests of readers."""
SKINS = [(224, 172, 105), (255, 219, 172), (141, 85, 36), (198, 134, 66), (241, 194, 125)]
LAYERS = [(0, 150, 10), (22, 90, 8), (45, 120, 9), (70, 60, 12), (95, 200, 7), (110, 160, 20)]
"""Of a retina in OCT: how deep, how bright, how thick."""


def object_pictures(paths: Sequence[Path]) -> dict[str, list[Image.Image]]:
    """Things, people, animals and landscapes, whole and in parts; and in a round aperture."""
    images = [_rgb(path) for path in paths if path.name not in NO_OBJECTS]
    colour = [image for image in images if _has_colour(image)]
    parts, discs = [], []
    for image in colour:
        width, height = image.size
        x, y = width // 2, height // 2
        boxes = [(0, 0, width, height), (0, 0, x, y), (x, 0, width, y)]
        parts += [image.crop(box) for box in [*boxes, (0, y, x, height), (x, y, width, height)]]
        middle = image.crop((width // 4, height // 4, 3 * width // 4, 3 * height // 4))
        discs += [_in_aperture(each) for each in (image, middle)]
    return {
        "objects": parts,
        "objects in a round aperture": discs,
        "grey pictures": [image for image in images if not _has_colour(image)],
    }


def drawn_pictures() -> dict[str, Iterable[Image.Image]]:
    """Pages of text, faces, OCT and slit lamp."""
    chance = np.random.default_rng(7)
    kinds = {
        "pages of text": _text,
        "drawn faces": _face,
        "drawn OCT in colours": _oct,
        "drawn slit lamp": _slit_lamp,
    }
    return {kind: [draw(number, chance) for number in range(COUNT)] for kind, draw in kinds.items()}


def _rgb(path: Path) -> Image.Image:
    return Image.open(path).convert("RGB")


def _has_colour(image: Image.Image) -> bool:
    small = np.asarray(image.resize((64, 64)))
    return bool(np.mean(np.ptp(small, axis=2) > 10) > 0.05)


def _in_aperture(image: Image.Image, side: int = 600) -> Image.Image:
    pixels = np.array(ImageOps.fit(image, (side, side)))
    y, x = np.ogrid[:side, :side]
    pixels[np.hypot(x + 0.5 - side / 2, y + 0.5 - side / 2) > 0.48 * side] = 0
    return Image.fromarray(pixels)


def _text(number: int, chance: np.random.Generator) -> Image.Image:
    page = Image.new("RGB", (700, 900), (255, 255, 255) if number % 2 else (250, 245, 230))
    for row in range(40, 860, 14 + number % 5):
        codes = chance.integers(0, 31, 90)
        letters = "".join(chr(97 + each) if each < 26 else " " for each in codes)
        ink = (0, 0, 0) if number % 3 else (30, 30, 120)
        ImageDraw.Draw(page).text((40, row), letters[: chance.integers(30, 90)], fill=ink)
    return page


def _face(number: int, chance: np.random.Generator) -> Image.Image:
    behind = tuple(int(each) for each in chance.integers(0, 256, 3)) if number % 2 else (0, 0, 0)
    image = Image.new("RGB", (500, 600), behind)
    draw, skin = ImageDraw.Draw(image), SKINS[number % 5]
    wide = 150 + int(chance.integers(0, 60))
    high = round(wide * (1 + 0.15 * (number % 3)))
    draw.ellipse((250 - wide, 300 - high, 250 + wide, 300 + high), fill=skin)
    for x in (190, 310):
        draw.ellipse((x - 25, 235, x + 25, 265), fill="white")
        draw.ellipse((x - 9, 243, x + 9, 261), fill=(60, 40, 20))
    draw.arc((190, 320, 310, 400), 20, 160, fill=(150, 30, 30), width=6)
    return image.filter(ImageFilter.GaussianBlur(2))


def _oct(number: int, chance: np.random.Generator) -> Image.Image:
    y, x = np.mgrid[:400, :700]
    surface = 150 + 30 * np.sin(x / 110 + number) - 60 * np.exp(-(((x - 350) / 60) ** 2))
    light = sum(a * np.exp(-(((y - surface - deep) / thick) ** 2)) for deep, a, thick in LAYERS)
    light = np.clip(light * chance.gamma(3, 1 / 3, y.shape) + chance.gamma(2, 8, y.shape), 0, 255)
    rainbow = [np.clip(1.5 - np.abs(4 * light / 255 - each), 0, 1) * 255 for each in (3, 2, 1)]
    tints = {1: (1, 0.7, 0.3), 2: (0.4, 1, 0.5)}
    tint = tints.get(number % 3)
    values = np.stack(rainbow, 2) if tint is None else light[..., None] * np.array(tint)
    return Image.fromarray(values.astype(np.uint8))


def _slit_lamp(number: int, chance: np.random.Generator) -> Image.Image:
    y, x = np.mgrid[:500, :750]
    middle = 300 + int(chance.integers(150))
    away, angle = np.hypot(x - middle, y - 250), np.arctan2(y - 250, x - middle)
    iris = np.array([(110, 80, 50), (70, 100, 140), (90, 110, 70)][number % 3], float)
    sclera = np.array([150, 120, 110]) * (0.4 + 0.1 * (number % 4))
    values = iris * (0.5 + 0.12 * np.sin(40 * angle)[..., None])
    values[away > 190] = sclera
    values[away < 60] = 5
    beam = np.exp(-(((x - middle - 80 - (y - 250) ** 2 / 3000) / (8 + 3 * (number % 4))) ** 2))
    values = 0.5 * values + beam[..., None] * np.array([230, 225, 200])
    values += chance.normal(0, 3, values.shape)
    return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))
