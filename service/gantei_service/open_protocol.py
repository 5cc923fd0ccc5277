"""Estimators as models of the Open Inference Protocol v2, whatever carries its messages.

Nothing here knows of HTTP, JSON or protobuf. A transport checks each input by `element_count`
before it takes its elements, gathers them by `model_inputs`, has them answered by `answer`, and
writes the `OutputTensor`s that come back.
"""

import math
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from gantei.estimator.estimator import Estimator
from gantei.findings.finding import Finding
from gantei.manifests.manifest import Manifest

from .context import ServiceContext
from .dispatch import estimate_all
from .logs import RequestRecord
from .photograph_job import UploadedPhotograph
from .predict_request import with_eyes
from .problems import Problem, quoted

VERSION = "1"
"""Of every model: manifests have no versions, and one folder is served under a name."""
PLATFORM = "onnxruntime_onnx"
INPUT = "photograph"
EYE = "eye"
"""The input that tells which eye a photograph shows, and an output, of models that need it."""
EYE_FROM = "eye_from"
FINDINGS = "findings"
"""The output of codes, with spaces between, of what is odd about a photograph."""
PROBLEM = "problem"
"""The output that says what is wrong with a photograph; empty where all is well."""
MOST_INPUTS = 2
LONGEST_ID = 256
"""Characters of the id that a request has, and its answer too."""
LONGEST_EYE = 20

Numbers = Sequence[float | None]
TensorColumn = Numbers | Sequence[str]
"""An output: FP32 numbers, None where there is none; or BYTES."""


@dataclass(frozen=True)
class ModelTensor:
    """An input or output of a model; -1 stands for any number of photographs."""

    name: str
    datatype: str
    shape: tuple[int, ...] = (-1,)


@dataclass(frozen=True)
class InputTensor:
    """An input as it was sent; `element_count` has accepted its name, datatype and shape."""

    name: str
    shape: tuple[int, ...]
    elements: Sequence[bytes]


@dataclass(frozen=True)
class ModelInputs:
    """The photographs of a request, and the shape in which it is answered."""

    uploads: tuple[UploadedPhotograph, ...]
    shape: tuple[int, ...]


@dataclass(frozen=True)
class OutputTensor(ModelTensor):
    """An output, an element per photograph."""

    column: TensorColumn = ()

    def packed(self) -> bytes:
        """Write it in binary: little-endian numbers, NaN for none; texts behind their lengths."""
        if self.datatype == "FP32":
            numbers = [math.nan if number is None else number for number in self.column]
            return np.array(numbers, "<f4").tobytes()
        texts = [str(text).encode() for text in self.column]
        return b"".join(struct.pack("<I", len(text)) + text for text in texts)


def input_tensors(manifest: Manifest) -> list[ModelTensor]:
    """Give a model's inputs."""
    return [
        ModelTensor(name, "BYTES") for name in (INPUT, *((EYE,) if _needs_eye(manifest) else ()))
    ]


def output_tensors(manifest: Manifest) -> list[ModelTensor]:
    """Give a model's outputs, in the order in which they are answered."""
    eye = (EYE, EYE_FROM) if _needs_eye(manifest) else ()
    return [
        *(ModelTensor(name, "FP32") for name in manifest.units()),
        *(ModelTensor(name, "BYTES") for name in (*eye, FINDINGS, PROBLEM)),
    ]


def model_parameters(estimator: Estimator) -> dict[str, str]:
    """Give what to know before using any result, one per line: parameters are no lists."""
    findings = estimator.findings
    return {
        "warnings": "\n".join(finding.text() for finding in findings),
        "codes": " ".join(finding.code for finding in findings),
    }


def find_model(context: ServiceContext, name: str, version: str | None = None) -> Estimator:
    """Look a model up.

    Args:
        context: with which the request began.
        name: the estimator's.
        version: as the request names it; None or empty: whichever there is.

    Raises:
        Problem: `unknown-estimator`, of another version too.
    """
    estimator = context.find(name).estimator
    if version and version != VERSION:
        detail = Finding(
            "version-not-served", estimator=name, version=quoted(version), known=VERSION
        )
        raise Problem("unknown-estimator", detail)
    return estimator


def refuse_other_outputs(manifest: Manifest, names: Iterable[str]) -> None:
    """See that a model has the outputs that a request names.

    Raises:
        Problem: `invalid-request`.
    """
    known = [each.name for each in output_tensors(manifest)]
    for name in names:
        if name not in known:
            refuse(Finding("output-unknown", output=quoted(name), known=known))


