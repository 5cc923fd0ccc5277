"""The few calls of a PyTorch pickle that are followed, as records; all others stay opaque."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from gantei.errors import ConversionError

from .pickles import Machine
from .records import MOST_DIMENSIONS, Global, Opaque, Storage, TensorView, shown
from .stack import damaged

_STORAGES = {
    "torch.DoubleStorage": "float64",
    "torch.FloatStorage": "float32",
    "torch.HalfStorage": "float16",
    "torch.BFloat16Storage": "bfloat16",
    "torch.LongStorage": "int64",
    "torch.IntStorage": "int32",
    "torch.ShortStorage": "int16",
    "torch.CharStorage": "int8",
    "torch.ByteStorage": "uint8",
    "torch.BoolStorage": "bool",
    "torch.storage.UntypedStorage": "uint8",
}
MARKED = "a tensor with hooks, or to be negated or conjugated; save its .resolve_neg().clone()"
"""What stands for a tensor whose numbers are not all there is to it."""
_LARGEST_NUMBER = 1 << 40
"""Of offsets, sides, strides and counts: beyond any file."""


class Rebuilding:
    """A pickle's storages, and what its calls make of them.

    `old` is the form before PyTorch 1.6, whose identifiers of storages have one part more.
    """

    def __init__(self, where: str, *, old: bool) -> None:
        self._where = where
        self._old = old
        self._calls: dict[str, Callable[[tuple[Any, ...]], Any]] = {
            "collections.OrderedDict": self._ordered_dict,
            "torch._utils._rebuild_tensor": self._tensor,
            "torch._utils._rebuild_tensor_v2": self._tensor_v2,
            "torch._utils._rebuild_parameter": self._parameter,
            "torch._utils._rebuild_parameter_with_state": self._parameter,
        }
        self.storages: dict[str, Storage] = {}
        """By key, in the order of their first mention."""
        self.machine = Machine(where, self._build, self._identified)

    def _build(self, name: str, arguments: tuple[Any, ...]) -> Any:
        call = self._calls.get(name)
        return call(arguments) if call else Opaque(name)

    def _damaged(self, what: str) -> ConversionError:
        return damaged(self._where, what)

    def _ordered_dict(self, arguments: tuple[Any, ...]) -> Any:
        """Return a dictionary; Python 2 gave its pairs as an argument."""
        made: OrderedDict[Any, Any] = OrderedDict()
        if arguments and (len(arguments) != 1 or type(arguments[0]) is not list):
            raise self._damaged("an OrderedDict of what are no pairs")
        for pair in arguments[0] if arguments else ():
            if type(pair) not in (list, tuple) or len(pair) != 2:
                raise self._damaged("an OrderedDict of what are no pairs")
            self.machine.set_item(made, *pair)
        return made

    def _tensor_v2(self, arguments: tuple[Any, ...]) -> Any:
        """Return a tensor without hooks, and without a mark that its numbers are to be negated."""
        if len(arguments) not in (6, 7) or type(arguments[4]) is not bool:
            raise self._damaged("a tensor of other arguments than PyTorch gives")
        if not isinstance(arguments[5], dict) or arguments[5] or any(arguments[6:7]):
            return Opaque(MARKED)
        return self._tensor(arguments[:4])

    def _tensor(self, arguments: tuple[Any, ...]) -> Any:
        if len(arguments) != 4:
            raise self._damaged("a tensor of other arguments than PyTorch gives")
        storage, offset, shape, strides = arguments
        if type(storage) is Opaque:
            return storage
        if type(storage) is not Storage:
            raise self._damaged("a tensor of what is no storage")
        shape, strides = self._numbers(shape), self._numbers(strides)
        if len(shape) != len(strides):
            raise self._damaged(f"a tensor with the shape {shape} and the strides {strides}")
        return TensorView(storage, self._number(offset), shape, strides)

    def _parameter(self, arguments: tuple[Any, ...]) -> Any:
        """Return the tensor that a parameter wraps."""
        if len(arguments) not in (3, 4) or type(arguments[0]) not in (TensorView, Opaque):
            raise self._damaged("a parameter of what is no tensor")
        return arguments[0]

    def _identified(self, identifier: tuple[Any, ...]) -> Any:
        """Return what a persistent identifier stands for: a storage, or a module's class."""
        if self._old and len(identifier) == 4 and identifier[0] == "module":
            if type(identifier[1]) is not Global:
                raise self._damaged("the class of a module is no class")
            return identifier[1]
        if len(identifier) != (6 if self._old else 5) or identifier[0] != "storage":
            raise self._damaged("an identifier that is not of a storage")
        kind, key, location, count = identifier[1:5]
        if type(kind) is not Global or type(key) is not str or type(location) is not str:
            raise self._damaged("an identifier that is not of a storage")
        dtype = _STORAGES.get(kind.name, kind.name)
        storage = Storage(key, dtype, self._number(count))
        known = self.storages.setdefault(key, storage)
        if known != storage:
            raise self._damaged(
                f"two storages of the key {shown(key)}: {known.count:,} × {shown(known.dtype)} and "
                f"{storage.count:,} × {shown(dtype)}"
            )
        view = identifier[5] if self._old else None
        return storage if view is None else self._view(storage, view)

    def _view(self, storage: Storage, view: Any) -> Storage:
        if type(view) is not tuple or len(view) != 3:
            raise self._damaged("a view of a storage that is none")
        start, length = self._number(view[1]), self._number(view[2])
        if start + length > storage.count:
            raise self._damaged(f"a view beyond the storage {shown(storage.key)}")
        return Storage(storage.key, storage.dtype, storage.count, start, length)

    def _numbers(self, values: Any) -> tuple[int, ...]:
        if type(values) is not tuple or len(values) > MOST_DIMENSIONS:
            raise self._damaged(f"a shape that is no tuple of at most {MOST_DIMENSIONS} numbers")
        return tuple(self._number(value) for value in values)

    def _number(self, value: Any) -> int:
        if type(value) is not int or not 0 <= value <= _LARGEST_NUMBER:
            raise self._damaged(f"{shown(value)} where a size, a place or a stride stands")
        return value
