"""What a file is that is no photograph, by its first bytes: one table, for messages and lists."""

import re
from collections.abc import Sequence

from ...findings.finding import Finding

HEAD = 4096
"""Bytes of a file that tell what it is."""

_MARKUP = rb"(?:\xef\xbb\xbf)?(?:\s++|<\?xml[^>]*+>|<!--(?:(?!-->).)*+-->|<!DOCTYPE svg[^>]*+>)*+"
"""Possessive: each byte is read once, whatever is in there."""
_TAGS = rb"!doctype html|html|head|body|meta|title|script"
_ARCHIVES = (
    ("ZIP", rb"PK(?:\x03\x04|\x05\x06)"),
    ("7-Zip", rb"7z\xbc\xaf\x27\x1c"),
    ("RAR", rb"Rar!\x1a\x07"),
    ("gzip", rb"\x1f\x8b\x08"),
    ("bzip2", rb"BZh[1-9]"),
    ("xz", rb"\xfd7zXZ\0"),
    ("Zstandard", rb"\x28\xb5\x2f\xfd"),
    ("tar", rb".{257}ustar"),
)
_PICTURES = (
    ("Netpbm", rb"P[1-4]" + 2 * rb"(?:\s++|#[^\n]*+\n)++\d++" + rb"\s|P7\nWIDTH"),
    ("JPEG XL", rb"\0\0\0\x0cJXL |\xff\x0a"),
    ("JPEG XR", rb"II\xbc"),
    ("Photoshop", rb"8BPS"),
    ("GIMP", rb"gimp xcf"),
    ("SVG", _MARKUP + rb"<svg"),
    ("Windows icon", rb"\0\0[\x01\x02]\0[^\0]\0"),
    ("OpenEXR", rb"\x76\x2f\x31\x01"),
    ("Radiance HDR", rb"#\?RADIANCE"),
    ("DjVu", rb"AT&TFORM"),
    ("PostScript", rb"%!PS|\xc5\xd0\xd3\xc6"),
)
_RAW = rb"II[*]\0.{4}CR|FUJIFILMCCD-RAW|II(?:RO|RS|U\0)|MMOR|\0MRM|FOVb|.{4}ftypcrx "
_VIDEO = (
    rb".{4}(?:ftyp|moov|mdat|wide)|RIFF.{4}AVI |\x1aE\xdf\xa3|FLV\x01|OggS|\0\0\x01[\xb3\xba]|"
    rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11"
)
_VENDORS = (
    ("Heidelberg E2E", rb"CMDb"),
    ("Heidelberg VOL", rb"HSF-OCT-"),
    ("Topcon FDA or FDS", rb"FOCT"),
    ("Zeiss CZI", rb"ZISRAWFILE"),
)
_DATA = (
    ("NumPy", rb"\x93NUMPY"),
    ("HDF5", rb"\x89HDF"),
    ("Parquet", rb"PAR1"),
    ("SQLite", rb"SQLite format 3\0"),
    ("MATLAB", rb"MATLAB 5.0 MAT-file"),
)
_DOCUMENT = (
    rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1|\{\\rtf|PK\x03\x04.{26}(?:\[Content_Types\]|mimetype)"
)


def _kinds() -> Sequence[tuple[bytes, Finding]]:
    """What such a file begins with, and what is to be said of it; the first that fits counts."""
    return (
        (rb"version https://(?:git-lfs\.github|hawser\.github)\.com/", Finding("git-lfs-pointer")),
        (rb"(?:\xef\xbb\xbf)?\s*+%PDF-", Finding("pdf-file")),
        (_MARKUP + rb"<(?i:" + _TAGS + rb")\b", Finding("html-page")),
        (_RAW, Finding("camera-raw")),
        *((start, Finding("other-picture", format=format)) for format, start in _PICTURES),
        (_VIDEO, Finding("video-file")),
        *((start, Finding("vendor-file", format=format)) for format, start in _VENDORS),
        (_DOCUMENT, Finding("document-file")),
        *((start, Finding("archive-file", format=format)) for format, start in _ARCHIVES),
        *((start, Finding("data-file", format=format)) for format, start in _DATA),
    )


_KINDS = tuple((re.compile(start, re.DOTALL), finding) for start, finding in _kinds())
_TEXT = bytes({*range(0x20, 0x7F), *range(0x80, 0x100), *b"\t\n\f\r\x1b"})
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def other_content(data: bytes) -> Finding | None:
    """Say what a file is that is of no format that is read; None where that is not known.

    `data` are its bytes, of which the first `HEAD` are looked at.
    """
    head = data[:HEAD]
    for pattern, finding in _KINDS:
        if pattern.match(head):
            return finding
    is_text = head.startswith(_UTF_16) or not head.translate(None, _TEXT)
    return Finding("text-file") if head and is_text else None
