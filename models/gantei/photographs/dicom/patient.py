"""Whom a DICOM file says it is of, for a pseudonym that only a study's own key makes."""

import json
from io import BytesIO
from typing import BinaryIO

from ...errors import PhotographError
from ...system.files import open_regular
from ...system.keyed_digest import keyed_digest
from ..photograph_source import read_encoded
from ..stored_photograph import PhotographPlace, StoredPhotograph
from .elements import DataSet
from .recognition import HEAD, is_dicom

_PATIENT_ID, _ISSUER = 0x00100020, 0x00100021
_BEGINNINGS = (2**16, 2**20, 2**24)  # bytes to look in; most need only the first
_LONGEST = 256  # bytes of an identifier


def patient_pseudonym(source: PhotographPlace, key: bytes) -> str | None:
    """Make the pseudonym of the person whom a DICOM file names by identifier and issuer.

    It is the same for the same person and key; without the key, nobody can guess it. Identifiers
    are compared by their bytes. None: no DICOM, unreadable, or without an identifier.
    """
    try:
        file = _opened(source)
        if file is None:
            return None
        with file:
            found = _beginning(file)
    except (OSError, ValueError, PhotographError):
        return None
    if found is None:
        return None
    identifier, issuer = (
        found.value(tag, _LONGEST).strip(b" \0").decode("latin-1") for tag in (_PATIENT_ID, _ISSUER)
    )
    if not identifier:
        return None
    # Bare digits, or digits around an e, would be numbers to a spreadsheet.
    return f"person-{keyed_digest(key, json.dumps([issuer, identifier]))[:16]}"


def _opened(source: PhotographPlace) -> BinaryIO | None:
    if isinstance(source, StoredPhotograph):
        return BytesIO(read_encoded(source))
    return open_regular(source)


def _beginning(file: BinaryIO) -> DataSet | None:
    """Read as far as the patient stands, within 16 MiB; None: no DICOM."""
    data = file.read(HEAD)
    if not is_dicom(data):
        return None
    for size in _BEGINNINGS:
        data += file.read(size - len(data))
        found = DataSet(data, beginning=True)
        if found.last > _ISSUER or len(data) < size:
            break
    return found
