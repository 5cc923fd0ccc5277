"""The values of a DICOM file that somebody asked for by their tags, as text."""

import base64
from collections.abc import Mapping

from ...errors import PhotographError
from ...system.helper_pool import run_apart
from .elements import DataSet
from .recognition import is_dicom

_JOB = f"{__package__}.attributes:texts"
_SECONDS, _MEMORY = 5.0, 256 * 2**20
_LONGEST = 2**16  # bytes of one value
_CHARSET = 0x00080005


def asked_values(data: bytes, tags: Mapping[str, int]) -> dict[str, str | None]:
    """Read values, decoded by the file's character set; None of those that it does not have.

    Args:
        data: a file; one that is no DICOM, or damaged, has none of them.
        tags: of the wanted values, which are not in sequences, by what to call each.

    Raises:
        JobFailedError, HelperEndedError: they are there, and could not be decoded.
    """
    nothing: dict[str, str | None] = dict.fromkeys(tags)
    try:
        if not is_dicom(data):
            return nothing
        found = DataSet(data)
        values = {name: found.value(tag, _LONGEST) for name, tag in tags.items()}
        facts = {
            "charset": [term.strip() for term in found.text(_CHARSET).split("\\")],
            "little_endian": found.little_endian,
            "values": {
                name: (tags[name], base64.b64encode(value).decode())
                for name, value in values.items()
                if value
            },
        }
        told, _ = run_apart(_JOB, facts, b"", seconds=_SECONDS, memory=_MEMORY)
    except PhotographError:
        return nothing
    return nothing | told
