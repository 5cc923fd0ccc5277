"""The family of PyTorch's files: state dicts read, and held against other readers."""

import numpy as np

from gantei_export.file_kinds.kind import PYTORCH, SAFETENSORS
from gantei_export.pytorch_files.state_dict import open_state_dict

from . import pytorch_reference
from .of_archives import Archive
from .of_bytes import Bytes
from .of_pickles import Program, files
from .of_safetensors import Safetensors
from .outcome import Outcome
from .reference_layers import Unjudged, Unknown


class TorchBytes(Bytes):
    """Damaged bytes of genuine files."""

    files = staticmethod(files)


class TorchArchive(Archive):
    """Damaged archives of `torch.save`."""

    files = staticmethod(files)


OPENED = (
    PYTORCH,
    SAFETENSORS,
)
KINDS = {
    "program": Program,
    "archive": TorchArchive,
    "safetensors": Safetensors,
    "bytes": TorchBytes,
}
SHARES = {"program": 60, "archive": 12, "safetensors": 13, "bytes": 15}
FOLLOWED = 10


def read(path, whole):
    """Read all tensors; return them with where they stood."""
    with open_state_dict(path) as found:
        arrays = {found.prefix + name: one.read() for name, one in found.tensors.items()}
        for name, one in found.tensors.items():
            assert one.shape == arrays[found.prefix + name].shape
        return found.entry, arrays


def caught_by_probe(path):
    """No other process reads such a file first."""
    return False


def judged(path, found):
    """Compare with the reference, and with PyTorch where it is installed."""
    entry, arrays = found
    signature = " ".join(sorted({f"{one.dtype}{one.ndim}" for one in arrays.values()}))
    try:
        expected = pytorch_reference.read(path, entry)
    except Unjudged as reason:
        return Outcome("unjudged", str(reason), signature)
    except Unknown as reason:
        return Outcome("FAILED", f"accepted, but the reference knows no answer: {reason}"[:500])
    for other in (expected, pytorch_reference.by_pytorch(path, entry)):
        if other is None:
            continue
        if list(other) != list(arrays) and path.suffix != ".safetensors":
            return Outcome("FAILED", f"other names: {list(other)} and {list(arrays)}"[:500])
        for name, values in other.items():
            given = arrays.get(name)
            if given is None or given.dtype != values.dtype or given.shape != values.shape:
                return Outcome("FAILED", f"{name}: {values.dtype} of {values.shape} is expected")
            if not np.array_equal(given, values):
                return Outcome("FAILED", f"{name}: other values")
    return Outcome("right", "", signature)
