"""The family of Keras' files: converted, and held against a NumPy evaluator."""

from collections import Counter

import numpy as np

from gantei.errors import ConversionError
from gantei.inference.onnx_runtime import onnx_runtime
from gantei_export.file_kinds.downloaded_file import downloaded_file
from gantei_export.file_kinds.kind import HDF5, KERAS_ARCHIVE
from gantei_export.importing.importer import import_estimator
from gantei_export.keras_conversion.hdf5_probe import probe
from gantei_export.keras_conversion.keras_converter import convert

from . import stored
from .of_archives import Archive
from .of_bytes import Bytes
from .of_configurations import Network
from .of_structures import Structure
from .outcome import Outcome
from .reference import answers, input_size
from .reference_layers import Unjudged, Unknown

OPENED = (
    HDF5,
    KERAS_ARCHIVE,
)
KINDS = {"configuration": Network, "bytes": Bytes, "structure": Structure, "archive": Archive}
SHARES = {"configuration": 55, "bytes": 20, "structure": 17, "archive": 8}
FOLLOWED = 1
TOLERANCE = 1e-4


def read(path, whole):
    """Convert a file, or import it; return the graph and its operators."""
    return _import(path) if whole else _convert(path)


def caught_by_probe(path):
    """Whether the process that reads a file first refuses it."""
    try:
        with downloaded_file(path) as unpacked:  # as an import does
            probe(unpacked)
    except ConversionError:
        return True
    return False


def _convert(path):
    with downloaded_file(path) as file:
        conversion = convert(file)
        bytes_ = conversion.to_bytes()
        if bytes_[-1] % 8 == 0 and convert(file).to_bytes() != bytes_:
            raise AssertionError("the same file gives other bytes the second time")
    operators = Counter(node.op_type for node in conversion.model.graph.node)
    return bytes_, operators


def _import(path):
    """Import as a user does, but for the process that reads the file first."""
    from gantei.catalogue import store

    imported = import_estimator("fuzzed", path, task="regression", replace=True)
    folder = store.installed()["fuzzed"]
    assert imported.entry.name == "fuzzed"
    try:
        return (folder / "model.onnx").read_bytes(), Counter()
    finally:
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()


def judged(path, found):
    """Run the graph and compare with the reference."""
    bytes_, operators = found
    signature = " ".join(f"{name}{count}" for name, count in sorted(operators.items()))
    try:
        config, weights = stored.read(path)
        height, width = input_size(config)
        if height * width > 1 << 14:
            return Outcome("unjudged", f"{height} x {width} pixels", signature)
        photographs = np.random.default_rng(5).random((2, height, width, 3), np.float32) * 3
        expected = answers(config, weights, photographs)
    except Unjudged as reason:
        return Outcome("unjudged", str(reason), signature)
    except Unknown as reason:
        if str(reason) in _BEYOND_THE_REFERENCE:
            return Outcome("unjudged", str(reason), signature)
        return Outcome("FAILED", f"accepted, but the reference knows no answer: {reason}"[:500])
    try:
        given = _run(bytes_, photographs)
    except Exception as error:  # noqa: BLE001 a graph that cannot run is wrong, however it fails
        return Outcome("FAILED", f"its graph does not run: {error}"[:500])
    return _compared(expected, given, signature)


_BEYOND_THE_REFERENCE = {"class TensorFlowOpLayer"}
"""What TensorFlow's own files in tests/export/data hold and the reference does not know."""


def _run(bytes_, photographs):
    options = onnx_runtime().SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    providers = ["CPUExecutionProvider"]
    session = onnx_runtime().InferenceSession(bytes_, options, providers=providers)
    return session.run(None, {"photograph": photographs})


def _compared(expected, given, signature):
    given = given[: len(expected)]  # what the graph gives beside the estimates is not judged here
    if [one.shape for one in expected] != [one.shape for one in given]:
        shapes = [one.shape for one in expected], [one.shape for one in given]
        return Outcome("FAILED", f"other shapes than the reference: {shapes}")
    for one, other in zip(expected, given, strict=True):
        limit = TOLERANCE * max(1.0, float(np.abs(one).max(initial=0)))
        difference = float(np.abs(one - other).max(initial=0))
        if not difference <= limit:
            return Outcome("FAILED", f"differs from the reference by {difference}")
    return Outcome("right", "", signature)
