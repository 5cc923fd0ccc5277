"""The soak's clients of other protocols than the service's own, whose answers are known as well."""

import base64
import http.client
import json
import math
import random
import time
from importlib.util import find_spec

from running import LOOPBACK, form

PAUSE = 0.2
"""Seconds between two requests of each."""
FEW = 3
"""Photographs of a request."""


def lines(server, pictures, tally, over):
    """Ask for an answer line by line; each photograph has one, and the last says that is all."""
    rng = random.Random(2)
    while not over.wait(PAUSE):
        numbers = pictures.chosen(rng, FEW)
        accepted = {"accept": "application/x-ndjson"}
        status, answer = asked(server, "/v1/predict", *pictures.body(numbers), **accepted)
        tally.add("line by line", wrong_lines(pictures, numbers, status, answer))


def wrong_lines(pictures, numbers, status, answer):
    """What is wrong with an answer in lines."""
    if status == 503:
        return ""
    if status != 200:
        return f"status {status}"
    *told, last = map(json.loads, answer.splitlines())
    if not last.get("complete"):
        status = last.get("problem", {}).get("status", "no last line")
        return "" if status == 503 else f"incomplete: {status}"
    entries = [each["photograph"] for each in sorted(told, key=lambda each: each["index"])]
    return pictures.wrong(numbers, json.dumps({"photographs": entries}))


def open_inference(server, pictures, tally, over):
    """Ask for the age by the Open Inference Protocol, in JSON."""
    rng = random.Random(3)
    while not over.wait(PAUSE):
        numbers = [rng.randrange(pictures.usual) for _ in range(FEW)]
        data = [base64.b64encode(pictures.good[n]).decode() for n in numbers]
        photographs = {
            "name": "photograph", "datatype": "BYTES", "shape": [FEW], "data": data,
            "parameters": {"content_type": "base64"},
        }  # fmt: skip
        body = json.dumps({"inputs": [photographs]}).encode()
        path = "/v2/models/demo-age/infer"
        status, answer = asked(server, path, body, "application/json")
        ages = None
        if status == 200:
            outputs = {each["name"]: each["data"] for each in json.loads(answer)["outputs"]}
            ages = outputs["age"]
        tally.add("open inference", wrong_ages(pictures, numbers, ages, status))


def grpc(server, pictures, tally, over):
    """Ask for the age by the same protocol over gRPC, as Triton's client does."""
    if server.grpc_port is None:
        return
    import numpy as np
    import tritonclient.grpc as triton
    from tritonclient.utils import InferenceServerException

    rng = random.Random(4)
    with triton.InferenceServerClient(f"{LOOPBACK}:{server.grpc_port}") as client:
        while not over.wait(PAUSE):
            numbers = [rng.randrange(pictures.usual) for _ in range(FEW)]
            photographs = triton.InferInput("photograph", [FEW], "BYTES")
            photographs.set_data_from_numpy(np.array([pictures.good[n] for n in numbers], object))
            ages, status = None, 200
            try:
                answer = client.infer("demo-age", [photographs], headers=server.headers)
                ages = answer.as_numpy("age").ravel().tolist()
            except InferenceServerException as error:
                status = 503 if "UNAVAILABLE" in str(error.status()) else str(error.status())
            tally.add("gRPC", wrong_ages(pictures, numbers, ages, status))


def can_ask_grpc():
    """Whether both ends of gRPC are installed."""
    return all(map(find_spec, ("h2", "tritonclient", "grpc")))


def bentoml_client(server, pictures, tally, over):
    """Ask as BentoML's client does, which writes the fields of a form as JSON."""
    rng = random.Random(5)
    while not over.wait(PAUSE):
        number = rng.randrange(pictures.usual)
        named = (f"0:{number}.jpg", pictures.good[number])
        status, answer = asked(server, "/bentoml/predict", *form(named))
        wrong = pictures.wrong([number], answer) if status == 200 else ""
        tally.add("BentoML's way", wrong or ("" if status in (200, 503) else f"status {status}"))


def other_page(server, pictures, tally, over):
    """Ask as a browser does for a page of another origin; it is refused."""
    while not over.wait(1):
        from_page = {"origin": "http://elsewhere.example", "sec-fetch-site": "cross-site"}
        status, _ = asked(server, "/v1/predict", *pictures.body([0]), **from_page)
        tally.add("another origin", "" if status == 403 else f"status {status}")


PROTOCOLS = (lines, open_inference, grpc, bentoml_client, other_page)


def wrong_ages(pictures, numbers, ages, status):
    """What is wrong with the ages of these photographs, or with the status."""
    if status == 503:
        return ""
    if ages is None:
        return f"status {status}"
    known = [pictures.expected[n]["demo-age"]["age"] for n in numbers]
    same = len(ages) == len(known) and all(
        math.isclose(age, each, rel_tol=1e-5, abs_tol=1e-4)
        for age, each in zip(ages, known, strict=True)
    )
    return "" if same else "an age"


def asked(server, path, body, kind, **headers):
    """Status and body of an answer; 0 where there was none."""
    connection = http.client.HTTPConnection(LOOPBACK, server.port, timeout=90)
    sent = {"content-type": kind, **server.headers, **headers}
    try:
        connection.request("POST", path, body, sent)
        response = connection.getresponse()
        answer = response.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()
    if response.status == 503:
        time.sleep(float(response.headers["retry-after"]))
    return response.status, answer
