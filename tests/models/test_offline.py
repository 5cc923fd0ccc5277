"""`GANTEI_OFFLINE` is read when the process starts, and holds."""

import os
import subprocess
import sys

import pytest

ASK = """
import os, sys
import gantei
os.environ["GANTEI_OFFLINE"] = sys.argv[1]
from gantei.system.offline import refuse_offline
try:
    refuse_offline("take the file by hand")
except gantei.OfflineError as error:
    print(error)
"""


def asked(at_start, later):
    environment = {key: value for key, value in os.environ.items() if key != "GANTEI_OFFLINE"}
    if at_start is not None:
        environment["GANTEI_OFFLINE"] = at_start
    done = subprocess.run(
        [sys.executable, "-c", ASK, later],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout


@pytest.mark.parametrize("value", ["1", "true", "yes"])
def test_it_holds_whatever_the_process_does_later(value):
    assert "take the file by hand" in asked(value, later="0")


@pytest.mark.parametrize("value", [None, "", "0"])
def test_without_it_nothing_is_refused_and_it_cannot_be_set_later(value):
    assert asked(value, later="1") == ""
