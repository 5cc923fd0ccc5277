"""Calibrations carried by a bundle, named ones only, and installed where they replace none."""

import json
import os
import subprocess
import sys

import pytest

from gantei.bundle.building import BundleOptions, make_bundle
from gantei.calibrations.calibration_store import find_calibration, save_calibration
from gantei.catalogue.entries import find
from gantei.errors import CalibrationError

from ..bundled import HERE, lending_registry
from ..calibrated import calibration_of

AGE = find("demo-age").manifest
FILE = "calibrations/demo-age/clinic/calibration.json"


@pytest.fixture
def bundled(tmp_path, monkeypatch):
    """`bundled(name, *calibrations)`: the folder of a bundle with demo-age."""
    folder = tmp_path / "registry"
    folder.mkdir()
    listed = lending_registry(folder, monkeypatch)

    def make(name, *calibrations):
        options = BundleOptions(
            ("demo-age",), (HERE,), calibrations=calibrations, requirements=listed
        )
        make_bundle(options, tmp_path / name)
        return tmp_path / name

    return make


def test_a_bundle_carries_the_calibrations_that_are_named(bundled, tmp_path):
    save_calibration(calibration_of(AGE))
    assert not (bundled("plain") / "calibrations").exists()
    bundle = bundled("calibrated", "clinic")
    calibrations = json.loads((bundle / "bundle.json").read_text())["calibrations"]
    assert calibrations == {"demo-age": "clinic"}
    weights = AGE.weights.sha256
    assert find_calibration(bundle / FILE, "demo-age", weights) == calibration_of(AGE)
    assert FILE in (bundle / "SHA256SUMS").read_text()
    for language in ("", ".ja"):
        assert "demo-age: clinic" in (bundle / f"README{language}.md").read_text("utf-8")
    with pytest.raises(CalibrationError, match="known sites of demo-age: clinic"):
        bundled("other", "demo-age=ward-3")
    assert not (tmp_path / "other").exists()


def install(bundle, site):
    command = [sys.executable, bundle / "install.py", "--into", site]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.skipif(sys.platform != "linux", reason="install.py is for Linux")
def test_what_is_installed_uses_it_and_another_one_of_that_site_is_kept(
    bundled, tmp_path, photographs
):
    save_calibration(calibration_of(AGE))
    site = tmp_path / "site"
    done = install(bundled("first", "clinic"), site)
    assert done.returncode == 0, done.stderr
    assert f"gantei uses the estimators in {os.environ['GANTEI_HOME']}, not" in done.stdout
    used = [
        site / "current/gantei", "predict", photographs, "--with", "demo-age", "--calibration",
        "clinic", "--out", tmp_path / "results.csv",
    ]  # fmt: skip
    environment = {name: value for name, value in os.environ.items() if name != "GANTEI_HOME"}
    done = subprocess.run(used, env=environment, check=False)
    assert done.returncode == 1, "one photograph is cut off"
    assert "demo-age.age.calibrated" in (tmp_path / "results.csv").read_text("utf-8-sig")
    save_calibration(calibration_of(AGE, level=0.8), replace=True)
    other = bundled("other", "clinic")
    done = install(other, site)
    assert done.returncode == 2
    assert "current/home/calibrations/demo-age/clinic, and is not replaced" in done.stderr
    assert "installing" not in done.stderr  # which takes longest
    kept = site / "current/home" / FILE
    assert json.loads(kept.read_text())["level"] == 0.9
    kept.parent.rename(tmp_path / "elsewhere")
    done = install(other, site)
    assert done.returncode == 0, done.stderr
    assert json.loads((site / "current/home" / FILE).read_text())["level"] == 0.8
