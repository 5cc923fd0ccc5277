"""The messages of `inference.GRPCInferenceService`, the Open Inference Protocol v2 over gRPC.

The numbers of fields are those of the protocol's public definition; fields that are not known are
passed over, as Protocol Buffers have it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from gantei.findings.finding import Finding

from ..open_protocol import (
    LONGEST_ID,
    MOST_INPUTS,
    InputTensor,
    ModelInputs,
    ModelTensor,
    OutputTensor,
    element_count,
    model_inputs,
    refuse,
    unpacked,
)
from ..problems import quoted
from .protobuf_fields import FieldReader, bytes_field, flag_field, numbers_field, text_field

MOST_FIELDS = 10_000
"""Of a message, with all that are in it; a hundred photographs and their eyes need some 250."""
MOST_DIMENSIONS = 8
_BYTES_CONTENTS = 8


@dataclass(frozen=True)
class InferCall:
    """A `ModelInferRequest`; no outputs stand for all of them.

    Attributes:
        is_raw: whether its contents are raw, so that those of the answer are too.
    """

    model: str
    version: str
    id: str
    inputs: ModelInputs
    outputs: tuple[str, ...]
    is_raw: bool


@dataclass
class _SentTensor:
    """An input as it was sent, before it is looked at."""

    name: str = ""
    datatype: str = ""
    shape: list[int] = field(default_factory=list)
    contents: list[memoryview] | None = None


def read_model(message: memoryview) -> tuple[str, str]:
    """Read the name and version of a `ModelReadyRequest` or `ModelMetadataRequest`.

    Raises:
        Problem: `malformed-body` or `too-many-parts`.
    """
    texts = {1: "", 2: ""}
    for each in FieldReader(MOST_FIELDS).fields(message):
        if each.number in texts:
            texts[each.number] = each.text
    return texts[1], texts[2]


def read_index(message: memoryview) -> bool:
    """Read whether a `RepositoryIndexRequest` asks only for models that are ready.

    Raises:
        Problem: `malformed-body` or `too-many-parts`.
    """
    ready = False
    for each in FieldReader(MOST_FIELDS).fields(message):
        if each.number == 2:
            ready = each.flag
    return ready


def read_infer(message: memoryview, most: int) -> InferCall:
    """Read a `ModelInferRequest`.

    Args:
        message: all of it; its photographs are copied.
        most: photographs that are taken.

    Raises:
        Problem: `malformed-body`, `invalid-request` or `too-many-parts`; says what is wrong.
    """
    reader = FieldReader(MOST_FIELDS)
    texts = {1: "", 2: "", 3: ""}
    sent: list[_SentTensor] = []
    outputs: dict[str, None] = {}
    raw: list[memoryview] = []
    for each in reader.fields(message):
        if each.number in texts:
            texts[each.number] = each.text
        elif each.number == 5:
            sent.append(_tensor(reader, each.bytes))
        elif each.number == 6:
            name = _named(reader, each.bytes)
            if name in outputs:
                refuse(Finding("output-names"))
            outputs[name] = None
        elif each.number == 7:
            raw.append(each.bytes)
    if len(texts[3]) > LONGEST_ID:
        refuse(Finding("inference-id", most=LONGEST_ID))
    if not 1 <= len(sent) <= MOST_INPUTS:
        refuse(Finding("input-list"))
    if raw and (len(raw) != len(sent) or any(tensor.contents is not None for tensor in sent)):
        refuse(Finding("raw-contents-count"))
    tensors = [*_inputs(sent, raw, most)]
    return InferCall(texts[1], texts[2], texts[3], model_inputs(tensors), (*outputs,), bool(raw))


def write_infer(
    call: InferCall,
    model: str,
    version: str,
    outputs: Mapping[str, OutputTensor],
    parameters: Mapping[str, str],
) -> bytes:
    """Write a `ModelInferResponse` of the outputs that a request names."""
    wanted = [outputs[name] for name in call.outputs or outputs]
    contents = [b"" if call.is_raw else _contents(each) for each in wanted]
    return b"".join((
        text_field(1, model), text_field(2, version), text_field(3, call.id),
        *(bytes_field(4, text_field(1, key), bytes_field(2, bytes_field(3, text.encode())))
          for key, text in parameters.items()),
        *(bytes_field(5, _described(each), content)
          for each, content in zip(wanted, contents, strict=True)),
        *(bytes_field(6, each.packed()) for each in wanted if call.is_raw),
    ))  # fmt: skip


def write_server(name: str, version: str) -> bytes:
    """Write a `ServerMetadataResponse` of a server without extensions."""
    return text_field(1, name) + text_field(2, version)


def write_model(
    name: str,
    version: str,
    platform: str,
    inputs: Sequence[ModelTensor],
    outputs: Sequence[ModelTensor],
) -> bytes:
    """Write a `ModelMetadataResponse`."""
    return b"".join((
        text_field(1, name), text_field(2, version), text_field(3, platform),
        *(bytes_field(4, _described(each)) for each in inputs),
        *(bytes_field(5, _described(each)) for each in outputs),
    ))  # fmt: skip


def write_index(models: Iterable[Iterable[str]]) -> bytes:
    """Write a `RepositoryIndexResponse`: of each model name, version, state and reason."""
    return b"".join(
        bytes_field(1, *(text_field(number, text) for number, text in enumerate(model, 1)))
        for model in models
    )


def write_flag(flag: bool) -> bytes:
    """Write a `ServerLiveResponse`, `ServerReadyResponse` or `ModelReadyResponse`."""
    return flag_field(1, flag)


def _tensor(reader: FieldReader, message: memoryview) -> _SentTensor:
    tensor = _SentTensor()
    for each in reader.fields(message):
        match each.number:
            case 1:
                tensor.name = each.text
            case 2:
                tensor.datatype = each.text
            case 3:
                tensor.shape += each.numbers(MOST_DIMENSIONS)
            case 4:  # what Triton's shared memory is asked for by
                refuse(Finding("tensor-parameter", parameter=_named(reader, each.bytes)))
            case 5:
                tensor.contents = [*(tensor.contents or ()), *_elements(reader, each.bytes)]
    return tensor


def _elements(reader: FieldReader, message: memoryview) -> Iterator[memoryview]:
    for each in reader.fields(message):
        if each.number != _BYTES_CONTENTS:
            refuse(Finding("contents-not-bytes"))
        yield each.bytes


def _named(reader: FieldReader, message: memoryview) -> str:
    """Read the name of a requested output, or the key of a parameter; an output has no others."""
    name = ""
    for each in reader.fields(message):
        if each.number == 1:
            name = each.text
    return name


def _inputs(
    sent: Sequence[_SentTensor], raw: Sequence[memoryview], most: int
) -> Iterator[InputTensor]:
    for index, each in enumerate(sent):
        count = element_count(each.name, each.datatype, each.shape, most)
        if raw:
            elements = unpacked(raw[index], count)
        else:
            elements = [bytes(content) for content in each.contents or ()]
        if len(elements) != count:
            refuse(Finding("input-count", input=quoted(each.name)))
        yield InputTensor(each.name, tuple(each.shape), elements)


def _described(tensor: ModelTensor) -> bytes:
    return b"".join((
        text_field(1, tensor.name), text_field(2, tensor.datatype), numbers_field(3, tensor.shape),
    ))  # fmt: skip


def _contents(tensor: OutputTensor) -> bytes:
    if tensor.datatype == "FP32":
        numbers = [np.nan if number is None else number for number in tensor.column]
        return bytes_field(5, bytes_field(6, np.array(numbers, "<f4").tobytes()))
    texts = (bytes_field(_BYTES_CONTENTS, str(text).encode()) for text in tensor.column)
    return bytes_field(5, *texts)
