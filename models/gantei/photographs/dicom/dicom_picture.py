"""The picture of a DICOM file: opened and checked, decoded on demand."""

import base64
from functools import cache
from importlib.util import find_spec
from typing import Any

from PIL import Image, ImageOps

from ...errors import PhotographError
from ...findings.finding import Finding
from ...manifests.fields import Decoder, Side
from ..decoder_process import decode_apart
from ..decoding import EncodedPicture
from ..decoding_memory import DecodingMemory
from ..deep_values import Depth
from ..helper_memory import helper_bytes
from .elements import DataSet, damaged
from .laterality import side_in
from .picture_colours import is_ycbcr_to_libjpeg
from .pixel_shape import pixel_shape_in
from .recognition import is_directory, is_enveloped
from .stored_picture import StoredPicture, find_pixels

FORMAT = "DICOM"
MODULES = ("pydicom", "gdcm", "jpeg_ls", "openjpeg")
"""What the extra `dicom` brings."""

_JOB = f"{__package__}.native_decoding:decode"
_BURNED_IN = 0x00280301
_PALETTE_DESCRIPTOR, _PALETTE, _SEGMENTED_PALETTE = 0x00281101, 0x00281201, 0x00281221
_LARGEST_PALETTE = 2**18  # bytes; 65,536 entries of two bytes, and room for a segmented one
_ADOBE_RGB = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00"


class DicomPicture:
    """A DICOM file in memory: elements found, one frame checked, not decoded.

    A JPEG of 8 bits goes the way of JPEG files, byte for byte; other frames are decoded in a helper
    process.

    Attributes:
        findings: what is odd about it.
        side: of the eye that it says it shows; None where it says none, and the finding that it
            contradicts itself.

    Raises:
        PhotographError: the extra is not installed; or the file is no photograph, damaged, or of
            a kind that is not read; the error says which.
    """

    kind = FORMAT
    orientation = 1
    depth = Depth()

    def __init__(self, data: bytes) -> None:
        _check_kind(data)
        found = DataSet(data)
        pixels = find_pixels(found)
        self.size = pixels.size
        self.mode = "L" if pixels.colours.meaning in ("grey", "inverted grey") else "RGB"
        self.side: Side | Finding | None = side_in(found)
        self.findings: tuple[Finding, ...] = pixels.colours.findings
        if isinstance(self.side, Finding):
            self.findings += (self.side,)
        if found.text(_BURNED_IN) == "YES":
            self.findings += (Finding("dicom-burned-in"),)
        self.findings += pixel_shape_in(found)
        self._inverted = False
        self._jpeg: EncodedPicture | None = None
        if pixels.stream and pixels.stream.kind == "8-bit":
            self._inverted = pixels.colours.meaning == "inverted grey"
            self._jpeg = EncodedPicture(_as_meant(pixels))
            self.memory = self._jpeg.memory.with_copies(2 * len(data), inverted=self._inverted)
            self.size, self.orientation = self._jpeg.size, self._jpeg.orientation
            if self.orientation != 1:
                turned = Finding("dicom-exif-orientation", orientation=self.orientation)
                self.findings += (turned,)
            return
        self._frame = pixels.frame
        self._facts = _facts(pixels)
        if pixels.colours.meaning == "palette":
            self._facts["palette"] = _palette(found)
        height, width = self.size
        helper = helper_bytes(
            _JOB, height * width, len(self._frame),
            meaning=pixels.colours.meaning, kind=self._facts["kind"],
        )  # fmt: skip
        self.memory = DecodingMemory(
            self.mode, pixels=height * width, helper=helper, copies=len(data)
        )

    @property
    def scales(self) -> tuple[int, ...]:
        """The reductions that can be decoded, largest first."""
        return self._jpeg.scales if self._jpeg else (1,)

    @property
    def decoders(self) -> frozenset[Decoder]:
        """Those that give pixels of their own."""
        return self._jpeg.decoders if self._jpeg else frozenset({"pillow"})

    def decode(self, scale: int = 1, decoder: Decoder = "pillow") -> Image.Image:
        """Decode as `EncodedPicture` does, in mode RGB or L; no overlay or window is applied."""
        if self._jpeg:
            image = self._jpeg.decode(scale, decoder)
            return ImageOps.invert(image) if self._inverted else image
        height, width = self.size
        _, values = decode_apart(_JOB, self._facts, self._frame, size=self.size, format=FORMAT)
        if len(values) != height * width * len(self.mode):
            raise damaged("dicom-other-size")
        return Image.frombytes(self.mode, (width, height), values)

    def frame(self, scale: int) -> tuple[float, float, float, float]:
        """Where the whole picture lies in one decoded at `scale`: left, top, right, bottom."""
        if self._jpeg:
            return self._jpeg.frame(scale)
        return 0.0, 0.0, float(self.size[1]), float(self.size[0])


@cache
def is_installed() -> bool:
    """Whether the extra `dicom` is."""
    return all(find_spec(module) for module in MODULES)


def _check_kind(data: bytes) -> None:
    if is_directory(data):
        raise PhotographError(Finding("dicom-directory"))
    if is_enveloped(data):
        raise PhotographError(Finding("dicom-encrypted"))
    if not is_installed():
        raise PhotographError(Finding("dicom-needs-extra"))


def _as_meant(pixels: StoredPicture) -> bytes:
    """The JPEG as it is; one of RGB that does not say so with the marker that does."""
    stream, data = pixels.stream, pixels.frame
    if stream and pixels.colours.meaning == "rgb" and is_ycbcr_to_libjpeg(stream):
        return data[:2] + _ADOBE_RGB + data[2:]
    return data


def _facts(pixels: StoredPicture) -> dict[str, Any]:
    return {
        "kind": pixels.stream.kind if pixels.stream else pixels.storage,
        "size": pixels.size,
        "samples": pixels.samples,
        "allocated": pixels.allocated,
        "bits": pixels.bits,
        "coded_bits": pixels.stream.bits if pixels.stream else pixels.bits,
        "label": pixels.label,
        "meaning": pixels.colours.meaning,
        "planar": pixels.planar,
        "big_endian": pixels.big_endian,
        "words": pixels.words,
    }


def _palette(found: DataSet) -> dict[str, Any]:
    """The tables of a palette, for the helper process; segmented ones only grow there."""
    tables = {}
    for number, colour in enumerate(("Red", "Green", "Blue")):
        descriptor = found.numbers(_PALETTE_DESCRIPTOR + number)
        plain = found.value(_PALETTE + number, _LARGEST_PALETTE)
        segmented = found.value(_SEGMENTED_PALETTE + number, _LARGEST_PALETTE)
        element = found.get((_SEGMENTED_PALETTE if segmented else _PALETTE) + number)
        if len(descriptor) != 3 or not (plain or segmented):
            raise damaged("dicom-no-palette")
        tables[colour] = {
            "descriptor": descriptor,
            "segmented": bool(segmented),
            "big_endian": not found.little_endian,
            "words": element is not None and element.words,
            "data": base64.b64encode(segmented or plain).decode(),
        }
    return tables
