"""A stranger's ONNX file is first opened and run in a process of its own, within limits.

protobuf, ONNX's shape inference and ONNX Runtime are large programs in C++: what crashes them,
hangs, or takes all memory over a hostile file takes that process and not the one that asks.
"""

import json
import subprocess
import sys
import traceback
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from gantei.errors import ConversionError

from ..manifest_draft.user_claims import UserClaims
from ..untrusted.separate_process import DIED, run_in_process
from .trial import Trial

LONGEST = 300.0
"""Seconds for a small file, imports on a busy machine included."""
SLOWEST = 4 << 20
"""Bytes of weights that a further second is allowed for."""
MOST_MEMORY = 6 << 30
"""Bytes of address space, beside eight times the file."""
MOST_SAID = 2_000


def probe_onnx(path: Path, claims: UserClaims) -> Trial:
    """Convert and run a file in another process.

    Raises:
        ConversionError: the file is refused there; or that process crashed, hung or ran out of
            memory.
    """
    seconds = LONGEST + path.stat().st_size / SLOWEST
    try:
        done = run_in_process("gantei_export.onnx_files.onnx_probe", path, claims, seconds)
    except subprocess.TimeoutExpired as error:
        raise ConversionError(f"{path.name}: running it does not end; refused") from error
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    if done.returncode != 0 or not lines:
        raise ConversionError(
            f"{path.name}: opening or running it crashes, or takes more memory or time than "
            f"{MOST_MEMORY >> 30} GB and {LONGEST:g} s ({done.returncode}); refused"
        )
    told = json.loads(lines[-1])
    if "refused" in told:
        raise ConversionError(told["refused"][:MOST_SAID])
    return Trial(**told)


def main() -> int:
    """Be that process."""
    path, kept = Path(sys.argv[1]), json.loads(sys.argv[2])
    kept = {key: tuple(value) if isinstance(value, list) else value for key, value in kept.items()}
    _bound(path)
    from .onnx_converter import examine

    try:
        told = asdict(examine(path, UserClaims(**kept)))
    except ConversionError as error:
        told = {"refused": str(error)}
    except MemoryError:
        return DIED
    except Exception as error:  # noqa: BLE001 - a fault of ours, not of the file
        where = traceback.extract_tb(error.__traceback__)[-1]
        told = {
            "refused": f"{path.name}: internal error, {type(error).__name__} in "
            f"{Path(where.filename).name}:{where.lineno}: please report it"
        }
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


def _bound(path: Path) -> None:
    """Bound memory and the processor's time, where the system can."""
    if sys.platform == "win32":
        return
    import resource

    with suppress(ValueError, OSError):
        size = path.stat().st_size
        memory, seconds = MOST_MEMORY + 8 * size, int(4 * (LONGEST + size / SLOWEST))
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


if __name__ == "__main__":
    sys.exit(main())
