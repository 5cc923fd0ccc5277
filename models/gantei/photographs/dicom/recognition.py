"""Which files are DICOM, by their first bytes, whatever their names."""

import re

SUFFIXES = (".dcm", ".dicom", ".dic", ".ima")
"""Endings that names of such files may have, in lower case; most have none."""
MEDIA_TYPE = "application/dicom"
HEAD = 1024
"""Bytes from the beginning of a file that tell."""

# Behind a preamble of 128 bytes there is a mark. Without one, a data set begins with its first
# element: its tag in little-endian order, then a value representation and a length of two bytes, or
# a length of four, of which few are in use.
_MAGIC = re.compile(
    rb".{128}DICM"
    rb"|\x02\x00[\x00\x01\x02\x03\x10]\x00(?:UL\x04\x00|OB\x00\x00|UI.\x00)"
    rb"|\x08\x00[\x00\x01\x05\x06\x08\x12\x16\x18]\x00"
    rb"(?:UL\x04\x00|(?:CS|DA|TM|UI).\x00|SQ\x00\x00|[\x04-\xfe]\x00\x00\x00)",
    re.DOTALL,
)
_DIRECTORY = re.compile(rb"\x02\x00\x02\x00UI.\x001\.2\.840\.10008\.1\.3\.10(?![.0-9])", re.DOTALL)
_ENVELOPED = bytes.fromhex("06092a864886f70d010703")  # 1.2.840.113549.1.7.3


def is_dicom(head: bytes) -> bool:
    """Whether a file is DICOM, by its first `HEAD` bytes or more.

    It has `DICM` behind a preamble of 128 bytes, of whatever content, or begins with an element
    that a data set begins with. A DICOMDIR is one too, see `is_directory`.
    """
    return _MAGIC.match(head) is not None


def signature() -> str:
    """What DICOM files begin with: an expression that JavaScript reads too, a letter per byte."""
    return _MAGIC.pattern.decode("latin-1")


def is_directory(head: bytes) -> bool:
    """Whether a DICOM file is a DICOMDIR, which lists those of a disc and holds no picture."""
    return _DIRECTORY.search(head[:HEAD]) is not None


def is_enveloped(head: bytes) -> bool:
    """Whether a file is an encrypted message (CMS), as secure DICOM media have them."""
    return head[:1] == b"\x30" and _ENVELOPED in head[:32]
