"""One call of a Keras layer as plain data: options, weights, inputs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gantei.errors import ConversionError

from ..onnx_graph.graph import Tensor
from ..onnx_graph.stored_array import StoredArray
from ..refusals.other_ways import WAYS

_NEUTRAL = {"name", "trainable", "dtype", "batch_input_shape", "function"}
_NEUTRAL_ENDINGS = ("_initializer", "_regularizer", "_constraint")
_LARGEST = 3.4e38
_FLOATS = ("float32", "mixed_float16", "mixed_bfloat16")


@dataclass
class Layer:
    """A layer as a converter sees it; every option read is noted, so that none is overlooked."""

    name: str
    kind: str
    config: Mapping[str, Any]
    weights: Mapping[str, StoredArray]
    inputs: tuple[Any, ...]
    arguments: Mapping[str, Any]
    read: set[str] = field(default_factory=set, repr=False)

    @property
    def input(self) -> Tensor:
        """The only input."""
        if len(self.inputs) != 1:
            raise self.error(f"takes one input, not {len(self.inputs)}")
        return self.tensors[0]

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        """All inputs, none of them a constant."""
        if not self.inputs or not all(isinstance(given, Tensor) for given in self.inputs):
            raise self.error("takes tensors as inputs")
        return self.inputs

    def error(self, message: str) -> ConversionError:
        """Return an error that names the layer."""
        return ConversionError(f"layer {self.name!r} ({self.kind}): {message}")

    def unsupported(self, message: str) -> ConversionError:
        """Return an error that names the layer, and what else converts it: it may well be right."""
        return self.error(f"{message}. {WAYS}")

    def option(self, key: str, default: Any = None) -> Any:
        """Return an option of any type; null counts as absent."""
        value = self.raw_option(key)
        return default if value is None else value

    def raw_option(self, key: str, default: Any = None) -> Any:
        """Return an option of any type as it stands, null too, which Keras seldom allows."""
        self.read.add(key)
        return self.config.get(key, default)

    def choice(self, key: str, choices: Iterable[str], default: str | None = None) -> str:
        """Return an option that is one of a few words."""
        value = self.raw_option(key, default)
        known = tuple(choices)
        if value not in known:
            raise self.unsupported(f"{key} is {value!r}; supported: {', '.join(known)}")
        return str(value)

    def flag(self, key: str, *, default: bool) -> bool:
        """Return an option that is true or false."""
        value = self.raw_option(key, default)
        if not isinstance(value, bool):
            raise self.error(f"{key} is {value!r}, not true or false")
        return value

    def integer(self, key: str, default: int | None = None) -> int:
        """Return an option that is a positive integer."""
        return self._positive(key, self.raw_option(key, default))

    def number(self, key: str, default: float | None = None) -> float:
        """Return an option that is a finite number."""
        return self.finite(key, self.raw_option(key, default))

    def pair(self, key: str, default: object = None) -> tuple[int, int]:
        """Return an option that is a positive integer or two: (height, width)."""
        value = self.raw_option(key, default)
        both = value if isinstance(value, list | tuple) else [value, value]
        if len(both) != 2:
            raise self.error(f"{key} is {value!r}, not two positive integers")
        return self._positive(key, both[0]), self._positive(key, both[1])

    def channels_last(self) -> None:
        """Refuse any other layout of pictures."""
        if self.option("data_format") is not None:
            self.choice("data_format", ("channels_last",))

    def weight(self, role: str, shape: tuple[int | None, ...]) -> StoredArray:
        """Return a weight, refused where its shape is not the one that the options ask for."""
        if role not in self.weights:
            raise self.error(f"its weight {role!r} is missing")
        weight = self.weights[role]
        if weight.shape != shape:
            raise self.error(f"{role} has shape {weight.shape}, but the configuration asks {shape}")
        return weight

    def finite(self, key: str, value: object) -> float:
        """Return a finite number, or refuse the option it came from."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.error(f"{key} is {value!r}, not a number")
        if not abs(value) <= _LARGEST:
            raise self.error(f"{key} is beyond what float32 holds")
        return float(value)

    def check_all_read(self, training: Iterable[str]) -> None:
        """Refuse what no converter looked at and what could change the result."""
        given = {key: value for key, value in self.arguments.items() if value}
        if given and not self.kind.startswith("TFOpLambda:"):
            raise self.unsupported(f"is called with {', '.join(sorted(given))}; not supported")
        known = self.read | _NEUTRAL | set(training)
        unread = [
            key
            for key, value in self.config.items()
            if key not in known and not key.endswith(_NEUTRAL_ENDINGS) and value is not None
        ]
        if unread:
            raise self.unsupported(f"unknown options: {', '.join(sorted(unread))}")
        policy = self.config.get("dtype") or "float32"
        inner = policy.get("config") if isinstance(policy, dict) else None
        if isinstance(inner, dict):
            policy = inner.get("name")
        if policy not in _FLOATS:
            raise self.unsupported(f"computes in {policy!r}; supported: {', '.join(_FLOATS)}")

    def _positive(self, key: str, value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**31:
            raise self.error(f"{key} is {value!r}, not a positive integer")
        return value
