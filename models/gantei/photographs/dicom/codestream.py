"""What the head of an encoded picture says of itself: JPEG 2000, and JPEG of all kinds."""

import struct
from typing import Literal, NamedTuple

from ...errors import PhotographError
from ...findings.finding import Finding

Kind = Literal["8-bit", "12-bit", "lossless", "jpeg-ls", "jpeg-2000"]

_MOST_SEGMENTS = 10_000
_BARE = frozenset({0x01, *range(0xD0, 0xD9)})  # markers without a length
_NO_FRAMES = frozenset({0xC4, 0xC8, 0xCC})  # among the markers of frames: tables
_OTHER_FRAMES = frozenset({0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})


class Codestream(NamedTuple):
    """The head of an encoded picture.

    Attributes:
        kind: which decoder it needs.
        size: (height, width).
        bits: of each value.
        components: colours.
        subsampled: whether the first one has more pixels than the others.
        colours: what markers say of the colours: `JFIF`, `Adobe YCbCr`, `Adobe RGB`,
            `components R, G, B`; of JPEG 2000 `transform`, where it transforms colours itself.
    """

    kind: Kind
    size: tuple[int, int]
    bits: int
    components: int
    subsampled: bool = False
    colours: tuple[str, ...] = ()


def read_codestream(data: bytes) -> Codestream:
    """Read the head of an encoded picture.

    Raises:
        PhotographError: it is none of these, or damaged.
    """
    try:
        if data[:2] == b"\xff\xd8":
            return _jpeg(data)
        if data[:2] == b"\xff\x4f":
            return _jpeg_2000(data)
        if data[4:8] == b"jP  " and (start := data.find(b"\xff\x4f\xff\x51")) >= 0:
            return _jpeg_2000(data[start:])  # in a file of its own, as DICOM forbids
    except PhotographError:
        raise
    except (struct.error, IndexError, ValueError) as error:  # it ends too early
        raise PhotographError(Finding("cut-off-file", format="DICOM")) from error
    raise PhotographError(Finding("dicom-damaged", problem="dicom-no-codestream"))


def _jpeg(data: bytes) -> Codestream:
    place = 2
    colours: list[str] = []
    for _ in range(_MOST_SEGMENTS):
        place = data.index(b"\xff", place) if data[place] != 0xFF else place
        while data[place] == 0xFF:
            place += 1
        marker = data[place]
        place += 1
        if marker in _BARE:
            continue
        (length,) = struct.unpack_from(">H", data, place)
        segment = data[place + 2 : place + length]
        if (0xC0 <= marker <= 0xCF and marker not in _NO_FRAMES) or marker == 0xF7:
            return _jpeg_frame(marker, segment, colours)
        if marker == 0xE0 and segment[:5] == b"JFIF\0":
            colours.append("JFIF")
        elif marker == 0xEE and segment[:5] == b"Adobe" and len(segment) >= 12:
            colours.append("Adobe YCbCr" if segment[11] else "Adobe RGB")
        elif marker in (0xD9, 0xDA):
            break
        place += length
    raise PhotographError(Finding("dicom-damaged", problem="dicom-no-codestream"))


def _jpeg_frame(marker: int, segment: bytes, colours: list[str]) -> Codestream:
    bits, height, width, components = struct.unpack_from(">BHHB", segment)
    named = segment[6 : 6 + 3 * components : 3]
    shapes = segment[7 : 6 + 3 * components : 3]
    if marker in _OTHER_FRAMES or len(shapes) < components:
        raise PhotographError(Finding("dicom-damaged", problem="dicom-no-codestream"))
    kind: Kind
    match marker:
        case 0xF7:
            kind = "jpeg-ls"
        case 0xC3:
            kind = "lossless"
        case _:
            kind = "8-bit" if bits == 8 else "12-bit"
    if named == b"RGB":  # to libjpeg, names in small letters say nothing
        colours.append("components R, G, B")
    subsampled = len(set(shapes)) > 1
    return Codestream(kind, (height, width), bits, components, subsampled, tuple(colours))


def _jpeg_2000(data: bytes) -> Codestream:
    """Read the segments of size (SIZ) and coding style (COD)."""
    marker, right, bottom, left, top, components = struct.unpack_from(">H4x4I16xH", data, 2)
    shapes = data[42 : 42 + 3 * components]
    if marker != 0xFF51 or not components or len(shapes) < 3 * components:
        raise PhotographError(Finding("dicom-damaged", problem="dicom-no-codestream"))
    if shapes[0] & 128:
        raise PhotographError(Finding("dicom-damaged", problem="dicom-signed"))
    place, colours = 4, []
    for _ in range(_MOST_SEGMENTS):
        (length,) = struct.unpack_from(">H", data, place)
        place += length
        (marker,) = struct.unpack_from(">H", data, place)
        if marker == 0xFF52 and data[place + 8]:
            colours.append("transform")
        if marker in (0xFF52, 0xFF90):
            break
        place += 2
    return Codestream(
        "jpeg-2000",
        (bottom - top, right - left),
        shapes[0] + 1,
        components,
        len({*shapes[1::3], *shapes[2::3]}) > 1,
        tuple(colours),
    )
