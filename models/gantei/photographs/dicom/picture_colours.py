"""What the values of a DICOM picture's pixels mean: as its label says, and as its markers do.

The label is the element Photometric Interpretation. Encoders write it without asking what they
encode, so that a JPEG may say otherwise; then its own markers hold, and a finding says so.
"""

from typing import Literal, NamedTuple

from ...errors import PhotographError
from ...findings.finding import Finding
from .codestream import Codestream

Meaning = Literal["rgb", "ybr", "grey", "inverted grey", "palette"]

_LABELS: dict[str, tuple[Meaning, int]] = {
    "RGB": ("rgb", 3),
    "YBR_FULL": ("ybr", 3),
    "YBR_FULL_422": ("ybr", 3),
    "YBR_ICT": ("ybr", 3),
    "YBR_RCT": ("ybr", 3),
    "PALETTE COLOR": ("palette", 1),
    "MONOCHROME2": ("grey", 1),
    "MONOCHROME1": ("inverted grey", 1),
}
_MARKERS: dict[str, Meaning] = {
    "JFIF": "ybr",
    "Adobe YCbCr": "ybr",
    "Adobe RGB": "rgb",
    "components R, G, B": "rgb",
    "subsampled colours": "ybr",
}
"""What a JPEG tells, the one that holds first: libjpeg's order, and dcm4che's, pydicom's rule."""


class Colours(NamedTuple):
    """What values of pixels mean, and what is odd about how the file says so."""

    meaning: Meaning
    findings: tuple[Finding, ...] = ()


def labelled(label: str, samples: int) -> Meaning:
    """What the label says.

    Raises:
        PhotographError: it is another one, or does not fit the number of values per pixel.
    """
    meaning, of_label = _LABELS.get(label, ("rgb", 0))
    if of_label != samples:
        known = label if label.replace("_", "").replace(" ", "").isalnum() else "?"
        raise PhotographError(Finding("dicom-colours", label=known, samples=samples))
    return meaning


def colours_of(label: str, samples: int, stream: Codestream | None) -> Colours:
    """What the values mean, once a codestream is decoded.

    A transform that JPEG 2000 itself says it made is undone by its decoder.

    Raises:
        PhotographError: as `labelled`; or a lossy JPEG of indices.
    """
    meaning = labelled(label, samples)
    if meaning == "palette" and stream and stream.kind in ("8-bit", "12-bit"):
        # A lossy encoder gives near numbers, which in a palette are other colours.
        raise PhotographError(Finding("dicom-colours", label=label, samples=samples))
    if stream is None or samples != 3:
        return Colours(meaning)
    if stream.kind == "jpeg-2000":
        return _of_jpeg_2000(label, meaning, stream)
    said = [mark for mark in _MARKERS if mark in stream.colours]
    if stream.subsampled:
        said.append("subsampled colours")
    if not said:
        # Only a lossy encoder has a reason to write other colours than it says.
        doubtful = meaning == "rgb" and stream.kind in ("8-bit", "12-bit")
        return Colours(meaning, (Finding("dicom-colours-unmarked", label=label),) * doubtful)
    held = _MARKERS[said[0]]
    if {meaning, *(_MARKERS[mark] for mark in said)} == {held}:
        return Colours(held)
    return Colours(held, (_contradiction(label, said, held),))


def _of_jpeg_2000(label: str, meaning: Meaning, stream: Codestream) -> Colours:
    transformed = "transform" in stream.colours
    if label in ("YBR_ICT", "YBR_RCT"):
        if transformed:
            return Colours("rgb")
        return Colours("rgb", (_contradiction(label, ["no colour transform"], "rgb"),))
    if transformed and meaning == "ybr":
        return Colours("rgb", (_contradiction(label, ["colour transform"], "rgb"),))
    return Colours(meaning)


def _contradiction(label: str, said: list[str], held: Meaning) -> Finding:
    taken = {"rgb": "RGB", "ybr": "YCbCr"}[held]
    return Finding("dicom-colours-contradict", label=label, markers=said, taken=taken)


def is_ycbcr_to_libjpeg(stream: Codestream) -> bool:
    """Whether libjpeg takes a JPEG of three colours for YCbCr, without a label to ask."""
    marks = [mark for mark in _MARKERS if mark in stream.colours]
    return not marks or _MARKERS[marks[0]] == "ybr"
