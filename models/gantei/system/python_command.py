"""Starting this Python again, for work that needs a process of its own."""

import sys
from pathlib import Path

_ROOT = str(Path(__file__).parents[2])
"""Where this gantei was found; a Bento says that only to the process that it starts itself."""
_START = (
    "import runpy, sys; root, module = sys.argv[1:3]; del sys.argv[1:3]; "
    "root in sys.path or sys.path.insert(0, root); "
    "runpy.run_module(module, run_name='__main__', alter_sys=True)"
)


def python_command(module: str, *arguments: str) -> list[str]:
    """Give the command that runs an importable module as a program.

    `-P`: the current folder is otherwise the first of those that modules come from, and there lies
    what somebody downloaded: an `onnx.py` beside a network would be run.
    """
    return [sys.executable, "-P", "-c", _START, _ROOT, module, *arguments]


def programs_folder() -> Path:
    """Give the folder of the programs that were installed with this Python's packages."""
    return Path(sys.executable).parent
