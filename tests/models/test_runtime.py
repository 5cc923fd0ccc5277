"""ONNX Runtime is silenced by `import gantei`, or what remains is said once.

A stand-in takes its place: the real one would begin to report. What the real one does is watched in
tests/test_nothing_leaves.py.
"""

import os
import subprocess
import sys

import pytest

STAND_IN = """
import sys, types, warnings
warnings.simplefilter("always")
asked = []
def imported():
    module = types.ModuleType("onnxruntime")
    module.__version__ = sys.argv[1]
    module.disable_telemetry_events = lambda: asked.append("disable")
    sys.modules["onnxruntime"] = module
"""
ASK = """
import os
from gantei.inference.onnx_runtime import onnx_runtime
with warnings.catch_warnings(record=True) as warned:
    warnings.simplefilter("always")
    assert onnx_runtime() is onnx_runtime() is sys.modules["onnxruntime"]
print(os.environ["ORT_DISABLE_TELEMETRY"], *asked, *(each.category.__name__ for each in warned))
"""
BEFORE = f"{STAND_IN}\nimported()\nimport gantei\n{ASK}"
AFTER = f"{STAND_IN}\nimport gantei\nimported()\n{ASK}"


def told(program, version="1.31.1", **environment):
    """What a process prints that has gantei and the stand-in."""
    kept = {key: os.environ[key] for key in os.environ if not key.startswith("ORT_")}
    done = subprocess.run(
        [sys.executable, "-c", program, version],
        env=kept | environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.split()


@pytest.mark.parametrize("value", [None, "", "0", "no"])
def test_whoever_imports_it_after_gantei_finds_it_silenced(value):
    given = {} if value is None else {"ORT_DISABLE_TELEMETRY": value}
    assert told(AFTER, **given) == ["1"]


@pytest.mark.parametrize("value", [None, "", "0", "no"])
def test_imported_before_gantei_what_remains_is_said_once(value):
    given = {} if value is None else {"ORT_DISABLE_TELEMETRY": value}
    assert told(BEFORE, **given) == ["1", "disable", "TelemetryWarning"]


@pytest.mark.parametrize("value", ["1", "true", "Yes", "on", "y"])
def test_imported_before_gantei_but_silenced_there_is_nothing_to_say(value):
    assert told(BEFORE, ORT_DISABLE_TELEMETRY=value) == ["1"]


def test_a_version_that_does_not_report_needs_no_word():
    assert told(BEFORE, version="1.28.0") == ["1"]
