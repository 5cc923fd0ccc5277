"""Runs the program that a pickle is, over a few opcodes, with records in place of objects.

`pickle.Unpickler` is not for strangers' files even where it may look nothing up: nine bytes
(`LONG_BINPUT`) make it allocate gigabytes. Here the memo is a dictionary, each opcode makes at most
one small thing, and what an opcode takes over in bulk is counted like opcodes.
"""

import io
import pickletools
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from gantei.errors import ConversionError

from .records import Global, Opaque, shown
from .stack import Stack, damaged

LARGEST_PICKLE = 16 << 20
"""Bytes: a checkpoint of a thousand tensors has 0.1 MB, its lists of losses a few more."""
LONGEST_GLOBAL = 500
"""Characters of a class's name."""

_SET, _FROZEN_SET = "set", "frozenset"
_FRAME_SIZE = 9
"""Bytes of the opcode that begins a frame."""
_VALUES = {
    *("BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT"),
    *("BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8", "BINSTRING", "SHORT_BINSTRING"),
    *("BINBYTES", "SHORT_BINBYTES", "BINBYTES8"),
}
"""Opcodes that push their argument."""
_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False, "EMPTY_TUPLE": ()}
_PLAIN = (str, bool, bytes, type(None))
"""Types of keys that are kept. The hashes of numbers can be foreseen, and 16,000 of one hash take
ten seconds: whole numbers are kept as text. Others, flat tuples, objects and classes are known by
their places: the hash of a tuple goes as deep as a stranger nested it."""
_PARTS = (*_PLAIN, int, float, Global, Opaque)
"""Types of what is a key, or in a flat tuple that is one."""


class Machine:
    """A pickle's stack and memo.

    `build(name, arguments)` gives the record of what a call by `REDUCE` stands for;
    `storage(identifier)` of what a persistent identifier stands for.
    """

    def __init__(
        self,
        where: str,
        build: Callable[[str, tuple[Any, ...]], Any],
        storage: Callable[[tuple[Any, ...]], Any],
    ) -> None:
        self._where = where
        self._build = build
        self._storage = storage
        self._stack = Stack(where)
        self._memo: dict[str, Any] = {}  # numbers as text: see `_PLAIN`

    def run(self, data: bytes) -> tuple[Any, int]:
        """Run a pickle from its first byte.

        Returns:
            What it leaves, and how many bytes it has: more may follow.

        Raises:
            ConversionError: it is damaged, too large, or needs an opcode that is not allowed.
        """
        before = frame = 0  # where the last opcode starts, and where the frame ends
        try:
            for opcode, argument, position in pickletools.genops(io.BytesIO(data)):
                at = position or 0
                self._stack.spend(1)
                if before < frame < at or (opcode.name == "STOP" and frame > at + 1):
                    raise damaged(self._where, "a frame that ends elsewhere than an opcode")
                before = at
                if opcode.name == "STOP":
                    return self._result(), at + 1
                if opcode.name == "FRAME":
                    if at < frame or (argument or 0) > len(data) - at - _FRAME_SIZE:
                        raise damaged(self._where, "a frame in a frame, or beyond the file")
                    frame = at + _FRAME_SIZE + (argument or 0)
                self._step(opcode.name, argument)
        except ConversionError:
            raise
        except ValueError as error:  # of `genops`
            raise damaged(self._where, shown(str(error))) from error
        raise damaged(self._where, "it does not end")

    def _step(self, name: str, argument: Any) -> None:
        if name in _VALUES:
            self._stack.push(argument)
        elif name in _CONSTANTS:
            self._stack.push(_CONSTANTS[name])
        elif name in _STEPS:
            _STEPS[name](self, argument)
        else:
            raise ConversionError(
                f"{self._where}: the pickle has the opcode {name}, which no file of PyTorch's "
                "needs; refused"
            )

    def _result(self) -> Any:
        result = self._stack.pop()
        if len(self._stack):
            raise damaged(self._where, "it leaves more than one object")
        return result

    def _proto(self, version: int) -> None:
        if not 2 <= version <= 5:
            raise damaged(self._where, f"protocol {version}; 2 to 5 are known")

    def _put(self, number: int) -> None:
        self._memo[str(number)] = self._stack.top()

    def _get(self, number: int) -> None:
        if str(number) not in self._memo:
            raise damaged(self._where, "it recalls what it never kept")
        self._stack.push(self._memo[str(number)])

    def _forget(self, values: list[Any]) -> None:
        """Drop what was popped."""

    def _frozen_set(self, values: list[Any]) -> None:
        self._stack.push(Opaque(_FROZEN_SET))

    def _append(self, items: list[Any]) -> None:
        target = self._stack.top()
        if type(target) is list:
            target.extend(items)
        elif not _is_object(target):
            raise damaged(self._where, "it appends to what is no list")

    def _add_items(self, items: list[Any]) -> None:
        if type(self._stack.top()) is not Opaque:
            raise damaged(self._where, "it adds items to what is no set")

    def _set_items(self, items: list[Any]) -> None:
        target = self._stack.top()
        held = type(target) in (dict, OrderedDict)
        if len(items) % 2 or not (held or _is_object(target)):
            raise damaged(self._where, "it sets items of what is no dictionary")
        if held:
            for key, value in zip(items[::2], items[1::2], strict=True):
                self.set_item(target, key, value)

    def set_item(self, target: dict[Any, Any], key: Any, value: Any) -> None:
        """Set an item whose key is new; see `_PLAIN` for what stands for others than texts."""
        self._stack.spend(1)
        if type(key) not in _PLAIN:
            parts = key if type(key) is tuple else (key,)
            if not all(type(part) in _PARTS for part in parts):
                raise damaged(self._where, "a dictionary has a key that is none")
            whole = type(key) is int and abs(key) < 1 << 64
            key = Opaque(str(key) if whole else f"entry {len(target)}")
        if key in target:
            raise damaged(self._where, f"a dictionary has the key {shown(key)} twice")
        target[key] = value

    def _global(self, module: Any, name: Any) -> None:
        if type(module) is not str or type(name) is not str:
            raise damaged(self._where, "the name of a class is no text")
        if len(module) + len(name) > LONGEST_GLOBAL:
            raise damaged(self._where, f"a class's name is longer than {LONGEST_GLOBAL} letters")
        self._stack.push(Global(f"{module}.{name}"))

    def _reduce(self, function: Any, arguments: Any) -> None:
        if type(arguments) is not tuple:
            raise damaged(self._where, "the arguments of a call are no tuple")
        if type(function) is Global:
            self._stack.push(self._build(function.name, arguments))
        elif type(function) is Opaque:
            self._stack.push(function)
        else:
            raise damaged(self._where, "it calls what is no function")

    def _new_object(self, made: Any, *arguments: Any) -> None:
        if type(made) not in (Global, Opaque):
            raise damaged(self._where, "it makes an object of what is no class")
        self._stack.push(Opaque(made.name if type(made) is Global else made.what))

    def _set_state(self, state: Any) -> None:
        """Pass over an object's attributes, such as the `_metadata` of a state dict."""
        target = self._stack.top()
        if not _is_object(target) and not (type(target) is OrderedDict and isinstance(state, dict)):
            raise damaged(self._where, "it sets attributes of what has none")

    def _persistent(self, identifier: Any) -> None:
        if type(identifier) is not tuple:
            raise damaged(self._where, "the identifier of a storage is no tuple")
        self._stack.push(self._storage(identifier))


