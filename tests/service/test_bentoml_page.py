"""The snippets of docs/bentoml.md run as they stand."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import gantei
from gantei.catalogue.entries import SHIPPED

pytest.importorskip("bentoml", reason="the service's packages are not installed")

PAGE = (Path(__file__).parents[2] / "docs/bentoml.md").read_text("utf-8")
ADDRESS = "http://127.0.0.1:3000"
PHOTOGRAPH = SHIPPED / "demo-age/golden-1.jpg"


def test_both_clients_of_the_page_run(serve, tmp_path):
    port = serve("--with", "demo-age").port
    (tmp_path / "photographs").mkdir()
    shutil.copyfile(PHOTOGRAPH, tmp_path / "photograph.jpg")
    shutil.copyfile(PHOTOGRAPH, tmp_path / "photographs/a.jpg")
    age = f"{gantei.load('demo-age').predict(PHOTOGRAPH)[0].values['age']:.4f}"
    snippets = re.findall(r"```python\n(.*?)```", PAGE, re.S)
    assert len(snippets) == 2
    for text in snippets:
        assert ADDRESS in text
        done = subprocess.run(
            [sys.executable, "-c", text.replace(ADDRESS, f"http://127.0.0.1:{port}")],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert age in done.stdout
