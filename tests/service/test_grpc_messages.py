"""The messages of gRPC, read and written beside the library of Protocol Buffers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .grpc_clients import infer_request, messages

pytest.importorskip("fastapi", reason="the service's packages are not installed")
pytest.importorskip("tritonclient", reason="Triton's client is not installed")
pytestmark = pytest.mark.reference

TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
NAMES = st.sampled_from(["photograph", "eye", "age"])


def read(data, most=8):
    """What is read of a request; or the problem's kind."""
    from gantei_service.grpc_port.grpc_messages import read_infer
    from gantei_service.problems import Problem

    try:
        return read_infer(memoryview(data), most)
    except Problem as problem:
        assert 400 <= problem.status < 500
        assert problem.detail.text()
        return problem.kind


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.binary(max_size=300), min_size=1, max_size=8),
    st.booleans(), st.booleans(), TEXTS, TEXTS,
    st.lists(TEXTS, max_size=4, unique=True),
)  # fmt: skip
def test_what_the_library_wrote_is_read_as_it_was(pictures, raw, square, id_, model, outputs):
    shape = [len(pictures), 1] if square else None
    request = infer_request(*pictures, raw=raw, shape=shape, id=id_, model_name=model)
    request.parameters["timeout"].int64_param = -5
    for name in outputs:
        request.outputs.add(name=name).parameters["a"].double_param = 1.5
    call = read(request.SerializeToString())
    assert [each.data for each in call.inputs.uploads] == pictures
    assert (call.id, call.model, call.version) == (id_, model, "")
    assert (call.outputs, call.is_raw) == (tuple(outputs), raw)
    assert call.inputs.shape == ((len(pictures), 1) if square else (len(pictures),))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.binary(max_size=30), min_size=1, max_size=4), st.booleans(), st.data())
def test_a_damaged_message_is_refused_or_means_what_the_library_reads(pictures, raw, data):
    from google.protobuf.message import DecodeError

    sent = bytearray(infer_request(*pictures, raw=raw).SerializeToString())
    for _ in range(data.draw(st.integers(1, 3))):
        sent[data.draw(st.integers(0, len(sent) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(sent[: data.draw(st.integers(0, len(sent)))])
    call = read(cut)
    try:
        request = messages().ModelInferRequest.FromString(cut)
    except DecodeError:  # which it says of parameters too, that are not read here
        return
    if isinstance(call, str):
        return
    assert (request.model_name, request.id) == (call.model, call.id)
    assert [each.name for each in request.outputs] == [*call.outputs]
    tensor = next(each for each in request.inputs if each.name == "photograph")
    assert tuple(tensor.shape) == call.inputs.shape
    if not call.is_raw:
        assert [*tensor.contents.bytes_contents] == [each.data for each in call.inputs.uploads]


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_refused_in_words(data):
    assert isinstance(read(data), str)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.none() | st.floats(width=32, allow_nan=False), min_size=1, max_size=5),
    TEXTS, TEXTS, st.booleans(), st.dictionaries(TEXTS, TEXTS, max_size=3),
)  # fmt: skip
def test_what_is_written_the_library_reads(numbers, text, id_, raw, parameters):
    from gantei_service.grpc_port.grpc_messages import InferCall, write_infer
    from gantei_service.open_protocol import ModelInputs, OutputTensor

    shape = (len(numbers), 1)
    call = InferCall("made", "", id_, ModelInputs((), shape), ("problem", "age"), raw)
    outputs = {
        "age": OutputTensor("age", "FP32", shape, numbers),
        "problem": OutputTensor("problem", "BYTES", shape, [text] * len(numbers)),
    }
    written = write_infer(call, "made", "1", outputs, parameters)
    answer = messages().ModelInferResponse.FromString(written)
    assert (answer.model_name, answer.model_version, answer.id) == ("made", "1", id_)
    assert {key: each.string_param for key, each in answer.parameters.items()} == parameters
    assert all(each.HasField("string_param") for each in answer.parameters.values())
    problem, age = answer.outputs
    assert [(each.name, [*each.shape]) for each in (problem, age)] == [
        ("problem", [*shape]), ("age", [*shape]),
    ]  # fmt: skip
    if raw:
        values = np.frombuffer(answer.raw_output_contents[1], "<f4")
    else:
        values = np.array(age.contents.fp32_contents, np.float32)
        assert [*problem.contents.bytes_contents] == [text.encode()] * len(numbers)
    assert [None if np.isnan(each) else each for each in values] == numbers


def test_metadata_of_any_shape_is_what_the_library_reads():
    from gantei_service.grpc_port.grpc_messages import read_model, write_model
    from gantei_service.open_protocol import ModelTensor

    tensor = ModelTensor("photograph", "BYTES", (-1, 1))
    answer = messages().ModelMetadataResponse.FromString(
        write_model("made", "1", "onnx", [tensor], [tensor, tensor])
    )
    assert (answer.name, [*answer.versions], answer.platform) == ("made", ["1"], "onnx")
    assert [[*each.shape] for each in answer.outputs] == [[-1, 1]] * 2
    request = messages().ModelReadyRequest(name="眼底", version="1")
    assert read_model(memoryview(request.SerializeToString())) == ("眼底", "1")
