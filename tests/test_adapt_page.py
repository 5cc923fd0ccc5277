"""docs/adapt.md: its commands and its snippet run, on drawn eyes."""

import re
import shlex
from pathlib import Path

import pytest

from gantei.catalogue.entries import find
from gantei.command_line import main

PAGE = (Path(__file__).parent.parent / "docs/adapt.md").read_text("utf-8")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_the_page_on_adapting_runs(tmp_path, monkeypatch, capsys):
    for package in ("onnx", "scipy", "sklearn", "matplotlib"):
        pytest.importorskip(package, reason="needs the extras study and convert")
    from .export.adapting_cases import drawn_eyes

    drawn_eyes(tmp_path, people=16)
    monkeypatch.chdir(tmp_path)
    for line in blocks("sh")[0].splitlines():  # the second needs a publisher's file
        name, *arguments = shlex.split(line)
        assert name == "gantei"
        assert main(arguments) == 0, line
    assert (tmp_path / "report/report.html").is_file()
    head = (tmp_path / "results.csv").read_text("utf-8-sig").partition("\n")[0]
    assert "my-eye.right" in head
    capsys.readouterr()
    exec(compile(blocks("python")[0], "adapt.md", "exec"), {})
    assert re.fullmatch(r"\d+\.\d years, \d+\.\d without photographs\n", capsys.readouterr().out)


def test_weights_of_an_architecture_are_adapted_as_the_page_says(tmp_path, monkeypatch):
    for package in ("onnx", "scipy", "sklearn"):
        pytest.importorskip(package, reason="needs the extras study and convert")
    from .export.adapting_cases import drawn_eyes
    from .export.weights_files import arrays, legacy

    drawn_eyes(tmp_path, people=24)
    smaller = {"vgg19": "mobilenet", "=224": "=64", '"224"': '"64"', "drusen": "sex"}

    def on_smaller(text):
        for words, others in smaller.items():
            text = text.replace(words, others)
        return text

    command, python = on_smaller(blocks("sh")[2]), on_smaller(blocks("python")[1])
    weights = arrays("MobileNet")
    for values in weights.values():
        values[0] /= max(1, values[0][..., 0].size)  # so that no answer is beyond float32
    names = re.findall(r"[a-z_0-9]*notop.h5", command + python)
    for name in names:
        legacy(tmp_path / name, weights)
    assert len(names) == 2
    monkeypatch.chdir(tmp_path)
    assert main([*shlex.split(command.replace("\\\n", ""))[1:], "--trials", "2"]) == 0
    exec(compile(python.replace("my-sex", "my-other"), "adapt.md", "exec"), {})
    assert find("my-other").manifest.adapted == find("my-sex").manifest.adapted
