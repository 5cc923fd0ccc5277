"""Whose eye a photograph shows, as far as somebody said it."""

from dataclasses import dataclass
from typing import Literal

PersonOrigin = Literal["list"]
"""Where it is known from."""


@dataclass(frozen=True)
class KnownPerson:
    """A person: what the study calls them, and where that comes from."""

    name: str
    origin: PersonOrigin
