"""The card's own limits, by ONNX Runtime alone, for `gpu.py`: arithmetic, memory, the way there.

A large matrix product, and one addition to every number of a large array, which reads and writes
each once; both stay on the card. The numbers are random: zeros run faster than photographs do.
"""

import time
from collections.abc import Iterator
from typing import Any

import numpy as np
from gpu_measures import Row, Settings, rate
from onnx import parser

from gantei.inference.cuda_options import CudaOptions
from gantei.inference.onnx_runtime import onnx_runtime
from gantei.inference.session import open_session

HEAD = '<ir_version: 8, opset_import: ["": 17]> '
PRODUCT = HEAD + "g ({0}[n,n] x) => ({0}[n,n] y) {{ y = MatMul(x, x) }}"
SUM = HEAD + "g (float[n] x) => (float[n] y) { y = Add(x, x) }"


def ceilings(settings: Settings, _: str) -> Iterator[Row]:
    """Measure what nothing on this card is faster than."""
    side = 256 if settings.small else 8192
    numbers = np.random.default_rng(1).standard_normal((side, side), np.float32)
    for what, dtype, cuda in (
        ("float32", np.float32, CudaOptions()),
        ("tensor-float32", np.float32, CudaOptions(use_tf32=True)),
        ("half precision", np.float16, CudaOptions()),
    ):
        kind = "float16" if dtype is np.float16 else "float"
        run = _bound(PRODUCT.format(kind), numbers.astype(dtype), settings, cuda)
        per_second = rate(run, settings.seconds)
        yield _row(f"matrix product, {what}", 2 * side**3 * per_second / 1e12, "TFLOP/s")
    flat = np.tile(numbers.ravel(), 1 if settings.small else 4)
    per_second = rate(_bound(SUM, flat, settings, CudaOptions()), settings.seconds)
    yield _row("memory, reading and writing", 2 * flat.nbytes * per_second / 1e9, "GB/s")
    began = time.perf_counter()
    for _number in range(4):
        _there(flat, settings)
    copied = 4 * flat.nbytes / (time.perf_counter() - began)
    yield _row("copy to the card", copied / 1e9, "GB/s")


def _row(what: str, value: float, unit: str) -> Row:
    return {"measure": "ceiling", "what": what, "value": value, "unit": unit}


def _bound(text: str, numbers: Any, settings: Settings, cuda: CudaOptions) -> Any:
    """Give what runs a network once, input and output on the card, and counts one."""
    content = parser.parse_model(text).SerializeToString()
    session = open_session(content, settings.device, None, "ceiling", cuda)
    binding, there = session.io_binding(), _there(numbers, settings)
    binding.bind_ortvalue_input("x", there)
    binding.bind_output("y", settings.device, 0)

    def run() -> int:
        session.run_with_iobinding(binding)
        return 1

    return run


def _there(numbers: Any, settings: Settings) -> Any:
    return onnx_runtime().OrtValue.ortvalue_from_numpy(numbers, settings.device, 0)
