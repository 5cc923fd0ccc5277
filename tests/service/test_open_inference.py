"""The Open Inference Protocol: what its clients send and get, and what no client would send."""

import json
import math
import shutil
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gantei
from gantei.catalogue.entries import SHIPPED

from ..conftest import SEX
from .conftest import encoded_picture, wait_until
from .open_inference import INFER, LENGTH, framed, in_binary, in_json, refused, tensor

pytest.importorskip("fastapi", reason="the service's packages are not installed")

PICTURES = [encoded_picture(1), encoded_picture(1)[:-200], encoded_picture(2), b""]


@pytest.fixture
def expected(make_estimator):
    """What the library answers for PICTURES; NaN for the bad ones."""
    judge = gantei.load(make_estimator("judge"))
    found = judge.predict(PICTURES, on_error="record")
    return np.array([each.values.get("age", math.nan) for each in found], np.float32)


def test_what_every_result_has_to_say_is_told_of_the_model_and_with_each_answer(
    ask, make_estimator
):
    def change(tables):
        tables["notice"] = "Only a test."
        tables["basis"]["input.crop"] = {"origin": "assumed", "evidence": "a test"}

    noticed = make_estimator(change=change)
    client = ask(noticed)
    (expected,) = {each.warnings for each in gantei.load(noticed).predict([encoded_picture(1)])}
    assert expected[0] == "Only a test."
    for parameters in (
        client.get("/v2/models/made").json()["parameters"],
        client.post(INFER, content=in_json(encoded_picture(1))).json()["parameters"],
    ):
        lines = parameters["warnings"].splitlines()
        assert lines == list(expected[: len(lines)]) and "assumed input.crop = none" in lines
        assert parameters["codes"].split(" ")[:2] == ["notice", "assumed-fact"]
        assert len(parameters["codes"].split(" ")) == len(lines)


def test_server_and_models_describe_themselves(ask, make_estimator):
    client = ask(make_estimator(), make_estimator("sex", output="sex", spec=SEX))
    assert client.get("/v2").json()["extensions"] == [
        "binary_tensor_data",
        "model_configuration",
    ]
    model = client.get("/v2/models/sex").json()
    assert model["inputs"] == [{"name": "photograph", "datatype": "BYTES", "shape": [-1]}]
    assert [(each["name"], each["datatype"]) for each in model["outputs"]] == [
        ("male", "FP32"),
        ("findings", "BYTES"),
        ("problem", "BYTES"),
    ]
    ready = ("/v2/health/live", "/v2/health/ready", "/v2/models/sex/ready")
    assert [client.get(path).status_code for path in ready] == [200] * 3
    refused(client.get("/v2/models/other"), 404, "unknown-estimator")
    refused(client.post("/v2/models/other/infer"), 404, "unknown-estimator")


def test_a_model_has_one_version_and_says_which(ask):
    client = ask()
    plain, version = "/v2/models/made", "/v2/models/made/versions/1"
    assert client.get(plain).json()["versions"] == ["1"]
    for path in ("", "/ready"):
        assert client.get(version + path).json() == client.get(plain + path).json()
    sent = {"content": in_json(*PICTURES)}
    answer = client.post(version + "/infer", **sent).json()
    assert answer == client.post(INFER, **sent).json()
    assert answer["model_version"] == "1"
    other = "/v2/models/made/versions/2"
    for response in (
        client.get(other),
        client.get(other + "/ready"),
        client.post(other + "/infer", **sent),
    ):
        problem = refused(response, 404, "unknown-estimator")
        assert problem["values"]["known"] == "1"
        assert problem["error"].endswith("made has no version 2 here, only version 1")


INDEX = "/v2/repository/index"


