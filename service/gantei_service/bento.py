"""`gantei bento`: a Bento of the service that carries chosen estimators."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import gantei
from gantei.bundle.checkout import requirements_file
from gantei.calibrations.calibration_copies import copy_calibration
from gantei.calibrations.chosen_sites import chosen_sites
from gantei.errors import MissingExtraError, OutputError
from gantei.system.python_command import python_command

from .loaded import check_all, load_all

CARRIED = "gantei_estimators"
"""Folder of the estimators in a Bento, beside the packages."""
CARRIED_CALIBRATIONS = "gantei_calibrations"
"""Folder of their calibrations there, each called as its estimator."""
HERE = Path(__file__).parent


def carried() -> tuple[str, ...]:
    """Folders of the estimators that the Bento carries in which this module stands, if it does."""
    return tuple(str(folder) for folder in sorted((HERE.parent / CARRIED).glob("*")))


def carried_calibrations() -> tuple[str, ...]:
    """The calibrations that the Bento carries for those, as `chosen_sites` takes them."""
    folders = sorted((HERE.parent / CARRIED_CALIBRATIONS).glob("*"))
    return tuple(f"{folder.name}={folder}" for folder in folders)


def build(names: Sequence[str], calibrations: Sequence[str] = (), *, gpu: bool = False) -> str:
    """Build a Bento in BentoML's store, and give its tag.

    Args:
        names: as `load_all`; each answers its golden photographs, on the CPU, before it goes in.
        calibrations: likewise; they go along.
        gpu: for a machine with an NVIDIA GPU, on which it serves or does not start.

    Raises:
        GanteiError: an estimator cannot be served, or BentoML cannot build.
    """
    if not (shutil.which("uv") or find_spec("uv")):
        raise MissingExtraError("BentoML builds with uv, and would download it: pip install uv")
    loaded = load_all(names, "cpu", calibrations=calibrations, all_cores=False)
    sites = chosen_sites(calibrations, [*loaded])
    if errors := check_all([*loaded.values()]):
        raise errors[0]
    with tempfile.TemporaryDirectory(prefix="gantei-bento-") as scratch:
        staged = Path(scratch)
        for name, each in loaded.items():
            _refuse_links(each.entry.folder)
            shutil.copytree(each.entry.folder, staged / CARRIED / name)
            if site := sites.get(name):
                place = staged / CARRIED_CALIBRATIONS / name
                copy_calibration(site, each.entry.manifest, place)
        for package in (Path(gantei.__file__).parent, HERE):
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(package, staged / package.name, ignore=ignored)
        shutil.copyfile(requirements_file(gpu=gpu), staged / "requirements.txt")
        (staged / "bentofile.yaml").write_text(
            json.dumps(_bentofile(gpu=gpu)), "utf-8"
        )  # JSON is YAML
        return _built(staged)


def _bentofile(*, gpu: bool) -> dict[str, Any]:
    return {
        "service": f"{HERE.name}.service:{'GanteiOnGpu' if gpu else 'Gantei'}",
        "name": "gantei",
        "description": "Age and sex from fundus photographs. Research use; not for diagnosis.",
        "python": {"requirements_txt": "requirements.txt", "lock_packages": False},
    }


def _refuse_links(folder: Path) -> None:
    """See that no file from elsewhere on this machine goes into the Bento."""
    if link := next((path for path in folder.rglob("*") if path.is_symlink()), None):
        raise OutputError(f"{link}: is a link, which a Bento does not carry; put the file there")


def _built(staged: Path) -> str:
    done = subprocess.run(  # noqa: S603
        python_command("bentoml", "build", "--output", "tag"),
        cwd=staged,
        env={**os.environ, "BENTOML_DO_NOT_TRACK": "True"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = done.stderr.strip().rpartition("\n")[2]
        raise OutputError(f"the Bento could not be built; bentoml build says: {last}")
    return done.stdout.strip().removeprefix("__tag__:")
