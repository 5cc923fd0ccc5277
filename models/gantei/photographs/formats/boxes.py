"""The boxes of which JPEG 2000, HEIF and AVIF files are made (ISO/IEC 14496-12, 15444-1)."""

from collections.abc import Iterator
from typing import NamedTuple

MOST_BOXES = 10_000


class MediaBox(NamedTuple):
    """A box: its kind, and where its content begins and ends, perhaps beyond the file's end."""

    kind: bytes
    start: int
    end: int


def boxes(data: bytes, start: int = 0, end: int | None = None) -> Iterator[MediaBox]:
    """Give the boxes that follow each other from `start` to `end`, by default the file's.

    Raises:
        ValueError: one has an impossible length, or there are more than `MOST_BOXES`.
    """
    end = len(data) if end is None else min(end, len(data))
    for _ in range(MOST_BOXES):
        if start + 8 > end:
            return
        length = int.from_bytes(data[start : start + 4])
        content = start + 8
        if length == 1:
            length = int.from_bytes(data[content : content + 8])
            content += 8
        if length == 0:  # to the end
            length = end - start
        if length < content - start:
            raise ValueError("a box is shorter than its head")
        yield MediaBox(data[start + 4 : start + 8], content, start + length)
        start += length
    raise ValueError(f"more than {MOST_BOXES} boxes")
