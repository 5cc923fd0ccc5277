"""How the service divides its memory: by parts that never wait for each other.

What the estimators and the process hold is taken off first. A quarter of the rest is for bodies and
answers, and each worker has a share for a photograph of usual size, so that such a photograph never
waits for memory. All that is left is for large photographs, which wait for it in a queue of their
own.
"""

from dataclasses import dataclass

from gantei.errors import SettingError
from gantei.photographs.helper_memory import HELPER
from gantei.system.allocator import LARGE, USUAL
from gantei.system.cores import cores
from gantei.system.memory_limit import MemoryLimit

MEGABYTE = 1_000_000
MOST_BODIES = 1024 * MEGABYTE
"""Bytes for bodies of half as many, each of which is in memory twice while it is read."""
MOST_SMALL = LARGE
"""Bytes that decoding takes above which a photograph is large however much memory there is."""
LEAST_SMALL = 50 * MEGABYTE
"""Bytes of a photograph of 3 megapixels; a server with less could answer hardly any."""


@dataclass(frozen=True)
class MemoryPlan:
    """Bytes, and what they are for.

    Attributes:
        limit: all that may be used, and whose limit that is.
        held: by the process, its estimators, what runs through them, and helper processes.
        bodies: for bodies and answers in memory.
        small: for a photograph in a worker.
        large: for all large photographs together.
    """

    limit: MemoryLimit
    held: int
    bodies: int
    small: int
    large: int

    @property
    def budget(self) -> int:
        """All that requests may take."""
        return self.limit.bytes - self.held

    def sizes(self) -> dict[str, int]:
        """Give all in bytes, by name, for the log."""
        return {
            "limit": self.limit.bytes, "held": self.held, "bodies": self.bodies,
            "small": self.small, "large": self.large,
        }  # fmt: skip


def memory_plan(limit: MemoryLimit, held: int, workers: int) -> MemoryPlan:
    """Divide the memory that is left.

    Args:
        limit: bytes that this process may use.
        held: bytes that it holds without any request.
        workers: photographs of usual size that are decoded at the same time.

    Raises:
        SettingError: too little is left to answer a photograph.
    """
    held += HELPER * min(workers + large_threads(workers), cores())
    left = limit.bytes - held
    bodies = min(MOST_BODIES, left // 4)
    most = (left - bodies) // (2 * workers)
    # An eighth of it for all workers; up to half where photographs of usual size need that.
    small = min(MOST_SMALL, max(USUAL, most // 4), most)
    if small < LEAST_SMALL:
        needed = held + 4 * (2 * workers * LEAST_SMALL) // 3
        raise SettingError(
            f"{_megabytes(limit.bytes)} MB of memory ({limit.of}) are too few: the estimators and "
            f"the process hold {_megabytes(held)} MB, and {workers} workers need "
            f"{_megabytes(needed)} MB in all; allow more (--memory, or the limit of the "
            "container), serve fewer estimators, or take fewer --workers"
        )
    return MemoryPlan(limit, held, bodies, small, left - bodies - workers * small)


def large_threads(workers: int) -> int:
    """Large photographs that are decoded at the same time, where there is memory for them.

    By default as many as there are cores; with fewer workers than that, one core is left.
    """
    return max(1, workers - 1)


def _megabytes(size: int) -> int:
    return -(-size // MEGABYTE)
