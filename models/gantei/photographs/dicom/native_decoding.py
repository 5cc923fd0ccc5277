"""Decoding a DICOM picture's pixels with the free decoders; runs in a helper process.

Every value comes raw from its decoder; what it means, and its conversion, is decided here and by
`picture_colours`.
"""

from collections.abc import Mapping
from typing import Any

from . import quiet_pydicom  # noqa: F401

# isort: split
import gdcm
import jpeg_ls
import numpy as np
import openjpeg.utils
from numpy.typing import NDArray
from pydicom.encaps import encapsulate
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import UID, ExplicitVRBigEndian, ExplicitVRLittleEndian, RLELossless

from ...errors import PhotographError
from ...findings.finding import Finding
from .palette import colours_of_values

Samples = NDArray[np.uint8] | NDArray[np.uint16]

_LOSSLESS_JPEG, _EXTENDED_JPEG = "1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.51"


def decode(facts: Mapping[str, Any], frame: bytes) -> tuple[Mapping[str, Any], bytes]:
    """Decode one frame: RGB or grey, 8 bits, row by row, stored as `facts` say.

    More bits than 8 lose their lowest, fewer are spread over the range.
    """
    values = _values(facts, frame)
    meaning = facts["meaning"]
    bits = facts["bits"]
    if facts["kind"] in ("plain", "run lengths"):
        values &= values.dtype.type(2**bits - 1)  # above stands what is no part of the picture
    elif int(values.max()) >> bits:
        raise PhotographError(Finding("dicom-damaged", problem="dicom-many-bits"))
    if meaning == "palette":
        return {}, colours_of_values(facts["palette"], bits)[values].tobytes()
    if meaning == "ybr":
        values = _rgb_of_ybr(values, bits)
    if meaning == "inverted grey":
        values = values.dtype.type(2**bits - 1) - values
    return {}, _in_eight_bits(values, bits).tobytes()


def _values(facts: Mapping[str, Any], frame: bytes) -> Samples:
    """The values as they are stored: (height, width) or (height, width, 3)."""
    height, width = facts["size"]
    kind = facts["kind"]
    if kind in ("plain", "run lengths"):
        return _by_pydicom(facts, frame)
    planar = False
    if kind == "jpeg-2000":
        decoded = bytes(openjpeg.utils.decode_pixel_data(frame, version=2))
    elif kind == "jpeg-ls":
        decoded, head = jpeg_ls.decode_pixel_data(frame)
        planar = head["components"] > 1 and head["interleave_mode"] == 0
    else:
        decoded = _by_gdcm(facts, frame)
    values = np.frombuffer(decoded, np.uint8 if facts["coded_bits"] <= 8 else "<u2")
    shape = (3, height, width) if planar else (height, width, facts["samples"])
    shaped = values.reshape(shape)
    return np.array(np.moveaxis(shaped, 0, -1) if planar else shaped)


def _by_pydicom(facts: Mapping[str, Any], frame: bytes) -> Samples:
    is_plain = facts["kind"] == "plain"
    decoder = get_decoder(_plain(facts) if is_plain else RLELossless)
    stored: dict[str, Any] = {
        "rows": facts["size"][0],
        "columns": facts["size"][1],
        "number_of_frames": 1,
        "samples_per_pixel": facts["samples"],
        "photometric_interpretation": facts["label"],
        "pixel_representation": 0,
        "bits_allocated": facts["allocated"],
        "bits_stored": facts["bits"],
        "planar_configuration": int(facts["planar"]),
        "pixel_keyword": "PixelData",
        "pixel_vr": "OW" if facts["words"] else "OB",
    }
    source = frame if is_plain else encapsulate([frame])
    plugin = "" if is_plain else "pydicom"
    values, _ = decoder.as_array(source, index=0, raw=True, decoding_plugin=plugin, **stored)
    return np.array(values, values.dtype.newbyteorder("="))


def _plain(facts: Mapping[str, Any]) -> UID:
    return ExplicitVRBigEndian if facts["big_endian"] else ExplicitVRLittleEndian


def _by_gdcm(facts: Mapping[str, Any], frame: bytes) -> bytes:
    """Lossless JPEG, and that of 12 bits, which pydicom gives to no free decoder."""
    fragment, fragments = gdcm.Fragment(), gdcm.SequenceOfFragments.New()
    fragment.SetByteStringValue(frame)
    fragments.AddFragment(fragment)
    element = gdcm.DataElement(gdcm.Tag(0x7FE0, 0x0010))
    element.SetValue(fragments.__ref__())
    image = gdcm.Image()
    image.SetNumberOfDimensions(2)
    image.SetDimensions((facts["size"][1], facts["size"][0], 1))
    image.SetDataElement(element)
    # Told that it is RGB, it leaves the values as they are.
    label = "RGB" if facts["samples"] == 3 else "MONOCHROME2"
    meaning = gdcm.PhotometricInterpretation.GetPIType(label)
    image.SetPhotometricInterpretation(gdcm.PhotometricInterpretation(meaning))
    if facts["samples"] == 3:
        image.SetPlanarConfiguration(0)
    uid = _LOSSLESS_JPEG if facts["kind"] == "lossless" else _EXTENDED_JPEG
    image.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.GetTSType(uid)))
    bits = facts["coded_bits"]
    allocated = 8 if bits <= 8 else 16
    image.SetPixelFormat(gdcm.PixelFormat(facts["samples"], allocated, bits, bits - 1, 0))
    decoded: str = image.GetBuffer()  # bytes, which it gives as text
    return decoded.encode("utf-8", "surrogateescape")


def _rgb_of_ybr(values: Samples, bits: int) -> Samples:
    """Full-range YCbCr to RGB (PS3.3, C.7.6.3.1.2), rounded to the nearest, a colour at a time."""
    light = values[..., 0].astype(np.float32)
    blue, red = (values[..., colour].astype(np.float32) - 2 ** (bits - 1) for colour in (1, 2))
    rgb = np.empty_like(values)
    for colour, (of_blue, of_red) in enumerate(((0, 1.402), (-0.344136, -0.714136), (1.772, 0))):
        mixed = light + of_blue * blue + of_red * red
        rgb[..., colour] = np.clip(np.rint(mixed), 0, 2**bits - 1)
    return rgb


def _in_eight_bits(values: Samples, bits: int) -> NDArray[np.uint8]:
    if bits < 8:
        spread = np.rint(values * np.float32(255 / (2**bits - 1)))
        return np.asarray(spread, np.uint8)
    high: NDArray[np.uint8] = (values >> (bits - 8)).astype(np.uint8)
    return high
