"""Comparing a converted estimator with PyTorch and timm themselves, on drawn photographs."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gantei.errors import ConversionError, MissingExtraError
from gantei.manifests.manifest import Manifest

from ..pytorch_networks.swin_layout import layout_of
from ..pytorch_networks.swin_measures import PATCH, Layout
from .comparison import compare, draw_batch


def verify_against_timm(
    weights: Path,
    folder: Path,
    manifest: Manifest,
    *,
    entry: str | None = None,
    prefix: str = "",
) -> dict[str, Any]:
    """Answer 8 drawn photographs by timm and by the ONNX file, and compare.

    Unlike the conversion, this opens the file with PyTorch, which may build tensors and nothing
    else (`weights_only`), and builds timm's network of the same measures.

    Args:
        weights: the `.pth`, `.pt`, `.bin` or `.safetensors` file.
        folder: the estimator's folder, with its ONNX file.
        manifest: the estimator's manifest; its input says what the network is shown.
        entry: key of a checkpoint under which the state dict stands.
        prefix: what stands before every name, such as `module.`.

    Returns:
        What stands in `provenance.json`: pictures, largest difference, versions.

    Raises:
        MissingExtraError: PyTorch or timm is not installed.
        ConversionError: they cannot open it, or the two differ by more than 1e-4, relative where
            values exceed 1.
    """
    torch, timm = _packages()
    try:
        state = _state_dict(torch, weights, entry, prefix)
        size = manifest.input.size
        known = size[0] if isinstance(size, tuple | list) else None
        layout = layout_of({name: _TorchArray(tensor) for name, tensor in state.items()}, known)
        network = _network(layout)
        network.load_state_dict(_named_for(network, state), strict=True)
    except ConversionError:
        raise
    except Exception as error:  # they raise whatever comes
        raise ConversionError(f"{weights.name}: timm cannot open it: {error}") from error
    batch = draw_batch(manifest)
    expected = _answers(torch, network, batch)
    judge = {"timm": timm.__version__, "torch": torch.__version__}
    return compare(folder, manifest, batch, expected, judge)


@dataclass(frozen=True)
class _TorchArray:
    """A tensor of PyTorch's as a `StoredArray`."""

    tensor: Any

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.tensor.shape)

    def read(self) -> NDArray[Any]:
        return np.asarray(self.tensor.float().numpy())


def _packages() -> tuple[Any, Any]:
    try:
        import timm
        import torch
    except ImportError as error:
        raise MissingExtraError(
            f"--verify needs PyTorch and timm ({error}): pip install torch timm"
        ) from error
    return torch, timm


def _state_dict(torch: Any, weights: Path, entry: str | None, prefix: str) -> dict[str, Any]:
    if weights.suffix == ".safetensors":
        from safetensors.torch import load_file

        loaded = load_file(weights)
    else:
        loaded = torch.load(weights, map_location="cpu", weights_only=True)
    state = loaded if entry is None else loaded[entry]
    return {name.removeprefix(prefix): tensor for name, tensor in state.items()}


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


def _answers(torch: Any, network: Any, batch: NDArray[np.float32]) -> NDArray[np.float32]:
    """Answer one photograph after the other: a batch of eight takes gigabytes."""
    with torch.inference_mode():
        pictures = (
            torch.from_numpy(np.ascontiguousarray(each.transpose(2, 0, 1))) for each in batch
        )
        return np.concatenate([network(picture[None]).numpy() for picture in pictures])
