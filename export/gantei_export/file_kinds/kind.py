"""What a file or folder is, told by its content: the one place where forms are known.

A kind that gantei opens stands in `OPENED`, with what its files are called, and has a line in
`_MAGIC` and a converter in `file_conversion.CONVERTERS`; a test names what is missing. All others
are here to be told by name, with the way out.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gantei.errors import ConversionError

from ..keras_files.archive_members import KERAS_MEMBERS, keras_folder
from ..pytorch_files.file_form import is_pytorch_file
from ..refusals.other_ways import SAVE_WHOLE, TRUST
from ..untrusted.zip_archive import ZipArchive, is_rubbish, open_zip_archive

HEAD = 4096
"""Bytes of a file's beginning that tell what it is."""
SAVED_MODEL_FILES = ("saved_model.pb", "saved_model.pbtxt")


@dataclass(frozen=True)
class FileKind:
    """What a file is, and what to do where it is nothing that gantei reads."""

    what: str
    instead: str = ""
    suffixes: tuple[str, ...] = ()
    """What files of a kind that gantei opens are mostly called."""


KERAS_ARCHIVE = FileKind("a .keras file", suffixes=(".keras",))
HDF5 = FileKind("an HDF5 file", suffixes=(".h5", ".hdf5"))
ZIP = FileKind("a .zip")
SAVED_MODEL = FileKind("a SavedModel", f"A SavedModel is opened by running what is in it: {TRUST}")
ONNX = FileKind("an ONNX file", "It holds no Keras network", (".onnx",))
PYTORCH = FileKind("a PyTorch file", suffixes=(".pth", ".pt", ".bin"))
SAFETENSORS = FileKind("a safetensors file", suffixes=(".safetensors",))
UNKNOWN = FileKind(
    "none of the kinds of file that gantei knows by their content",
    "A Keras .h5 or .keras, a PyTorch .pth or an ONNX file is needed, or a .zip that holds one",
)

OPENED = (HDF5, KERAS_ARCHIVE, ONNX, PYTORCH, SAFETENSORS)
"""What gantei reads itself."""
SUFFIXES = tuple(suffix for kind in OPENED for suffix in kind.suffixes)
KERAS_SUFFIXES = (*HDF5.suffixes, *KERAS_ARCHIVE.suffixes)
"""Only what is damaged beyond recognition goes by its name."""

_GRAPH = FileKind("a frozen graph of TensorFlow 1", f"Where its Keras model is, {SAVE_WHOLE}")
_PART = FileKind(
    "one file of a SavedModel, which is a folder", f"Give the folder, variables/ too: {TRUST}"
)
_CHECKPOINT = FileKind(
    "part of a TensorFlow checkpoint, which holds weights without their network",
    f"Load it into its model, and {SAVE_WHOLE}",
)
_LITE = FileKind("a TensorFlow Lite file", f"It was made from a Keras model: {SAVE_WHOLE}")
_JS = FileKind("a TensorFlow.js model", f"It was made from a Keras model: {SAVE_WHOLE}")
_CONFIGURATION = FileKind(
    "a network's configuration without its weights",
    f"Build it with keras.models.model_from_json, load its weights, and {SAVE_WHOLE}",
)
_PICKLE = FileKind(
    "a Python pickle",
    "A pickle is a program, and is never run. From PyTorch, save the weights alone: "
    f'torch.save(model.state_dict(), "weights.pth"); from Keras, {SAVE_WHOLE}',
)
_ARRAYS = FileKind("arrays of NumPy", f"They hold no network: {SAVE_WHOLE}")
_PACKED = FileKind(
    "a packed archive of another kind than .zip", "Unpack it, and give what is inside"
)
_PAGE = FileKind("a web page", "The download gave a page instead of the file: fetch it again")
_POINTER = FileKind("a Git LFS pointer, not the file itself", "Fetch the file with git lfs pull")
_PICTURE = FileKind("a picture", "Give the network's file")
_EMPTY = FileKind("empty", "Fetch it again")

