"""Batches for a GPU: one is prepared and copied while the one before it runs."""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from itertools import islice
from typing import TypeVar

import numpy as np

from .network import InputArray, Network
from .parallel import ordered

In = TypeVar("In")
Out = TypeVar("Out")

GPU_BATCH = 16
IN_FLIGHT = 2
"""Batches: one runs, the next is put together and copied. More would only wait longer."""
_WAITING = 2**29
"""Bytes that photographs which are prepared and wait for their batch may take."""


def batch_size(networks: Sequence[Network]) -> int:
    """Number of photographs that go through the networks together."""
    return GPU_BATCH if any(network.device == "cuda" for network in networks) else 1


def black(network: Network, photographs: int) -> InputArray:
    """Make the inputs of black photographs, (n, height, width, 3), to run a network on nothing."""
    dtype = np.uint8 if network.takes_pixels else np.float32
    return np.zeros((photographs, *network.manifest.input.size, 3), dtype)


def bytes_of_photograph(networks: Sequence[Network]) -> int:
    """Bytes of one photograph's inputs for all networks."""
    return sum(black(network, 1).nbytes for network in networks)


def photographs_ahead(networks: Sequence[Network], workers: int, batch: int) -> int:
    """Number of photographs that are in preparation or wait for their batch.

    A batch that is ready when the GPU is, and two per worker so that none idles behind a slow one;
    fewer where they would take more than 512 MiB, but always one per worker.
    """
    room = _WAITING // bytes_of_photograph(networks)
    return max(workers, min(batch + 2 * workers, room))


def bytes_of_inputs(networks: Sequence[Network], workers: int, batch: int) -> int:
    """Bytes of inputs that are in memory at most, beside those that a worker is making.

    A batch in flight has its photographs' inputs, and the array that they are copied to.
    """
    if batch == 1:
        photographs = 3  # none waits for others
    else:
        photographs = photographs_ahead(networks, workers, batch) + 2 * IN_FLIGHT * batch
    return photographs * bytes_of_photograph(networks)


def by_batches(
    function: Callable[[Sequence[In]], Sequence[Out]], items: Iterator[In], size: int
) -> Generator[Out]:
    """Map batches of up to `size` items, two at a time, and give what comes of each item, in order.

    `items` are taken in the caller's thread, as results are. An error comes where its batch's
    results would; closed early, it starts no further batch, and its threads end.
    """
    batches = iter(lambda: list(islice(items, size)), [])
    with closing(ordered(function, batches, IN_FLIGHT, ahead=IN_FLIGHT)) as done:
        for results in done:
            yield from results
