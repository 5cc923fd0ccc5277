"""A stranger's HDF5 file is read once in a process of its own before it is read in this one.

libhdf5 can crash, hang or take all memory over a damaged file (seen with 30 flipped bytes: a
segmentation fault while it reads a string). In the process that asks, all work would be lost.
"""

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from gantei.errors import ConversionError

from ..manifest_draft.user_claims import UserClaims
from ..untrusted.separate_process import DIED, run_in_process

LONGEST = 9.0
"""Seconds for a small file; EfficientNet-B7's (256 MB) takes one."""
SLOWEST = 32 << 20
"""Bytes that any disk reads in a further second."""


def probe(path: Path, claims: UserClaims | None = None) -> None:
    """Read all that a conversion reads, in another process.

    Other faults than the library's own are left for the conversion to tell.

    Raises:
        ConversionError: the library crashed, hung or ran out of memory over the file.
    """
    seconds = LONGEST + path.stat().st_size / SLOWEST
    try:
        done = run_in_process(
            "gantei_export.keras_conversion.hdf5_probe", path, claims or UserClaims(), seconds
        )
    except subprocess.TimeoutExpired as error:
        raise ConversionError(f"{path.name}: reading it does not end: damaged HDF5") from error
    # A signal is negative, or on Windows a status above 2³¹.
    code = done.returncode
    if code < 0 or code == DIED or code >= 1 << 31:
        raise ConversionError(
            f"{path.name}: the HDF5 library crashes over it ({code}): damaged; fetch it again"
        )


def main() -> int:
    """Be that process."""
    path, claims = Path(sys.argv[1]), UserClaims(**json.loads(sys.argv[2]))
    _bound_memory(path)
    from ..keras_files.model_source import open_model_source
    from ..keras_layers.support import check_supported
    from ..keras_networks.calls import flatten
    from ..keras_networks.keras_config import parse

    try:
        with suppress(ConversionError), open_model_source(path, claims) as source:
            model = parse(source.config)
            check_supported(model)
            source.bind(model)
            for call in flatten(model).calls:
                for array in call.weights.values():
                    array.read()
    except MemoryError:
        return DIED
    return 0


def _bound_memory(path: Path) -> None:
    """Allow 2 GB and four times the file, where the system can bound it."""
    if sys.platform == "win32":
        return
    import resource

    with suppress(ValueError, OSError):
        limit = 2 * 1024**3 + 4 * path.stat().st_size
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


if __name__ == "__main__":
    sys.exit(main())
