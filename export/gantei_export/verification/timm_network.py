"""timm's Swin transformer of the measures that a state dict has, with its weights."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gantei.errors import MissingExtraError

from ..pytorch_networks.swin_layout import layout_of
from ..pytorch_networks.swin_measures import PATCH, Layout


def torch_and_timm(needed_by: str) -> tuple[Any, Any]:
    """Import PyTorch and timm.

    Raises:
        MissingExtraError: one is not installed; the message begins with `needed_by`.
    """
    try:
        import timm
        import torch
    except ImportError as error:
        raise MissingExtraError(
            f"{needed_by} needs PyTorch and timm ({error}): pip install torch timm"
        ) from error
    return torch, timm


def loaded_network(state: Mapping[str, Any], size: int | None) -> Any:
    """Build timm's network of a state dict's measures, for evaluation, and load it.

    Args:
        state: tensors of PyTorch's by name, without a wrapper's prefix.
        size: side of the input (px), where a file does not hold it.

    Raises:
        ConversionError: it is no Swin transformer. Anything that PyTorch and timm raise.
    """
    layout = layout_of({name: _TorchArray(tensor) for name, tensor in state.items()}, size)
    network = _network(layout)
    network.load_state_dict(_named_for(network, state), strict=True)
    return network


@dataclass(frozen=True)
class _TorchArray:
    """A tensor of PyTorch's as a `StoredArray`."""

    tensor: Any

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.tensor.shape)

    def read(self) -> NDArray[Any]:
        return np.asarray(self.tensor.float().numpy())


def _network(layout: Layout) -> Any:
    """Build timm's network of these measures, for evaluation."""
    from timm.models.swin_transformer import SwinTransformer

    first = layout.stages[0]
    options: dict[str, Any] = {} if layout.normed_patches else {"patch_norm": False}
    network = SwinTransformer(
        img_size=layout.size,
        patch_size=PATCH,
        num_classes=layout.units,
        embed_dim=first.width,
        depths=tuple(stage.depth for stage in layout.stages),
        num_heads=tuple(stage.heads for stage in layout.stages),
        window_size=max(stage.window for stage in layout.stages),
        mlp_ratio=math.nextafter(first.hidden / first.width, math.inf),  # timm rounds it down
        qkv_bias=layout.qkv_bias,
        **options,
    )
    return network.eval()


def _named_for(network: Any, state: Mapping[str, Any]) -> dict[str, Any]:
    """Name tensors as the installed timm does, and add the buffers that only an older one has."""
    wanted = network.state_dict()
    moved = 0
    if "head.fc.weight" in wanted and "head.weight" in state:
        moved = 1
    elif "head.weight" in wanted and "head.fc.weight" in state:
        moved = -1
    buffers = ("attn_mask", "relative_position_index")
    named = {name: values for name, values in wanted.items() if name.endswith(buffers)}
    for name, values in state.items():
        new = name
        if moved:
            new = re.sub(r"^head\.(fc\.)?", "head.fc." if moved > 0 else "head.", new)
            new = re.sub(
                r"^layers\.(\d+)\.downsample\.",
                lambda found: f"layers.{int(found[1]) + moved}.downsample.",
                new,
            )
        if new in wanted or not new.endswith(buffers):
            named[new] = values
    return named
