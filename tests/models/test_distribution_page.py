"""The page on getting and giving estimators says what is so."""

import re
import shlex
import shutil
from pathlib import Path

import pytest

from gantei.calibrations.calibration_file import calibration_json
from gantei.card import as_markdown, composed_of
from gantei.catalogue.entries import SHIPPED, find, store
from gantei.command_line import main, parser

from ..calibrated import calibration_of

PAGE = (Path(__file__).parents[2] / "docs/distribution.md").read_text("utf-8")
COMMANDS = re.findall(r"^gantei (.*)$", PAGE, re.MULTILINE)
FAR = ("example.org", "ward-3")


def test_every_command_of_the_page_parses():
    assert len(COMMANDS) == 12
    for command in COMMANDS:
        assert parser().parse_args(shlex.split(command)).run


@pytest.mark.filterwarnings("ignore:Use 'content=<...>' to upload raw bytes")
def test_the_commands_of_the_page_run_in_their_order(hub, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = shutil.copytree(SHIPPED / "demo-age", tmp_path / "folder")
    manifest = folder / "estimator.toml"
    manifest.write_text(manifest.read_text("utf-8").replace('"demo-age"', '"my-age"', 1), "utf-8")
    (folder / "card.md").write_text(as_markdown(composed_of(find(folder))), "utf-8")
    hub.offer(folder)
    (tmp_path / "photographs").mkdir()
    shutil.copy(folder / "golden-1.jpg", tmp_path / "photographs")
    (tmp_path / "clinic").mkdir()
    clinic = calibration_json(calibration_of(find(folder).manifest))
    (tmp_path / "clinic/calibration.json").write_bytes(clinic)
    for command in COMMANDS:
        if not any(machine in command for machine in FAR):
            yes = ["--yes"] if command.startswith("publish") else []
            assert main([*shlex.split(command), *yes]) == 0
    assert [*store.installed()] == ["my-age"]
    assert hub.commits == 1
