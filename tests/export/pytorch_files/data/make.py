"""Writes the small genuine files beside it, with the values that PyTorch itself reads from them.

Run with PyTorch 2.14.1 and safetensors 0.8.0 in a Python of its own:

    python make.py

`<name>.npz` holds the tensors of `<name>.pth` or `.safetensors` in the order of the file, floats as
float32; a file of `refused/` has none. tests/export/pytorch_files/files.py says what is in each.
"""

import warnings
from pathlib import Path

import numpy as np
import torch
from files import CHECKPOINTS, REFUSED, STATE_DICTS, values
from safetensors.torch import save_file

HERE = Path(__file__).parent


def main():
    """Write all files."""
    (HERE / "refused").mkdir(exist_ok=True)
    for name, make in STATE_DICTS.items():
        write(name, make())
    for name, make in CHECKPOINTS.items():
        write(name, *make())
    for name, make in REFUSED.items():
        torch.manual_seed(1)
        make(HERE / "refused" / name)
    plain = {name: one.contiguous() for name, one in STATE_DICTS["dtypes"]().items()}
    save_file(plain, HERE / "dtypes.safetensors", {"format": "pt"})


def write(name, saved, state_dict=None):
    """Save in both forms, and the values once."""
    torch.save(saved, HERE / f"{name}.pth")
    torch.save(saved, HERE / f"{name}-old.pth", _use_new_zipfile_serialization=False)
    torch.save(saved, HERE / f"{name}-protocol4.pth", pickle_protocol=4)
    np.savez_compressed(HERE / f"{name}.npz", **values(saved if state_dict is None else state_dict))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main()
