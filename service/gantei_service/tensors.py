"""Requests and answers of the Open Inference Protocol v2, in JSON and with Triton's binary data.

A binary request is a JSON head, whose length a header tells, and behind it the photographs, each
after its length as a little-endian 32-bit number. Lengths are checked before anything is taken.
"""

import base64
import json
import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from gantei.findings.finding import Finding

from .problems import Problem, quoted

INPUT = "photograph"
EYE = "eye"
"""The input that tells which eye a photograph shows, and an output, of models that need it."""
EYE_FROM = "eye_from"
FINDINGS = "findings"
"""The output of codes, with spaces between, of what is odd about a photograph."""
PROBLEM = "problem"
"""The output that says what is wrong with a photograph; empty where all is well."""
LONGEST_EYE = 20
LONGEST_HEAD = 100_000
"""Bytes of the JSON before binary data."""
MOST_COMMAS = 10_000
"""In a request's JSON: a hundred photographs need as many, millions would fill the memory."""
LONGEST_ID = 256
MEMBERS = ("id", "inputs", "outputs", "parameters")
INPUT_MEMBERS = ("name", "datatype", "shape", "parameters", "data")

Numbers = Sequence[float | None]
TensorColumn = Numbers | Sequence[str]
"""An output: FP32 numbers, None where there is none; or BYTES."""


@dataclass(frozen=True)
class InferRequest:
    """A request: photographs, their eyes, and the outputs to give, with whether each is binary.

    No eyes: nothing is known of them. No outputs stand for all of them, `binary` or not.
    """

    id: str | None
    photographs: tuple[bytes, ...]
    outputs: dict[str, bool]
    binary: bool
    eyes: tuple[str, ...] = ()


def read_request(body: bytes, head_length: str | None, most: int) -> InferRequest:
    """Read a request's body.

    Args:
        body: all of it.
        head_length: the header `Inference-Header-Content-Length`; None where all is JSON.
        most: photographs that are taken.

    Raises:
        Problem: `malformed-body`, `invalid-request` or `too-many-parts`; says what is wrong.
    """
    head, data = _divided(body, head_length)
    request = _parsed(head)
    for key in request:
        if key not in MEMBERS:
            _refuse(Finding("member-unknown", where="body", member=quoted(key), known=[*MEMBERS]))
    name = request.get("id")
    if name is not None and not (isinstance(name, str) and len(name) <= LONGEST_ID):
        _refuse(Finding("inference-id", most=LONGEST_ID))
    parameters = _table(request.get("parameters", {}), "parameters")
    outputs, binary = _wanted(request.get("outputs") or [], parameters)
    inputs = _inputs(request, parameters, data, most)
    photographs = inputs[INPUT]
    eyes = tuple(_text(each) for each in inputs.get(EYE, ()))
    if EYE in inputs and len(eyes) != len(photographs):
        _refuse(Finding("eye-count", eyes=len(eyes), photographs=len(photographs)))
    return InferRequest(name, tuple(photographs), outputs, binary, eyes)


def write_answer(
    model: str,
    request: InferRequest,
    columns: Mapping[str, TensorColumn],
    parameters: Mapping[str, str],
) -> tuple[bytes, int | None]:
    """Write the outputs that the request names, and the answer's parameters.

    Returns:
        The body; and the length of the JSON before its binary data, None where all is JSON.
    """
    outputs, pieces = [], []
    for name, binary in (request.outputs or dict.fromkeys(columns, request.binary)).items():
        column = columns[name]
        output: dict[str, Any] = {"name": name, "datatype": datatype(name), "shape": [len(column)]}
        if binary:
            pieces.append(_packed(name, column))
            output["parameters"] = {"binary_data_size": len(pieces[-1])}
        else:
            output["data"] = list(column)
        outputs.append(output)
    answer = {"model_name": model, "parameters": dict(parameters), "outputs": outputs}
    head = json.dumps(answer | ({"id": request.id} if request.id is not None else {})).encode()
    return b"".join((head, *pieces)), len(head) if pieces else None


def datatype(output: str) -> str:
    """The protocol's name of an output's type."""
    return "BYTES" if output in (PROBLEM, FINDINGS, EYE, EYE_FROM) else "FP32"


def _refuse(detail: Finding) -> NoReturn:
    raise Problem("invalid-request", detail)


def _malformed(detail: Finding) -> NoReturn:
    raise Problem("malformed-body", detail)


def _divided(body: bytes, head_length: str | None) -> tuple[bytes, bytes | None]:
    if head_length is None:
        return body, None
    if not (head_length.isascii() and head_length.isdecimal() and len(head_length) < 10):
        _malformed(Finding("head-length-invalid"))
    length = int(head_length)
    if length > len(body):
        _malformed(Finding("head-length-beyond"))
    if length > LONGEST_HEAD:
        _malformed(Finding("head-limit", most=LONGEST_HEAD))
    return body[:length], body[length:]


def _parsed(head: bytes) -> dict[str, Any]:
    if head.count(b",") > MOST_COMMAS:
        raise Problem("too-many-parts", Finding("comma-limit", most=MOST_COMMAS))
    try:
        request = json.loads(head)
    except (ValueError, RecursionError) as error:
        raise Problem("malformed-body", Finding("not-json")) from error
    return _table(request, "body")


