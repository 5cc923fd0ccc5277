"""Bounds of requests of the Open Inference Protocol: what lies on one passes, one more does not."""

import base64
import json
import tracemalloc

import pytest

from .conftest import encoded_picture
from .open_inference import INFER, LENGTH, framed, refused, tensor

pytest.importorskip("fastapi", reason="the service's packages are not installed")

PICTURE = encoded_picture(1)
LONGEST_HEAD, MOST_COMMAS, LONGEST_ID = 100_000, 10_000, 256


@pytest.fixture
def client(ask):
    return ask()


def head_of(length):
    """A request whose JSON has so many bytes before its binary data."""
    told = tensor(1, parameters={"binary_data_size": len(framed(PICTURE))})
    head = json.dumps({"inputs": [told]}).encode().ljust(length)
    return {"content": head + framed(PICTURE), "headers": {LENGTH: str(length)}}


def test_the_json_before_binary_data_has_at_most_100_000_bytes(client):
    assert client.post(INFER, **head_of(LONGEST_HEAD)).status_code == 200
    refused(client.post(INFER, **head_of(LONGEST_HEAD + 1)), 400, "malformed-body")


def in_json(**members):
    data = [base64.b64encode(PICTURE).decode()]
    photograph = tensor(1, data=data, parameters={"content_type": "base64"})
    return json.dumps({"inputs": [photograph]} | members)


def test_a_request_has_at_most_10_000_commas(client):
    commas = in_json(parameters={"note": ""}).count(",")

    def of(count):
        return client.post(INFER, content=in_json(parameters={"note": "," * (count - commas)}))

    assert of(MOST_COMMAS).status_code == 200
    refused(of(MOST_COMMAS + 1), 413, "too-many-parts")


def test_an_id_has_at_most_256_characters(client):
    answer = client.post(INFER, content=in_json(id="x" * LONGEST_ID))
    assert answer.json()["id"] == "x" * LONGEST_ID
    refused(client.post(INFER, content=in_json(id="x" * (LONGEST_ID + 1))), 422, "invalid-request")


LARGE = encoded_picture(3, 700, compress_level=0)


def large(text="", **members):
    """The JSON of a photograph of a megabyte, in characters as they are."""
    data = [base64.b64encode(LARGE).decode() + text]
    photograph = tensor(1, data=data, parameters={"content_type": "base64"})
    return json.dumps({"inputs": [photograph]} | members, ensure_ascii=False).encode()


@pytest.mark.parametrize("name", ["plain", "右眼", "\U0001f441"])
def test_a_request_takes_twice_its_size_whatever_its_characters(name):
    from gantei_service.tensors import read_request

    body = large(id=name)
    assert len(body) > 1_000_000
    tracemalloc.start()
    try:
        read = read_request(body, None, 8)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert read.inputs.uploads[0].data == LARGE
    assert read.id == name
    assert peak < len(body)  # beside the body, which was there before


def test_base64_with_escaped_solidi_is_read_as_any(client):
    plain = client.post(INFER, content=large()).json()
    assert client.post(INFER, content=large().replace(b"/", rb"\/")).json() == plain
    assert plain["outputs"][0]["data"][0] is not None


@pytest.mark.parametrize(
    ("content", "status", "kind"),
    [
        (large(id="x" * 5000), 422, "invalid-request"),
        (large(**{"x" * 5000: 1}), 422, "invalid-request"),
        (large("\\u0041"), 400, "malformed-body"),
        (large("\n"), 400, "malformed-body"),
        (large().replace(b'["', b'["x"', 1), 400, "malformed-body"),
        (large(parameters={"note": "." * 1_000_000}), 422, "invalid-request"),
        (large()[:-40], 400, "malformed-body"),
    ],
)
def test_long_texts_that_are_no_photographs_are_refused(client, content, status, kind):
    refused(client.post(INFER, content=content), status, kind)
