"""What a network makes of pixels before its first layer with a kernel, and whether that is likely.

That layers scale inside a network is no proof of what it was fed: `Rescaling(2, -1)` expects 0..1.
So the layers' own constants are worked out, and pixels 0..255 are assumed only where these turn
them into what networks take.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from ..manifest_draft.network_facts import Scaling
from .graph import PHOTOGRAPH
from .serialisation import Weight

Doubles = NDArray[np.float64]

LARGEST = 40.0
"""Of what is normalised: a colour channel of photographs seldom deviates by less than 6 levels of
255, so that a mean and deviation of photographs brings no pixel beyond 255 / 6."""
NARROWEST = 0.5
"""Of what is normalised: 0..1 and -1..1 are the usual ranges, and scaling twice leaves 0..0.004."""

_ARITHMETIC = {"Add": np.add, "Sub": np.subtract, "Mul": np.multiply, "Div": np.divide}
_KEEPS = ("Identity", "Cast", "Dropout", "Pad")
"""Zeros around a picture are no pixels."""


@dataclass(frozen=True)
class PixelMap:
    """How the first layer's input follows from a pixel: `matrix @ pixel + shift`.

    `matrix` is (channels there, pixel's channels), `tensor` the input's name in the graph.
    """

    tensor: str
    matrix: Doubles
    shift: Doubles

    def range(self) -> tuple[Doubles, Doubles]:
        """Lowest and highest value of each channel, for pixels 0..255."""
        ends = 255.0 * self.matrix
        low = np.minimum(ends, 0).sum(axis=1) + self.shift
        return low, np.maximum(ends, 0).sum(axis=1) + self.shift

    @property
    def scales(self) -> bool:
        """Whether values change, and not their order alone."""
        gains = np.abs(self.matrix).sum(axis=1)
        return bool(np.abs(gains - 1).max() > 1e-6 or np.abs(self.shift).max() > 1e-6)

    @property
    def plausible(self) -> bool:
        """Whether networks are fed what it makes of pixels 0..255.

        Either they are normalised, to within ±40 and wider than 0.5, or a mean was taken off each
        channel and nothing else done, as Caffe's networks have it (-124..152).
        """
        low, high = self.range()
        width = high - low
        normalised = max(-low.min(), high.max()) <= LARGEST and width.min() >= NARROWEST
        centred = np.abs(width - 255).max() < 1 and (low < -1).all() and (high > 1).all()
        return bool(normalised or centred)

    def text(self) -> str:
        """The range of its values over all channels, as a person reads it."""
        low, high = self.range()
        return f"{low.min():.3g}..{high.max():.3g}"


def pixel_maps(
    nodes: Iterable[onnx.NodeProto], constants: Mapping[str, NDArray[Any]]
) -> tuple[PixelMap, ...]:
    """Follow pixels through arithmetic with constants, up to the layers that do anything else.

    Args:
        nodes: in an order in which each comes after its inputs.
        constants: by name; those of other nodes are not looked at.
    """
    # Black, and each colour alone: pictures of one pixel.
    pixels = np.vstack([np.zeros(3), 255 * np.eye(3)]).reshape(4, 1, 1, 3)
    known: dict[str, Doubles] = {PHOTOGRAPH: pixels}
    taken: dict[str, None] = {}
    for node in nodes:
        given = [name for name in node.input if name in known]
        if not given:
            continue
        value = _value(node, known, constants)
        if value is None or value.size != pixels.size:
            taken |= dict.fromkeys(given)
        else:
            known[node.output[0]] = value
    return tuple(_map(name, known[name].reshape(4, 3)) for name in taken)


def scaling_of(model: onnx.ModelProto, weights: Sequence[Weight] = ()) -> Scaling | None:
    """Tell whether the network scales pixels itself; None where it takes them as they come."""
    constants = {weight.name: weight.values for weight in weights} | {
        each.name: numpy_helper.to_array(each) for each in model.graph.initializer
    }
    maps = pixel_maps(model.graph.node, constants)
    scaled = [each for each in maps if each.scales]
    if not scaled:
        return None
    if doubtful := [each for each in maps if not each.plausible]:
        return Scaling(
            False,
            f"the network's own layers would make {doubtful[0].text()} of pixels 0..255, which no "
            "network is fed: pixels were scaled before",
        )
    return Scaling(
        True, f"the network's own layers make {scaled[0].text()} of pixels 0..255, as is usual"
    )


def _value(
    node: onnx.NodeProto, known: Mapping[str, Doubles], constants: Mapping[str, NDArray[Any]]
) -> Doubles | None:
    """Compute a node's output; None where it does more than arithmetic with constants."""
    options = {each.name: helper.get_attribute_value(each) for each in node.attribute}
    first, *others = node.input
    match node.op_type:
        case "Transpose" if first in known and sorted(options.get("perm", ())) == [0, 1, 2, 3]:
            return known[first].transpose(options["perm"])
        case "Gather" if first in known and others and others[0] in constants:
            return _channels(known[first], constants[others[0]], options.get("axis", 0))
        case kind if kind in _KEEPS and first in known:
            return known[first]
        case kind if kind in _ARITHMETIC:
            return _arithmetic(node, known, constants)
    return None


def _channels(value: Doubles, chosen: NDArray[Any], axis: int) -> Doubles | None:
    """Choose colour channels; None where a picture is turned or cut instead."""
    if axis not in range(-4, 4) or value.shape[axis] != 3 or chosen.shape != (3,):
        return None
    if chosen.dtype.kind != "i" or chosen.min() < -3 or chosen.max() > 2:
        return None
    return value.take(chosen, axis)


def _arithmetic(
    node: onnx.NodeProto, known: Mapping[str, Doubles], constants: Mapping[str, NDArray[Any]]
) -> Doubles | None:
    both = [known.get(name, constants.get(name)) for name in node.input]
    if any(value is None or value.size > 12 for value in both):
        return None  # another branch, or a mean picture
    varying = [name in known for name in node.input]
    if all(varying) and node.op_type in ("Mul", "Div"):
        return None
    if node.op_type == "Div" and varying[1]:
        return None
    with np.errstate(all="ignore"):
        x, y = (np.asarray(value, np.float64) for value in both)
        try:
            result: Doubles = _ARITHMETIC[node.op_type](x, y)
        except ValueError:  # shapes that do not go together
            return None
    return result if result.ndim == 4 and np.isfinite(result).all() else None


def _map(name: str, values: Doubles) -> PixelMap:
    return PixelMap(name, (values[1:] - values[0]).T / 255, values[0])
