"""Starting this Python again, for work that needs a process of its own."""

import sys


def python_command(module: str, *arguments: str) -> list[str]:
    """Give the command that runs an importable module as a program.

    `-P`: `-m` alone puts the current folder first among those that modules come from, and there
    lies what somebody downloaded: an `onnx.py` beside a network would be run.
    """
    return [sys.executable, "-P", "-m", module, *arguments]
