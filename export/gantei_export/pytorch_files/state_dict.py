"""The state dict in a file of PyTorch's: tensors by name, and what stood beside them."""

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gantei.errors import ConversionError

from .file_form import INSTEAD, Form, open_form
from .rebuilding import MARKED
from .records import (
    ITEM_SIZES,
    LARGEST_FILE,
    LARGEST_WEIGHTS,
    LONGEST_NAME,
    MOST_TENSORS,
    Budget,
    Global,
    Opaque,
    TensorView,
    shown,
)
from .stored_tensor import OpenFile, StoredTensor, check_view

_PREFIXES = ("module.", "model.", "net.", "network.", "_orig_mod.")
"""What DataParallel, Lightning, own classes and torch.compile put before every name."""
_WRAPPERS = ("state_dict", "model_state_dict", "model", "module", "net", "network", "model_state")
_SMALL = 16 << 20
_REPEATED = 4
"""Tensors may share storages: together they may claim so many times the file's size, or 16 MB."""
_UNREAD = {
    "torch._utils._rebuild_qtensor": "quantized; save the network before it is quantized",
    "torch._utils._rebuild_sparse_tensor": "sparse; save its .to_dense()",
    "torch._utils._rebuild_sparse_csr_tensor": "sparse; save its .to_dense()",
    "torch._utils._rebuild_tensor_v3": "of a dtype that is not read; save its .float()",
    "torch._tensor._rebuild_from_type_v2": "of a class of its own, or with attributes; save its "
    ".detach().clone()",
    "torch._utils._rebuild_meta_tensor_no_storage": "on the meta device, without numbers",
    "torch._utils._rebuild_wrapper_subclass": "of a class of its own; save its .detach().clone()",
    "torch.distributed.tensor.DTensor": "a DTensor; save its .full_tensor()",
}
"""Tensors that are not read, by the call that would rebuild them."""


@dataclass(frozen=True)
class StateDict:
    """The tensors of an open file, and what was found out about it."""

    path: Path
    form: str
    """Such as "PyTorch, zip archive"."""
    tensors: Mapping[str, StoredTensor]
    """By name without `prefix`, in the order of the file."""
    entry: str | None
    """Under which key of a checkpoint they stood; None where the file is the state dict itself."""
    prefix: str
    """What stood before every name, such as "module."; mostly nothing."""
    passed_over: tuple[str, ...]
    """Keys beside the state dict, such as "epoch" and "optimizer", of what was not built."""


@contextmanager
def open_state_dict(path: Path, entry: str | None = None) -> Iterator[StateDict]:
    """Open a file of PyTorch's or safetensors' as data; tensors are read while it is open.

    A file that is a checkpoint holds its state dict under a key: the only one under which tensors
    stand by name, or `entry`.

    Raises:
        ConversionError: it is of another kind, damaged, made to deceive, or holds no state dict, or
            several; says what to do.
    """
    if not path.is_file():
        raise ConversionError(f"{path}: no such file")
    size = path.stat().st_size
    if size > LARGEST_FILE:
        raise ConversionError(f"{path.name}: {size:,} bytes; at most {LARGEST_FILE:,} are read")
    with _opened(path) as opened:
        file = OpenFile(opened, path, size)
        form = open_form(file)
        found, key, passed_over = _choose(form.value, entry, path.name)
        prefix = _prefix(found)
        yield StateDict(
            path, form.form, _stored(found, form, file, prefix), key, prefix, passed_over
        )


def _opened(path: Path) -> io.BufferedReader:
    try:
        return path.open("rb")
    except OSError as error:
        raise ConversionError(f"{path}: cannot be opened: {error.strerror}") from error


