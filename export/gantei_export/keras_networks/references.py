"""How a Keras configuration says what a layer is called with.

A reference is `[layer, node, output]` or `[layer, node, output, arguments]`, where `node` counts
the calls of that layer. `["_CONSTANT_VALUE", -1, value, arguments]` is a constant. A call takes
one reference or a list of them, and references may also stand among the arguments.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from gantei.errors import ConversionError

CONSTANT = "_CONSTANT_VALUE"


@dataclass(frozen=True)
class LayerReference:
    """An output of a node (call) of a layer of the same model."""

    layer: str
    node: int
    output: int


@dataclass(frozen=True)
class Node:
    """One call of a layer: what it takes, each a `LayerReference` or a constant."""

    inputs: tuple[Any, ...]
    arguments: Mapping[str, Any]

    def references(self) -> list[LayerReference]:
        """Return the outputs that the call takes."""
        given = (*self.inputs, *self.arguments.values())
        return [value for value in given if isinstance(value, LayerReference)]


def parse_node(entry: Any, layers: Collection[str], where: str) -> Node:
    """Check one entry of `inbound_nodes`."""
    references = [entry] if _looks_like_reference(entry) else entry
    if not isinstance(references, list) or not references:
        raise ConversionError(f"layer {where!r}: inbound_nodes holds {_short(entry)}")
    inputs: list[Any] = []
    arguments: dict[str, Any] = {}
    for reference in references:
        if not _looks_like_reference(reference):
            raise ConversionError(f"layer {where!r}: inbound_nodes holds {_short(reference)}")
        given = reference[3] if len(reference) > 3 else {}
        if not isinstance(given, dict):
            raise ConversionError(f"layer {where!r}: is called with {_short(given)}")
        constant = reference[0] == CONSTANT
        inputs.append(reference[2] if constant else _reference(reference, layers, where))
        arguments |= given
    for key, value in arguments.items():
        if _looks_like_reference(value):
            constant = value[0] == CONSTANT
            arguments[key] = value[2] if constant else _reference(value, layers, where)
    return Node(tuple(inputs), arguments)


def parse_references(
    entry: Any, layers: Collection[str], where: str
) -> list[tuple[str, LayerReference]]:
    """Check `input_layers` or `output_layers`: (name, reference) each, in Keras's order.

    Named ones stand in Keras's order of their keys; in each other, they are called `eye/age`.
    """
    found: list[tuple[str, LayerReference]] = []
    waiting: list[tuple[str, Any]] = [("", entry)]
    while waiting:
        name, one = waiting.pop()
        if _looks_like_reference(one):
            found.append((name or one[0], _reference(one, layers, where)))
        elif isinstance(one, dict) and one:
            named = sorted(((str(key), each) for key, each in one.items()), reverse=True)
            waiting += [(f"{name}/{key}" if name else key, each) for key, each in named]
        elif isinstance(one, list) and one:
            inner = [(f"{name}/{number}" if name else "", each) for number, each in enumerate(one)]
            waiting += inner[::-1] if len(one) > 1 else [(name, one[0])]
        else:
            raise ConversionError(f"{where} is {_short(entry)}, not a list of layers")
    return found


def _looks_like_reference(entry: Any) -> bool:
    return isinstance(entry, list) and len(entry) in (3, 4) and isinstance(entry[0], str)


def _reference(entry: Any, layers: Collection[str], where: str) -> LayerReference:
    if not _looks_like_reference(entry) or entry[0] not in layers:
        raise ConversionError(f"layer {where!r}: takes {_short(entry)}, which is no layer here")
    if not all(isinstance(number, int) and number >= 0 for number in entry[1:3]):
        raise ConversionError(f"layer {where!r}: takes {_short(entry)}, which numbers no call")
    return LayerReference(*entry[:3])


def _short(entry: Any) -> str:
    text = repr(entry)
    return text if len(text) <= 100 else f"{text[:100]}…"
