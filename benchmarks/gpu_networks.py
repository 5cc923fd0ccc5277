"""Estimators with random weights for `gpu.py`, made by gantei's own converters, no framework.

Random weights cost what trained ones cost, and are scaled so that numbers neither vanish nor grow.
"""

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
import tomli_w
from numpy.typing import NDArray

from gantei.manifests.input_output import InputSpec
from gantei.manifests.publication import Publication
from gantei_export.architectures import bodies
from gantei_export.keras_conversion.keras_converter import convert
from gantei_export.manifest_draft.user_claims import UserClaims
from gantei_export.onnx_graph.conversion import Conversion
from gantei_export.pytorch_networks.state_dict_converter import convert_state_dict


@dataclass(frozen=True)
class SwinMeasures:
    """What a Swin transformer is made of."""

    window: int
    width: int
    depths: tuple[int, ...]
    heads: tuple[int, ...]


NETWORKS: dict[str, tuple[int, str | SwinMeasures]] = {
    "MobileNet": (224, "MobileNet"),
    "EfficientNet-B7": (600, "EfficientNet-B7"),
    "Swin-B": (384, SwinMeasures(12, 128, (2, 2, 18, 2), (4, 8, 16, 32))),
}
SMALL: dict[str, tuple[int, str | SwinMeasures]] = {
    "MobileNet": (32, "MobileNet"),
    "EfficientNet-B7": (32, "EfficientNet-B0"),
    "Swin-B": (56, SwinMeasures(7, 16, (1, 2), (1, 2))),
}
"""In their places for `--dry-run-on-cpu`."""


@dataclass(frozen=True)
class StoredWeights:
    """A tensor of a state dict, in memory."""

    values: NDArray[np.float32]

    @property
    def shape(self) -> tuple[int, ...]:
        return self.values.shape

    def read(self) -> NDArray[np.float32]:
        return self.values


def estimator_folder(cache: Path, name: str, *, small: bool) -> Path:
    """Make an estimator's folder, unless it is there; what is cached can be carried elsewhere."""
    side, kind = (SMALL if small else NETWORKS)[name]
    folder = cache / f"random-{name.lower()}-{side}"
    if not (folder / "estimator.toml").is_file():
        made = _of_keras(kind, side) if isinstance(kind, str) else _of_swin(kind, side)
        _write(folder, made.to_bytes(output_names=["age"]), side, in_graph="B7" in name)
    return folder


def _of_keras(architecture: str, side: int) -> Conversion:
    """Convert a file of weights alone, as Keras saves them."""
    random = np.random.default_rng(1)
    body = bodies.body(architecture)
    shapes = {**body.shapes, "head": [(body.channels, 1), (1,)]}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "random.h5")
        with h5py.File(path, "w") as file:
            file.attrs["layer_names"] = [name.encode() for name in shapes]
            for layer, each in shapes.items():
                names = [f"{layer}/weight_{number}:0" for number in range(len(each))]
                group = file.create_group(layer)
                group.attrs["weight_names"] = [name.encode() for name in names]
                for name, values in zip(names, _layer(random, each), strict=True):
                    group[name] = values
        claims = UserClaims(
            architecture=architecture, input_size=(side, side), head_activations=("linear",)
        )
        return convert(path, claims)


def _layer(random: np.random.Generator, shapes: list[tuple[int, ...]]) -> list[NDArray[np.float32]]:
    """One layer's weights: a kernel and a bias, or the four of a batch normalisation."""
    if len(shapes) > 2:  # scale, shift, mean, variance; or mean, variance, count
        ones = {0, 3} if len(shapes) == 4 else {1}
        return [np.full(shape, number in ones, np.float32) for number, shape in enumerate(shapes)]
    return [_weights(random, shape, _inputs(shape)) for shape in shapes]


def _inputs(shape: tuple[int, ...]) -> float:
    """How many numbers each number of the output is made of; a depthwise kernel ends in 1."""
    depthwise = len(shape) == 4 and shape[-1] == 1
    return float(np.prod(shape[:2] if depthwise else shape[:-1]))