def test_the_list_of_models_says_which_are_ready(ask, make_estimator, tmp_path):
    folder = shutil.copytree(SHIPPED / "demo-age", tmp_path / "demo-age")
    (folder / "golden-2.jpg").unlink()
    client = ask(folder, make_estimator(), ready=False)
    assert {each["state"] for each in client.post(INDEX).json()} <= {
        "LOADING", "READY", "UNAVAILABLE",
    }  # fmt: skip
    wait_until(lambda: "LOADING" not in client.post(INDEX).text)
    failed, ready = client.post(INDEX, json={"ready": False}).json()
    assert failed | {"reason": ""} == {
        "name": "demo-age", "version": "1", "state": "UNAVAILABLE", "reason": "",
    }  # fmt: skip
    assert failed["reason"] == "it failed its check"
    assert ready == {"name": "made", "version": "1", "state": "READY", "reason": ""}
    assert client.post(INDEX, json={"ready": True}).json() == [ready]
    refused(client.post(INDEX, content=b"["), 400, "malformed-body")
    for wrong in ([], {"ready": 1}):
        refused(client.post(INDEX, json=wrong), 422, "invalid-request")


def test_only_health_is_told_without_a_token(ask, token_file):
    client = ask(token_file=token_file)
    assert client.get("/v2/health/live").status_code == 200
    assert client.get("/v2/health/ready").status_code == 200
    for path in ("/v2", "/v2/models/made", "/v2/models/made/ready", INFER, "/v2/nowhere"):
        refused(client.get(path), 401, "token-required")


@pytest.mark.parametrize("batch", [1, 4])
def test_one_bad_picture_is_null_in_json_and_touches_no_other(ask, expected, batch):
    response = ask(batch=batch).post(INFER, content=in_json(*PICTURES, id="7"))
    answer = response.json()
    assert (answer["model_name"], answer["id"]) == ("made", "7")
    age, findings, problem = answer["outputs"]
    assert (age["datatype"], age["shape"]) == ("FP32", [4])
    assert (findings["datatype"], len(findings["data"])) == ("BYTES", 4)
    assert age["data"] == [None if np.isnan(each) else pytest.approx(each) for each in expected]
    assert [bool(each) for each in problem["data"]] == [False, True, False, True]


def test_binary_data_comes_back_where_it_is_asked_for(ask, expected):
    client = ask()
    wanted = [
        {"name": "problem"},
        {"name": "age", "parameters": {"binary_data": True}},
    ]
    response = client.post(INFER, content=in_json(*PICTURES, outputs=wanted))
    length = int(response.headers[LENGTH])
    problem, age = json.loads(response.content[:length])["outputs"]
    assert len(problem["data"]) == 4
    assert age["parameters"] == {"binary_data_size": 16}
    assert np.frombuffer(response.content[length:], "<f4") == pytest.approx(expected, nan_ok=True)


def test_a_binary_request_is_answered_like_one_in_json(ask):
    client = ask()
    sent = in_binary(4, framed(*PICTURES))
    assert (
        client.post(INFER, **sent).json() == client.post(INFER, content=in_json(*PICTURES)).json()
    )


@pytest.mark.parametrize("binary", [False, True])
def test_a_shape_of_two_dimensions_is_answered_in_the_same(ask, binary):
    request = {"content": in_json(*PICTURES)} if not binary else in_binary(4, framed(*PICTURES))
    request["content"] = _with_shape(request["content"], b"[4, 1]")
    if binary:
        request["headers"][LENGTH] = str(int(request["headers"][LENGTH]) + len(", 1"))
    client = ask()
    answer = client.post(INFER, **request).json()
    assert [each["shape"] for each in answer["outputs"]] == [[4, 1]] * 3
    flat = client.post(INFER, content=in_json(*PICTURES)).json()
    assert [each["data"] for each in answer["outputs"]] == [
        each["data"] for each in flat["outputs"]
    ]


def _with_shape(content, shape):
    content = content.encode() if isinstance(content, str) else content
    return content.replace(b'"shape": [4]', b'"shape": ' + shape, 1)


