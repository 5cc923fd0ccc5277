"""A session on a GPU: a batch is copied there while the one before it runs.

ONNX Runtime (1.31) gives Python no page-locked memory for its built-in CUDA provider: the driver
copies by way of its own.
"""

from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..manifests.manifest import InputSpec
from .onnx_runtime import onnx_runtime
from .pixel_scaling import PIXELS, VALUES, is_exact, scaling_network
from .session import open_session

CUDA = "cuda"
"""Where values lie, as ONNX Runtime calls it."""


class BoundSession:
    """Runs a session as `session.run` does, with inputs and outputs bound by hand.

    Its own lock lets one batch run at a time, so that the GPU holds the inner values of one; the
    next is copied meanwhile. Safe to use from several threads.

    Attributes:
        takes_pixels: whether it also takes uint8, RGB, which the GPU scales exactly as
            `scaled` does; False where a photograph is not in whole levels.
    """

    def __init__(self, session: Any, spec: InputSpec, name: str) -> None:
        self._session = session
        options = session.get_provider_options().get("CUDAExecutionProvider", {})
        self._device_id = int(options.get("device_id", 0))
        self.takes_pixels = is_exact(spec)
        self._scaling: Any = None
        if self.takes_pixels:
            self._scaling = open_session(scaling_network(spec), "cuda", 1, name)
        self._turn = Lock()

    def run(
        self, names: Sequence[str], inputs: Mapping[str, NDArray[np.float32] | NDArray[np.uint8]]
    ) -> list[NDArray[Any]]:
        """Give the outputs of these names. Pixels are scaled first, wherever they are an input."""
        there = {name: self._copied(values) for name, values in inputs.items()}
        with self._turn:
            binding = self._run(self._session, there, dict.fromkeys(names, "cpu"))
        arrays: list[NDArray[Any]] = binding.copy_outputs_to_cpu()
        return arrays

    def _copied(self, values: NDArray[Any]) -> Any:
        """Copy values to the GPU, and scale them there where they are pixels."""
        contiguous = np.ascontiguousarray(values)
        there = onnx_runtime().OrtValue.ortvalue_from_numpy(contiguous, CUDA, self._device_id)
        if values.dtype != np.uint8:
            return there
        (scaled,) = self._run(self._scaling, {PIXELS: there}, {VALUES: CUDA}).get_outputs()
        return scaled

    def _run(self, session: Any, inputs: Mapping[str, Any], outputs: Mapping[str, str]) -> Any:
        binding = session.io_binding()
        for name, value in inputs.items():
            binding.bind_ortvalue_input(name, value)
        for name, place in outputs.items():
            binding.bind_output(name, place, self._device_id if place == CUDA else 0)
        session.run_with_iobinding(binding)
        return binding
