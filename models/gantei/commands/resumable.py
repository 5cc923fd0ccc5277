"""Work that may be interrupted, because the same command goes on where it ended."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def resumable() -> Iterator[None]:
    """Let an interrupt of the block by Ctrl-C say that the same command resumes."""
    try:
        yield
    except KeyboardInterrupt:
        raise KeyboardInterrupt("the same command resumes") from None
