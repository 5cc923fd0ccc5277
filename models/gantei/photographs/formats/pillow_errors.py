"""What Pillow's readers raise on damaged files, in one error of ours."""

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image

from ...errors import PhotographError
from ...findings.finding import Finding

# What Pillow's readers raise on damaged files. MemoryError is not among them: it is no fault of
# the file, whose size has been checked.
PILLOW_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    EOFError,
    ArithmeticError,
    AttributeError,
    AssertionError,
    RuntimeError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
    Warning,  # where the process turns warnings into errors
)


@contextmanager
def pillow_errors(format: str) -> Iterator[None]:
    """Turn what Pillow raises on a damaged picture into a `PhotographError`."""
    try:
        yield
    except PhotographError:
        raise
    except PILLOW_ERRORS as error:
        raise PhotographError(Finding("damaged-picture", format=format, why=str(error))) from error
