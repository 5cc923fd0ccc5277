"""The snippets of docs/clients.md run as they stand, where there is something to run them."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import gantei
from gantei.command_line import main

from .conftest import encoded_picture

pytest.importorskip("fastapi", reason="the service's packages are not installed")

PAGE = (Path(__file__).parents[2] / "docs/clients.md").read_text("utf-8")
ADDRESS = "http://127.0.0.1:3000"


def snippet(section, language):
    """The code block of a section."""
    (text,) = re.findall(rf"^## {re.escape(section)}$.*?```{language}\n(.*?)```", PAGE, re.M | re.S)
    return text


@pytest.fixture
def here(serve, tmp_path, monkeypatch):
    """The folder to run them in, with photographs; `here(text)` puts the server's address in."""
    server = serve("--with", "demo-age")
    (tmp_path / "photographs").mkdir()
    for path in ("photograph.jpg", "photographs/left.jpg"):
        (tmp_path / path).write_bytes(encoded_picture(1, 300, "JPEG"))
    monkeypatch.chdir(tmp_path)
    return lambda text: text.replace(ADDRESS, f"http://127.0.0.1:{server.port}")


def age():
    value = gantei.load("demo-age").predict("photograph.jpg")[0].values["age"]
    return f"{value:.6g}"[:6]


def output(*command, text=None):
    done = subprocess.run(
        command, input=text, capture_output=True, text=True, check=False, env={**os.environ}
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_command_runs(here):
    line = here(snippet("The command", "sh")).removeprefix("gantei ")
    assert main(shlex.split(line)) == 0
    assert age() in Path("results.csv").read_text()


@pytest.mark.parametrize("section", ["Python, with gantei", "Python, without gantei"])
def test_the_python_runs(here, section):
    assert age() in output(sys.executable, "-c", here(snippet(section, "python")))


@pytest.mark.skipif(not shutil.which("curl"), reason="no curl here")
def test_the_curl_runs(here):
    assert age() in output(*shlex.split(here(snippet("curl", "sh"))), "--silent")


@pytest.mark.parametrize("language", ["sh", "python"])
def test_the_lines_come_one_by_one(here, language):
    text = here(snippet("Line by line", language))
    if language == "python":
        answer = output(sys.executable, "-c", text)
    elif shutil.which("curl"):
        answer = output(*shlex.split(text), "--silent")
        assert json.loads(answer.splitlines()[-1])["complete"]
    else:
        pytest.skip("no curl here")
    assert [age() in line for line in answer.splitlines()].count(True) == 2


@pytest.mark.skipif(not shutil.which("node"), reason="no Node.js here")
def test_the_javascript_runs(here):
    Path("ask.mjs").write_text(here(snippet("JavaScript", "js")))
    assert age() in output("node", "ask.mjs")


def test_the_r_runs(here):
    if not shutil.which("Rscript"):
        pytest.skip("no Rscript here")
    if subprocess.run(
        ["Rscript", "-e", "library(httr2); library(jsonlite)"], check=False
    ).returncode:
        pytest.skip("no httr2 or jsonlite here")
    Path("ask.R").write_text(here(snippet("R", "r")))
    assert age() in output("Rscript", "ask.R")
