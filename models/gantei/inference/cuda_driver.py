"""What the NVIDIA driver of this machine can, and what to do where that is too little."""

import ctypes
import sys
from typing import Any

_WITH_CUDA_12 = 'pip install "onnxruntime-gpu[cuda,cudnn]<1.27"'
"""The wheels on PyPI are built for CUDA 12 up to 1.26, and for CUDA 13 from 1.27 on."""
_DRIVER_OF_CUDA_13 = 580


def driver_cuda() -> tuple[int, int] | None:
    """Give the newest CUDA, (major, minor), that the driver runs; None: there is no driver."""
    try:
        library = ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
        version = ctypes.c_int()
        if library.cuDriverGetVersion(ctypes.byref(version)) != 0:
            return None
    except (OSError, AttributeError):
        return None
    return version.value // 1000, version.value % 1000 // 10  # 12040 is 12.4


def why_no_cuda(runtime: Any) -> str:
    """Say why a session of ONNX Runtime did not get the GPU, and what to do about it."""
    driver = driver_cuda()
    if driver is None:
        return "there is no NVIDIA driver here, or no GPU; nvidia-smi shows both"
    built_for = str(getattr(runtime, "cuda_version", "") or "")
    major = int(built_for.partition(".")[0] or 0)
    if driver[0] < major:
        newer = f"to {_DRIVER_OF_CUDA_13} or newer, or {_WITH_CUDA_12}" if major == 13 else ""
        return (
            f"ONNX Runtime {runtime.__version__} is built for CUDA {built_for}, and the NVIDIA "
            f"driver here runs CUDA {driver[0]}.{driver[1]} at most: update the driver {newer}"
        ).rstrip()
    return (
        f"the driver runs CUDA {driver[0]}.{driver[1]}; the libraries of CUDA {built_for} or cuDNN "
        "are missing, or another program has the GPU's memory, which nvidia-smi shows"
    )
