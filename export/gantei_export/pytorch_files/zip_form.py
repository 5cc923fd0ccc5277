"""The form of `torch.save` since PyTorch 1.6: a zip archive of a pickle and of storages."""

from gantei.errors import ConversionError

from .pickles import LARGEST_PICKLE
from .rebuilding import Rebuilding
from .records import BytesPlace, Storage, shown
from .stored_tensor import OpenFile
from .zip_members import Members

PICKLE = "data.pkl"


class ZipForm:
    """An open archive of `torch.save`; `value` is the record of what was saved."""

    form = "PyTorch, zip archive"

    def __init__(self, file: OpenFile) -> None:
        self._size = file.size
        self._members = Members(file)
        name = file.path.name
        self._folder = _folder(self._members.names, name)
        order = f"{self._folder}/byteorder"
        if order in self._members.names and self._members.read(order, 100) != b"little":
            raise ConversionError(f"{name}: not written little-endian; save it on another machine")
        where = f"{name}: {PICKLE}"
        data = self._members.read(f"{self._folder}/{PICKLE}", LARGEST_PICKLE)
        self.value, end = Rebuilding(where, old=False).machine.run(data)
        if end != len(data):
            raise ConversionError(f"{where}: a damaged pickle: it goes on behind its end")

    def place(self, storage: Storage) -> BytesPlace:
        """Return where a storage's bytes stand.

        Raises:
            ConversionError: the archive does not hold it as PyTorch does.
        """
        return self._members.place(f"{self._folder}/data/{storage.key}", self._size)


def _folder(names: list[str], name: str) -> str:
    """Return the one folder in which all members of a genuine archive lie."""
    folder = names[0].partition("/")[0] if names else ""
    if not folder or not all(each.startswith(f"{folder}/") for each in names):
        raise ConversionError(
            f"{name}: its members do not lie in one folder, as PyTorch's do, but are "
            f"{', '.join(shown(each) for each in names[:5]) or 'none'}"
        )
    return folder
