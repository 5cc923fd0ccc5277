"""What a DICOM file says beside its picture, as text; runs in a helper process."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import pydicom
from pydicom.multival import MultiValue

_LONGEST = 1000


def values(facts: Mapping[str, Any], data: bytes) -> tuple[Mapping[str, Any], bytes]:
    """Give the values of the keywords that `facts` names, decoded by the file's character set.

    Several values of an element have a backslash between, as in the file. What is missing, empty or
    unreadable is None.
    """
    pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE
    keywords: list[str] = facts["keywords"]
    wanted = [*keywords, "SpecificCharacterSet"]
    found = pydicom.dcmread(
        BytesIO(data), force=True, stop_before_pixels=True, specific_tags=wanted
    )
    return {keyword: _text(found, keyword) for keyword in keywords}, b""


def _text(found: pydicom.Dataset, keyword: str) -> str | None:
    try:
        value = (found.file_meta if keyword in found.file_meta else found).get(keyword)
    except Exception:  # noqa: BLE001 - whatever is wrong with this value, others may be right
        return None
    if value is None:
        return None
    several = value if isinstance(value, MultiValue) else [value]
    text = "\\".join(str(each) for each in several).strip(" \0")
    return "".join(letter if letter.isprintable() else " " for letter in text)[:_LONGEST] or None
