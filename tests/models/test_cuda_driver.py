"""Where there is no CUDA, the error says why and what to do; the driver's answers are played."""

from types import SimpleNamespace

import pytest

from gantei.inference import cuda_driver

RUNTIME = SimpleNamespace(__version__="1.31.1", cuda_version="13.0")


def driver(monkeypatch, version, status=0):
    """Play a driver that knows CUDA up to `version`, as cuDriverGetVersion tells it."""

    def tell(place):
        place._obj.value = version
        return status

    library = SimpleNamespace(cuDriverGetVersion=tell)
    monkeypatch.setattr(cuda_driver.ctypes, "CDLL", lambda _: library)


def without_driver(_):
    raise OSError("libcuda.so.1: cannot open shared object file")


def test_a_driver_of_cuda_12_is_too_old_for_onnx_runtime_of_cuda_13(monkeypatch):
    driver(monkeypatch, 12040)
    assert cuda_driver.why_no_cuda(RUNTIME) == (
        "ONNX Runtime 1.31.1 is built for CUDA 13.0, and the NVIDIA driver here runs CUDA 12.4 at "
        "most: update the driver to 580 or newer, or "
        'pip install "onnxruntime-gpu[cuda,cudnn]<1.27"'
    )


def test_a_driver_that_is_new_enough_has_no_libraries_or_no_memory(monkeypatch):
    driver(monkeypatch, 13010)
    assert cuda_driver.driver_cuda() == (13, 1)
    assert "the libraries of CUDA 13.0 or cuDNN are missing" in cuda_driver.why_no_cuda(RUNTIME)


@pytest.mark.parametrize("status", [None, 3])
def test_without_a_driver_it_says_so(monkeypatch, status):
    if status is None:
        monkeypatch.setattr(cuda_driver.ctypes, "CDLL", without_driver)
    else:
        driver(monkeypatch, 0, status)
    assert cuda_driver.driver_cuda() is None
    assert "no NVIDIA driver here" in cuda_driver.why_no_cuda(RUNTIME)
