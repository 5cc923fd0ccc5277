"""docs/dicom.md: its command and its snippet run, and its tables are what the code reads."""

import re
import shlex
from pathlib import Path

import pytest

pytest.importorskip("pydicom")
pytest.importorskip("gdcm")

from io import BytesIO

from gantei import demo
from gantei.command_line import main

from .dicoms import of_jpeg, written

PAGE = Path(__file__).parents[2] / "docs/dicom.md"


def test_its_command_and_its_snippet_run(tmp_path, monkeypatch, capsys):
    text = PAGE.read_text("utf-8")
    monkeypatch.chdir(tmp_path)
    who = demo.person(5, 1)
    image = demo.draw_photograph(5, who, who.eyes[0], scale=0.3).image
    file = BytesIO()
    image.save(file, "JPEG", quality=92)
    made = of_jpeg(file.getvalue(), image.size[::-1], ImageLaterality="R", PatientSex="F")
    Path("studies").mkdir()
    Path("studies/IM000001").write_bytes(written(made))
    (command,) = re.findall(r"```sh\ngantei (.*)\n```", text)
    assert main(shlex.split(command)) == 0
    (python,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    capsys.readouterr()
    exec(compile(python, "dicom.md", "exec"), {})
    said = capsys.readouterr().out
    assert "right DICOM" in said
    assert "'notice'" in said
