"""What a DICOM file says beside its picture, decoded to text; runs in a helper process."""

import base64
from collections.abc import Mapping
from typing import Any

from . import quiet_pydicom  # noqa: F401

# isort: split
from pydicom import config
from pydicom.charset import convert_encodings
from pydicom.dataelem import RawDataElement, convert_raw_data_element
from pydicom.multival import MultiValue
from pydicom.tag import Tag

_LONGEST = 1000


def texts(facts: Mapping[str, Any], data: bytes) -> tuple[Mapping[str, Any], bytes]:
    """Decode the values that `facts` has by keyword: a tag, and its bytes in base64.

    `facts` also has the terms of the file's character set, and its order of bytes. Several values
    of an element have a backslash between, as in the file. What is unreadable is None.
    """
    config.settings.reading_validation_mode = config.IGNORE
    encodings = convert_encodings(facts["charset"])
    return {
        keyword: _text(tag, base64.b64decode(value), encodings, facts["little_endian"])
        for keyword, (tag, value) in facts["values"].items()
    }, b""


def _text(tag: int, value: bytes, encodings: list[str], little_endian: bool) -> str | None:
    # Without a representation, the dictionary's: a file may say UN of what it does not know.
    raw = RawDataElement(Tag(tag), None, len(value), value, 0, True, little_endian)
    try:
        found = convert_raw_data_element(raw, encoding=encodings).value
    except Exception:  # noqa: BLE001 - whatever is wrong with this value, others may be right
        return None
    several = found if isinstance(found, MultiValue) else [found]
    text = "\\".join("" if each is None else str(each) for each in several).strip(" \0")
    return "".join(letter if letter.isprintable() else " " for letter in text)[:_LONGEST] or None
