"""What glibc does with memory that is freed: each thread keeps it, until somebody asks for it."""

import ctypes
import sys
from functools import cache
from typing import Any

USUAL = 64_000_000
"""Bytes of a photograph that a thread may keep at rest: those of a JPEG of 5 megapixels."""
LARGE = 256_000_000
"""Bytes of a photograph after which it is worth asking at once: a JPEG of 40 megapixels.

Below, what is kept is soon used again: asking after each JPEG of 6 or 12 megapixels, in a thread of
large ones, took a service a quarter to a third more of the processor.
"""


def give_back_freed() -> None:
    """Have glibc give back to the system all that is free in this process, in every thread.

    It takes milliseconds. By itself a thread keeps the pictures that it had: six of 196 megapixels
    left 6.6 GB. `mallopt(M_MMAP_THRESHOLD)`, which also helps, makes every photograph's pages come
    anew, for a tenth to a sixth more of the processor. Elsewhere (musl, macOS, Windows) nothing is
    done.
    """
    if libc := _glibc():
        libc.malloc_trim(0)


@cache
def _glibc() -> Any:
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    return libc if hasattr(libc, "gnu_get_libc_version") else None
