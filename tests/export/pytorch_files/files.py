"""What the files of `data` hold, as PyTorch makes it; `data/make.py` and the judges import it."""

import argparse
import collections
import datetime
import warnings

import numpy as np
import torch
from torch import nn


def network():
    """A network whose batch normalisation has seen a batch."""
    torch.manual_seed(1)
    made = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(36, 1))
    made(torch.rand(5, 3, 5, 5))
    return made


def plain():
    """A state dict as `torch.save(model.state_dict(), …)` writes it."""
    return network().state_dict()


def dtypes():
    """Every kind of number, a scalar, and nothing."""
    floats = torch.linspace(-3, 3, 12).reshape(3, 4)
    kinds = (torch.float64, torch.float32, torch.float16, torch.bfloat16)
    numbers = (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8)
    found = {str(kind)[6:]: floats.to(kind) for kind in kinds}
    found |= {str(kind)[6:]: torch.arange(5).to(kind) for kind in numbers}
    return found | {
        "bool": torch.tensor([True, False, True]),
        "scalar": torch.tensor(7.5),
        "none": torch.empty(0, 3),
    }


def views():
    """Tensors that share storages, and that do not lie in order."""
    base = torch.arange(24.0).reshape(2, 3, 4)
    return {
        "whole": base,
        "tied": base,
        "transposed": base.permute(2, 0, 1),
        "part": base[1, 1:, ::2],
        "expanded": base[0, 0, :1].expand(3, 2),
        "channels_last": torch.rand(1, 3, 2, 2).to(memory_format=torch.channels_last),
        "parameter": nn.Parameter(base[1]),
    }


STATE_DICTS = {"plain": plain, "dtypes": dtypes, "views": views}


def checkpoint():
    """What a training script keeps: the state dict of a wrapped network, and much beside it."""
    model = network()
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.rand(5, 3, 5, 5)).sum().backward()
    optimizer.step()
    state_dict = collections.OrderedDict((f"module.{n}", t) for n, t in model.state_dict().items())
    history = collections.defaultdict(list)
    history["loss"].append(0.5)
    saved = {
        "epoch": 7,
        "state_dict": state_dict,
        "optimizer": optimizer.state_dict(),
        "args": argparse.Namespace(rate=1e-3, sizes={384, 224}, tags=frozenset(["a"])),
        "best": np.float64(2.39),
        "curve": np.arange(4.0),
        "history": history,
        "saved": datetime.datetime(2022, 9, 3, tzinfo=datetime.UTC),
        "device": torch.device("cpu"),
        "loss": torch.tensor(0.5),
    }
    return saved, {n.removeprefix("module."): t for n, t in state_dict.items()}


CHECKPOINTS = {"checkpoint": checkpoint}
BESIDE = ("epoch", "optimizer", "args", "best", "curve", "history", "saved", "device", "loss")


def _script(path):
    torch.jit.save(torch.jit.script(nn.Linear(2, 1)), path)


def _exported(path):
    exported = torch.export.export(nn.Linear(2, 1), (torch.rand(1, 2),))
    torch.export.save(exported, path)


def _quantized(path):
    torch.save({"weight": torch.quantize_per_tensor(torch.rand(3), 0.1, 0, torch.qint8)}, path)


def _two(path):
    state_dict = plain()
    torch.save({"state_dict": state_dict, "state_dict_ema": state_dict}, path)


def _with_attribute(path):
    one = torch.rand(2)
    one.mean_of = "rows"
    torch.save({"weight": one}, path)


REFUSED = {
    "script.pt": _script,
    "module.pth": lambda path: torch.save(nn.Linear(2, 1), path),
    "quantized.pth": _quantized,
    "sparse.pth": lambda path: torch.save({"weight": torch.eye(3).to_sparse()}, path),
    "csr.pth": lambda path: torch.save({"weight": torch.eye(3).to_sparse_csr()}, path),
    "complex.pth": lambda path: torch.save({"weight": torch.rand(2, dtype=torch.cfloat)}, path),
    "negated.pth": lambda path: torch.save(
        {"weight": torch.rand(2, dtype=torch.cfloat).conj().imag}, path
    ),
    "float8.pth": lambda path: torch.save({"weight": torch.rand(2).to(torch.float8_e5m2)}, path),
    "meta.pth": lambda path: torch.save({"weight": torch.rand(2, device="meta")}, path),
    "attribute.pth": _with_attribute,
    "two.pth": _two,
    "tensor.pth": lambda path: torch.save(torch.rand(2), path),
    "list.pth": lambda path: torch.save([torch.rand(2)], path),
    "words.pth": lambda path: torch.save({"epoch": 3}, path),
    "extra.pth": lambda path: torch.save({**plain(), "extra": datetime.date(2022, 9, 3)}, path),
    "infinite.pth": lambda path: torch.save({"weight": torch.tensor([1.0, torch.inf])}, path),
    "large.pth": lambda path: torch.save(
        {"weight": torch.tensor([1e39], dtype=torch.float64)}, path
    ),
}
WITH_SOURCE = {
    "exported.pt2": _exported,
    "module-old.pth": lambda path: torch.save(
        nn.Linear(2, 1), path, _use_new_zipfile_serialization=False
    ),
}
"""Refused as well; they hold PyTorch's own source, or where it stood, and are not kept here."""


def values(state_dict):
    """Return the tensors as NumPy's, floats as float32."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {
            name: (one.float() if one.is_floating_point() else one).detach().numpy()
            for name, one in state_dict.items()
        }