@pytest.mark.parametrize("shape", [[1, 2], [1, 1, 1], [1, True], [1, 1.0], [[1]], "1", 1, None])
def test_any_other_shape_is_refused(ask, shape):
    request = {"inputs": [tensor(1, data=["eA=="], parameters=B64, shape=shape)]}
    problem = refused(ask().post(INFER, json=request), 422, "invalid-request")
    assert "[n] or [n, 1]" in problem["detail"]


B64 = {"content_type": "base64"}


@pytest.mark.parametrize(
    ("status", "kind", "request_"),
    [
        (400, "malformed-body", {"content": b""}),
        (400, "malformed-body", {"content": b"[" * 100_000}),
        (422, "invalid-request", {"content": b"[]"}),
        (413, "too-many-parts", {"content": b'{"inputs": [' + b"{}," * 10_001}),
        (422, "invalid-request", {"json": {"inputs": []}}),
        (422, "invalid-request", {"json": {"inputs": [7]}}),
        (422, "invalid-request", {"json": {"inputs": [tensor(1, data=["eA=="])]}}),
        (422, "invalid-request", {"json": {"inputs": [tensor(1, data=7, parameters=B64)]}}),
        (422, "invalid-request", {"json": {"inputs": [tensor(2, data=["eA=="], parameters=B64)]}}),
        (422, "invalid-request", {"json": {"inputs": [tensor(0, data=[], parameters=B64)]}}),
        (422, "invalid-request", {"json": {"inputs": [tensor(True, data=["eA=="])]}}),
        (422, "invalid-request", {"json": {"inputs": [tensor(1, data=["eA=="], extra=1)]}}),
        (400, "malformed-body", {"json": {"inputs": [tensor(1, data=["*"], parameters=B64)]}}),
        (400, "malformed-body", {"json": {"inputs": [tensor(1, data=["é"], parameters=B64)]}}),
        (400, "malformed-body", {"json": {"inputs": [tensor(1, data=[7], parameters=B64)]}}),
        (413, "too-many-parts", {"json": {"inputs": [tensor(10**30, data=[], parameters=B64)]}}),
        (422, "invalid-request", {"content": in_json(b"x", id="a" * 257)}),
        (422, "invalid-request", {"content": in_json(b"x", outputs=[{"name": "other"}])}),
        (422, "invalid-request", {"content": in_json(b"x", outputs=[{"name": "age"}] * 2)}),
        (422, "invalid-request", {"content": in_json(b"x", outputs={"name": "age"})}),
        (422, "invalid-request", {"content": in_json(b"x", outputs={})}),
        (422, "invalid-request", {"content": in_json(b"x", parameters={"binary_data_output": 1})}),
        (
            422,
            "invalid-request",
            {
                "content": in_json(
                    b"x", outputs=[{"name": "age", "parameters": {"classification": 1}}]
                )
            },
        ),
        (400, "malformed-body", {"content": in_json(b"x"), "headers": {LENGTH: "9" * 9}}),
        (400, "malformed-body", {"content": in_json(b"x"), "headers": {LENGTH: "-1"}}),
        (400, "malformed-body", {"content": in_json(b"x"), "headers": {LENGTH: "9" * 5000}}),
        (400, "malformed-body", {"content": in_json(b"x"), "headers": {LENGTH: "3"}}),
        (400, "malformed-body", in_binary(1, struct.pack("<I", 2**32 - 1) + b"x")),
        (400, "malformed-body", in_binary(2, framed(b"x"))),
        (400, "malformed-body", in_binary(1, framed(b"x", b"y"))),
        (400, "malformed-body", in_binary(1, framed(b"x"), size=2**70)),
        (400, "malformed-body", in_binary(1, framed(b"x"), size=-5)),
        (413, "too-many-parts", in_binary(2**31, b"")),
        (415, "unsupported-media-type", {"content": b"x", "headers": {"content-encoding": "br"}}),
    ],
)
def test_what_is_no_request_of_the_protocol_is_told_so(ask, status, kind, request_):
    refused(ask().post(INFER, **request_), status, kind)


