"""A weight that stands in the publisher's file, whatever the form of the file."""

from typing import Any, Protocol

from numpy.typing import NDArray


class StoredArray(Protocol):
    """An array of numbers in an open file, read when its values are needed."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Its sides."""

    def read(self) -> NDArray[Any]:
        """Read its values, of that shape: float32, or whole numbers."""
