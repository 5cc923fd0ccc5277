"""What a JPEG may not be: cut off, endless in its head, of very many scans, of several pictures."""

import re
from io import BytesIO
from typing import Literal

import numpy as np
from PIL import ImageFile

from ..errors import PhotographError
from .pillow_errors import PILLOW_ERRORS

_MPF_COUNT, _MPF_ENTRIES = 0xB001, 0xB002
_MOST_SCANS = 100
_MOST_SEGMENTS = 1000
"""Behind the first scan; tables and comments between scans."""
LARGEST_EXIF = 1_000_000
"""Bytes; a million fractions in there are read for seconds, and a camera writes some 10 kB."""
_MOST_READS = 4000  # three a segment; a camera writes some thirty segments
_MOST_BYTES_ALONE = 200_000  # which fill the space between segments
_LARGEST_HEAD = 16_000_000
_MARKER = re.compile(rb"\xff([^\x00\x01\xd0-\xd7\xff])")  # one that ends the data of a scan


class BoundedHead(BytesIO):
    """A JPEG whose head may not go on and on.

    Of each of its segments Pillow makes a copy, and of each piece of EXIF one of all before it.
    """

    is_head = True
    reads = bytes_alone = exif = 0

    def read(self, size: int | None = -1, /) -> bytes:
        """Read on, while the head is of a size that heads have."""
        if not self.is_head:
            return super().read(size)
        self.bytes_alone += size == 1
        self.reads += size != 1
        if (
            self.reads > _MOST_READS
            or self.bytes_alone > _MOST_BYTES_ALONE
            or self.tell() > _LARGEST_HEAD
        ):
            raise OSError("too many or too large segments before its picture")
        piece = super().read(size)
        self.exif += len(piece) if piece.startswith(b"Exif\0\0") else 0
        if self.exif > LARGEST_EXIF:
            raise OSError(f"more than {LARGEST_EXIF // 10**6} MB of EXIF")
        return piece


def is_whole(data: bytes, image: ImageFile.ImageFile) -> bool:
    """Whether there is an end behind the head, of an image whose head has been read."""
    # The header has been read up to the first scan; an end marker before it is a thumbnail's.
    start = image.fp.tell() if image.fp else 0
    return data.rfind(b"\xff\xd9", start) >= 0


def check_scans(data: bytes, image: ImageFile.ImageFile, name: str) -> None:
    """Refuse a JPEG of very many scans: each takes the time of the whole picture.

    A scan may have some 100 bytes for 200 megapixels, so that a small file would take hours.
    Progressive JPEGs have about ten; libtiff also takes 100.
    """
    place = image.fp.tell() if image.fp else 0  # behind the header of the first scan
    if _scan_marks(data, place) < _MOST_SCANS:  # at least the scans, and quickly counted
        return
    scans, segments = 1, 0
    while (found := _MARKER.search(data, place)) and found[1] != b"\xd9":
        scans += found[1] == b"\xda"
        segments += 1
        if segments > _MOST_SEGMENTS:
            raise OSError(f"more than {_MOST_SEGMENTS} segments behind its first scan")
        if scans > _MOST_SCANS:
            raise PhotographError(
                f"{name}: a JPEG of more than {_MOST_SCANS} scans; no camera writes that, so save "
                "it anew"
            )
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


def frames_of(image: ImageFile.ImageFile) -> int:
    """Pictures in a multi-picture file, not counting its previews.

    Many cameras add previews this way, and phones a gain map for bright screens.
    """
    if "mp" not in image.info or b"hdrgm:Version" in image.info.get("xmp", b""):
        return 1
    from PIL.TiffImagePlugin import ImageFileDirectory_v2

    index = BytesIO(image.info["mp"])
    try:
        directory = ImageFileDirectory_v2(index.read(8))
        index.seek(directory.next)
        directory.load(index)
        order: Literal["big", "little"] = "big" if directory.prefix == b"MM" else "little"
        entries = directory[_MPF_ENTRIES][: 16 * directory[_MPF_COUNT]]
        kinds = [int.from_bytes(entries[i : i + 4], order) for i in range(0, len(entries), 16)]
    except PILLOW_ERRORS:
        return 1  # a damaged index; the first picture is whole all the same
    return sum(kind >> 16 & 0xFF != 1 for kind in kinds)
