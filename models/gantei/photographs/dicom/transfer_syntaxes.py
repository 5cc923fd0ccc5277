"""How a DICOM file stores its pixels, by its transfer syntax: what is read, and what is not."""

import re
from typing import Literal

from ...errors import PhotographError
from ...findings.finding import Finding
from .elements import BIG_ENDIAN, EXPLICIT, IMPLICIT

PixelStorage = Literal["plain", "run lengths", "codestream"]

_READ: dict[str, PixelStorage] = {
    IMPLICIT: "plain",
    EXPLICIT: "plain",
    BIG_ENDIAN: "plain",
    "1.2.840.10008.1.2.5": "run lengths",
    "1.2.840.10008.1.2.4.50": "codestream",  # JPEG baseline
    "1.2.840.10008.1.2.4.51": "codestream",  # JPEG extended, 8 or 12 bits
    "1.2.840.10008.1.2.4.57": "codestream",  # JPEG lossless
    "1.2.840.10008.1.2.4.70": "codestream",  # JPEG lossless, the usual one
    "1.2.840.10008.1.2.4.80": "codestream",  # JPEG-LS lossless
    "1.2.840.10008.1.2.4.81": "codestream",  # JPEG-LS near lossless
    "1.2.840.10008.1.2.4.90": "codestream",  # JPEG 2000 lossless
    "1.2.840.10008.1.2.4.91": "codestream",  # JPEG 2000
    "1.2.840.10008.1.2.4.201": "codestream",  # High-Throughput JPEG 2000
    "1.2.840.10008.1.2.4.202": "codestream",
    "1.2.840.10008.1.2.4.203": "codestream",
}
_NAMES = (
    ("1.2.840.10008.1.2.1.99", "Deflated Explicit VR Little Endian"),
    ("1.2.840.10008.1.2.8.1", "Deflated Image Frame Compression"),
    ("1.2.840.10008.1.2.4.94", "JPIP Referenced"),
    ("1.2.840.10008.1.2.4.95", "JPIP Referenced Deflate"),
    ("1.2.840.10008.1.2.4.100", "MPEG2 video"),
    ("1.2.840.10008.1.2.4.101", "MPEG2 video"),
    ("1.2.840.10008.1.2.4.102", "MPEG-4 video"),
    ("1.2.840.10008.1.2.4.103", "MPEG-4 video"),
    ("1.2.840.10008.1.2.4.107", "HEVC video"),
    ("1.2.840.10008.1.2.4.108", "HEVC video"),
    ("1.2.840.10008.1.2.4.110", "JPEG XL"),
    ("1.2.840.10008.1.2.4.111", "JPEG XL"),
    ("1.2.840.10008.1.2.4.112", "JPEG XL"),
)


def storage_of(transfer_syntax: str) -> PixelStorage:
    """How pixels are stored in a file of that transfer syntax.

    Raises:
        PhotographError: there is no decoder for it.
    """
    if storage := _READ.get(transfer_syntax):
        return storage
    uid = transfer_syntax if re.fullmatch(r"[0-9.]+", transfer_syntax) else "?"
    name = dict(_NAMES).get(uid)
    raise PhotographError(
        Finding("dicom-transfer-syntax", transfer_syntax=f"{name} ({uid})" if name else uid)
    )
