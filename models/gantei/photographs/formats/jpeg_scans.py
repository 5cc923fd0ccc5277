"""The scans of a JPEG: how many there are, and whether a progressive one has them all."""

import re

import numpy as np

from ...errors import PhotographError
from ...findings.finding import Finding

_MOST_SCANS = 100
_MOST_SEGMENTS = 1000
"""Behind the first scan; tables and comments between scans."""
_MARKER = re.compile(rb"\xff([^\x00\x01\xd0-\xd7\xff])")  # one that ends the data of a scan


def check_scans(data: bytes, start: int) -> None:
    """Refuse a JPEG of very many scans: each takes the time of the whole picture.

    A scan may have some 100 bytes for 200 megapixels, so that a small file would take hours.
    Progressive JPEGs have about ten; libtiff also takes 100. `start` is where the data of the first
    scan begin.

    Raises:
        PhotographError: it has more than 100 scans, or very many segments between them.
    """
    if _scan_marks(data, start) < _MOST_SCANS:  # at least the scans, and quickly counted
        return
    place, scans, segments = start, 1, 0
    while (found := _MARKER.search(data, place)) and found[1] != b"\xd9":
        scans += found[1] == b"\xda"
        segments += 1
        if segments > _MOST_SEGMENTS:
            raise PhotographError(Finding("jpeg-many-segments", most=_MOST_SEGMENTS))
        if scans > _MOST_SCANS:
            raise PhotographError(Finding("jpeg-many-scans", most=_MOST_SCANS))
        place = found.end() + max(int.from_bytes(data[found.end() : found.end() + 2]), 2)


def is_refined(data: bytes) -> bool:
    """Whether the scans of a progressive JPEG bring every coefficient of its colours to the end.

    A decoder smooths over those that are missing, each version in its own way.
    """
    missing: dict[int, set[int]] = {}
    place = 2
    while (found := _MARKER.search(data, place)) and found[1] != b"\xd9":
        start = found.end()
        length = int.from_bytes(data[start : start + 2])
        segment = data[start + 2 : start + length]
        if found[1] == b"\xc2":  # the frame: 3 bytes for each colour
            missing = {colour: set(range(64)) for colour in segment[6::3]}
        elif found[1] == b"\xda":
            first, last, bits = segment[-3:]
            for colour in segment[1:-3:2] if bits & 15 == 0 else b"":
                missing.get(colour, set()).difference_update(range(first, last + 1))
        place = start + max(length, 2)
    return not any(missing.values())


def _scan_marks(data: bytes, start: int) -> int:
    """Count the bytes FF DA: a seventh of the time of `bytes.count`, and other threads go on."""
    marks = 0
    for first in (start, start + 1):
        if (pairs := (len(data) - first) // 2) > 0:
            found = np.frombuffer(data, "<u2", pairs, first) == 0xDAFF
            marks += int(np.count_nonzero(found))
    return marks
