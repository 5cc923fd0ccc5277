"""ONNX Runtime, kept from reporting to its maker: whoever needs it asks `onnx_runtime`.

From 1.29 on it reports where it runs, unless `ORT_DISABLE_TELEMETRY` is set when it is imported
(docs/security.md has what and where to). `import gantei` sets it: every later import in this
process and its children is silent, ours and others'.
"""

import os
import sys
import warnings
from functools import cache
from typing import Any

VARIABLE = "ORT_DISABLE_TELEMETRY"
FIRST_TO_REPORT = (1, 29)
"""The version; 1.20 to 1.28 know neither the variable nor the address."""
TOO_LATE = "onnxruntime" in sys.modules and os.environ.get(VARIABLE, "").strip().lower() not in {
    "1", "true", "yes", "on", "y",
}  # fmt: skip
"""Whether somebody imported it before gantei, without the variable."""

os.environ[VARIABLE] = "1"


@cache
def onnx_runtime() -> Any:
    """Import ONNX Runtime.

    Raises:
        MissingExtraError: it is not installed.

    Warns:
        TelemetryWarning: it was imported before gantei, and has begun to report.
    """
    from ..errors import MissingExtraError, TelemetryWarning  # `import gantei` does without them

    try:
        import onnxruntime
    except ImportError as error:
        from ..system.install_command import how_to_add

        raise MissingExtraError(
            f"ONNX Runtime is not installed: {how_to_add('cpu')}; for CUDA {how_to_add('gpu')}"
        ) from error
    version = tuple(map(int, onnxruntime.__version__.split(".")[:2]))
    if TOO_LATE and version >= FIRST_TO_REPORT:
        onnxruntime.disable_telemetry_events()
        warnings.warn(
            "ONNX Runtime was imported before gantei, and reports to its maker that it runs here. "
            "gantei has switched off what it would add; the report of its start, and the files "
            "that it keeps for it, are out of reach. To prevent them, import gantei first, or set "
            f"{VARIABLE}=1 before Python starts; how to delete them: docs/security.md",
            TelemetryWarning,
            stacklevel=2,
        )
    return onnxruntime
