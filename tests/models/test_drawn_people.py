"""What is drawn stays what it was: the shipped estimators were trained and measured on it.

The numbers are those of the drawings of seed 7 at version 0.1.0, as files on a disk.
"""

import csv
import hashlib

import numpy as np
import pytest
from PIL import Image

from gantei.command_line import main
from gantei.demo.people import person

PEOPLE = [
    (76.5, "male", "right+left"),
    (39.1, "male", "right+left"),
    (92.1, "female", "right+left"),
    (33.5, "male", "right"),
    (19.4, "female", "right+left"),
    (54.9, "female", "right+left"),
    (30.8, "male", "right+left"),
    (72.4, "female", "right+left"),
    (76.8, "female", "right+left"),
    (67.4, "female", "right+left"),
    (30.1, "male", "right"),
    (30.4, "female", "right+left"),
    (45.9, "male", "right+left"),
    (59.3, "male", "left"),
    (65.3, "male", "right+left"),
    (65.6, "male", "right+left"),
    (74.4, "male", "right+left"),
    (83.8, "male", "right+left"),
    (87.5, "male", "right"),
    (58.0, "female", "right+left"),
]
"""Age, sex and the eyes photographed of the first people."""
DIGEST_OF_300 = "d5107965ce63f66e68522aaf008b33974158649ca3f817a2855819fb61d119cd"
PHOTOGRAPHS = {
    "person-00001-left.jpg": (2000, 2000, [183.7, 55.0, 27.0], 205, 1.44),
    "person-00001-right.jpg": (2196, 1464, [166.5, 60.6, 31.2], 204, 2.02),
    "person-00002-left.jpg": (1620, 1620, [163.7, 60.1, 36.7], 201, 1.44),
    "person-00002-right.jpg": (1400, 1400, [199.7, 69.5, 46.0], 228, 2.19),
    "person-00003-left.jpg": (1400, 1400, [189.1, 68.4, 26.4], 214, 1.37),
    "person-00003-right.jpg": (1620, 1620, [154.2, 55.5, 20.7], 167, 1.78),
}
"""Width and height, the mean colour of the middle, how bright red gets, and the grain of green."""


def test_the_invented_people_of_a_seed_are_always_the_same():
    drawn = [person(7, number) for number in range(1, 301)]
    told = [(one.age, one.sex, "+".join(eye.side for eye in one.eyes)) for one in drawn]
    assert told[: len(PEOPLE)] == PEOPLE
    lines = "".join(f"{age} {sex} {eyes}\n" for age, sex, eyes in told)
    assert hashlib.sha256(lines.encode()).hexdigest() == DIGEST_OF_300


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drawn")
    assert main(["demo-photos", str(folder), "--people", "3", "--seed", "7"]) == 0
    return folder


def test_the_labels_are_those_of_the_people(drawn):
    with (drawn / "labels.csv").open(newline="", encoding="utf-8") as file:
        labels = list(csv.DictReader(file))
    assert [row["photograph"] for row in labels] == [
        f"person-{number:05}-{eye}.jpg" for number in (1, 2, 3) for eye in ("right", "left")
    ]
    for row in labels:
        age, sex, _ = PEOPLE[int(row["person"]) - 1]
        assert (float(row["age"]), row["sex"]) == (age, sex)


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_light_colour_and_grain_of_a_photograph_are_those_that_they_were(drawn, name):
    width, height, colour, brightest, grain = PHOTOGRAPHS[name]
    with Image.open(drawn / name) as image:
        assert image.size == (width, height)
        pixels = np.asarray(image.convert("RGB")).astype(float)
    middle = pixels[height // 4 : -height // 4, width // 4 : -width // 4]
    assert middle.mean(axis=(0, 1)) == pytest.approx(colour, abs=0.3)
    assert np.percentile(pixels[..., 0], 99.5) == pytest.approx(brightest, abs=1)
    green = pixels[height // 3 : -height // 3, width // 3 : -width // 3, 1]
    assert np.diff(green, axis=1).std() == pytest.approx(grain, rel=0.01)
