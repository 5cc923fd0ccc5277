"""What /openapi.json says of every route."""

import base64
import pkgutil

import pytest

from ..explained import explained_network
from .conftest import encoded_picture, form

pytest.importorskip("fastapi", reason="the service's packages are not installed")

OPEN_TO_ALL = ("/livez", "/readyz", "/v2/health/live", "/v2/health/ready")


def descriptions(ask, **settings):
    return ask(**settings).get("/openapi.json").json()


def test_every_module_of_routes_is_named_in_the_application():
    from gantei_service import app, routes

    missing = [
        each.name for each in pkgutil.iter_modules(routes.__path__) if each.name not in vars(app)
    ]
    assert not missing, f"app.py of the service includes no router of {missing}"


def test_every_route_tells_its_answer_and_its_problems(ask):
    described = descriptions(ask)
    assert described["openapi"].startswith("3.1")
    for path, operations in described["paths"].items():
        for operation in operations.values():
            answers = operation["responses"]
            assert answers["200"]["content"], path
            assert {"413", "500"} <= answers.keys()
            for status, answer in answers.items():
                if status >= "400":
                    assert [*answer["content"]] == ["application/problem+json"]
                    assert "HTTPValidationError" not in str(answer)
            guarded = path not in OPEN_TO_ALL
            assert operation["security"] == ([{"token": []}, {}] if guarded else [])
            assert ({"401", "403"} <= answers.keys()) == guarded
    assert described["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


def test_the_answers_of_open_inference_are_those_of_the_description(ask):
    from gantei.wire.open_inference_schemas import InferenceAnswer, ModelMetadata, ServerMetadata

    client = ask()
    model = client.get("/v2/models/made").json()
    for shape, answer in ((ServerMetadata, client.get("/v2").json()), (ModelMetadata, model)):
        shape.model_validate(answer, strict=True)
    for binary in (True, False):
        picture = base64.b64encode(encoded_picture(1)).decode()
        request = {
            "id": "7",
            "inputs": [
                {
                    "name": "photograph", "datatype": "BYTES", "shape": [2],
                    "parameters": {"content_type": "base64"}, "data": [picture, "bm8="],
                }
            ],
            "outputs": [
                {"name": each["name"], "parameters": {"binary_data": binary}}
                for each in model["outputs"]
            ],
        }  # fmt: skip
        answer = client.post("/v2/models/made/infer", json=request)
        head = int(answer.headers.get("inference-header-content-length", len(answer.content)))
        InferenceAnswer.model_validate_json(answer.content[:head], strict=True)


def test_the_answers_of_predict_are_those_of_the_description(ask, make_estimator):
    from gantei.wire.schemas import PredictAnswer

    client = ask(make_estimator(network=explained_network()))
    pictures = [("a.png", encoded_picture(1)), ("b.png", b"no picture")]
    for explain in ("none", "map", "overlay"):
        answer = client.post("/v1/predict", **form(*pictures, explain=explain)).json()
        read = PredictAnswer.model_validate(answer, strict=True)
        assert read.model_dump(exclude_unset=True) == answer
