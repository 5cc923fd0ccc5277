"""Peak memory of a process that opens a network and runs it once."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np

from gantei.errors import InferenceError
from gantei.inference.session import open_session
from gantei.system.python_command import python_command

STATUS = Path("/proc/self/status")


def peak_memory(weights: Path, size: tuple[int, int]) -> int | None:
    """Bytes at the peak; None where the system does not tell.

    Args:
        weights: an ONNX file with one input, float32 (1, height, width, 3).
        size: height and width.

    Raises:
        InferenceError: the process failed.
    """
    command = python_command(__name__, str(weights), *map(str, size))
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
        raise InferenceError(f"{weights.name}: could not be run to measure memory: {reason[0]}")
    peak = int(done.stdout)
    return peak or None


def main() -> None:
    """Be that process: print the peak in bytes, 0 where the system does not tell."""
    height, width = map(int, sys.argv[2:4])
    session = open_session(Path(sys.argv[1]).read_bytes(), "cpu", 1, "memory")
    batch = np.zeros((1, height, width, 3), np.float32)
    session.run(None, {session.get_inputs()[0].name: batch})
    sys.stdout.write(f"{_peak()}\n")


def _peak() -> int:
    if STATUS.exists():  # not ru_maxrss there: a child begins with its parent's
        (kilobytes,) = re.findall(r"VmHWM:\s+(\d+) kB", STATUS.read_text())
        return int(kilobytes) * 1024
    if sys.platform == "win32":
        return 0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main()
