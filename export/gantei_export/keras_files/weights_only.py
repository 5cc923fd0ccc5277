"""Weights without a network (`save_weights`): the network is one that the project carries.

The body is recognised by the shapes of all its weights, and each weight finds its layer by name
(`.h5`) or by class and number (`.weights.h5`). What no weight shows has to be stated (the head's
activations) or is assumed (global average pooling before the head) and said to be.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gantei.errors import ConversionError

from ..architectures import bodies
from ..architectures.bodies import RESCALED, Body
from ..keras_networks.keras_config import KerasModel
from ..manifest_draft.user_claims import UserClaims
from .binding import CONTAINERS, Stored, bind_by_layer
from .hdf5 import Container
from .layer_weights import LayerWeights, by_class, by_name

_POOLING = ("global_average_pooling2d", "avg_pool")
_RANDOM = ("flip", "rotation", "zoom", "translation", "contrast", "brightness", "height", "width")
_HARMLESS = (
    *("input", "input_layer", "gaussian_noise", "activity_regularization"),
    *("dropout", "spatial_dropout2d", "gaussian_dropout", "alpha_dropout"),
    *(f"random_{what}" for what in _RANDOM),
    *_POOLING,
)
"""Keras's names, without numbers, of layers that do nothing at inference or are assumed anyhow."""
_OF_HEADS = (
    *("flatten", "reshape", "softmax", "act_softmax", "activation", "predictions", "top_dropout"),
)
"""The same of layers that stand in the heads of keras.applications, which a new head replaces."""
_FORMER = {"Inception-ResNet-V2": ("block35", "block17", "block8")}
"""How TensorFlow 2.4 called the Lambdas that its successors wrote as CustomScaleLayer."""
_FACTORS = ("rescaling", "tf.math.multiply", "tf_op_lambda")
"""How versions of Keras wrote EfficientNet's factors."""


@dataclass(frozen=True)
class RecognisedNetwork:
    """The architecture, what says so, and what says which activation the head ends in."""

    architecture: str
    origin: str
    """`file`, or `assumed` where its pooling or padding is."""
    evidence: str
    head: str
    left_out: tuple[str, ...] = ()
    """Layers of the file's own head, in whose place a new one comes."""


class WeightsOnly:
    """An open file of weights alone, with the network that they belong to."""

    def __init__(self, container: Container, claims: UserClaims) -> None:
        self._name = container.name
        self.keras_version = container.text("keras_version")
        held = by_name(container) if _is_legacy(container) else by_class(container)
        body = _body(held, claims, self._name)
        weights = held.of(body)
        _check_shapes(weights, body)
        left_out = tuple(held.own_head(body, self._name)) if claims.new_head else ()
        head = [] if claims.new_head else held.dense()
        if not claims.new_head:
            _check_head(head, body, claims, self._name)
        pooled = _check_listed(held, body, self._name, new_head=claims.new_head)
        layers = [*body.layers, *([] if claims.new_head else _head(body, head, claims))]
        self._weights: dict[str, list[Stored]] = {
            **weights,
            **{f"head_{number}": arrays for number, arrays in enumerate(head, 1)},
        }
        self.config = _functional(layers)
        assumed = [] if pooled or claims.new_head else ["global average pooling before the head"]
        if body.sized:
            assumed.append("built for photographs of this size, not of any")
        self.recognised = RecognisedNetwork(
            body.name.removesuffix(RESCALED),
            "assumed" if assumed else "file",
            "shapes of all weights" + "".join(f"; assumed: {each}" for each in assumed),
            f"--head-activation {','.join(claims.head_activations)}",
            left_out,
        )

    def bind(self, model: KerasModel) -> None:
        """Fill in every layer's weights."""
        bind_by_layer(model, self._weights)


def is_weights_only(container: Container) -> bool:
    """Whether the file holds weights in one of Keras's two layouts."""
    return _is_legacy(container) or any(container.has(name) for name in CONTAINERS)


def _is_legacy(container: Container) -> bool:
    return container.texts("layer_names") is not None


def _body(held: LayerWeights, claims: UserClaims, name: str) -> Body:
    """Return the body that was stated, or the one whose weights are all here."""
    known = ", ".join(name for name in bodies.names() if RESCALED not in name)
    wanted = claims.architecture
    if wanted is not None and wanted not in bodies.names():
        raise ConversionError(f"unknown architecture {wanted!r}; known: {known}")
    here = Counter(held.shapes)
    fitting = {
        candidate: (here - need).total()
        for candidate in bodies.names()
        if not (need := _shapes(candidate)) - here
    }
    if wanted is not None and wanted not in fitting:
        raise _other_architecture(held, wanted, _best(fitting), name)
    best = wanted or _best(fitting)
    if best is None:
        raise ConversionError(
            f"{name}: holds weights without a network (save_weights), and their shapes are of no "
            f"architecture that gantei carries ({known}; MobileNet and MobileNetV2 at alpha 1 "
            "only): a whole model (model.save) is needed"
        )
    if best.startswith("EfficientNet-"):
        best = _rescaled_or_not(held, best, wanted, name)
    return bodies.body(best, claims.input_size)


def _other_architecture(
    held: LayerWeights, wanted: str, best: str | None, name: str
) -> ConversionError:
    """Say what a file is instead of the architecture that was stated, or what it lacks of it."""
    need = _shapes(wanted)
    missing = (need - Counter(held.shapes)).total()
    said = (
        f"{name}: is not of {wanted}: {missing} of its {need.total()} weights are missing or of "
        "another shape. "
    )
    if best is not None:
        return ConversionError(
            f"{said}By its shapes it is {best}: did you mean --architecture {best}?"
        )
    wrong = held.wrong_for(bodies.body(wanted))
    more = f", and {len(wrong) - 5} layers more" if len(wrong) > 5 else ""
    return ConversionError(
        f"{said}By its shapes it is none known. Its layers: {'; '.join(wrong[:5])}{more}"
    )


