"""Opening an ONNX Runtime session on the device that was asked for, and on no other."""

import os
from contextlib import redirect_stdout
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any, Literal, get_args

from ..errors import DeviceError, WeightsError
from ..system.install_command import how_to_add
from .cuda_driver import why_no_cuda
from .cuda_options import CUDA_DEFAULTS, CudaOptions
from .onnx_runtime import onnx_runtime

Device = Literal["auto", "cpu", "cuda"]
DEVICES: tuple[str, ...] = get_args(Device)

NO_EXTERNAL_DATA = "session.model_external_initializers_file_folder_path"


def open_session(
    weights: bytes,
    device: Device,
    threads: int | None,
    name: str,
    cuda: CudaOptions = CUDA_DEFAULTS,
) -> Any:
    """Open a session on `weights`, the bytes of an ONNX file.

    Args:
        weights: the very bytes whose sha256 was checked.
        device: `cpu`, `cuda`, or `auto`: cuda where this machine has it, else cpu.
        threads: threads that one inference may use on the CPU; None: all cores.
        name: the estimator's name, for errors.
        cuda: how to compute on a GPU.

    Raises:
        DeviceError: the session did not get the device that was asked for.
        WeightsError: ONNX Runtime cannot open the weights.
        MissingExtraError: ONNX Runtime is not installed.
    """
    runtime = onnx_runtime()
    if device not in DEVICES:
        raise DeviceError(f"unknown device {device!r}; known: {', '.join(DEVICES)}")
    offered = runtime.get_available_providers()
    if device == "cuda" and "CUDAExecutionProvider" not in offered:
        raise DeviceError(
            f"{name}: this ONNX Runtime has no cuda, only {', '.join(offered)}; "
            f'{how_to_add("gpu")} in an environment without gantei[cpu], or device="cpu"'
        )
    providers: list[Any] = ["CPUExecutionProvider"]
    if device != "cpu" and "CUDAExecutionProvider" in offered:
        _load_cuda(runtime)
        providers.insert(0, ("CUDAExecutionProvider", cuda.provider_options()))
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads or _all_cores()
    options.log_severity_level = 4  # what goes wrong is raised here, in words that name the remedy
    # Spinning threads burn the cores that decode the next photographs.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Weights that stand outside the bytes whose digest was checked would be read from the current
    # folder: there are none in a folder that does not exist.
    options.add_session_config_entry(NO_EXTERNAL_DATA, os.path.join(os.devnull, "none"))  # noqa: PTH118
    try:
        session = runtime.InferenceSession(weights, options, providers=providers)
    except Exception as error:  # its exceptions have no base class of their own
        raise WeightsError(f"{name}: ONNX Runtime cannot open the weights: {error}") from error
    if device == "cuda" and device_of(session) != "cuda":
        raise DeviceError(
            f"{name}: cuda was asked for and the session runs on the CPU: {why_no_cuda(runtime)}. "
            'device="cpu" runs without it'
        )
    return session


def device_of(session: Any) -> Literal["cpu", "cuda"]:
    """Tell the device that a session really got."""
    return "cuda" if "CUDAExecutionProvider" in session.get_providers() else "cpu"


def _all_cores() -> int:
    """Count the physical cores that this process may use; 0, ONNX Runtime's default, if unknown.

    That default binds its threads to cores, whichever the process may use, and now and then to the
    one that the calling thread is on while others idle: inference then takes as long as on one.
    """
    if not hasattr(os, "sched_getaffinity"):
        return 0
    cpus = [f"/sys/devices/system/cpu/cpu{cpu}" for cpu in os.sched_getaffinity(0)]
    try:
        return len({Path(cpu, "topology/thread_siblings_list").read_text() for cpu in cpus})
    except OSError:
        return 0


@cache
def _load_cuda(runtime: Any) -> None:
    """Load CUDA and cuDNN from where pip put them; ONNX Runtime would look on the system only.

    What is missing it prints; the session that does not get its device says so in an error.
    """
    with redirect_stdout(StringIO()):
        runtime.preload_dlls()
