"""docs/calibrate.md: its commands and its snippet run, and say what the page says."""

import re
import shlex
from pathlib import Path

import pytest

from gantei.command_line import main

PAGE = (Path(__file__).parent.parent / "docs/calibrate.md").read_text("utf-8")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_the_page_on_calibrating_runs(tmp_path, monkeypatch, capsys):
    for package in ("scipy", "sklearn", "matplotlib"):
        pytest.importorskip(package, reason="needs the extra study")
    monkeypatch.chdir(tmp_path)
    for line in "".join(blocks("sh")).splitlines():
        name, *arguments = shlex.split(line)
        assert name == "gantei"
        assert main(arguments) == 0, line
    assert (tmp_path / "calibration/report.html").is_file()
    head = (tmp_path / "others.csv").read_text("utf-8-sig").partition("\n")[0].split(",")
    for column in ("age.calibrated", "age.low", "age.high", "distance"):
        assert f"demo-age.{column}" in head
    capsys.readouterr()
    (python,) = blocks("python")
    exec(compile(python, "calibrate.md", "exec"), {})
    printed = capsys.readouterr().out
    assert re.search(r"× estimate, on 60 people\n80 % intervals hold at least 7\d%", printed)
    assert re.search(r"\d+, between \d+ and \d+ years", printed)
