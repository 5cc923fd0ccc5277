"""The header of HEIF and AVIF files (ISO/IEC 23008-12): size, turn and number of pictures.

Decoders are native code and run in a helper process; what has to be known before is read here.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from .boxes import MediaBox, boxes

_LARGEST_HEAD = 16_000_000
_MOST_ITEMS = 20_000
_PICTURES = frozenset({b"hvc1", b"av01", b"grid", b"iden", b"iovl", b"jpeg", b"j2k1", b"avc1"})
_ASIDE = frozenset({b"thmb", b"auxl", b"base", b"prem"})
"""References from what is no picture of its own: thumbnails, masks, depth and gain maps."""

# The orientation as EXIF counts it, by quarter turns anticlockwise and the axis of mirroring: 0
# where top and bottom change places, 1 where left and right do.
_ORIENTATIONS = {
    (0, None): 1, (1, None): 8, (2, None): 3, (3, None): 6,
    (0, 0): 4, (1, 0): 5, (2, 0): 2, (3, 0): 7,
    (0, 1): 2, (1, 1): 7, (2, 1): 4, (3, 1): 5,
}  # fmt: skip


class MediaHead(NamedTuple):
    """What is known of a file before it is decoded.

    `stored` is the (width, height) of the pixels before they are cut and turned, `upright`
    afterwards. `orientation` is how `stored` lies, as EXIF counts it.
    """

    stored: tuple[int, int]
    upright: tuple[int, int]
    orientation: int
    channels: int
    pictures: int
    is_whole: bool


def media_head(data: bytes) -> MediaHead:
    """Read the header of a HEIF or AVIF file.

    Raises:
        ValueError, struct.error, LookupError: it is damaged.
    """
    top = list(boxes(data))
    meta = _first(top, b"meta")
    if meta.end - meta.start > _LARGEST_HEAD:
        raise ValueError("its header is larger than a header is")
    if meta.end > len(data):
        raise ValueError("its header is cut off")
    inside = list(boxes(data, meta.start + 4, meta.end))
    primary = _number(data, *_by_version(data, _first(inside, b"pitm"), (2, 4)))
    properties = list(_properties(data, _first(inside, b"iprp"), primary))
    # That of the size describes what is stored, wherever it stands; the others apply in order.
    stored = upright = struct.unpack_from(">II", data, _first(properties, b"ispe").start + 4)
    turns, axis, channels = 0, None, 3
    for box in properties:
        if box.kind == b"pixi":
            channels = data[box.start + 4]
        elif box.kind == b"clap":
            upright = _cut(data, box)
        elif box.kind == b"irot":
            turns = data[box.start] & 3
            upright = upright[::-1] if turns % 2 else upright
        elif box.kind == b"imir":
            axis = data[box.start] & 1
    ends = [box.end <= len(data) for box in top]
    ends += [end <= len(data) for end in _ends_of_items(data, inside)]
    pictures = max(_pictures(data, inside), _frames(data, top))
    orientation = _ORIENTATIONS[turns, axis]
    return MediaHead(stored, upright, orientation, channels, pictures, all(ends))


def _first(found: list[MediaBox], kind: bytes) -> MediaBox:
    try:
        return next(box for box in found if box.kind == kind)
    except StopIteration:
        raise ValueError(f"it has no {kind.decode()} box") from None


def _number(data: bytes, place: int, length: int) -> int:
    return int.from_bytes(data[place : place + length])


def _by_version(data: bytes, box: MediaBox, lengths: tuple[int, int]) -> tuple[int, int]:
    """Where the first number of a box with a version stands, and its length for that version."""
    return box.start + 4, lengths[data[box.start] > 0]


def _properties(data: bytes, iprp: MediaBox, item: int) -> Iterator[MediaBox]:
    """The properties of an item, in the order in which they apply."""
    inside = list(boxes(data, iprp.start, iprp.end))
    store = _first(inside, b"ipco")
    known = list(boxes(data, store.start, store.end))
    for box in inside:
        if box.kind != b"ipma":
            continue
        of_id = 4 if data[box.start] else 2
        of_index = 2 if data[box.start + 3] & 1 else 1
        count, place = _number(data, box.start + 4, 4), box.start + 8
        for _ in range(min(count, _MOST_ITEMS)):
            if place >= box.end:
                break
            is_it = _number(data, place, of_id) == item
            properties = data[place + of_id]
            place += of_id + 1
            for number in range(properties if is_it else 0):
                index = _number(data, place + number * of_index, of_index)
                index &= 0x7FFF if of_index == 2 else 0x7F
                if index:
                    yield known[index - 1]
            place += properties * of_index


def _cut(data: bytes, clap: MediaBox) -> tuple[int, int]:
    """The size of what is to be shown."""
    width, of_width, height, of_height = struct.unpack_from(">4I", data, clap.start)
    return round(width / of_width), round(height / of_height)


def _pictures(data: bytes, inside: list[MediaBox]) -> int:
    """Items that are pictures of their own, not parts, thumbnails or hidden."""
    found = set()
    for box in inside:
        if box.kind == b"iinf":
            place, length = _by_version(data, box, (2, 4))
            for entry in boxes(data, place + length, box.end):
                version, is_hidden = data[entry.start], data[entry.start + 3] & 1
                of_id = 4 if version > 2 else 2
                kind = data[entry.start + of_id + 6 : entry.start + of_id + 10]
                if version >= 2 and kind in _PICTURES and not is_hidden:
                    found.add(_number(data, entry.start + 4, of_id))
    for box in inside:
        if box.kind == b"iref":
            of_id = 4 if data[box.start] else 2
            for reference in boxes(data, box.start + 4, box.end):
                of, *to = _references(data, reference, of_id)
                if reference.kind in _ASIDE:
                    found.discard(of)
                elif reference.kind == b"dimg":
                    found.difference_update(to)
    return len(found)


def _references(data: bytes, box: MediaBox, of_id: int) -> Iterator[int]:
    yield _number(data, box.start, of_id)
    count = _number(data, box.start + of_id, 2)
    for number in range(min(count, _MOST_ITEMS)):
        yield _number(data, box.start + of_id + 2 + number * of_id, of_id)


def _frames(data: bytes, top: list[MediaBox]) -> int:
    """Pictures of a sequence, as the table of their sizes counts them; 1 where there is none."""
    for box in top:
        if box.kind == b"moov":
            table = data.find(b"stsz", box.start, box.end)
            return _number(data, table + 12, 4) if table >= 0 else 2
    return 1


def _ends_of_items(data: bytes, inside: list[MediaBox]) -> Iterator[int]:
    """Where the pieces of all items end that lie in the file itself."""
    for box in inside:
        if box.kind != b"iloc":
            continue
        version = data[box.start]
        of_offset, of_length = data[box.start + 4] >> 4, data[box.start + 4] & 15
        of_base = data[box.start + 5] >> 4
        of_index = data[box.start + 5] & 15 if version else 0
        of_id = 4 if version == 2 else 2
        count, place = _number(data, box.start + 6, of_id), box.start + 6 + of_id
        for _ in range(min(count, _MOST_ITEMS)):
            place += of_id
            in_file = version == 0 or data[place + 1] & 15 == 0
            place += 2 * (version > 0) + 2
            base = _number(data, place, of_base)
            pieces = _number(data, place + of_base, 2)
            place += of_base + 2
            for _ in range(min(pieces, _MOST_ITEMS)):
                place += of_index
                offset = _number(data, place, of_offset)
                length = _number(data, place + of_offset, of_length)
                place += of_offset + of_length
                if place > box.end:
                    raise ValueError("its list of pieces is cut off")
                if in_file:
                    yield base + offset + length