def _weights(random: np.random.Generator, shape: tuple[int, ...], inputs: float) -> NDArray:
    values = random.standard_normal(shape, dtype=np.float32)
    return values * np.float32(0.1 if len(shape) == 1 else (2 / inputs) ** 0.5)


def _of_swin(measures: SwinMeasures, side: int) -> Conversion:
    """Convert a state dict, as timm has it."""
    random = np.random.default_rng(1)
    state = {}
    for name, shape in _swin_shapes(measures).items():
        if name.endswith("norm.weight") or ".norm1.w" in name or ".norm2.w" in name:
            values = np.ones(shape, np.float32)
        else:
            values = _weights(random, shape, 2 * np.prod(shape[1:]))
        state[name] = StoredWeights(values)
    size = sum(each.values.nbytes for each in state.values())
    return convert_state_dict(state, hashlib.sha256(b"random").hexdigest(), size, (side, side))


def _swin_shapes(measures: SwinMeasures) -> Mapping[str, tuple[int, ...]]:
    width, table = measures.width, (2 * measures.window - 1) ** 2
    shapes: dict[str, tuple[int, ...]] = {}

    def affine(name: str, *shape: int) -> None:
        shapes[f"{name}.weight"] = shape
        shapes[f"{name}.bias"] = shape[:1]

    affine("patch_embed.proj", width, 3, 4, 4)
    affine("patch_embed.norm", width)
    for stage, (depth, heads) in enumerate(zip(measures.depths, measures.heads, strict=True)):
        for number in range(depth):
            block = f"layers.{stage}.blocks.{number}"
            affine(f"{block}.norm1", width)
            shapes[f"{block}.attn.relative_position_bias_table"] = (table, heads)
            affine(f"{block}.attn.qkv", 3 * width, width)
            affine(f"{block}.attn.proj", width, width)
            affine(f"{block}.norm2", width)
            affine(f"{block}.mlp.fc1", 4 * width, width)
            affine(f"{block}.mlp.fc2", width, 4 * width)
        if stage + 1 < len(measures.depths):
            shapes[f"layers.{stage}.downsample.reduction.weight"] = (2 * width, 4 * width)
            affine(f"layers.{stage}.downsample.norm", 4 * width)
            width *= 2
    affine("norm", width)
    affine("head", 1, width)
    return shapes


def _write(folder: Path, weights: bytes, side: int, *, in_graph: bool) -> None:
    """Write a settled manifest; an EfficientNet scales its input itself."""
    output = {"kind": "regression", "unit": "none", "scale": 1, "offset": 0, "range": "unknown"}
    tables = {
        "format": 2,
        "name": folder.name,
        "title": "Random weights, for measuring time",
        "title_ja": "時間を測るための無作為な重み",
        "task": "regression",
        "architecture": "unknown",
        "weights": {
            "file": "model.onnx",
            "sha256": hashlib.sha256(weights).hexdigest(),
            "bytes": len(weights),
        },
        "input": {
            "size": [side, side], "colour": "rgb", "crop": "none", "mirror": "none",
            "decoder": "pillow", "resampling": "bilinear",
            "scale": "in-graph" if in_graph else {"mean": [127.5] * 3, "std": [127.5] * 3},
        },
        "output": {"age": output},
        "source": dict.fromkeys(Publication.model_fields, "unknown"),
        "use": {"intended": "measuring time", "not_intended": "anything else"},
    }  # fmt: skip
    keys = [f"input.{key}" for key in InputSpec.model_fields]
    keys += [f"output.age.{key}" for key in output if key not in ("kind", "range")]
    stated = {"origin": "stated", "evidence": "made for a benchmark"}
    tables["basis"] = dict.fromkeys(keys, stated) | {
        "output.age.range": {"origin": "unknown", "evidence": "made for a benchmark"}
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(weights)
    (folder / "estimator.toml").write_text(tomli_w.dumps(tables), "utf-8")
