"""The form of `torch.save` before PyTorch 1.6: five pickles, then the storages one by one.

The pickles are a magic number, a version, facts about the machine, what was saved, and the keys of
the storages in their order; each storage is the number of its items (8 bytes) and the items.
"""

from typing import Any

from gantei.errors import ConversionError

from .pickles import LARGEST_PICKLE
from .rebuilding import Rebuilding
from .records import ITEM_SIZES, MOST_TENSORS, BytesPlace, Storage, shown
from .stored_tensor import OpenFile

MAGIC = 0x1950A86A20F9469CFC6C
START = b"\x8a\n" + MAGIC.to_bytes(10, "little") + b"."
"""The pickle of the magic number, behind its first two bytes, in protocols 2 and 3."""
_VERSION = 1001
_MOST_STORAGES = 10 * MOST_TENSORS


class LegacyForm:
    """An open file of this form; `value` is the record of what was saved."""

    form = "PyTorch, before 1.6"

    def __init__(self, file: OpenFile) -> None:
        self._file = file
        self._where = file.path.name
        self._data = file.at(0, min(file.size, LARGEST_PICKLE))
        self._at = 0
        magic, version, system = (self._next(Rebuilding(self._where, old=True)) for _ in range(3))
        if type(magic) is not int or magic != MAGIC or type(version) is not int:
            raise self._damaged("it does not begin as PyTorch's files do")
        if version != _VERSION:
            raise self._damaged(f"version {shown(version)} of the form; {_VERSION} is known")
        if type(system) is not dict or system.get("little_endian") is not True:
            raise ConversionError(
                f"{self._where}: not written little-endian; save it on another machine"
            )
        rebuilding = Rebuilding(self._where, old=True)
        self.value = self._next(rebuilding)
        self._places = self._find(
            self._next(Rebuilding(self._where, old=True)), rebuilding.storages
        )

    def place(self, storage: Storage) -> BytesPlace:
        """Return where a storage's bytes stand."""
        return self._places[storage.key]

    def _damaged(self, what: str) -> ConversionError:
        return ConversionError(f"{self._where}: damaged, or no file of PyTorch's: {what}")

    def _next(self, rebuilding: Rebuilding) -> Any:
        value, size = rebuilding.machine.run(self._data[self._at :])
        self._at += size
        return value

    def _find(self, keys: Any, storages: dict[str, Storage]) -> dict[str, BytesPlace]:
        """Go through the storages, which have to end where the file does."""
        if type(keys) is not list or not all(type(key) is str for key in keys):
            raise self._damaged("the keys of its storages are no list of texts")
        if len(keys) > _MOST_STORAGES or len(set(keys)) != len(keys) or {*keys} != {*storages}:
            raise self._damaged("it lists other storages than its tensors name, or one twice")
        places, at = {}, self._at
        for key in keys:
            storage = storages[key]
            if storage.dtype not in ITEM_SIZES:
                raise ConversionError(
                    f"{self._where}: holds a {shown(storage.dtype)}, whose size is not known; save "
                    "the state dict alone"
                )
            count = int.from_bytes(self._file.at(at, 8), "little")
            if count != storage.count:
                raise self._damaged(
                    f"the storage {shown(key)} has {shown(count)} numbers where its tensors say "
                    f"{storage.count:,}"
                )
            places[key] = BytesPlace(at + 8, count * ITEM_SIZES[storage.dtype])
            at += 8 + places[key].size
            if at > self._file.size:
                raise self._file.truncated()
        if at != self._file.size:
            raise self._damaged(f"{self._file.size - at:,} bytes follow on its last storage")
        return places
