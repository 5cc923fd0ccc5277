"""Requests and answers of the Open Inference Protocol v2, in JSON and with Triton's binary data.

A binary request is a JSON head, whose length a header tells, and behind it the inputs, each element
after its length as a little-endian 32-bit number. Lengths are checked before anything is taken.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gantei.findings.finding import Finding

from .inference_json import InferenceJson
from .open_protocol import (
    EYE,
    INPUT,
    LONGEST_ID,
    MOST_INPUTS,
    VERSION,
    InputTensor,
    ModelInputs,
    OutputTensor,
    element_count,
    malformed,
    model_inputs,
    refuse,
    unpacked,
)
from .problems import quoted

LONGEST_HEAD = 100_000
"""Bytes of the JSON before binary data."""
MEMBERS = ("id", "inputs", "outputs", "parameters")
INPUT_MEMBERS = ("name", "datatype", "shape", "parameters", "data")


@dataclass(frozen=True)
class InferRequest:
    """A request: its photographs, and the outputs to give, with whether each is binary.

    No outputs stand for all of them, `binary` or not.
    """

    id: str | None
    inputs: ModelInputs
    outputs: dict[str, bool]
    binary: bool


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
    found = InferenceJson(head)
    request = _table(found.value, "body")
    for key in request:
        if key not in MEMBERS:
            refuse(Finding("member-unknown", where="body", member=quoted(key), known=[*MEMBERS]))
    name = request.get("id")
    if name is not None and not (isinstance(name, str) and len(name) <= LONGEST_ID):
        refuse(Finding("inference-id", most=LONGEST_ID))
    parameters = _table(request.get("parameters", {}), "parameters")
    outputs, binary = _wanted(request.get("outputs"), parameters)
    inputs = model_inputs(_inputs(found, parameters, data, most))
    return InferRequest(name, inputs, outputs, binary)


def write_answer(
    model: str,
    request: InferRequest,
    outputs: Mapping[str, OutputTensor],
    parameters: Mapping[str, str],
) -> tuple[bytes, int | None]:
    """Write the outputs that the request names, and the answer's parameters.

    Returns:
        The body; and the length of the JSON before its binary data, None where all is JSON.
    """
    written, pieces = [], []
    for name, binary in (request.outputs or dict.fromkeys(outputs, request.binary)).items():
        tensor = outputs[name]
        output: dict[str, Any] = {
            "name": name, "datatype": tensor.datatype, "shape": [*tensor.shape],
        }  # fmt: skip
        if binary:
            pieces.append(tensor.packed())
            output["parameters"] = {"binary_data_size": len(pieces[-1])}
        else:
            output["data"] = list(tensor.column)
        written.append(output)
    answer = {
        "model_name": model, "model_version": VERSION, "parameters": dict(parameters),
        "outputs": written,
    }  # fmt: skip
    head = json.dumps(answer | ({"id": request.id} if request.id is not None else {})).encode()
    return b"".join((head, *pieces)), len(head) if pieces else None


def _divided(body: bytes, head_length: str | None) -> tuple[bytes, bytes | None]:
    if head_length is None:
        return body, None
    if not (head_length.isascii() and head_length.isdecimal() and len(head_length) < 10):
        malformed(Finding("head-length-invalid"))
    length = int(head_length)
    if length > len(body):
        malformed(Finding("head-length-beyond"))
    if length > LONGEST_HEAD:
        malformed(Finding("head-limit", most=LONGEST_HEAD))
    return body[:length], body[length:]


def _table(value: object, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        refuse(Finding("not-an-object", where=name))
    return value


def _known(table: dict[str, Any], name: str, known: Sequence[str]) -> dict[str, Any]:
    for key in table.keys() - set(known):
        refuse(Finding("member-unknown", where=name, member=quoted(key), known=[*known]))
    return table


def _flag(table: dict[str, Any], key: str, default: bool) -> bool:
    value = table.get(key, default)
    if not isinstance(value, bool):
        refuse(Finding("flag-invalid", member=key))
    return value


def _wanted(outputs: object, parameters: dict[str, Any]) -> tuple[dict[str, bool], bool]:
    every = _flag(parameters, "binary_data_output", False)
    if not isinstance(outputs, list | None):
        refuse(Finding("not-a-list", where="outputs"))
    wanted: dict[str, bool] = {}
    for output in outputs or ():
        table = _known(_table(output, "outputs"), "outputs", ("name", "parameters"))
        name = table.get("name")
        if not isinstance(name, str) or name in wanted:
            refuse(Finding("output-names"))
        own = _table(table.get("parameters", {}), "outputs.parameters")
        _known(own, "outputs.parameters", ("binary_data",))
        wanted[name] = _flag(own, "binary_data", every)
    return wanted, every


def _inputs(
    found: InferenceJson, parameters: dict[str, Any], data: bytes | None, most: int
) -> list[InputTensor]:
    """Read the inputs; binary data of several stands behind the JSON in their order."""
    inputs = found.value.get("inputs")
    if not isinstance(inputs, list) or not 1 <= len(inputs) <= MOST_INPUTS:
        refuse(Finding("input-list"))
    read: list[InputTensor] = []
    place = 0
    for each in inputs:
        table = _known(_table(each, "inputs"), "inputs", INPUT_MEMBERS)
        name, shape = table.get("name"), table.get("shape")
        count = element_count(name, table.get("datatype"), shape, most)
        own = _table(table.get("parameters", {}), "inputs.parameters")
        _known(own, "inputs.parameters", ("binary_data_size", "content_type"))
        if "binary_data_size" in own:
            if "data" in table:
                refuse(Finding("input-data-twice"))
            size = own["binary_data_size"]
            if type(size) is not int or size < 0 or data is None or place + size > len(data):
                malformed(Finding("binary-size-wrong"))
            elements = unpacked(data[place : place + size], count)
            place += size
        elif name == EYE and "content_type" not in own:
            elements = _texts(table.get("data"), count)
        else:
            encoding = {**parameters, **own}.get("content_type")
            elements = _decoded(found, table.get("data"), count, encoding)
        read.append(InputTensor(str(name), tuple(shape or ()), elements))
    if place != len(data or b""):
        malformed(Finding("binary-unclaimed"))
    return read


def _texts(data: object, count: int) -> list[bytes]:
    if not isinstance(data, list) or len(data) != count:
        refuse(Finding("input-count", input=EYE))
    if not all(isinstance(each, str) for each in data):
        refuse(Finding("eye-not-text"))
    try:
        return [each.encode() for each in data]
    except UnicodeEncodeError:  # JSON can hold half a surrogate pair
        malformed(Finding("eye-not-text"))


def _decoded(found: InferenceJson, data: object, count: int, encoding: object) -> list[bytes]:
    if not isinstance(data, list) or len(data) != count:
        refuse(Finding("input-count", input=INPUT))
    if encoding != "base64":
        refuse(Finding("base64-not-stated"))
    try:
        if all(isinstance(each, str) for each in data):
            return found.from_base64(data)
    except ValueError:
        pass
    malformed(Finding("base64-invalid"))
