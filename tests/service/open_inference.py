"""Requests of the Open Inference Protocol, and what a refused one is answered."""

import base64
import json
import struct

INFER = "/v2/models/made/infer"
LENGTH = "Inference-Header-Content-Length"


def tensor(count, **members):
    return {"name": "photograph", "datatype": "BYTES", "shape": [count]} | members


def in_json(*pictures, **members):
    """A request as JSON: text."""
    data = [base64.b64encode(each).decode() for each in pictures]
    photographs = tensor(len(data), data=data, parameters={"content_type": "base64"})
    return json.dumps({"inputs": [photographs]} | members)


def framed(*pictures):
    """Each picture behind its length."""
    return b"".join(struct.pack("<I", len(each)) + each for each in pictures)


def in_binary(count, data, size=None, **members):
    """Arguments of a request with binary data."""
    told = {"binary_data_size": len(data) if size is None else size}
    head = json.dumps({"inputs": [tensor(count, parameters=told)]} | members).encode()
    return {"content": head + data, "headers": {LENGTH: str(len(head))}}


def refused(response, status, kind):
    assert response.status_code == status, response.text
    problem = response.json()
    assert problem["type"] == f"urn:problem-type:gantei:{kind}"
    assert problem["error"].startswith(problem["title"])
    return problem
