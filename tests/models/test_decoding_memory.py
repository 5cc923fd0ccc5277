"""What decoding is estimated to take is an upper bound of what it takes, and no wild one.

The peaks are measured in a process of its own, in which glibc gives back what is freed.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from gantei.photographs.memory_needed import _FIXED

_CLEAR = Path("/proc/self/clear_refs")
_MOST = 1.6
"""Times what is measured, beside what is counted for every picture."""


@pytest.fixture(scope="module")
def measured():
    """Peak and estimate of every picture, in bytes, by its name."""
    if not _CLEAR.exists():
        pytest.skip("the peak of a process can be measured on Linux alone")
    try:
        _CLEAR.write_text("5")
    except OSError as error:
        pytest.skip(f"the peak of a process cannot be set back here: {error}")
    command = [sys.executable, "-m", f"{__package__}.measured_memory"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_no_picture_takes_more_than_was_estimated(measured):
    more = {name: each for name, each in measured.items() if each["peak"] > each["estimate"]}
    assert len(measured) > 30
    assert not more


def test_no_helper_process_takes_more_than_was_estimated(measured):
    apart = {name: each for name, each in measured.items() if "helper peak" in each}
    more = {k: v for k, v in apart.items() if v["helper peak"] > v["helper estimate"]}
    assert len(apart) > 1
    assert not more


def test_what_is_estimated_is_not_far_above_what_is_taken(measured):
    far = {
        name: each
        for name, each in measured.items()
        if each["estimate"] - _FIXED > _MOST * each["peak"] and not each["is_rare"]
    }
    assert not far