def _is_object(value: Any) -> bool:
    """Whether it stands for an object of a class that may take anything."""
    return type(value) is Opaque and value.what not in (_SET, _FROZEN_SET)


def _with(count: int, step: Callable[..., None]) -> Callable[[Machine, Any], None]:
    """Make a step that takes so many values from the stack."""
    return lambda machine, _: step(machine, *machine._stack.pop_some(count))


def _push_tuple(machine: Machine, *values: Any) -> None:
    machine._stack.push(values)


_STEPS: dict[str, Callable[[Machine, Any], None]] = {
    "PROTO": Machine._proto,
    "FRAME": lambda machine, _: None,
    "MARK": lambda machine, _: machine._stack.mark(),
    "POP": lambda machine, _: machine._stack.pop(),
    "POP_MARK": lambda machine, _: machine._forget(machine._stack.pop_to_mark()),
    "BINPUT": Machine._put,
    "LONG_BINPUT": Machine._put,
    "MEMOIZE": lambda machine, _: machine._put(len(machine._memo)),
    "BINGET": Machine._get,
    "LONG_BINGET": Machine._get,
    "EMPTY_LIST": lambda machine, _: machine._stack.push([]),
    "EMPTY_DICT": lambda machine, _: machine._stack.push({}),
    "EMPTY_SET": lambda machine, _: machine._stack.push(Opaque(_SET)),
    "FROZENSET": lambda machine, _: machine._frozen_set(machine._stack.pop_to_mark()),
    "TUPLE": lambda machine, _: machine._stack.push(tuple(machine._stack.pop_to_mark())),
    "TUPLE1": _with(1, _push_tuple),
    "TUPLE2": _with(2, _push_tuple),
    "TUPLE3": _with(3, _push_tuple),
    "APPEND": _with(1, lambda machine, item: machine._append([item])),
    "APPENDS": lambda machine, _: machine._append(machine._stack.pop_to_mark()),
    "ADDITEMS": lambda machine, _: machine._add_items(machine._stack.pop_to_mark()),
    "SETITEM": _with(2, lambda machine, *item: machine._set_items([*item])),
    "SETITEMS": lambda machine, _: machine._set_items(machine._stack.pop_to_mark()),
    # `genops` joins module and name by a space.
    "GLOBAL": lambda machine, name: machine._global(*name.partition(" ")[::2]),
    "STACK_GLOBAL": _with(2, Machine._global),
    "REDUCE": _with(2, Machine._reduce),
    "NEWOBJ": _with(2, Machine._new_object),
    "NEWOBJ_EX": _with(3, Machine._new_object),
    "BUILD": _with(1, Machine._set_state),
    "BINPERSID": _with(1, Machine._persistent),
}
"""Every opcode that does more than push its argument or a constant."""
