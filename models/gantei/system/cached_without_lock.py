"""A property that is computed once, without a lock."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class cached_without_lock(Generic[T]):  # noqa: N801 - as functools.cached_property, of Python 3.12
    """A method that is called once for each object, whose result then stands as its attribute.

    `functools.cached_property` of Python 3.11 has one lock for the objects of all threads: while
    one photograph was looked at, all the others waited. Two threads that share an object may both
    compute its value here.
    """

    def __init__(self, method: Callable[[Any], T]) -> None:
        self._method = method
        update_wrapper(self, method)  # type: ignore[arg-type]

    def __get__(self, instance: object, owner: type | None = None) -> T:
        """Compute the value, and put it where the next look finds it first."""
        value = self._method(instance)
        instance.__dict__[self._method.__name__] = value
        return value
