"""The lighter networks: half precision, and 8 bits for most convolutions or matrix products.

What is chosen here was measured on the demo estimators (benchmarks/README.md). The first and the
depthwise convolutions and everything but convolutions stay in float32: in 8 bits they gained less
speed than they cost in drift. Ranges are the least and the largest value seen: percentiles drifted
less on one estimator and more on the other, and hold every activation in memory. Weights have 7
bits, so that processors without VNNI, whose 16-bit sums overflow without a word, answer the same.

A network without convolutions, a Swin transformer, becomes lighter in its MLPs: the products with a
bias that change the width, but for the first and the last. With all products in 8 bits, a Swin-T of
random weights drifted three times as far (0.15 instead of 0.05, where pictures differed by 0.22).
"""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from gantei.errors import ConversionError, GanteiError, MissingExtraError
from gantei.inference.onnx_runtime import onnx_runtime
from gantei.system.install_command import how_to_add

if TYPE_CHECKING:
    import onnx

Precision = Literal["fp16", "int8"]
LIGHTER = ("Conv", "Gemm")
PRECISIONS: tuple[Precision, ...] = ("fp16", "int8")

METHODS: dict[Precision, str] = {
    "fp16": "weights and activations in half precision, inputs and outputs in float32",
    "int8": "static, QDQ, per channel, ranges by least and largest value, 7-bit weights; the "
    "first and the depthwise convolutions and all but convolutions in float32; without "
    "convolutions, the products with a bias that change the width, but for the first and the last",
}


def versions() -> dict[str, str]:
    """Versions of what makes and runs a variant.

    Raises:
        MissingExtraError: onnx, tomli-w or ONNX Runtime is not installed.
    """
    try:
        import onnx
        import tomli_w  # noqa: F401  # needed at the end: to be missed before any work

        runtime = onnx_runtime()
    except ImportError as error:
        raise MissingExtraError(
            f"a variant needs onnx, tomli-w and ONNX Runtime ({error}): {how_to_add('convert,cpu')}"
        ) from error
    return {
        "onnx": onnx.__version__,
        "onnxruntime": runtime.__version__,
        "numpy": version("numpy"),
    }


def half_precision(content: bytes) -> "onnx.ModelProto":
    """Convert a float32 network to half precision.

    Raises:
        ConversionError: it cannot be converted.
    """
    import onnx

    with tools():
        from onnxruntime.transformers.float16 import convert_float_to_float16
        from onnxruntime.transformers.onnx_model import OnnxModel

        model: onnx.ModelProto = convert_float_to_float16(
            onnx.load_model_from_string(content), keep_io_types=True
        )
        OnnxModel.graph_topological_sort(model.graph)  # it appends the casts of the inputs
        return model


def eight_bits(
    content: bytes,
    photographs: Iterable[NDArray[np.float32]],
    answers: Iterable[str],
    folder: Path,
) -> "onnx.ModelProto":
    """Quantise a float32 network with the ranges that these photographs give.

    Args:
        content: the bytes of its ONNX file.
        photographs: prepared, float32 (1, height, width, 3), taken one after the other.
        answers: the outputs that will be compared; what only others need stays as it is.
        folder: for files on the way.

    Raises:
        ConversionError: it has nothing to quantise, or cannot be quantised.
    """
    import onnx

    source, target = folder / "float32.onnx", folder / "quantised.onnx"
    model = onnx.load_model_from_string(content)
    lighter = _made_lighter(model.graph, answers)
    with tools():
        from onnxruntime.quantization import QuantFormat, QuantType, quantize_static
        from onnxruntime.quantization.quant_utils import add_pre_process_metadata

        add_pre_process_metadata(model)  # batch normalisation is folded already; no warning, then
        onnx.save(model, source)
        quantize_static(
            source,
            target,
            _Reader(iter(photographs), model.graph.input[0].name),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=[*LIGHTER],
            nodes_to_quantize=sorted(lighter),
            per_channel=True,
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
        return onnx.load(target)


@dataclass(frozen=True)
class _Reader:
    """What ONNX Runtime's calibration asks for its photographs."""

    photographs: Iterator[NDArray[np.float32]]
    input: str

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        photograph = next(self.photographs, None)
        return None if photograph is None else {self.input: photograph}


def _made_lighter(graph: "onnx.GraphProto", answers: Iterable[str]) -> set[str]:
    """Choose the nodes that int8 makes lighter; a network without convolutions is of products.

    Raises:
        ConversionError: there are none.
    """
    needed = _behind(graph, answers)
    convolutions, products = (
        [node for node in graph.node if node.op_type == kind and node.output[0] in needed]
        for kind in LIGHTER
    )
    lighter = {node.name for node in convolutions[1:] if _groups(node) == 1}
    if not convolutions:
        sides = {each.name: each.dims for each in graph.initializer}
        lighter = {
            node.name
            for node in products[1:-1]
            if len(node.input) == 3 and len({*sides.get(node.input[1], ())}) == 2
        }
    if not lighter:
        raise ConversionError("it has no convolution or product that int8 would make lighter")
    return lighter


def _behind(graph: "onnx.GraphProto", outputs: Iterable[str]) -> set[str]:
    """Every tensor that these outputs are computed from, and they themselves."""
    inputs = {name: node.input for node in graph.node for name in node.output}
    waiting, found = list(outputs), set()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(inputs.get(name, ()))
    return found


def _groups(convolution: "onnx.NodeProto") -> int:
    return next((each.i for each in convolution.attribute if each.name == "group"), 1)


@contextmanager
def tools() -> Iterator[None]:
    """Run ONNX Runtime's tools: they find their folder on the import path during the block only.

    They put it there themselves, at their first import, and count on it ever after.
    """
    path = sys.path[:]
    sys.path.append(str(Path(onnx_runtime().__file__).parent / "transformers"))
    try:
        yield
    except GanteiError:
        raise
    except Exception as error:  # they raise whatever comes
        raise ConversionError(f"ONNX Runtime's tools cannot convert it: {error}") from error
    finally:
        sys.path[:] = path
