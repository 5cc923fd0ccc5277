"""Short runs of the programs of benchmarks/ that go on for long by hand."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="the service's packages are not installed")
pytest.importorskip("psutil", reason="the judges are not installed")
pytestmark = [
    pytest.mark.reference,
    pytest.mark.skipif(os.name == "nt", reason="signals as Windows does not have them"),
]
BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def run(program, *options):
    done = subprocess.run(
        [sys.executable, str(BENCHMARKS / program), *options],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_malformed_requests_make_no_error_and_leave_no_trace():
    assert "nothing went wrong" in run("malformed.py", "--requests", "400", "--seed", "2")


def test_a_soak_finds_no_wrong_answer_and_loses_none():
    told = run("soak.py", "--minutes", "0.1", "--clients", "4")
    assert "all right" in told
    assert "accepted before SIGTERM" in told
