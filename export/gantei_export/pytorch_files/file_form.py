"""Which of PyTorch's files a file is, by what it holds; those that are not read, and what to do."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from gantei.errors import ConversionError
from gantei.system.archive import DAMAGE, open_zip

from .legacy_form import START, LegacyForm
from .records import BytesPlace, Storage
from .safetensors_form import LARGEST_HEAD, SafetensorsForm
from .stored_tensor import OpenFile
from .zip_form import PICKLE, ZipForm

INSTEAD = 'in PyTorch, save the weights alone: torch.save(model.state_dict(), "weights.pth")'
TORCHSCRIPT = (
    "a TorchScript archive, whose network is a program; "
    'torch.save(torch.jit.load(FILE).state_dict(), "weights.pth") gives its weights alone'
)
_EXPORTED = (
    "an archive of torch.export (.pt2), whose network is a program; "
    'torch.save(torch.export.load(FILE).state_dict, "weights.pth") gives its weights alone'
)
_TAR = f"in the tar form of PyTorch before 0.1.10; {INSTEAD}"
_PLAIN_PICKLE = (
    "a Python pickle that torch.save did not write: nothing but running it would build what it "
    f"holds; {INSTEAD}"
)
_INDEX = (
    "the index of a file in several parts (shards); "
    f"load the parts together and, {INSTEAD[0].lower()}{INSTEAD[1:]}"
)
_POINTER = (
    "a pointer of Git LFS, not the file itself: `git lfs pull` in its repository fetches it, or "
    "its page has a link to download it"
)
_LOOKED_AT = 1 << 16
_TAR_NAMES = (b"sys_info\0", b"pickle\0", b"tensors\0", b"storages\0")
_REFUSED: dict[str, Callable[[bytes], bool]] = {
    _TAR: lambda start: start[257:262] == b"ustar" and start.startswith(_TAR_NAMES),
    _INDEX: lambda start: start.startswith(b"{") and b'"weight_map"' in start,
    _POINTER: lambda start: start.startswith(b"version https://git-lfs"),
}
"""What is refused by name, and how the first bytes of such a file tell it."""


class Form(Protocol):
    """An open file of one of the forms."""

    form: str
    value: Any

    def place(self, storage: Storage) -> BytesPlace:
        """Return where a storage's bytes stand."""


def open_form(file: OpenFile) -> Form:
    """Open a file in the form that it has.

    Raises:
        ConversionError: it is damaged, or of a kind that is not read; says what to do instead.
    """
    found = _kind(file)
    if found is None:
        raise ConversionError(
            f"{file.path.name}: no file of PyTorch's ({file.size:,} bytes); one that torch.save or "
            "safetensors wrote is needed"
        )
    if isinstance(found, str):
        raise ConversionError(f"{file.path.name}: {found}")
    return found(file)


def is_pytorch_file(path: Path) -> bool:
    """Whether a file is one of PyTorch's or safetensors' by what it holds, whatever its name.

    Also those that `open_state_dict` refuses by name, such as TorchScript.
    """
    try:
        with path.open("rb") as file:
            return _kind(OpenFile(file, path, path.stat().st_size)) is not None
    except (OSError, ConversionError):
        return False


def _kind(file: OpenFile) -> Callable[[OpenFile], Form] | str | None:
    start = file.at(0, min(file.size, _LOOKED_AT))
    if start.startswith(b"PK\x03\x04"):
        return _kind_of_zip(file, start)
    if start[:1] == b"\x80" and start[1:2] in (b"\2", b"\3", b"\4", b"\5"):
        return LegacyForm if START in start[:40] else _PLAIN_PICKLE
    refused = [kind for kind, is_kind in _REFUSED.items() if is_kind(start)]
    if refused:
        return refused[0]
    if start[8:9] == b"{" and int.from_bytes(start[:8], "little") <= LARGEST_HEAD:
        return SafetensorsForm
    return None


def _kind_of_zip(file: OpenFile, start: bytes) -> Callable[[OpenFile], Form] | str | None:
    names: list[str] = []
    try:
        with open_zip(file.path) as archive:
            names = [name.partition("/")[2] for name in archive.namelist()]
    except (*DAMAGE, OSError, zipfile.LargeZipFile):
        # torch.save writes the pickle first: it tells a file whose end is missing.
        length = int.from_bytes(start[26:28], "little")
        names = [start[30 : 30 + length].decode("utf-8", "replace").partition("/")[2]]
    if "constants.pkl" in names or any(name.startswith("code/") for name in names):
        return TORCHSCRIPT
    if {"archive_format", "serialized_exported_program.json"} & {*names}:
        return _EXPORTED
    return ZipForm if PICKLE in names else None
