"""What the conversion tests share."""

import re
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import tomli_w

from gantei.catalogue.entries import SHIPPED
from gantei.errors import ConversionError
from gantei.manifests.file import FILE_NAME, read_manifest
from gantei_export.keras_conversion.keras_converter import convert

from .archives import write_archive
from .hand_written import small_network, write


@pytest.fixture(autouse=True)
def same_random_weights_every_time():
    """Let a Keras that a test has imported draw the same weights on every run."""
    for name in ("tf_keras", "keras"):
        if name in sys.modules:
            sys.modules[name].utils.set_random_seed(1)


@pytest.fixture
def small_file(tmp_path):
    """A small Keras file written by hand."""
    return write(tmp_path / "small.h5", *small_network())


@pytest.fixture
def archive(tmp_path):
    """`archive(members, more, compression, config)`: such an archive, as `write_archive` writes."""
    return partial(write_archive, tmp_path / "model.keras")


@pytest.fixture
def answers():
    """Run a conversion in ONNX Runtime: photographs in, one array an output."""
    onnxruntime = pytest.importorskip("onnxruntime")

    def run(conversion, photographs):
        session = onnxruntime.InferenceSession(
            conversion.to_bytes(), providers=["CPUExecutionProvider"]
        )
        names = [output.name for output in conversion.facts.outputs]
        given = {"photograph": np.asarray(photographs, np.float32)}
        # Explanations stand behind the answers, and a foreign graph names these otherwise.
        outputs = [output.name for output in session.get_outputs()][: len(names)]
        return dict(zip(names, session.run(outputs, given), strict=True))

    return run


@pytest.fixture
def refused():
    """Assert that a file is refused with these words."""

    def check(file, *words):
        with pytest.raises(ConversionError) as caught:
            convert(file)
        for word in words:
            assert word in str(caught.value)

    return check


@pytest.fixture
def refused_cheaply(refused):
    """Assert that a file is refused with these words, by a process that stays below 500 MB."""

    def check(file, *words):
        refused(file, *words)
        if not Path("/proc/self/status").exists():
            pytest.skip("this system does not tell a process's own peak memory")
        # Not ru_maxrss: a child begins with its parent's.
        code = (
            "import sys, pathlib\n"
            "from gantei_export.keras_conversion.keras_converter import convert\n"
            "try: convert(pathlib.Path(sys.argv[1]))\n"
            "except ValueError: print(open('/proc/self/status').read())"
        )
        command = [sys.executable, "-c", code, str(file)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", done.stdout)
        assert int(peak) < 500_000

    return check


@pytest.fixture
def changed(tmp_path):
    """Write the small network after a change of its configuration or weights."""

    def make(change=lambda layers, weights: None, **options):
        config, weights = small_network()
        change({entry["name"]: entry for entry in config["config"]["layers"]}, weights)
        return write(tmp_path / "changed.h5", config, weights, **options)

    return make


@pytest.fixture
def make_base(tmp_path):
    """Copy a demo estimator's folder after a change of its manifest's tables."""

    def make(change, base="demo-sex"):
        folder = tmp_path / f"made-{base}"
        shutil.copytree(SHIPPED / base, folder)
        tables = read_manifest(folder / FILE_NAME).tables()
        tables["name"] = folder.name
        change(tables)
        (folder / FILE_NAME).write_text(tomli_w.dumps(tables), "utf-8")
        return folder

    return make
