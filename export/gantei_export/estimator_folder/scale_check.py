"""Whether a scale of pixels agrees with what the first batch normalisation saw in training.

Pictures are scaled as is stated and brought to that layer. Where they are far from the mean and
deviation that it knows, and another usual scale brings them there, the scale is doubtful.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import product
from typing import Any

import numpy as np
import onnx
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from gantei.catalogue.entries import SHIPPED
from gantei.errors import ManifestError
from gantei.estimator.folder_files import PROVENANCE
from gantei.manifests.fields import UNKNOWN
from gantei.manifests.manifest import InputSpec, MeanStd
from gantei.photographs.photograph import open_photograph
from gantei.photographs.preprocessing import prepare

from ..manifest_draft.normalization_statistics import FirstNormalization
from ..onnx_graph.pixel_map import Doubles, pixel_maps
from ..onnx_graph.serialisation import Weight

Constants = Mapping[str, NDArray[Any]]

PICTURES = tuple(SHIPPED / "demo-age" / f"golden-{number}.jpg" for number in (1, 2, 3))
DEFAULT_SIDE = 224
KEPT = "first_normalization"
"""The key under which provenance.json keeps the statistics."""
POSITIONS = 1500
"""In each picture; the convolution is computed nowhere else."""

USUAL: Mapping[str, MeanStd | str] = {
    "0..255": "in-graph",
    "0..1": MeanStd(mean=(0.0,) * 3, std=(255.0,) * 3),
    "-1..1": MeanStd(mean=(127.5,) * 3, std=(127.5,) * 3),
    "ImageNet's mean and deviation": MeanStd(
        mean=(123.675, 116.28, 103.53), std=(58.395, 57.12, 57.375)
    ),
    "ImageNet's mean": MeanStd(mean=(123.68, 116.779, 103.939), std=(1.0,) * 3),
}
"""What networks are fed. Means in the order of RGB; they differ little."""

BAD, GOOD = 10.0, 3.0
"""Misfits: beyond the first, a scale is doubted if another's is below the second.

Measured on 33 networks trained with each usual scale, on drawn and on real photographs: the scale
of the training 0 to 1.7; 0..255 and those a hundred times smaller, of each other, above 1000; 0..1
and ImageNet's mean and deviation 2 to 42; 0..1 and -1..1 1 to 19."""


def doubt_about_scale(
    spec: Mapping[str, Any],
    nodes: Sequence[onnx.NodeProto],
    constants: Constants,
    known: FirstNormalization,
) -> str | None:
    """Say how the scale of `spec`, a table `[input]`, contradicts the statistics; None if not."""
    if spec["scale"] == UNKNOWN:
        return None
    stated = spec["scale"]
    stated = MeanStd.model_validate(stated) if isinstance(stated, Mapping) else stated
    own = misfit(stated, spec, nodes, constants, known)
    if own is None or own <= BAD:
        return None
    others = {name: misfit(scale, spec, nodes, constants, known) for name, scale in USUAL.items()}
    best = min(others, key=lambda name: others[name] or np.inf)
    if (others[best] or np.inf) > GOOD:
        return None
    return (
        f"the batch normalisation {known.layer!r} saw pixels of another scale in training: "
        f"{best} fits its mean and deviation"
    )


def misfit(
    scale: MeanStd | str,
    spec: Mapping[str, Any],
    nodes: Sequence[onnx.NodeProto],
    constants: Constants,
    known: FirstNormalization,
) -> float | None:
    """How far scaled photographs are from the statistics: 0 not at all, 1 within what is usual.

    The median over filters of Jeffreys' divergence between two normal distributions, one of the
    photographs' mean and variance, one of the statistics'. Of what `spec` leaves open, the best is
    taken. None where the network does not begin as it has to.
    """
    found = [
        _divergence(standardised, known)
        for pixels in _photographs(spec, scale)
        if (standardised := _standardised(pixels, nodes, constants, known)) is not None
    ]
    return min(found) if found else None


def _divergence(standardised: Doubles, known: FirstNormalization) -> float:
    used = np.abs(known.gamma) > 1e-3 * np.abs(known.gamma).max()
    mean, variance = standardised.mean(axis=0), standardised.var(axis=0) + 1e-12
    each = variance + 1 / variance - 2 + mean**2 * (1 + 1 / variance)
    return float(np.median(each[used]) / 4) if used.any() else 0.0


