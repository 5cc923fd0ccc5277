"""The stack of the machine that runs a pickle, and the count of what it has done."""

from typing import Any

from gantei.errors import ConversionError

MOST_STEPS = 1_000_000
"""Opcodes, and items that they move: one to two seconds, or 3,000 tensors with Adam's moments."""
_MARK = object()


def damaged(where: str, what: str) -> ConversionError:
    """Return the error of a pickle that no pickler writes."""
    return ConversionError(f"{where}: a damaged pickle: {what}")


class Stack:
    """Values and marks; `where` names the pickle in messages."""

    def __init__(self, where: str) -> None:
        self.where = where
        self._values: list[Any] = []
        self._steps = 0

    def __len__(self) -> int:
        return len(self._values)

    def spend(self, steps: int) -> None:
        """Count steps.

        Raises:
            ConversionError: there were too many.
        """
        self._steps += steps
        if self._steps > MOST_STEPS:
            raise ConversionError(f"{self.where}: a pickle of over {MOST_STEPS:,} steps; refused")

    def push(self, value: Any) -> None:
        """Lay a value on top."""
        self._values.append(value)

    def mark(self) -> None:
        """Lay a mark on top."""
        self._values.append(_MARK)

    def pop(self) -> Any:
        """Take the top value."""
        if not self._values or self._values[-1] is _MARK:
            raise damaged(self.where, "it takes more than it has")
        return self._values.pop()

    def top(self) -> Any:
        """Return the top value and leave it there."""
        value = self.pop()
        self._values.append(value)
        return value

    def pop_to_mark(self) -> list[Any]:
        """Take all values above the last mark, and the mark."""
        values: list[Any] = []
        while self._values:
            value = self._values.pop()
            if value is _MARK:
                self.spend(len(values))
                return values[::-1]
            values.append(value)
        raise damaged(self.where, "it takes more than it has")

    def pop_some(self, count: int) -> list[Any]:
        """Take so many values, the lowest first."""
        return [self.pop() for _ in range(count)][::-1]
