"""The device that a network is trained on: the one that was asked for, and no other."""

from typing import Any

from gantei.errors import DeviceError
from gantei.inference.session import DEVICES, Device

_NONE = (
    "cuda was asked for, and {framework} sees no GPU here; nvidia-smi shows whether there is one. "
    "--device cpu trains without"
)


def choose_for_tensorflow(device: Device) -> None:
    """Hide GPUs from TensorFlow where the CPU was asked for; see that there is one where cuda was.

    Hidden, they stay so as long as the process lives.

    Raises:
        DeviceError: there is no GPU, or TensorFlow computes on one already, or `device` is unknown.
    """
    import tensorflow as tf

    _check_known(device)
    if device == "cpu" and tf.config.get_visible_devices("GPU"):
        try:
            tf.config.set_visible_devices([], "GPU")
        except RuntimeError as error:
            raise DeviceError(
                "the CPU was asked for, and TensorFlow has computed on a GPU in this process; "
                "begin a new one"
            ) from error
    if device == "cuda" and not tf.config.get_visible_devices("GPU"):
        raise DeviceError(_NONE.format(framework="TensorFlow"))


def torch_device(torch: Any, device: Device) -> Any:
    """Give PyTorch's device.

    Raises:
        DeviceError: there is no GPU, or `device` is unknown.
    """
    _check_known(device)
    usable = device != "cpu" and torch.cuda.is_available()
    if device == "cuda" and not usable:
        raise DeviceError(_NONE.format(framework="PyTorch"))
    return torch.device("cuda" if usable else "cpu")


def _check_known(device: Device) -> None:
    if device not in DEVICES:
        raise DeviceError(f"unknown device {device!r}; known: {', '.join(DEVICES)}")
