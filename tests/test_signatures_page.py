"""What the page on signatures says to type, typed."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gantei.calibrations.calibration_store import calibration_folder, save_calibration
from gantei.catalogue.entries import find

from .calibrated import calibration_of

PAGE = (Path(__file__).parent.parent / "docs/signatures.md").read_text("utf-8")


@pytest.mark.skipif(
    not all(map(shutil.which, ("bash", "openssl", "sha256sum"))), reason="needs bash and openssl"
)
def test_the_commands_of_the_page_do_what_it_says(make_estimator, photographs, tmp_path):
    make_estimator("my-age").rename(tmp_path / "my-age")
    save_calibration(calibration_of(find(tmp_path / "my-age").manifest))
    (photographs / "left/3.png").unlink()
    (tmp_path / "password.txt").write_text("secret\n")
    command = tmp_path / "bin/gantei"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m gantei "$@"\n')
    command.chmod(0o755)
    environment = os.environ | {
        "PATH": f"{command.parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    script = "\n".join(re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL))
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "my-age/model.sig: signed with key" in done.stdout
    assert (calibration_folder("my-age", "clinic") / "model.sig").is_file()
    assert "by An eye hospital" in done.stdout
    assert "no, revoked: 2026-11-20: the key was lost" in done.stdout
    assert (tmp_path / "results.csv").read_text("utf-8").count("\n") == 6
    refused = subprocess.run(
        [command, "predict", "photographs", "--with", "./my-age", "--out", "more.csv"],
        cwd=tmp_path,
        env=environment | {"GANTEI_TRUST": "require"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 2
    assert "revoked: 2026-11-20: the key was lost" in refused.stderr
