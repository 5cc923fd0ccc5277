"""The one Lambda that is converted: the scaled sum of Inception-ResNet-V2 before TensorFlow 2.13.

A Lambda holds marshalled Python code, which is never loaded. Its bytes are compared with those
that CPython wrote for `lambda inputs, scale: inputs[0] + inputs[1] * scale`: arguments,
instructions, constants and names stand in them, and nothing else takes part in the result.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

SCALED_SUM = "Custom>CustomScaleLayer"
"""The class that took the Lambda's place in later versions of Keras."""

# marshal's format: a type, with or without the flag of an object that may be referred to again
# (0x80), and a value; numbers are little-endian. Header: 2 arguments, none keyword-only.
_HEADER = rb"[\x63\xe3]\x02\0\0\0(?:\0\0\0\0)?\0\0\0\0"
_CONSTANTS = rb"[\x29\xa9]\x03[\x4e\xce][\x69\xe9]\0\0\0\0[\x69\xe9]\x01\0\0\0"  # None, 0, 1
_NO_NAMES = rb"[\x29\xa9]\0"
_VARIABLES = rb"[\x29\xa9]\x02[\x5a\xda]\x06inputs[\x5a\xda]\x05scale"
# 2 local variables, a stack of 3, no flags but those of a function without closure.
_CPYTHON_3_6 = (
    rb"\x02\0\0\0\x03\0\0\0[\x43\x53]\0\0\0[\x73\xf3]\x14\0\0\0"
    + re.escape(bytes.fromhex("7c00640119007c00640219007c01140017005300"))
    + _CONSTANTS
    + _NO_NAMES
    + _VARIABLES
)
_CODE = re.compile(_HEADER + _CPYTHON_3_6, re.DOTALL)
"""CPython 3.6 to 3.10, which TensorFlow up to 2.12 ran on."""
LARGEST_CODE = 4096
"""Characters; the Lambda's own are below 400."""


def scale_of_lambda(config: Mapping[str, Any]) -> float | int | None:
    """Return the scale of a Lambda that computes `inputs[0] + inputs[1] * scale`, else None."""
    function, arguments = config.get("function"), config.get("arguments")
    if config.get("function_type") != "lambda" or not isinstance(function, list):
        return None
    if len(function) != 3 or function[1:] != [None, None]:  # defaults, closure
        return None
    scale = arguments.get("scale") if isinstance(arguments, dict) else None
    if arguments != {"scale": scale} or type(scale) not in (int, float):
        return None
    return scale if _CODE.match(_decoded(function[0])) else None


def _decoded(text: object) -> bytes:
    if not isinstance(text, str) or len(text) > LARGEST_CODE:
        return b""
    try:
        return base64.b64decode(text, validate=False)
    except (binascii.Error, ValueError):
        return b""
