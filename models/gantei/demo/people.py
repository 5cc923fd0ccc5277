"""The invented people: their age, their sex, and the made-up traces of both in their eyes.

Nothing here was measured in anybody. `RULES` exists so that software has something to estimate.
"""

from dataclasses import dataclass

import numpy as np

from gantei.labels.sexes import Sex
from gantei.manifests.fields import Side

YOUNGEST, OLDEST = 18.0, 94.0
MIDDLE_AGE = 56.0
BOTH_EYES = 0.75
"""Share of people photographed in both eyes; the others in one."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How one trait of an eye depends on age and sex, and how much of it is chance.

    `base` is the value at 56 years halfway between the sexes, `decade` the change in ten years,
    `male` what men have more than women; `spread` is the standard deviation between people,
    `between_eyes` that between the two eyes of one. The sum is limited to `low`..`high`.
    """

    base: float
    decade: float
    male: float
    spread: float
    between_eyes: float
    low: float
    high: float


RULES = {
    # Traces of age.
    "yellowing": Rule(0.42, 0.090, 0.00, 0.055, 0.015, 0.0, 1.0),  # of all light, less blue
    "haze": Rule(0.40, 0.080, 0.00, 0.060, 0.020, 0.0, 1.0),  # a veil that takes contrast
    "tessellation": Rule(0.45, 0.105, 0.00, 0.065, 0.020, 0.0, 1.0),  # choroidal vessels show
    "atrophy": Rule(0.42, 0.095, 0.00, 0.060, 0.030, 0.0, 1.0),  # pale ring around the disc
    "drusen": Rule(32.0, 11.00, 0.00, 7.000, 3.000, 0.0, 90.0),  # expected pale spots
    "sheen": Rule(0.48, -0.110, 0.00, 0.065, 0.020, 0.0, 1.0),  # reflex of the nerve fibres
    "artery": Rule(0.74, -0.025, 0.00, 0.030, 0.010, 0.5, 1.0),  # calibre, as a share of a vein's
    "pupil": Rule(0.50, -0.100, 0.00, 0.070, 0.010, 0.0, 1.0),  # width; a narrow one darkens edges
    "tortuosity": Rule(0.45, 0.070, 0.00, 0.120, 0.040, 0.0, 1.0),  # of the vessels
    # Traces of sex.
    "cup": Rule(0.46, 0.000, 0.19, 0.080, 0.015, 0.2, 0.75),  # its radius, as a share of the disc's
    "disc_redness": Rule(0.50, 0.000, 0.42, 0.170, 0.030, 0.0, 1.0),  # of the neural rim
    "macula": Rule(0.50, 0.000, 0.40, 0.170, 0.030, 0.0, 1.0),  # darkness and size
    "calibre": Rule(1.00, 0.000, 0.22, 0.100, 0.020, 0.7, 1.4),  # of all vessels
    "redness": Rule(0.50, 0.000, 0.30, 0.180, 0.020, 0.0, 1.0),  # of the background
    # Chance alone.
    "pigment": Rule(0.40, 0.000, 0.00, 0.220, 0.020, 0.0, 1.0),  # darkness of the background
    "disc_radius": Rule(3.10, 0.000, 0.00, 0.180, 0.060, 2.6, 3.6),  # degrees
    "disc_tilt": Rule(1.50, 0.000, 0.00, 0.600, 0.300, 0.0, 3.0),  # degrees above the fovea
}


@dataclass(frozen=True, slots=True)
class DrawnEye:
    """One eye: its side and, by the names of `RULES`, its traits."""

    side: Side
    traits: dict[str, float]


@dataclass(frozen=True, slots=True)
class Person:
    """One invented person; `age` in years with one decimal, `eyes` the ones photographed."""

    number: int
    age: float
    sex: Sex
    eyes: tuple[DrawnEye, ...]


def person(seed: int, number: int) -> Person:
    """Make up the person of this number: always the same one for the same seed."""
    rng = np.random.default_rng([seed, number])
    age = round(float(rng.uniform(YOUNGEST, OLDEST)), 1)
    sex: Sex = "male" if rng.random() < 0.5 else "female"
    chances = rng.standard_normal(len(RULES))
    right, left = (
        DrawnEye(side, _traits(age, sex, chances, rng.standard_normal(len(RULES))))
        for side in ("right", "left")
    )
    choice = rng.random()
    if choice < BOTH_EYES:
        return Person(number, age, sex, (right, left))
    return Person(number, age, sex, (right if choice < (1 + BOTH_EYES) / 2 else left,))


def _traits(
    age: float, sex: Sex, chances: np.ndarray, between_eyes: np.ndarray
) -> dict[str, float]:
    decades = (age - MIDDLE_AGE) / 10
    sign = 0.5 if sex == "male" else -0.5
    traits = {}
    for (name, rule), chance, eye in zip(RULES.items(), chances, between_eyes, strict=True):
        value = rule.base + rule.decade * decades + rule.male * sign
        value += rule.spread * chance + rule.between_eyes * eye
        traits[name] = float(np.clip(value, rule.low, rule.high))
    return traits
