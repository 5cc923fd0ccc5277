"""Genuine state dicts of Swin transformers, as the tests see them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gantei_export.pytorch_networks.state_dict_converter import convert_state_dict

DATA = Path(__file__).parent / "data"
FILES = sorted(DATA.glob("timm*-swin-*.npz"))
BYTES = 1 << 20
"""Of the file that would hold such a state dict; it bounds the weights."""


@dataclass(frozen=True)
class Held:
    """A tensor that stands in memory."""

    values: np.ndarray

    @property
    def shape(self):
        return self.values.shape

    def read(self):
        return self.values


def opened(file):
    """A state dict, and what timm answered."""
    stored = dict(np.load(file))
    state = {name.removeprefix("state/"): stored.pop(name) for name in list(stored) if "/" in name}
    return state, stored


def converted(state, size=None, file_bytes=BYTES):
    """Convert arrays by name."""
    held = {name: Held(values) for name, values in state.items()}
    return convert_state_dict(held, "0" * 64, file_bytes, (size, size) if size else None)
