"""Requests that no client would send, each made of a seed: what `malformed.py` sends."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from . import bodies, wire
from .pieces import MARK as MARK


@dataclass
class Request:
    """Bytes for the wire; `whole` where the server has all it needs to answer."""

    kind: str
    data: bytes
    whole: bool


MAKERS: tuple[Callable[[random.Random], tuple[bytes, bool]], ...] = (
    wire.damaged_head,
    wire.huge_head,
    wire.wrong_length,
    wire.chunked_nonsense,
    wire.odd_address,
    wire.pipelined,
    wire.another_protocol,
    bodies.damaged_form,
    bodies.odd_parts,
    bodies.damaged_picture,
    bodies.damaged_picture,  # so many ways
    bodies.damaged_json,
    bodies.odd_json_fields,
)


def damaged(rng: random.Random) -> Request:
    """Make one request."""
    maker = rng.choice(MAKERS)
    data, whole = maker(rng)
    return Request(maker.__name__.replace("_", " "), data, whole)
