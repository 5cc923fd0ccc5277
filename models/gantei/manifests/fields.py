"""The kinds of value that a manifest holds, each checked once and refused in one sentence."""

import re
from typing import Annotated, Literal

from pydantic import PlainValidator, StringConstraints

UNKNOWN: Literal["unknown"] = "unknown"

Origin = Literal["file", "publisher", "fitted", "stated", "assumed", "unknown"]
Task = Literal["age", "sex", "binary", "categorical", "regression"]
Resampling = Literal[
    "nearest",
    "bilinear",
    "bicubic",
    "lanczos",
    "area",
    "bilinear-no-antialias",
    "bicubic-no-antialias",
    "tensorflow-nearest",
    "opencv-nearest",
    "opencv-bicubic",
    "unknown",
]
"""docs/preprocessing.md says which function of which library each is."""
Crop = Literal["none", "disc", "box", "unknown"]
Mirror = Literal["none", "left-eyes", "unknown"]
Decoder = Literal["pillow", "tensorflow", "unknown"]
Side = Literal["right", "left"]
SideOrUnknown = Literal["right", "left", "unknown"]

Line = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]
"""text, not empty"""
NAME = r"^[a-z0-9]+(-[a-z0-9]+)*$"
Name = Annotated[str, StringConstraints(pattern=NAME, max_length=80)]
"""small letters, digits and single hyphens"""
LABEL = r"^[^\s,=\x00-\x1f\x7f-\x9f][^,=\x00-\x1f\x7f-\x9f]*$"
Label = Annotated[str, StringConstraints(pattern=LABEL, max_length=80)]
"""text without comma, equals sign or line break"""
FileName = Annotated[str, StringConstraints(pattern=r"^\w[\w.-]*$", max_length=120)]
"""name of a file, not a path"""
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""64 hexadecimal digits"""
Sha256OrUnknown = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64}|unknown)$")]
"""64 hexadecimal digits, or `"unknown"`"""
OutputName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]

LONGEST_SIDE = 4096
"""The largest input side (px) that a manifest may ask for: 8 times the largest in use."""
MOST_LABELS = 1000


def _size(value: object) -> tuple[int, int] | Literal["unknown"]:
    match value:
        case "unknown":
            return UNKNOWN
        case [int(height), int(width)] if all(1 <= side <= LONGEST_SIDE for side in value):
            return height, width
    raise ValueError(f"expects [height, width] in pixels, 1 to {LONGEST_SIDE}, or 'unknown'")


def _is_number(value: object) -> bool:
    """Whether it is a number that float32 holds with a margin for arithmetic."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e30


def _numbers(value: object, length: int) -> tuple[float, ...]:
    if not isinstance(value, list | tuple) or len(value) != length:
        raise ValueError(f"expects a list of {length} numbers")
    if not all(_is_number(number) for number in value):
        raise ValueError(f"expects a list of {length} numbers")
    return tuple(float(number) for number in value)


def _number(value: object) -> float | Literal["unknown"]:
    if value == UNKNOWN:
        return UNKNOWN
    if not _is_number(value):
        raise ValueError("expects a number or 'unknown'")
    return float(value)  # type: ignore[arg-type]


def _range(value: object) -> tuple[float, ...] | Literal["unknown"]:
    if value == UNKNOWN:
        return UNKNOWN
    low, high = _numbers(value, 2)
    if low > high:
        raise ValueError("expects the lowest value, then the highest")
    return low, high


def _labels(value: object) -> tuple[str, ...] | Literal["unknown"]:
    if value == UNKNOWN:
        return UNKNOWN
    labels = tuple(value) if isinstance(value, list | tuple) else ()
    if not 2 <= len(labels) <= MOST_LABELS or len(set(labels)) != len(labels):
        raise ValueError(f"expects a list of 2 to {MOST_LABELS} different labels, or 'unknown'")
    if not all(isinstance(label, str) and re.fullmatch(LABEL, label) for label in labels):
        raise ValueError("expects labels without comma, equals sign, line break or leading space")
    return labels


Labels = Annotated[tuple[str, ...] | Literal["unknown"], PlainValidator(_labels)]
"""list of 2 to 1000 different texts, or `"unknown"`"""
Number = Annotated[float | Literal["unknown"], PlainValidator(_number)]
"""number, or `"unknown"`"""
Range = Annotated[tuple[float, float] | Literal["unknown"], PlainValidator(_range)]
"""list of two numbers, or `"unknown"`"""
Size = Annotated[tuple[int, int] | Literal["unknown"], PlainValidator(_size)]
"""list of two whole numbers, or `"unknown"`"""
Triple = Annotated[tuple[float, float, float], PlainValidator(lambda value: _numbers(value, 3))]
"""list of three numbers"""
