"""How much memory is left for photographs, beside what networks take when they run."""

from collections.abc import Sequence

from ..errors import SettingError
from ..photographs.helper_memory import HELPER
from ..system.cores import cores
from ..system.memory_budget import MemoryBudget
from ..system.memory_limit import memory_held, memory_limit
from .batches import black, bytes_of_inputs
from .network import Network

_LEAST = 100_000_000
"""Bytes; a photograph of 12 megapixels takes as many."""


def memory_left(
    networks: Sequence[Network], workers: int, batch: int, chosen: int | None = None
) -> MemoryBudget:
    """Run each network once, and give what memory is left beside as many runs as there will be.

    ONNX Runtime keeps what a run takes, so that it is measured. Files that are read and results
    that wait are few megabytes a worker, and are left out.

    Args:
        networks: opened.
        workers: photographs that are decoded at the same time.
        batch: photographs that go through a network together.
        chosen: bytes that this process may use; None: as `memory_limit` says.

    Raises:
        SettingError: too little is left for any photograph.
        InferenceError, WeightsError: as `Network.run`.
    """
    runs = workers if batch == 1 else 1
    before = memory_held()
    for each in networks:
        each.run(black(each, batch))
    inputs = bytes_of_inputs(networks, workers, batch)
    limit, held = memory_limit(chosen), memory_held()
    held += (runs - 1) * max(held - before, 0)
    left = limit.bytes - held - inputs - HELPER * min(workers, cores())
    if left < _LEAST:
        raise SettingError(
            f"{limit.bytes // 10**6} MB of memory ({limit.of}) are too few: the estimators and the "
            f"process hold {held // 10**6} MB, and {max(left, 0) // 10**6} MB are left for "
            "photographs; allow more (--memory), or take fewer estimators or --workers"
        )
    return MemoryBudget(left)
