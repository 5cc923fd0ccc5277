"""Which eye a DICOM file says it shows."""

from ...errors import PhotographError
from ...findings.finding import Finding
from ...manifests.fields import Side
from .elements import DataSet
from .recognition import is_dicom

_IMAGE, _SERIES = 0x00200062, 0x00200060
_SIDES: dict[str, Side] = {"R": "right", "L": "left"}


def side_in(found: DataSet) -> Side | Finding | None:
    """Read the laterality of the image and of its series, of which neither overrules the other.

    Returns:
        The side; None where neither tells one; the finding that they contradict each other.
    """
    image, series = found.text(_IMAGE), found.text(_SERIES)
    said = {each for each in (image, series) if each in ("R", "L", "B")}
    if len(said) > 1:
        return Finding("dicom-laterality", image=image, series=series)
    return _SIDES.get(said.pop()) if said else None


def side_in_file(data: bytes) -> Side | Finding | None:
    """Read what any file says of its eye, as `side_in`; None: nothing, or it is damaged."""
    if not is_dicom(data):
        return None
    try:
        return side_in(DataSet(data))
    except PhotographError:
        return None
