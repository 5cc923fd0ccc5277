"""How the retinal vessels grow: centre lines and calibres, in degrees of visual angle.

The fovea is the origin, x points to the nose, y down; the disc lies at positive x. Trunks leave
the disc, bow around the macula or run to the nose, and branch by Murray's law (the cubes of the
daughters' calibres add up to the cube of the mother's).
"""

import heapq
import math
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

VesselKind = Literal["vein", "artery"]
Course = Literal["arcade", "nasal", "macular", "outward"]

STEP = 0.4
REACH = 27.5
THINNEST = 0.055
_CELL = 0.55
# Course, calibre in degrees, and how far the trunk leans to the temporal side, in radians.
_TRUNKS: tuple[tuple[Course, float, float], ...] = (("arcade", 0.52, 0.46), ("nasal", 0.34, -0.75))


@dataclass(frozen=True, slots=True)
class Vessel:
    """A stretch without a side branch of its own: `line` (n, 2) and `calibre` (n,) in degrees."""

    kind: VesselKind
    line: NDArray[np.float64]
    calibre: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Disc:
    """The optic disc: its centre and mean radius in degrees."""

    x: float
    y: float
    radius: float


@dataclass(slots=True)
class _Sprout:
    kind: VesselKind
    x: float
    y: float
    heading: float
    calibre: float
    course: Course
    bow: float = 2.0
    mother: int = -1
    curl: float = 0.0


@dataclass(slots=True)
class _Tree:
    rng: np.random.Generator
    disc: Disc
    waviness: float
    vessels: list[Vessel] = field(default_factory=list)
    occupied: dict[tuple[str, int, int], int] = field(default_factory=dict)
    queue: list[tuple[float, int, _Sprout]] = field(default_factory=list)
    counter: int = 0

    def add(self, sprout: _Sprout) -> None:
        """Thick sprouts grow first and claim their ground."""
        heapq.heappush(self.queue, (-sprout.calibre, self.counter, sprout))
        self.counter += 1


def grow(
    rng: np.random.Generator, disc: Disc, calibre: float, artery: float, tortuosity: float
) -> list[Vessel]:
    """Grow both trees of an eye; `artery` is an artery's calibre as a share of a vein's."""
    tree = _Tree(rng, disc, 0.012 + 0.055 * tortuosity)
    _plant(tree, "vein", calibre)
    _plant(tree, "artery", calibre * artery)
    while tree.queue:
        _, number, sprout = heapq.heappop(tree.queue)
        _grow_one(tree, number, sprout)
    return tree.vessels


def _plant(tree: _Tree, kind: VesselKind, factor: float) -> None:
    """Set the trunks: four main ones and some small ones at the disc's margin."""
    rng, disc = tree.rng, tree.disc
    aside = -0.12 if kind == "vein" else 0.16
    for up in (-1, 1):
        for course, calibre, lean in _TRUNKS:
            turn = lean + rng.normal(0, 0.07) + (0.10 if kind == "vein" else -0.05)
            tree.add(
                _Sprout(
                    kind,
                    disc.x + disc.radius * (aside + 0.10),
                    disc.y + up * disc.radius * rng.uniform(0.02, 0.14),
                    up * (math.pi / 2 + 0.1 * turn),
                    factor * calibre * rng.uniform(0.92, 1.08),
                    course,
                    rng.uniform(1.5, 2.5),
                    curl=up * turn,
                )
            )
    for _ in range(int(rng.integers(3, 6))):
        temporal = rng.random() < 0.6
        angle = rng.uniform(-0.85, 0.85) + (math.pi if temporal else 0.0)
        start = disc.radius * rng.uniform(0.45, 0.9)
        tree.add(
            _Sprout(
                kind,
                disc.x + start * math.cos(angle),
                disc.y + start * math.sin(angle),
                angle,
                factor * rng.uniform(0.13, 0.19),
                "macular" if temporal else "nasal",
            )
        )


def _course(sprout: _Sprout, disc: Disc) -> tuple[float, float]:
    """Direction that the sprout is drawn towards at its place, not normalised."""
    x, y = sprout.x, sprout.y
    away_x, away_y = x - disc.x, y - disc.y
    if sprout.course == "arcade":
        # Along the parabola through the disc and this place; beyond the macula, to the raphe.
        return min(sprout.bow * away_x, -0.2), away_y * (1.0 + away_x / 30.0)
    if sprout.course == "nasal":
        return away_x + 0.25 * abs(away_y), away_y
    if sprout.course == "macular":
        return -x, -y
    return x, y


