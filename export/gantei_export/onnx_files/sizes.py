"""What a graph's sizes depend on: what a picture shows decides none, so memory is known before."""

from collections.abc import Iterable

import onnx

from gantei.errors import ConversionError

from .operators import OF_SHAPES, SIZES


def check_sizes(nodes: Iterable[onnx.NodeProto], photograph: str) -> None:
    """Follow a picture's values through the graph, up to where only their number is asked.

    Raises:
        ConversionError: a result's size depends on a picture's values.
    """
    shown = {photograph}
    for node in nodes:
        deciding = SIZES.get(node.op_type, ())
        if any(name in shown for place in deciding for name in node.input[place : place + 1]):
            raise ConversionError(
                f"operator {node.op_type} {node.name[:80]!r}: how large its result is depends on "
                "what a photograph shows; refused"
            )
        if node.op_type not in OF_SHAPES and shown.intersection(node.input):
            shown.update(name for name in node.output if name)
