"""Another process finds what started it, wherever that was found."""

import subprocess
import sys
from pathlib import Path

from gantei.system import python_command

STARTS = """
import subprocess, sys
sys.path.insert(0, sys.argv[1])
from package.system.python_command import python_command
subprocess.run(python_command("package.tells", "an argument", "-m"), check=True)
"""


def test_a_module_beside_the_one_that_starts_it_is_found(tmp_path):
    system = tmp_path / "apart/package/system"
    system.mkdir(parents=True)
    text = Path(python_command.__file__).read_text("utf-8")
    (system / "python_command.py").write_text(text, "utf-8")
    tells = "import sys, json\nprint(__name__, sys.argv[1:], [*map(bool, sys.path)])\n"
    (tmp_path / "apart/package/tells.py").write_text(tells)
    (tmp_path / "json.py").write_text("raise SystemExit('what lies here was run')")
    done = subprocess.run(
        [sys.executable, "-c", STARTS, tmp_path / "apart"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.startswith("__main__ ['an argument', '-m'] [True, ")
    assert "False" not in done.stdout  # no current folder among those that modules come from
