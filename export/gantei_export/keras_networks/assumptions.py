"""What a file names without holding it, and what it is therefore taken for.

A function of somebody's own is written by its bare name where Keras has one of that name (Keras 2
and 3, `.h5` and `.keras`), so nothing tells it from Keras's. That is said on import. Not said is it
of the functions that everybody defines alike.
"""

from collections.abc import Iterator
from typing import Any

ALIKE = ("linear", "relu", "sigmoid", "softmax", "tanh")
_FORMULAS = {
    "elu": "x above 0, exp(x) - 1 below",
    "exponential": "exp(x)",
    "hard_sigmoid": "0.2 x + 0.5 within 0 and 1, as in Keras 1 and 2",
    "keras3_hard_sigmoid": "x / 6 + 0.5 within 0 and 1, as in Keras 3",
    "relu6": "x within 0 and 6",
    "selu": "1.0507 times elu with 1.6733 (exp(x) - 1) below 0",
    "silu": "x * sigmoid(x)",
    "softplus": "log(exp(x) + 1)",
    "softsign": "x / (|x| + 1)",
    "swish": "x * sigmoid(x)",
}
_LAYERS = {"FixedDropout": "that of the efficientnet package, which does nothing at inference"}


def assumed_in(config: Any) -> tuple[str, ...]:
    """Say what the functions and layers of a configuration are taken for, each once.

    `config` is one that `keras3.as_keras2` gave; what is no configuration says nothing.
    """
    said = dict.fromkeys(_named(config))
    return tuple(said)


def _named(config: Any) -> Iterator[str]:
    waiting = [config]
    while waiting:
        here = waiting.pop()
        if isinstance(here, list):
            waiting.extend(reversed(here))
        elif isinstance(here, dict):
            waiting.extend(reversed(here.values()))
            kind = here.get("class_name")
            name = kind.rpartition(">")[2] if isinstance(kind, str) else ""
            if name in _LAYERS:
                yield f"the layer {name} is {_LAYERS[name]}"
            if (function := _function(here.get("activation"))) is not None:
                formula = _FORMULAS.get(function)
                plain = function.removeprefix("keras3_")
                yield f"{plain} is Keras's own function" + (f" ({formula})" if formula else "")


def _function(value: Any) -> str | None:
    """Name an activation that could be somebody's own."""
    if isinstance(value, dict) and value.get("class_name") == "function":
        value = value.get("config")
    return value if isinstance(value, str) and value not in ALIKE else None
