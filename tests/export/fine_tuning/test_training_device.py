"""A network is trained on the device that was asked for, or not at all."""

from types import SimpleNamespace

import pytest

from gantei.errors import DeviceError
from gantei_export.fine_tuning.training_device import choose_for_tensorflow, torch_device


@pytest.fixture
def tensorflow(monkeypatch):
    """TensorFlow's configuration of a machine with one GPU."""
    tf = pytest.importorskip("tensorflow", reason="needs TensorFlow")
    seen = SimpleNamespace(gpus=["GPU:0"], asked=[])

    def hide(devices, kind):
        seen.asked.append((devices, kind))
        seen.gpus = devices

    monkeypatch.setattr(tf.config, "get_visible_devices", lambda kind: seen.gpus)
    monkeypatch.setattr(tf.config, "set_visible_devices", hide)
    return SimpleNamespace(seen=seen, config=tf.config)


def test_the_cpu_hides_gpus_from_tensorflow(tensorflow):
    choose_for_tensorflow("auto")
    choose_for_tensorflow("cuda")
    assert tensorflow.seen.asked == []
    choose_for_tensorflow("cpu")
    choose_for_tensorflow("cpu")
    assert tensorflow.seen.asked == [([], "GPU")]
    with pytest.raises(DeviceError, match="TensorFlow sees no GPU"):
        choose_for_tensorflow("cuda")


def test_a_gpu_that_tensorflow_computes_on_cannot_be_hidden(tensorflow, monkeypatch):
    def too_late(devices, kind):
        raise RuntimeError("Visible devices cannot be modified after being initialized")

    monkeypatch.setattr(tensorflow.config, "set_visible_devices", too_late)
    with pytest.raises(DeviceError, match="begin a new one"):
        choose_for_tensorflow("cpu")


@pytest.mark.parametrize(
    ("device", "there", "chosen"),
    [("auto", True, "cuda"), ("auto", False, "cpu"), ("cpu", True, "cpu"), ("cuda", True, "cuda")],
)
def test_pytorch_gets_the_device_that_was_asked_for(device, there, chosen):
    torch = SimpleNamespace(cuda=SimpleNamespace(is_available=lambda: there), device=str)
    assert torch_device(torch, device) == chosen


def test_a_device_that_is_not_there_or_not_known_is_refused():
    torch = SimpleNamespace(cuda=SimpleNamespace(is_available=lambda: False), device=str)
    with pytest.raises(DeviceError, match="PyTorch sees no GPU here"):
        torch_device(torch, "cuda")
    with pytest.raises(DeviceError, match="unknown device 'tpu'"):
        torch_device(torch, "tpu")