def _table(value: object, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        _refuse(Finding("not-an-object", where=name))
    return value


def _known(table: dict[str, Any], name: str, known: Sequence[str]) -> dict[str, Any]:
    for key in table.keys() - set(known):
        _refuse(Finding("member-unknown", where=name, member=quoted(key), known=[*known]))
    return table


def _flag(table: dict[str, Any], key: str, default: bool) -> bool:
    value = table.get(key, default)
    if not isinstance(value, bool):
        _refuse(Finding("flag-invalid", member=key))
    return value


def _wanted(outputs: object, parameters: dict[str, Any]) -> tuple[dict[str, bool], bool]:
    every = _flag(parameters, "binary_data_output", False)
    if not isinstance(outputs, list):
        _refuse(Finding("not-a-list", where="outputs"))
    wanted: dict[str, bool] = {}
    for output in outputs:
        table = _known(_table(output, "outputs"), "outputs", ("name", "parameters"))
        name = table.get("name")
        if not isinstance(name, str) or name in wanted:
            _refuse(Finding("output-names"))
        own = _table(table.get("parameters", {}), "outputs.parameters")
        _known(own, "outputs.parameters", ("binary_data",))
        wanted[name] = _flag(own, "binary_data", every)
    return wanted, every


def _inputs(
    request: dict[str, Any], parameters: dict[str, Any], data: bytes | None, most: int
) -> dict[str, list[bytes]]:
    """Read the inputs; binary data of several stands behind the JSON in their order."""
    inputs = request.get("inputs")
    if not isinstance(inputs, list) or not 1 <= len(inputs) <= 2:
        _refuse(Finding("input-list"))
    read: dict[str, list[bytes]] = {}
    place = 0
    for each in inputs:
        table = _known(_table(each, "inputs"), "inputs", INPUT_MEMBERS)
        name = table.get("name")
        if name not in (INPUT, EYE) or name in read or table.get("datatype") != "BYTES":
            _refuse(Finding("input-unknown", input=quoted(name)))
        own = _table(table.get("parameters", {}), "inputs.parameters")
        _known(own, "inputs.parameters", ("binary_data_size", "content_type"))
        count = _count(table.get("shape"), most)
        if "binary_data_size" not in own:
            read[name] = (
                _texts(table.get("data"), count)
                if name == EYE and "content_type" not in own
                else _decoded(table.get("data"), count, {**parameters, **own}.get("content_type"))
            )
            continue
        if "data" in table:
            _refuse(Finding("input-data-twice"))
        size = own["binary_data_size"]
        if type(size) is not int or size < 0 or data is None or place + size > len(data):
            _malformed(Finding("binary-size-wrong"))
        read[name] = _unpacked(data[place : place + size], count)
        place += size
    if place != len(data or b""):
        _malformed(Finding("binary-unclaimed"))
    if INPUT not in read:
        _refuse(Finding("input-missing", input=INPUT))
    return read


def _texts(data: object, count: int) -> list[bytes]:
    if not isinstance(data, list) or len(data) != count:
        _refuse(Finding("input-count", input=EYE))
    if not all(isinstance(each, str) for each in data):
        _refuse(Finding("eye-not-text"))
    try:
        return [each.encode() for each in data]
    except UnicodeEncodeError:  # JSON can hold half a surrogate pair
        _malformed(Finding("eye-not-text"))


def _text(data: bytes) -> str:
    if len(data) > LONGEST_EYE:
        _refuse(Finding("eye-not-text"))
    try:
        return data.decode()
    except ValueError:
        _malformed(Finding("eye-not-text"))


def _count(shape: object, most: int) -> int:
    if not isinstance(shape, list) or len(shape) != 1 or type(shape[0]) is not int or shape[0] < 1:
        _refuse(Finding("shape-invalid"))
    if shape[0] > most:
        raise Problem("too-many-parts", Finding("photograph-limit", most=most))
    return int(shape[0])


def _decoded(data: object, count: int, encoding: object) -> list[bytes]:
    if not isinstance(data, list) or len(data) != count:
        _refuse(Finding("input-count", input=INPUT))
    if encoding != "base64":
        _refuse(Finding("base64-not-stated"))
    try:
        if all(isinstance(each, str) for each in data):
            return [base64.b64decode(each, validate=True) for each in data]
    except ValueError:
        pass
    _malformed(Finding("base64-invalid"))


def _unpacked(data: bytes, count: int) -> list[bytes]:
    photographs: list[bytes] = []
    place = 0
    for _ in range(count):
        if len(data) - place < 4:
            _malformed(Finding("binary-cut-off"))
        (length,) = struct.unpack_from("<I", data, place)
        place += 4
        if length > len(data) - place:
            _malformed(Finding("binary-length-beyond"))
        photographs.append(data[place : place + length])
        place += length
    if place != len(data):
        _malformed(Finding("binary-rest"))
    return photographs


def _packed(name: str, column: TensorColumn) -> bytes:
    if datatype(name) == "FP32":
        numbers = [math.nan if number is None else number for number in column]
        return np.array(numbers, "<f4").tobytes()
    texts = [str(text).encode() for text in column]
    return b"".join(struct.pack("<I", len(text)) + text for text in texts)