def element_count(name: object, datatype: object, shape: object, most: int) -> int:
    """Check what is said of an input, and give how many elements it has.

    Args:
        name: as it was sent.
        datatype: as it was sent.
        shape: [n], or [n, 1] as clients send it that think in batches.
        most: photographs that are taken.

    Raises:
        Problem: `invalid-request` or `too-many-parts`.
    """
    if name not in (INPUT, EYE) or datatype != "BYTES":
        refuse(Finding("input-unknown", input=quoted(name)))
    if (
        not isinstance(shape, Sequence)
        or [type(each) for each in shape] not in ([int], [int, int])
        or shape[0] < 1
        or [*shape[1:]] not in ([], [1])
    ):
        refuse(Finding("shape-invalid"))
    if shape[0] > most:
        raise Problem("too-many-parts", Finding("photograph-limit", most=most))
    return int(shape[0])


def unpacked(data: bytes | memoryview, count: int) -> list[bytes]:
    """Take an input's elements apart, each of which stands after its length.

    Raises:
        Problem: `malformed-body`, where they are not `count` elements and nothing else.
    """
    elements: list[bytes] = []
    place = 0
    for _ in range(count):
        if len(data) - place < 4:
            malformed(Finding("binary-cut-off"))
        (length,) = struct.unpack_from("<I", data, place)
        place += 4
        if length > len(data) - place:
            malformed(Finding("binary-length-beyond"))
        elements.append(bytes(data[place : place + length]))
        place += length
    if place != len(data):
        malformed(Finding("binary-rest"))
    return elements


def model_inputs(tensors: Sequence[InputTensor]) -> ModelInputs:
    """Gather a request's photographs, with what it says of their eyes.

    Raises:
        Problem: `invalid-request` or `malformed-body`: an input twice, none of photographs, or an
            eye that is none.
    """
    given: dict[str, InputTensor] = {}
    for each in tensors:
        if each.name in given:
            refuse(Finding("input-unknown", input=quoted(each.name)))
        given[each.name] = each
    if INPUT not in given:
        refuse(Finding("input-missing", input=INPUT))
    photographs = given[INPUT].elements
    eyes = [_eye(each) for each in given[EYE].elements] if EYE in given else []
    if EYE in given and len(eyes) != len(photographs):
        refuse(Finding("eye-count", eyes=len(eyes), photographs=len(photographs)))
    uploads = [UploadedPhotograph(None, data) for data in photographs]
    return ModelInputs(with_eyes(uploads, eyes), given[INPUT].shape)


async def answer(
    context: ServiceContext, record: RequestRecord, estimator: Estimator, inputs: ModelInputs
) -> dict[str, OutputTensor]:
    """Answer a request with all outputs of a model, by name.

    Cancelled, it drops the photographs that wait.

    Raises:
        Problem: as `estimate_all`.
    """
    entries = await estimate_all(record, context, inputs.uploads, [estimator])
    columns = _columns(estimator, entries)
    return {
        each.name: OutputTensor(each.name, each.datatype, inputs.shape, columns[each.name])
        for each in output_tensors(estimator.manifest)
    }


def malformed(detail: Finding) -> NoReturn:
    """Refuse what is no message of the protocol.

    Raises:
        Problem: `malformed-body`.
    """
    raise Problem("malformed-body", detail)


def refuse(detail: Finding) -> NoReturn:
    """Refuse a message of the protocol that asks for what there is not.

    Raises:
        Problem: `invalid-request`.
    """
    raise Problem("invalid-request", detail)


def _needs_eye(manifest: Manifest) -> bool:
    return manifest.input.mirror == "left-eyes"


def _eye(data: bytes) -> str:
    if len(data) > LONGEST_EYE:
        refuse(Finding("eye-not-text"))
    try:
        return data.decode()
    except ValueError:
        malformed(Finding("eye-not-text"))


def _columns(estimator: Estimator, entries: Sequence[dict[str, Any]]) -> dict[str, TensorColumn]:
    """Turn the photographs' entries into the model's outputs."""
    found = [
        entry["estimates"][estimator.name]["values"] if "estimates" in entry else {}
        for entry in entries
    ]
    columns: dict[str, TensorColumn] = {
        value: [each[value]["value"] if each else None for each in found]
        for value in estimator.manifest.units()
    }
    columns |= {key: [entry[key] or "" for entry in entries] for key in (EYE, EYE_FROM)}
    codes = [[each["code"] for each in entry.get("findings", ())] for entry in entries]
    columns[FINDINGS] = [" ".join(dict.fromkeys(each)) for each in codes]
    problems = [entry.get("problem") for entry in entries]
    return columns | {
        PROBLEM: [each.get("detail", each["title"]) if each else "" for each in problems]
    }
