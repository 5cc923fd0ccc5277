"""What, beside the weights, may change the last digits of a value: versions."""

import platform
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from .version import __version__

MEASURED_WITH = (
    "numpy",
    "pillow",
    "simplejpeg",
    *("pydicom", "python-gdcm", "pyjpegls", "pylibjpeg-openjpeg", "pi-heif"),
    *("onnxruntime", "onnxruntime-gpu"),
)
"""Distributions whose version may change them; without a decoder there is an error instead."""


def environment() -> dict[str, Any]:
    """Tell the versions of gantei, of Python, and of what computes; absent ones are left out."""
    found = {}
    for name in MEASURED_WITH:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return {"gantei": __version__, "python": platform.python_version(), "versions": found}
