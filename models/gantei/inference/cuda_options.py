"""How ONNX Runtime computes on an NVIDIA GPU."""

from dataclasses import dataclass
from typing import Literal

ConvolutionSearch = Literal["HEURISTIC", "EXHAUSTIVE", "DEFAULT"]


@dataclass(frozen=True)
class CudaOptions:
    """Options of the CUDA provider; `benchmarks/gpu.py` compares them.

    The defaults give the same numbers on every run, and are what others report: none of them has
    been measured here.

    Attributes:
        convolution_search: how cuDNN chooses a convolution's algorithm. HEURISTIC asks its tables.
            EXHAUSTIVE, ONNX Runtime's own default, times all of them at every new size: the first
            run is slow, and another algorithm, with other last bits, may win the next time.
        prefer_nhwc: take kernels that have the channels last; off is ONNX Runtime's own default.
        use_tf32: multiply float32 with 10 bits of mantissa; ONNX Runtime's own default is on.
    """

    convolution_search: ConvolutionSearch = "HEURISTIC"
    prefer_nhwc: bool = False
    use_tf32: bool = False

    def provider_options(self) -> dict[str, str]:
        """Give them by the names that ONNX Runtime has for them."""
        return {
            "cudnn_conv_algo_search": self.convolution_search,
            "prefer_nhwc": str(int(self.prefer_nhwc)),
            "use_tf32": str(int(self.use_tf32)),
        }


CUDA_DEFAULTS = CudaOptions()
