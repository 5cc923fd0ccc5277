"""The family of ONNX files: adopted graphs, held against ONNX's own reference in Python."""

import shutil
from collections import Counter
from unittest import mock

import numpy as np
import onnx
import onnx.reference

from gantei.errors import ConversionError
from gantei.inference.onnx_runtime import onnx_runtime
from gantei_export.file_kinds.kind import ONNX
from gantei_export.importing.importer import import_estimator
from gantei_export.manifest_draft.user_claims import UserClaims
from gantei_export.onnx_files import onnx_probe
from gantei_export.onnx_files.model_file import opset_of
from gantei_export.onnx_files.onnx_converter import convert_onnx, examine
from gantei_export.onnx_files.picture import picture_of

from .of_onnx import OnnxBytes, OnnxModel
from .outcome import Outcome

ONNX_RUNTIME = onnx_runtime()
"""At once: loading its libraries is not what is watched."""

OPENED = (ONNX,)
KINDS = {"model": OnnxModel, "bytes": OnnxBytes}
SHARES = {"model": 80, "bytes": 20}
FOLLOWED = 10
TOLERANCE = 1e-3
MOST_PIXELS = 1 << 12


def read(path, whole):
    """Adopt a file's graph, without the process that tries it first; the pool replays that one."""
    if whole:
        content = _import(path)
        nodes = onnx.load_model_from_string(content).graph.node
        return content, Counter(node.op_type for node in nodes)
    claims = UserClaims()
    conversion = convert_onnx(path, claims, examine(path, claims))
    return conversion.to_bytes(), Counter(node.op_type for node in conversion.model.graph.node)


def _import(path):
    from gantei.catalogue import store

    with mock.patch.object(onnx_probe, "probe_onnx", examine):
        import_estimator("fuzzed", path, task="regression", replace=True)
    folder = store.installed()["fuzzed"]
    try:
        return (folder / "model.onnx").read_bytes()
    finally:
        shutil.rmtree(folder)


def caught_by_probe(path):
    """Whether the process that tries a file refuses it, other than by a fault of ours."""
    try:
        onnx_probe.probe_onnx(path, UserClaims())
    except ConversionError as error:
        return not any(words in str(error) for words in ("(1); refused", "internal error"))
    return False


def judged(path, found):
    """Compare with what ONNX's reference makes of the file itself."""
    content, operators = found
    signature = " ".join(f"{name}{count}" for name, count in sorted(operators.items()))
    original = onnx.load_model_from_string(path.read_bytes())
    if words := _not_allowed(original) or _not_allowed(onnx.load_model_from_string(content)):
        return Outcome("FAILED", f"accepted with {words}")
    picture = picture_of(original.graph)
    sides = tuple(side or 16 for side in picture.size)
    if sides[0] * sides[1] > MOST_PIXELS or (picture.batch or 1) > 4:
        return Outcome("unjudged", "large", signature)
    if opset_of(original) < 13 and {"Softmax", "LogSoftmax", "Hardmax"} & set(operators):
        # There these flatten their input first, which the reference does not do.
        return Outcome("unjudged", "a softmax of before opset 13", signature)
    photographs = np.random.default_rng(5).random((2, *sides, 3), np.float32)
    try:
        expected = [_reference(original, picture, one) for one in photographs]
    except Exception as error:  # noqa: BLE001 the reference has not all of ONNX, and faults
        return Outcome("unjudged", f"the reference: {type(error).__name__}", signature)
    try:
        given = _run(content, photographs)
    except Exception as error:  # noqa: BLE001 a graph that cannot run is wrong, however it fails
        return Outcome("FAILED", f"its graph does not run: {error}"[:500])
    expected = np.stack(expected)
    if given.shape != expected.shape:
        return Outcome("FAILED", f"other shapes than the reference: {given.shape, expected.shape}")
    difference = np.abs(given - expected) / np.maximum(1, np.abs(expected))
    if not np.isfinite(expected).all():
        return Outcome("unjudged", "no number", signature)
    if not (difference <= TOLERANCE).all():
        return Outcome("FAILED", f"differs from the reference by {difference.max()}")
    return Outcome("right", "", signature)


def _reference(original, picture, photograph):
    batch = np.repeat(photograph[np.newaxis], picture.batch or 1, 0)
    if picture.layout == "NCHW":
        batch = np.ascontiguousarray(batch.transpose(0, 3, 1, 2))
    evaluator = onnx.reference.ReferenceEvaluator(original)
    with np.errstate(all="ignore"):
        (answer,) = evaluator.run([original.graph.output[0].name], {picture.name: batch})
    return np.asarray(answer, np.float32).reshape(len(batch), -1)[0]


def _run(content, photographs):
    options = ONNX_RUNTIME.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    session = ONNX_RUNTIME.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    return session.run(["estimate"] if "estimate" in _outputs(session) else ["answer_0"],
                       {"photograph": photographs})[0]  # fmt: skip


def _outputs(session):
    return {output.name for output in session.get_outputs()}


def _not_allowed(model):
    """Name what no accepted file may have, found anew and not by what refuses it."""
    if model.functions or model.training_info:
        return "functions or training"
    for tensor in model.graph.initializer:
        if tensor.external_data or tensor.data_location == onnx.TensorProto.EXTERNAL:
            return "external data"
    for node in model.graph.node:
        if node.domain not in ("", "ai.onnx") or "Random" in node.op_type:
            return f"{node.domain} {node.op_type}"
        if any(one.HasField("g") or one.graphs or one.strings for one in node.attribute):
            return f"a subgraph in {node.op_type}"
    return ""