def _best(fitting: Mapping[str, int]) -> str | None:
    """Return the body that leaves the fewest weights over."""
    return min(fitting, key=lambda name: (fitting[name], name), default=None)


def _rescaled_or_not(held: LayerWeights, best: str, wanted: str | None, name: str) -> str:
    """Settle whether an EfficientNet has the factors of weights="imagenet", without weights."""
    plain = best.removesuffix(RESCALED)
    own = _listed_own(held, bodies.body(plain))
    factors = [layer for layer in (Counter(held.listed) - own).elements() if layer in _FACTORS]
    if own and len(factors) != 1:
        if wanted not in (None, plain):
            raise ConversionError(f"{name}: by the layers that it lists it is of {plain}")
        return plain
    if wanted is None:
        mean = next((one for one in held.arrays("normalization") if one.shape == (3,)), None)
        if mean is not None and not mean.read().any():  # built without weights="imagenet"
            return plain
        raise ConversionError(
            f"{name}: is of {plain} with a mean and a variance. Built with "
            f'weights="imagenet", newer versions of Keras multiply by constants behind them, which '
            f"no weight shows: add --architecture {plain}{RESCALED} if it was built so, "
            f"--architecture {plain} if not, even where it has a Rescaling of its own"
        )
    if own and wanted != plain:
        held.listed[held.listed.index(factors[0])] = "rescaling"
    return wanted


def _listed_own(held: LayerWeights, body: Body) -> Counter[str]:
    """Count the body's layers without weights as the file lists them; none where it does not.

    It does not list those of a body that was called as one layer.
    """
    own = Counter(
        held.listed_as(layer) for layer in body.layers if layer["name"] not in body.shapes
    )
    listed = (own & Counter(held.listed)).total()
    return own if 2 * listed > own.total() else Counter()


def _shapes(name: str) -> Counter[tuple[int, ...]]:
    body = bodies.body(name)
    return Counter(shape for shapes in body.shapes.values() for shape in shapes)


def _check_shapes(weights: Mapping[str, Sequence[Stored]], body: Body) -> None:
    for layer, arrays in weights.items():
        shapes = [array.shape for _, array in arrays]
        if shapes != body.shapes[layer]:
            raise ConversionError(
                f"layer {layer!r}: the file's weights have the shapes {shapes}, "
                f"{body.name} asks {body.shapes[layer]}"
            )


def _check_head(head: list[list[Stored]], body: Body, claims: UserClaims, name: str) -> None:
    """See that the Dense layers follow on each other, and that all activations are stated."""
    if not head:
        raise ConversionError(
            f"{name}: holds the body of {body.name} without a Dense layer; there is no estimate"
        )
    channels, sizes = body.channels, []
    for arrays in head:
        kernel = arrays[0][1]
        if kernel.shape[0] != channels:
            raise ConversionError(
                f"{name}: a Dense layer of its head takes {kernel.shape[0]} values, where "
                f"{channels} come; only global average pooling and then one Dense layer after the "
                "other can be rebuilt: a whole model (model.save) is needed"
            )
        channels = kernel.shape[1]
        sizes.append(f"Dense {kernel.shape[0]} -> {channels}")
    if len(claims.head_activations) != len(head):
        example = "sigmoid" if len(head) == 1 else "relu," * (len(head) - 1) + "sigmoid"
        raise ConversionError(
            f"{name}: holds weights without a network. They are of {body.name} with the head "
            f"{', '.join(sizes)}; the activation after each Dense layer is not in the file. State "
            f"{len(head)}, as it was trained: --head-activation {example} (or linear, softmax, …)"
        )


def _check_listed(held: LayerWeights, body: Body, name: str, *, new_head: bool = False) -> bool:
    """Refuse layers that the file lists without weights and that may change the result.

    Returns:
        Whether a global average pooling is listed.
    """
    added = Counter(held.listed) - _listed_own(held, body)
    passed = (*_HARMLESS, *_FORMER.get(body.name, ()), *(_OF_HEADS if new_head else ()))
    unknown = [layer for layer in added if layer not in passed]
    if unknown:
        raise ConversionError(
            f"{name}: lists layers that {body.name} does not have and that hold no weights: "
            f"{', '.join(unknown[:10])}; a whole model (model.save) is needed"
        )
    return any(layer in _POOLING for layer in added)


def _head(body: Body, head: list[list[Stored]], claims: UserClaims) -> list[dict[str, Any]]:
    layers = [
        _layer("GlobalAveragePooling2D", "head_pooling", body.layers[-1]["name"], {}),
    ]
    for number, (arrays, activation) in enumerate(
        zip(head, claims.head_activations, strict=True), 1
    ):
        options = {
            "units": arrays[0][1].shape[1],
            "activation": activation,
            "use_bias": len(arrays) == 2,
        }
        layers.append(_layer("Dense", f"head_{number}", layers[-1]["name"], options))
    return layers


def _layer(kind: str, name: str, before: str, options: dict[str, Any]) -> dict[str, Any]:
    return {
        "class_name": kind,
        "name": name,
        "config": {"name": name, **options},
        "inbound_nodes": [[[before, 0, 0, {}]]],
    }


def _functional(layers: list[dict[str, Any]]) -> dict[str, Any]:
    inner = {
        "layers": layers,
        "input_layers": [[layers[0]["name"], 0, 0]],
        "output_layers": [[layers[-1]["name"], 0, 0]],
    }
    return {"class_name": "Functional", "config": inner}