_MAGIC = (
    (rb"\x89HDF\r\n\x1a\n", HDF5),
    (rb"PK\x03\x04|PK\x05\x06", ZIP),
    (rb".{4}TFL3", _LITE),
    (rb"\x93NUMPY", _ARRAYS),
    (rb"\x80\x02\x8a\x0al\xfc\x9cF\xf9", PYTORCH),  # torch.save before 1.6
    (rb"\x80[\x02-\x05]", _PICKLE),
    (rb".{8}\{\s*\"", SAFETENSORS),
    (rb"\x1f\x8b|7z\xbc\xaf|Rar!|BZh|\xfd7zXZ|.{257}ustar", _PACKED),
    (rb"version https://git-lfs", _POINTER),
    (rb"\s*(?i:<!doctype html|<html)", _PAGE),
    (rb"\xff\xd8\xff|\x89PNG", _PICTURE),
    (rb"model_checkpoint_path:", _CHECKPOINT),
    # protobuf: a number of its version, then a graph or its producer's name.
    (rb"\x08\x01\x12[\x80-\xff]*[\x00-\x7f]\n", _PART),
    (rb"\x08[\x03-\x20][\x12:B\x1a]", ONNX),
    (
        rb"\n[\x80-\xff]*[\x00-\x7f]\n[\x80-\xff]?[\x01-\x7f][\w/.>^-]+\x12[\x01-\x40][A-Z]\w+",
        _GRAPH,
    ),
    (rb"\s*\{.*?\"modelTopology\"", _JS),
    (rb"\s*\{.*?\"class_name\"", _CONFIGURATION),
    (rb"(backend|class_name): ", _CONFIGURATION),
)
_TABLE = b"\x57\xfb\x80\x8b\x24\x75\x47\xdb"
"""How the table of a checkpoint's tensors ends."""
_USER_BLOCKS = (512, 1024, 2048)
"""HDF5 may begin behind a block of somebody else's."""
_SHARD = re.compile(r"\.data-\d+-of-\d+$|\.ckpt[^/]*\.meta$")
"""What in a checkpoint no content tells: bare numbers."""


def kind_of_file(path: Path) -> FileKind:
    """Tell what a file or folder is.

    Raises:
        ConversionError: there is none, or it is a damaged `.zip`.
    """
    if path.is_dir():
        return _kind_of_folder(path)
    if not path.is_file():
        raise ConversionError(f"{path}: no such file")
    with path.open("rb") as file:
        head = file.read(HEAD)
        file.seek(max(0, path.stat().st_size - len(_TABLE)))
        tail = file.read(len(_TABLE))
    kind = kind_of_head(head, path.name)
    if kind in (ZIP, _PACKED, SAFETENSORS, UNKNOWN) and is_pytorch_file(path):
        return SAFETENSORS if kind == SAFETENSORS else PYTORCH
    if kind == ZIP:
        with open_zip_archive(path) as archive:
            return _kind_of_names(archive.names)
    return _CHECKPOINT if tail == _TABLE else kind


def kind_of_head(head: bytes, name: str) -> FileKind:
    """Tell what a file is by its first bytes, `HEAD` of them; any `.zip` is just one."""
    if not head:
        return _EMPTY
    if any(head[place : place + 8] == b"\x89HDF\r\n\x1a\n" for place in _USER_BLOCKS):
        return HDF5
    for pattern, kind in _MAGIC:
        if re.match(pattern, head, re.DOTALL):
            return kind
    return _CHECKPOINT if _SHARD.search(name) else UNKNOWN


def kinds_in(archive: ZipArchive) -> dict[str, FileKind]:
    """Tell what kinds of file an archive holds, by their names in it; the unknown are left out."""
    kinds = {}
    for name in archive.names:
        if name.endswith("/") or is_rubbish(name):
            continue
        known = _last(name) in SAVED_MODEL_FILES
        kind = SAVED_MODEL if known else kind_of_head(archive.head(name, HEAD), _last(name))
        if kind in (UNKNOWN, _EMPTY) and name.lower().endswith(KERAS_SUFFIXES):
            kind = HDF5  # or was one: who opens it says what is wrong with it
        if kind not in (UNKNOWN, _EMPTY, _PICTURE, _PAGE):
            kinds[name] = kind
    return kinds


def refused(path: Path, kind: FileKind) -> ConversionError:
    """Return an error that says what a file is and what to do."""
    return ConversionError(f"{path}: is {kind.what}. {kind.instead}")


def _kind_of_names(names: list[str]) -> FileKind:
    """Tell what a `.zip` is by its members' names."""
    if keras_folder(names) is not None:
        return KERAS_ARCHIVE
    last = {_last(name) for name in names}
    return _ARRAYS if last and all(name.endswith(".npy") for name in last) else ZIP


def _kind_of_folder(path: Path) -> FileKind:
    """Tell what a folder is by the names in it, at any depth where it holds a SavedModel."""
    tests: tuple[tuple[Callable[[], bool], FileKind], ...] = (
        (lambda: any(next(path.rglob(name), None) for name in SAVED_MODEL_FILES), SAVED_MODEL),
        (
            lambda: all((path / member).is_file() for member in KERAS_MEMBERS),
            FileKind("an unpacked .keras file", "Pack these files into a .zip, or fetch it again"),
        ),
        (lambda: (path / "checkpoint").is_file() or any(path.glob("*.index")), _CHECKPOINT),
    )
    nothing = FileKind("a folder, and no SavedModel", "Give the file in it that holds the network")
    return next((kind for test, kind in tests if test()), nothing)


def _last(name: str) -> str:
    return name.rpartition("/")[2]
