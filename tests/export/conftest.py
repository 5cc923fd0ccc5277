"""What the conversion tests share."""

import resource
import sys
import time

import numpy as np
import pytest

from gantei.errors import ConversionError
from gantei_export.conversion import convert

from .hand_written import small_network, write


@pytest.fixture
def small_file(tmp_path):
    """A small Keras file written by hand."""
    return write(tmp_path / "small.h5", *small_network())


@pytest.fixture
def answers():
    """Run a conversion in ONNX Runtime: photographs in, one array an output."""
    onnxruntime = pytest.importorskip("onnxruntime")

    def run(conversion, photographs):
        session = onnxruntime.InferenceSession(
            conversion.to_bytes(), providers=["CPUExecutionProvider"]
        )
        names = [output.name for output in session.get_outputs()]
        given = {"photograph": np.asarray(photographs, np.float32)}
        return dict(zip(names, session.run(None, given), strict=True))

    return run


@pytest.fixture
def refused(tmp_path):
    """Assert that a file is refused with these words, in under 5 s and 500 MB."""

    def check(file, *words):
        unit = 1 if sys.platform == "darwin" else 1024
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        start = time.perf_counter()
        with pytest.raises(ConversionError) as caught:
            convert(file)
        assert time.perf_counter() - start < 5
        assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * unit < 500e6
        for word in words:
            assert word in str(caught.value)

    return check


@pytest.fixture
def changed(tmp_path):
    """Write the small network after a change of its configuration or weights."""

    def make(change=lambda layers, weights: None, **options):
        config, weights = small_network()
        change({entry["name"]: entry for entry in config["config"]["layers"]}, weights)
        return write(tmp_path / "changed.h5", config, weights, **options)

    return make
