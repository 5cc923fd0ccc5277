"""One photograph drawn per person, and folds of people: the same whatever the order of rows.

A draw is by SHA-256 of what tells a photograph (the digest of its file, where that is known), so it
depends on nothing else: no other photograph, no name of a person, no generator of random numbers.
"""

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_DRAW, _ORDER = b"gantei calibrate: the photograph of a person\0", b"gantei calibrate: people\0"


def drawn_photographs(keys: Sequence[str], persons: NDArray[np.intp]) -> NDArray[np.intp]:
    """Draw one row of each person that has any: intp (people with a row,), in the persons' order.

    Args:
        keys: of each row, what tells the photograph from all others.
        persons: intp (n,), whose row it is.

    >>> import numpy as np
    >>> from gantei.statistics.one_per_person import drawn_photographs
    >>> rows = drawn_photographs(["a", "b", "c"], np.array([0, 0, 1]))
    >>> other = drawn_photographs(["c", "b", "a"], np.array([1, 0, 0]))
    >>> sorted("abc"[row] for row in rows) == sorted("cba"[row] for row in other)
    True
    """
    digests = np.array([_digest(_DRAW, key) for key in keys], np.uint64)
    order = np.lexsort((digests, persons))
    _, first = np.unique(persons[order], return_index=True)
    return order[first].astype(np.intp)


def mixed_ranks(keys: Sequence[str]) -> NDArray[np.intp]:
    """Rank people in an order that means nothing, by a key of each: intp (people,), from 0."""
    digests = np.array([_digest(_ORDER, key) for key in keys], np.uint64)
    ranks = np.empty(len(keys), np.intp)
    ranks[np.argsort(digests, kind="stable")] = np.arange(len(keys))
    return ranks


def _digest(purpose: bytes, key: str) -> int:
    digest = hashlib.sha256(purpose + key.encode("utf-8", "surrogatepass"))
    return int.from_bytes(digest.digest()[:8], "big")
