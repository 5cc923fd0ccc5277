"""The colours that a DICOM palette gives to stored values (PS3.3, C.7.6.3.1.5 and C.7.9.2)."""

import base64
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import PhotographError
from ...findings.finding import Finding

_MOST_SEGMENTS = 2**17


def colours_of_values(palette: Mapping[str, Any], bits: int) -> NDArray[np.uint8]:
    """Give the colour of every value of so many bits: (2**bits, 3), RGB.

    A value below the first that is mapped has its colour, one above the last has that one's. Each
    of the three tables has its own descriptor. Entries of 16 bits lose their lowest 8.

    Raises:
        PhotographError: a table is not as its descriptor says.
    """
    values = np.arange(2**bits)
    colours = np.empty((len(values), 3), np.uint8)
    for number, colour in enumerate(("Red", "Green", "Blue")):
        one = palette[colour]
        count, first, depth = one["descriptor"]
        entries = _entries(one, count or 2**16, depth)
        colours[:, number] = entries[np.clip(values - first, 0, len(entries) - 1)]
    return colours


def _entries(one: Mapping[str, Any], count: int, depth: int) -> NDArray[np.uint8]:
    data = base64.b64decode(one["data"])
    order = ">" if one["big_endian"] else "<"
    if depth not in (8, 16):
        raise _no_match()
    if one["segmented"]:
        wide = depth == 16
        entries = np.array(_expanded(_numbers(data, order, one["words"], wide), wide, count))
    else:
        # Some encoders write 8 bits into 16: only the length tells, but for a single entry.
        wide = len(data) == 2 * count and (count > 1 or depth == 16)
        if not wide and len(data) not in (count, count + count % 2):
            raise _no_match()
        entries = _numbers(data, order, one["words"], wide)[:count]
    if wide and (depth == 16 or int(entries.max()) > 255):
        entries = entries >> 8
    return entries.astype(np.uint8)


def _numbers(data: bytes, order: str, words: bool, wide: bool) -> NDArray[Any]:
    """The numbers of 16 or 8 bits; two of 8 stand in one word, the first in its low byte."""
    if wide or (words and order == ">" and len(data) % 2 == 0):
        read = np.frombuffer(data[: len(data) // 2 * 2], f"{order}u2")
        return read if wide else read.astype("<u2").view(np.uint8)
    return np.frombuffer(data, np.uint8)


def _expanded(data: NDArray[Any], wide: bool, count: int) -> list[int]:
    """Expand segments to so many entries; a segment is its kind, its length, and what follows."""
    numbers = [int(each) for each in data]
    found: list[int] = []
    # Places that are still to be read from, the last first, and how many segments there.
    waiting: list[tuple[int, int]] = [(0, _MOST_SEGMENTS)]
    try:
        for _ in range(_MOST_SEGMENTS):
            if len(found) >= count:
                return found[:count]
            place, left = waiting.pop()
            kind, length = numbers[place], numbers[place + 1]
            place += 2
            copied: tuple[int, int] | None = None
            match kind:
                case 0:  # entries, one by one
                    found += numbers[place : place + length]
                    place += length
                case 1 if length:  # a line, from the entry before
                    before, last = found[-1], numbers[place]
                    steps = before + (last - before) * np.arange(1, length + 1) / length
                    found += [int(each) for each in np.rint(steps)]
                    place += 1
                case 2 if not waiting:  # other segments again; the offset is in bytes
                    size = 2 if wide else 4
                    offset = sum(
                        numbers[place + each] << each * (16 if wide else 8) for each in range(size)
                    )
                    copied = offset // (2 if wide else 1), length
                    place += size
                case _:
                    raise _no_match()
            if left > 1:
                waiting.append((place, left - 1))
            if copied and length:
                waiting.append(copied)
    except IndexError:
        pass
    raise _no_match()


def _no_match() -> PhotographError:
    return PhotographError(Finding("dicom-damaged", problem="dicom-palette"))
