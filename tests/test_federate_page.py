"""docs/federate.md: its commands do what it says, at three sites on one machine."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from .export.federations import draw_site, run

PAGE = (Path(__file__).parent.parent / "docs/federate.md").read_text("utf-8")
WRITE_DOWN = r"""
gantei() {
  printf '%s\t' "$@" >> commands; echo >> commands
  test "$1 $2" != "federate combine"
}
"""


@pytest.mark.skipif(
    not all(map(shutil.which, ("bash", "openssl"))), reason="needs bash and openssl"
)
def test_the_commands_of_the_page_end_with_an_estimator(tmp_path, monkeypatch, capsys):
    """The shell says which commands they are; they run in this process, which is faster."""
    for package in ("cryptography", "scipy", "sklearn", "onnx"):
        pytest.importorskip(package, reason="needs the extras study, convert and sign")
    monkeypatch.chdir(tmp_path)
    script = "".join(re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL))
    subprocess.run(["bash", "-euo", "pipefail", "-c", WRITE_DOWN + script], check=True)
    commands = [line.split("\t")[:-1] for line in Path("commands").read_text().splitlines()]
    codes = []
    for words in commands:
        if words[0] == "demo-photos":  # other photographs, which are drawn faster
            draw_site(Path(words[1]), len(codes), people=int(words[3]))
            for photograph in Path(words[1], "photographs").iterdir():
                photograph.rename(Path(words[1], photograph.name))
            codes.append(0)
        else:
            codes.append(run(words))
            assert codes[-1] == 0 or words[1] == "combine", capsys.readouterr().err
    assert [code for code, words in zip(codes, commands, strict=True) if "combine" in words] == [
        1, 1, 0,
    ]  # fmt: skip
    said = capsys.readouterr().out
    assert "round-3: converged" in said
    assert "90 people in total" in said
    assert "ward-age: installed in" in said
