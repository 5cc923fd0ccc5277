"""The encoded picture within a DICOM file: which frame it is, and whether it is all there."""

import struct
from dataclasses import dataclass

from ...errors import PhotographError
from ...findings.finding import Finding
from ..decoding import check_size
from .codestream import Codestream, read_codestream
from .elements import PIXEL_DATA, PIXELS, DataSet, Element, damaged
from .picture_colours import Colours, colours_of
from .transfer_syntaxes import PixelStorage, storage_of

SAMPLES, PHOTOMETRIC, PLANAR, FRAMES = 0x00280002, 0x00280004, 0x00280006, 0x00280008
ROWS, COLUMNS, ALLOCATED = 0x00280010, 0x00280011, 0x00280100
STORED, HIGH_BIT, SIGNED = 0x00280101, 0x00280102, 0x00280103
MODALITY, ENCRYPTED = 0x00080060, 0x04000500

_MOST_FRAGMENTS = 100_000
_SMALL = 4_000_000
_MOST_PIXELS_PER_BYTE = 200
# Above so many pixels, an encoded picture has at least a byte for 200 of them; a decoder
# would take memory for all before it finds out.


@dataclass(frozen=True, kw_only=True)
class StoredPicture:
    """What a DICOM file says of its one frame, and where it stands.

    Attributes:
        storage: how the frame is stored.
        frame: its bytes, of a codestream as the encoder wrote it.
        size: (height, width).
        samples: values per pixel, 1 or 3.
        allocated: bits that a value takes up, 8 or 16.
        bits: that it has.
        label: the photometric interpretation.
        colours: what the values mean.
        planar: whether each colour stands by itself.
        big_endian: the order of bytes in words.
        words: whether plain values of 8 bits stand in words, two in each.
        stream: the head of a codestream.
    """

    storage: PixelStorage
    frame: bytes
    size: tuple[int, int]
    samples: int
    allocated: int
    bits: int
    label: str
    colours: Colours
    planar: bool
    big_endian: bool
    words: bool
    stream: Codestream | None


def find_pixels(found: DataSet) -> StoredPicture:
    """Find the picture of a DICOM file.

    Raises:
        PhotographError: it has none, or several; it is of a kind that is not read; or what is said
            of it is not what is there.
    """
    storage = storage_of(found.transfer_syntax)
    _check_picture(found)
    size = found.number(ROWS), found.number(COLUMNS)
    samples, allocated = found.number(SAMPLES), found.number(ALLOCATED)
    bits = found.number(STORED, allocated)
    if 0 in size:
        raise damaged("dicom-no-size")
    check_size((size[1], size[0]))
    label = found.text(PHOTOMETRIC)
    odd = allocated not in (8, 16) or not 0 < bits <= allocated
    odd = odd or found.number(HIGH_BIT, bits - 1) != bits - 1 or found.number(SIGNED) != 0
    if odd:
        raise PhotographError(Finding("dicom-values", allocated=allocated, stored=bits))
    element, stream = _element(found, storage), None
    frame = _frame(found.data, element)
    if storage == "codestream":
        stream = read_codestream(frame)
        _check_stream(stream, size, samples)
        bits = min(bits, stream.bits)
    colours = colours_of(label, samples, stream)
    if storage == "plain":
        _check_length(frame, size, samples * allocated // 8, label)
    elif size[0] * size[1] > max(_SMALL, _MOST_PIXELS_PER_BYTE * len(frame)):
        raise damaged("dicom-little-data")
    return StoredPicture(
        storage=storage,
        frame=frame,
        size=size,
        samples=samples,
        allocated=allocated,
        bits=bits,
        label=label,
        colours=colours,
        planar=samples == 3 and found.number(PLANAR) == 1,
        big_endian=not found.little_endian,
        words=element.words,
        stream=stream,
    )


def _check_picture(found: DataSet) -> None:
    """Refuse what holds no picture, or several."""
    modality = found.text(MODALITY)
    modality = modality if modality.isalnum() and len(modality) <= 16 else "?"
    if not any(found.get(tag) for tag in PIXELS):
        if found.get(ENCRYPTED):
            raise PhotographError(Finding("dicom-encrypted"))
        raise PhotographError(Finding("dicom-no-picture", modality=modality))
    if not found.get(PIXEL_DATA):
        raise PhotographError(Finding("dicom-fractions", modality=modality))
    frames = found.text(FRAMES) or "1"
    if not (frames.isascii() and frames.isdigit()) or int(frames) == 0:
        raise damaged("dicom-no-frames")
    if int(frames) > 1:
        raise PhotographError(
            Finding("dicom-several-frames", frames=int(frames), modality=modality)
        )


def _check_stream(stream: Codestream, size: tuple[int, int], samples: int) -> None:
    said, there = (*size, samples), (*stream.size, stream.components)
    if said != there:
        height, width, colours = said
        raise PhotographError(
            Finding(
                "dicom-other-picture",
                width=width,
                height=height,
                samples=colours,
                of_width=there[1],
                of_height=there[0],
                of_samples=there[2],
            )
        )


def _element(found: DataSet, storage: PixelStorage) -> Element:
    element = found.get(PIXEL_DATA)
    if element is None or (storage == "plain") == (element.length is None):
        raise damaged("dicom-other-storage")
    return element


def _frame(data: bytes, element: Element) -> bytes:
    """The bytes of the frame; of an encapsulated one those of its fragments, one after the other.

    A first item that is no fragment tells where frames begin.
    """
    if element.length is not None:
        return data[element.start : element.start + element.length]
    pieces: list[bytes] = []
    place = element.start
    for number in range(_MOST_FRAGMENTS):
        if place + 8 > len(data):
            break
        group, kind, length = struct.unpack_from("<HHI", data, place)
        place += 8
        if (group, kind) == (0xFFFE, 0xE0DD):
            frame = b"".join(pieces)
            # The byte that makes an odd length even is not the encoder's.
            return frame[:-1] if frame.endswith(b"\xff\xd9\0") else frame
        if (group, kind) != (0xFFFE, 0xE000):
            raise damaged("dicom-marks")
        if place + length > len(data):
            break
        if number:
            pieces.append(data[place : place + length])
        place += length
    raise PhotographError(Finding("cut-off-file", format="DICOM"))


def _check_length(frame: bytes, size: tuple[int, int], per_pixel: int, label: str) -> None:
    """Refuse plain values that are more or fewer than said; a byte may make the number even."""
    expected = size[0] * size[1] * per_pixel
    if label == "YBR_FULL_422":  # two pixels share their colours
        expected = size[0] * size[1] * per_pixel * 2 // 3
    if len(frame) not in (expected, expected + expected % 2):
        raise PhotographError(
            Finding("dicom-pixel-data-length", found=len(frame), expected=expected)
        )