def _grow_one(tree: _Tree, number: int, sprout: _Sprout) -> None:
    rng, disc = tree.rng, tree.disc
    line, calibres = [(sprout.x, sprout.y)], [sprout.calibre]
    since, side = 0.0, 1 if rng.random() < 0.5 else -1
    start = sprout.calibre
    # The first steps spend what a trunk has to turn from the disc's vertical.
    bend = 0.6 * sprout.curl
    next_branch = rng.uniform(2.0, 5.0) * (1.0 if start > 0.25 else 0.7)
    longest = 90 if start > 0.2 else int(rng.uniform(8, 20) + 110 * start)
    pull = {"arcade": 0.16, "nasal": 0.06, "macular": 0.15, "outward": 0.03}[sprout.course]
    for step in range(longest):
        to_x, to_y = _course(sprout, disc)
        from_disc = math.hypot(sprout.x - disc.x, sprout.y - disc.y)
        turn = math.remainder(math.atan2(to_y, to_x) - sprout.heading, math.tau)
        bend = 0.75 * bend + rng.normal(0, tree.waviness)
        near = min(max((from_disc - 2.0) / 4.0, 0.0), 1.0)
        sprout.heading += pull * near * turn + bend * (0.3 + 0.7 * near)
        sprout.x += STEP * math.cos(sprout.heading)
        sprout.y += STEP * math.sin(sprout.heading)
        sprout.calibre *= 0.9965
        if not _free(tree, number, sprout, step, from_disc):
            break
        line.append((sprout.x, sprout.y))
        calibres.append(sprout.calibre)
        since += STEP
        if since > next_branch and from_disc > 1.25 * disc.radius and sprout.calibre > 0.085:
            side = -side if rng.random() < 0.75 else side
            _branch(tree, number, sprout, side)
            since, next_branch = 0.0, rng.uniform(1.6, 5.0)
    if len(line) > 4:
        rising = sprout.mother < 0 and start > 0.2
        tree.vessels.append(_finish(sprout.kind, line, calibres, rising))


def _free(tree: _Tree, number: int, sprout: _Sprout, step: int, from_disc: float) -> bool:
    """Whether the sprout may go on: inside the eye, off the fovea, not into its own kind."""
    if sprout.calibre < THINNEST or math.hypot(sprout.x, sprout.y) > REACH:
        return False
    if math.hypot(sprout.x, sprout.y) < 1.3 + 4.0 * sprout.calibre:
        return False
    if from_disc < 1.2 * tree.disc.radius or sprout.calibre > 0.26:
        return True  # Thick ones cross what they must.
    cell = (sprout.kind, math.floor(sprout.x / _CELL), math.floor(sprout.y / _CELL))
    owner = tree.occupied.setdefault(cell, number)
    return owner == number or (owner == sprout.mother and step < 6)


def _branch(tree: _Tree, number: int, mother: _Sprout, side: int) -> None:
    """Put a daughter to one side and turn and narrow the mother."""
    rng = tree.rng
    even = mother.course == "arcade" and mother.calibre > 0.3 and rng.random() < 0.4
    ratio = rng.uniform(0.72, 0.85) if even else rng.uniform(0.35, 0.68)
    angle = side * (rng.uniform(0.45, 0.75) if even else rng.uniform(0.6, 1.15))
    heading = mother.heading + angle
    inward = -(mother.x * math.cos(heading) + mother.y * math.sin(heading))
    near = math.hypot(mother.x, mother.y) < 15
    daughter = _Sprout(
        mother.kind,
        mother.x,
        mother.y,
        heading,
        max(mother.calibre * ratio, 1.15 * THINNEST),
        "macular" if inward > 0 and near else "outward",
        mother.bow,
        number,
    )
    if even:
        daughter.course, daughter.bow = "arcade", mother.bow * rng.uniform(0.6, 1.5)
    tree.add(daughter)
    mother.calibre *= (1 - ratio**3) ** (1 / 3)
    mother.heading -= 0.35 * angle * ratio**2


def _finish(
    kind: VesselKind, line: list[tuple[float, float]], calibres: list[float], rising: bool
) -> Vessel:
    """Smooth the steps into a curve and let its end run thin; a rising one starts thin too."""
    points, calibre = np.array(line), np.array(calibres)
    fine = np.linspace(0, len(points) - 1, 3 * len(points) - 2)
    for _ in range(2):
        points[1:-1] = (points[:-2] + 2 * points[1:-1] + points[2:]) / 4
        calibre[1:-1] = (calibre[:-2] + 2 * calibre[1:-1] + calibre[2:]) / 4
    rest = np.arange(len(points) - 1, -1, -1) / max(0.35 * len(points), 1.0)
    calibre = np.maximum(calibre * np.minimum(1.0, 0.35 + 0.65 * rest), 0.6 * THINNEST)
    if rising:
        calibre[:5] *= np.linspace(0.45, 1.0, 5)
    steps = np.arange(len(points))
    curve = np.stack([np.interp(fine, steps, points[:, axis]) for axis in (0, 1)], axis=1)
    curve[1:-1] = (curve[:-2] + 2 * curve[1:-1] + curve[2:]) / 4
    return Vessel(kind, curve, np.interp(fine, steps, calibre))
