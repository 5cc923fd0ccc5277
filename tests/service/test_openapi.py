"""What /openapi.json says of every route."""

import base64
import pkgutil
from urllib.parse import urljoin

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


def operations_of(described):
    return [each for operations in described["paths"].values() for each in operations.values()]


def test_operations_have_names_tags_and_a_server_behind_a_proxy(ask):
    described = descriptions(ask)
    operations = operations_of(described)
    called = [each["operationId"] for each in operations]
    assert len({*called}) == len(called)
    assert all(name.replace("_", "").isalpha() for name in called), called
    tags = {each["name"] for each in described["tags"]}
    assert {tag for each in operations for tag in each["tags"]} == tags
    assert described["info"]["license"]["identifier"] == "Apache-2.0"
    (server,) = described["servers"]
    behind_a_proxy = urljoin("https://hospital.example/fundus/openapi.json", server["url"])
    assert behind_a_proxy == "https://hospital.example/fundus/"


def test_an_address_takes_and_gives_one_media_type(ask):
    """Generators take the first of several, and drop the others without a word."""
    for operation in operations_of(descriptions(ask)):
        for status, answer in operation["responses"].items():
            types = answer.get("content", {})
            assert len(types) == (status != "304"), (operation["operationId"], status)
            assert all(each["schema"] for each in types.values()), operation["operationId"]
        names = [parameter["name"] for parameter in operation.get("parameters", ())]
        for content in operation.get("requestBody", {"content": {}})["content"].values():
            assert content["schema"]["$ref"], operation["operationId"]
        assert len(operation.get("requestBody", {"content": [1]})["content"]) == 1
        assert len({*names}) == len(names), operation["operationId"]


def schemas_in(node, path=()):
    """Every schema of a description's components, with where it stands."""
    yield path, node
    inner = dict(node.get("properties", {}))
    inner |= {key: node[key] for key in ("items", "additionalProperties") if key in node}
    inner |= {f"{of}/{at}": each for of in UNIONS for at, each in enumerate(node.get(of, ()))}
    for name, each in inner.items():
        if isinstance(each, dict):
            yield from schemas_in(each, (*path, name))


UNIONS = ("anyOf", "oneOf", "allOf")


def test_the_schemas_are_such_that_no_generator_drops_a_part_of_them(ask):
    """Each of these was dropped, renamed or mistyped by one of those in test_generated_clients."""
    described = descriptions(ask)
    schemas = described["components"]["schemas"]
    for path, node in (
        found for name, top in schemas.items() for found in schemas_in(top, (name,))
    ):
        known = {"$ref", "type", "anyOf", "oneOf"} & node.keys()
        assert len(known) == 1, f"{path}: no type of its own, or several: {node}"
        assert not isinstance(node.get("const"), bool), f"{path}: a constant boolean"
        assert "allOf" not in node, path
        if "properties" in node:
            assert len(path) == 1, f"{path}: an object without a name"
        if "anyOf" in node:  # of others one type is made, with the members of all
            assert [each.get("type") for each in node["anyOf"]].count("null") == 1, path
            assert len(node["anyOf"]) == 2, f"{path}: a union of values, for which there is no type"
        for each in node.get("oneOf", ()):
            assert "$ref" in each, f"{path}: a union of what has no name"
        if "oneOf" in node:
            assert len(path) == 1, f"{path}: a union without a name"
    form = schemas["PredictForm"]["properties"]
    (predict,) = (each for each in operations_of(described) if each["operationId"] == "predict")
    assert not {each["name"] for each in predict["parameters"]} & form.keys(), "declared twice"


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