def _choose(value: Any, entry: str | None, name: str) -> tuple[dict[Any, Any], str | None, Any]:
    """Return the state dict, its key in a checkpoint, and the other keys."""
    if not isinstance(value, dict):
        raise ConversionError(f"{name}: {_what(value)}, and no state dict; {INSTEAD}")
    if entry is not None:
        candidates = [entry]
        if not isinstance(value.get(entry), dict):
            raise ConversionError(f"{name}: has no dictionary {entry!r}; it has {_keys(value)}")
    else:
        candidates = [key for key, held in value.items() if _is_candidate(key, held)]
    if len(candidates) > 1:
        first = shown(candidates[0])
        raise ConversionError(
            f"{name}: a checkpoint of {len(candidates)} state dicts: {_keys(candidates)}. Save the "
            f'one that is wanted: torch.save(torch.load(FILE)["{first}"], "weights.pth")'
        )
    if candidates:
        (key,) = candidates
        beside = [other for other in value if other != key]
        if len(beside) > MOST_TENSORS:
            raise ConversionError(f"{name}: more than {MOST_TENSORS:,} entries; refused")
        return value[key], key, tuple(shown(other) for other in beside)
    if not any(type(held) is TensorView or _is_unread(held) for held in value.values()):
        raise ConversionError(
            f"{name}: holds no tensors by name, but {_keys(value) or 'nothing'}; {INSTEAD}"
        )
    return value, None, ()


def _is_unread(held: Any) -> bool:
    return type(held) is Opaque and (held.what in _UNREAD or held.what == MARKED)


def _is_candidate(key: Any, held: Any) -> bool:
    """Whether an entry of a checkpoint is a state dict: tensors by name and, mostly, no more."""
    if type(key) is not str or not isinstance(held, dict) or not held:
        return False
    if not all(type(name) is str for name in held):
        return False
    tensors = [type(each) is TensorView for each in held.values()]
    return all(tensors) or (any(tensors) and key in _WRAPPERS)


def _prefix(found: dict[Any, Any]) -> str:
    """Return what stands before every name and is no part of the network's own."""
    names, prefix = [name for name in found if type(name) is str], ""
    while names:
        one = next((one for one in _PREFIXES if names[0].startswith(prefix + one)), None)
        if one is None or len(prefix) > LONGEST_NAME:
            break
        longer = prefix + one
        if not all(name.startswith(longer) and name != longer for name in names):
            break
        prefix = longer
    return prefix


def _stored(
    found: dict[Any, Any], form: Form, file: OpenFile, prefix: str
) -> dict[str, StoredTensor]:
    """Check every tensor of the state dict, of which nothing is read yet."""
    name = file.path.name
    if len(found) > MOST_TENSORS:
        raise ConversionError(f"{name}: more than {MOST_TENSORS:,} tensors; refused")
    budget = Budget(min(LARGEST_WEIGHTS, max(_SMALL, _REPEATED * file.size)))
    tensors = {}
    for key, value in found.items():
        where = f"{name}: {shown(key)}"
        if type(key) is not str or len(key) > LONGEST_NAME or not key.isprintable():
            raise ConversionError(f"{where} is no name of a tensor")
        if type(value) is not TensorView:
            raise ConversionError(f"{where} is no tensor that can be read: {_what(value)}")
        if value.storage.dtype not in ITEM_SIZES:
            raise ConversionError(
                f"{where} has a {shown(value.storage.dtype)}; known: {', '.join(ITEM_SIZES)}"
            )
        budget.take(value, where)
        place = form.place(value.storage)
        check_view(value, place, where)
        tensors[key.removeprefix(prefix)] = StoredTensor(where, value, place, file)
    return tensors


def _what(value: Any) -> str:
    """Say what an object that is no state dict is."""
    if type(value) in (Opaque, Global):
        name = value.what if type(value) is Opaque else value.name
        if name in _UNREAD or name == MARKED:
            return _UNREAD.get(name, MARKED)
        return f"an object of {shown(name)}, which only code can build"
    if type(value) is TensorView:
        return "a single tensor"
    return shown(value) if type(value) is int else f"a {type(value).__name__}"


def _keys(keys: Any) -> str:
    names = [shown(key) for key in keys]
    return ", ".join(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")