HALF = "\ud800"
"""Half a surrogate pair: JSON can hold it, UTF-8 cannot."""


@pytest.mark.parametrize(
    "request_",
    [
        {"content": in_json(b"x", outputs=[{"name": HALF}])},
        {"content": in_json(b"x", **{HALF: 1})},
        {"content": in_json(b"x", parameters={"binary_data_output": HALF})},
        {"content": in_json(b"x").encode().replace(b"eA==", b"\xed\xa0\x80")},
        {"content": in_json(b"x").replace("photograph", r"\ud800").encode()},
        {"content": in_json(b"x").replace("base64", r"\ud800").encode()},
        {"content": in_json(b"x").replace("BYTES", r"\ud800").encode()},
    ],
)
def test_half_a_surrogate_pair_in_any_text_is_refused_in_words(ask, request_):
    client = ask()
    response = client.post(INFER, **request_)
    assert response.status_code in (400, 422)
    assert response.json()["error"]


def test_an_id_of_half_a_surrogate_pair_comes_back_as_it_was(ask):
    assert ask().post(INFER, content=in_json(PICTURES[0], id=HALF)).json()["id"] == HALF


def read(body, length):
    """What the codec makes of a request: photographs, or the problem's kind."""
    from gantei_service.problems import Problem
    from gantei_service.tensors import read_request

    try:
        uploads = read_request(body, length, 8).inputs.uploads
        return tuple(each.data for each in uploads)
    except Problem as problem:
        assert 400 <= problem.status < 500
        return problem.kind


@settings(max_examples=300, deadline=None)
@given(st.lists(st.binary(max_size=20), min_size=1, max_size=8), st.data())
def test_a_damaged_frame_is_refused_or_gives_only_what_was_sent(pictures, data):
    sent = in_binary(len(pictures), framed(*pictures))
    body, length = sent["content"], sent["headers"][LENGTH]
    assert read(body, length) == tuple(pictures)
    damaged = bytearray(body)
    for _ in range(data.draw(st.integers(1, 3))):
        damaged[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(damaged[: data.draw(st.integers(0, len(body)))])
    for each in (bytes(damaged), cut):
        found = read(each, length)
        assert isinstance(found, str) or each.endswith(framed(*found))
    assert isinstance(read(cut, length), str) or len(cut) == len(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["name", "shape", "datatype", "data", "parameters", "content_type", "binary_data"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(st.sampled_from(["id", "inputs", "outputs", "parameters"]), JSON),
    st.none() | st.text(max_size=6),
)
def test_json_of_any_shape_is_refused_in_words(request, length):
    assert isinstance(read(json.dumps(request).encode(), length), str)
    listed = request | {"inputs": [tensor(1, **{"data": ["eA=="], "parameters": B64})]}
    found = read(json.dumps(listed).encode(), None)
    assert isinstance(found, str) or found == (b"x",)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.none() | st.floats(width=32, allow_nan=False), max_size=5), st.text(max_size=9))
def test_what_is_written_in_binary_is_what_was_answered(numbers, text):
    from gantei_service.open_protocol import ModelInputs, OutputTensor
    from gantei_service.tensors import InferRequest, write_answer

    shape = (len(numbers),)
    asked = InferRequest(None, ModelInputs((), shape), {"problem": True, "age": True}, False)
    outputs = {
        "age": OutputTensor("age", "FP32", shape, numbers),
        "problem": OutputTensor("problem", "BYTES", (2,), [text, ""]),
    }
    body, length = write_answer("made", asked, outputs, {})
    problem, age = json.loads(body[:length])["outputs"]
    size = problem["parameters"]["binary_data_size"]
    assert body[length : length + size] == framed(text.encode(), b"")
    values = np.frombuffer(body[length + size :], "<f4")
    assert values.nbytes == age["parameters"]["binary_data_size"]
    assert [None if np.isnan(each) else each for each in values] == numbers
