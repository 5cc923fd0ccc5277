"""Discs that do not lie on black: in frames, on grey or white, beside captions and bars.

It is asked only where the ordinary search found no disc. Whatever has one colour over a good part
of the picture may be the surround; what differs from it falls into pieces, of which one may be
round. A disc has to be well supported there: nearly all of the circle, and nothing else.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .circle import Circle, find_circle

Levels = tuple[int, int, int]
"""Red, green and blue levels."""

_COLOURS = 3  # the most frequent ones that are tried
_LEAST_SURROUND = 0.04  # of the picture
_LEAST_EDGE = 0.1  # of its edges
_BLACKEST = 4  # darker ones are black
_REDDISH = 60  # levels of red above blue: the retina itself
_ALIKE = 12  # levels between the pixels of one surround
_LEAST_STEP, _RIM = 8, 0.12  # as on black: the rim is that much off the surround
_LEAST_PIECE = 0.02  # of the picture
_LEAST_OVERLAP = 0.9  # of the piece with its circle, as intersection over union


class DiscElsewhere(NamedTuple):
    """A disc on a surround of some colour, on the averaged picture.

    `values` (h, w): how far each place is from the surround; `mask`: the disc; `threshold`: above
    it lies what is no surround.
    """

    values: NDArray[np.uint8]
    mask: NDArray[np.bool_]
    threshold: int
    circle: Circle
    surround: Levels


def distance(pixels: NDArray[np.uint8], colour: Levels) -> NDArray[np.uint8]:
    """How far each pixel is from a colour, (h, w): the largest of the three channels' differences.

    `max(axis=2)` takes 20 times as long.
    """
    if colour == (0, 0, 0):
        apart = [pixels[..., channel] for channel in range(3)]
    else:
        apart = [
            np.maximum(pixels[..., channel], level) - np.minimum(pixels[..., channel], level)
            for channel, level in enumerate(np.array(colour, np.uint8))
        ]
    return np.maximum(np.maximum(apart[0], apart[1]), apart[2])


def disc_elsewhere(colours: NDArray[np.uint8]) -> DiscElsewhere | None:
    """Find the largest disc on a surround of one colour; `colours` is the averaged picture."""
    found = [disc for surround in _surrounds(colours) for disc in _discs(colours, surround)]
    return max(found, key=lambda disc: disc.circle[2], default=None)


def _surrounds(colours: NDArray[np.uint8]) -> Iterator[Levels]:
    """Black, and the colours that a good part of the picture has."""
    yield 0, 0, 0
    reds, greens, blues = (colours[..., channel].astype(np.int32) >> 4 for channel in range(3))
    count = np.bincount((reds << 8 | greens << 4 | blues).ravel())
    for index in np.argsort(-count, kind="stable")[:_COLOURS].tolist():
        middle = (index >> 4 & 240) + 8, (index & 240) + 8, (index << 4 & 240) + 8
        alike = distance(colours, middle) <= _ALIKE
        if _is_around(alike):
            red, green, blue = (int(np.median(colours[alike, channel])) for channel in range(3))
            if max(red, green, blue) > _BLACKEST and red - blue < _REDDISH:
                yield red, green, blue


def _is_around(alike: NDArray[np.bool_]) -> bool:
    """Whether it takes a good part of the picture and of its edges."""
    edges = np.concatenate([alike[0], alike[-1], alike[:, 0], alike[:, -1]])
    enough = np.count_nonzero(edges) >= _LEAST_EDGE * edges.size
    return bool(enough and np.count_nonzero(alike) >= _LEAST_SURROUND * alike.size)


def _discs(colours: NDArray[np.uint8], surround: Levels) -> Iterator[DiscElsewhere]:
    values = distance(colours, surround)
    apart = values[values > _LEAST_STEP]
    if not apart.size:
        return
    threshold = int(np.ceil(max(_LEAST_STEP, _RIM * float(np.median(apart)))))
    for piece in pieces(values >= threshold, _LEAST_PIECE * values.size):
        circle = find_circle(values, piece, 0)
        if circle and _overlap(_filled(piece), circle) >= _LEAST_OVERLAP:
            yield DiscElsewhere(values, piece, threshold, circle, surround)


def _filled(piece: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The piece with what it encloses in its rows and columns: a dark vessel is no hole."""
    after = np.maximum.accumulate
    rows = after(piece, axis=1) & after(piece[:, ::-1], axis=1)[:, ::-1]
    return rows & after(piece, axis=0) & after(piece[::-1], axis=0)[::-1]


def _overlap(piece: NDArray[np.bool_], circle: Circle) -> float:
    x, y, radius = circle
    rows, columns = np.ogrid[: piece.shape[0], : piece.shape[1]]
    disc = np.hypot(columns + 0.5 - x, rows + 0.5 - y) <= radius
    return float(np.count_nonzero(piece & disc) / np.count_nonzero(piece | disc))


def pieces(mask: NDArray[np.bool_], least: float = 1) -> Iterator[NDArray[np.bool_]]:
    """Part a mask into what hangs together by sides, run by run; pieces of `least` pixels."""
    edges = np.diff(np.pad(mask, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    (rows, starts), ends = np.nonzero(edges == 1), np.nonzero(edges == -1)[1]
    parent = list(range(len(rows)))

    def root(run: int) -> int:
        while parent[run] != run:
            parent[run] = run = parent[parent[run]]
        return run

    above = 0
    runs = list(zip(rows.tolist(), starts.tolist(), ends.tolist(), strict=True))
    for run, (row, start, end) in enumerate(runs):
        while runs[above][0] < row - 1:
            above += 1
        other = above
        while runs[other][0] < row and runs[other][1] < end:
            if runs[other][2] > start:
                parent[root(run)] = root(other)
            other += 1
    roots = np.array([root(run) for run in range(len(rows))])
    sizes = np.bincount(roots, ends - starts)
    for piece in np.flatnonzero(sizes >= max(least, 1)):
        part = np.zeros_like(mask)
        for number in np.flatnonzero(roots == piece).tolist():
            part[rows[number], starts[number] : ends[number]] = True
        yield part
