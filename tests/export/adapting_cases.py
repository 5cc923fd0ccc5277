"""Drawn eyes for `gantei adapt`: a disc on black, a spot that tells the eye, a hue the age."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

SIDE = 180
FACTS = {
    "input.size": "64",
    "input.scale": "keras-applications",
    "input.crop": "disc",
    "input.mirror": "none",
    "input.decoder": "pillow",
    "input.resampling": "bilinear",
}
"""Of the input, as a user states them of ImageNet's weights."""
COLUMNS = ("photograph", "person", "eye", "age", "sex", "camera")


@dataclass(frozen=True)
class DrawnEyes:
    """A folder of photographs, and the table of their labels."""

    folder: Path
    labels: Path

    def rows(self):
        """The rows of labels, as dictionaries."""
        with self.labels.open(encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def relabelled(self, name, change, columns=None):
        """Write the labels anew as another table: `change` gives each row, None leaves one out."""
        rows = [row for each in self.rows() if (row := change(dict(each))) is not None]
        path = self.labels.with_name(name)
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns or list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return path


def drawn_eyes(folder, people=24, seed=16):
    """Draw both eyes of people: men's discs are lighter, the old's more yellow."""
    random = np.random.default_rng(seed)
    pictures = folder / "photographs"
    pictures.mkdir(parents=True)
    down, right = np.mgrid[:SIDE, :SIDE] / SIDE - 0.5
    rows = []
    for number in range(people):
        male, age = bool(number % 2), round(random.uniform(20, 90), 1)
        for eye in ("right", "left"):
            light = (1.15 if male else 0.85) * random.normal(1, 0.05)
            colour = light * np.array([150, 40 + age, 40.0])
            # The optic disc is at the side of the nose: right in a photograph of a right eye.
            place = (0.17 if eye == "right" else -0.17) + random.normal(0, 0.02)
            spot = np.exp(-((right - place) ** 2 + down**2) / 0.004)
            pixels = (colour + 80 * spot[..., None]) * (np.hypot(down, right) < 0.46)[..., None]
            pixels = np.clip(pixels + random.normal(0, 3, pixels.shape), 0, 255).astype(np.uint8)
            name = f"p{number:03d}-{eye}.png"
            Image.fromarray(pixels).save(pictures / name)
            sex = "male" if male else "female"
            rows.append((name, f"p{number:03d}", eye, age, sex, "ABC"[number % 3]))
    labels = folder / "labels.csv"
    with labels.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
    return DrawnEyes(pictures, labels)
