"""Comparing a converted estimator with PyTorch and timm themselves, on drawn photographs."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gantei.errors import ConversionError
from gantei.manifests.manifest import Manifest

from .comparison import compare, draw_batch
from .timm_network import loaded_network, torch_and_timm


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
    batch = draw_batch(manifest)
    answers = answers_of_timm(weights, batch, manifest, entry=entry, prefix=prefix)
    return compare(folder, manifest, batch, *answers)


def answers_of_timm(
    weights: Path,
    batch: NDArray[np.float32],
    manifest: Manifest,
    *,
    entry: str | None = None,
    prefix: str = "",
    asked_by: str = "--verify",
) -> tuple[NDArray[np.float32], dict[str, str]]:
    """Answer a batch (n, height, width, 3) by timm's network: float32 (n, units), and versions.

    Raises:
        MissingExtraError: PyTorch or timm is not installed.
        ConversionError: they cannot open the file.
    """
    torch, timm = torch_and_timm(asked_by)
    try:
        state = _state_dict(torch, weights, entry, prefix)
        size = manifest.input.size
        known = size[0] if isinstance(size, tuple | list) else None
        network = loaded_network(state, known)
    except ConversionError:
        raise
    except Exception as error:  # they raise whatever comes
        raise ConversionError(f"{weights.name}: timm cannot open it: {error}") from error
    judge = {"timm": timm.__version__, "torch": torch.__version__}
    return _answers(torch, network, batch), judge


def _state_dict(torch: Any, weights: Path, entry: str | None, prefix: str) -> dict[str, Any]:
    if weights.suffix == ".safetensors":
        from safetensors.torch import load_file

        loaded = load_file(weights)
    else:
        loaded = torch.load(weights, map_location="cpu", weights_only=True)
    state = loaded if entry is None else loaded[entry]
    return {name.removeprefix(prefix): tensor for name, tensor in state.items()}


def _answers(torch: Any, network: Any, batch: NDArray[np.float32]) -> NDArray[np.float32]:
    """Answer one photograph after the other: a batch of eight takes gigabytes."""
    with torch.inference_mode():
        pictures = (
            torch.from_numpy(np.ascontiguousarray(each.transpose(2, 0, 1))) for each in batch
        )
        return np.concatenate([network(picture[None]).numpy() for picture in pictures])