def _photographs(spec: Mapping[str, Any], scale: MeanStd | str) -> Iterator[Doubles]:
    """Give drawn photographs as the network is fed: (n, height, width, 3)."""
    size = DEFAULT_SIDE, DEFAULT_SIDE
    if spec["size"] != UNKNOWN:
        size = spec["size"][0], spec["size"][1]
    crops = ("none", "disc") if spec["crop"] == UNKNOWN else (spec["crop"],)
    colours = ("rgb", "bgr") if spec["colour"] == UNKNOWN else (spec["colour"],)
    for crop, colour in product(crops, colours):
        values = _pixels(size, crop)[..., :: -1 if colour == "bgr" else 1]
        if isinstance(scale, MeanStd):
            values = (values - np.array(scale.mean)) / np.array(scale.std)
        yield values


@cache
def _pixels(size: tuple[int, int], crop: str) -> Doubles:
    spec = InputSpec(
        size=size,
        colour="rgb",
        crop="disc" if crop == "disc" else "none",
        mirror="none",
        decoder="pillow",
        resampling="bilinear",
        scale="in-graph",
    )
    pictures = [prepare(open_photograph(path).pixels(), spec) for path in PICTURES]
    return np.stack(pictures).astype(np.float64)


def _standardised(
    pixels: Doubles,
    nodes: Sequence[onnx.NodeProto],
    constants: Constants,
    known: FirstNormalization,
) -> Doubles | None:
    """Bring photographs to the layer; (places, filters), of mean 0 and deviation 1 if they fit."""
    maps = pixel_maps(nodes, constants)
    if len(maps) != 1:
        return None
    values = pixels @ maps[0].matrix.T + maps[0].shift
    if known.after == "pixels":
        return (values.reshape(-1, 3) - known.mean) / known.deviation
    first = next(node for node in nodes if maps[0].tensor in node.input)
    results = _convolved(values, first, constants)
    if results is None or results.shape[1] != len(known.beta):
        return None
    with np.errstate(all="ignore"):
        standardised: Doubles = (results - known.beta) / known.gamma
    return standardised


def _convolved(values: Doubles, node: onnx.NodeProto, constants: Constants) -> Doubles | None:
    """Convolve at some places of each picture, none of them at its border: (places, filters)."""
    options = {each.name: helper.get_attribute_value(each) for each in node.attribute}
    plain = options.get("group", 1) == 1 and set(options.get("dilations", [1])) == {1}
    if node.op_type != "Conv" or not plain or node.input[1] not in constants:
        return None
    kernel = np.asarray(constants[node.input[1]], np.float64)
    bias = constants[node.input[2]] if len(node.input) > 2 else np.zeros(len(kernel))
    if kernel.ndim != 4 or kernel.shape[1] != values.shape[3]:
        return None
    if min(values.shape[1:3]) < max(kernel.shape[2:]):
        return None
    windows = sliding_window_view(values, kernel.shape[2:], axis=(1, 2))
    step = max(1, int(np.sqrt(windows.shape[1] * windows.shape[2] / POSITIONS)))
    places = windows[:, ::step, ::step].reshape(-1, kernel[0].size)
    convolved: Doubles = places @ kernel.reshape(len(kernel), -1).T + bias
    return convolved


def read_kept(provenance: Mapping[str, Any]) -> FirstNormalization | None:
    """Read the statistics from an estimator's provenance; None where it has none.

    Raises:
        ManifestError: what it has is none.
    """
    if KEPT not in provenance:
        return None
    try:
        return FirstNormalization.from_dict(provenance[KEPT])
    except (KeyError, TypeError, ValueError) as error:
        raise ManifestError(f"{PROVENANCE}: {KEPT} is damaged ({error!r:.200})") from error


def note_doubt(
    tables: dict[str, Any],
    model: onnx.ModelProto,
    weights: Sequence[Weight],
    known: FirstNormalization,
) -> None:
    """Write into the basis of a manifest's scale what the statistics hold against it, if any."""
    constants = {each.name: each.values for each in weights} | {
        each.name: numpy_helper.to_array(each) for each in model.graph.initializer
    }
    basis = tables["basis"]["input.scale"]
    basis.pop("doubt", None)
    doubt = doubt_about_scale(tables["input"], list(model.graph.node), constants, known)
    if doubt is not None:
        basis["doubt"] = doubt
