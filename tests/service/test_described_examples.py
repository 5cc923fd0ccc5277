"""The examples in /openapi.json are answers of this version, in the shapes that it describes."""

import base64
import json

import pytest

from .recorded_examples import answered, demo_client, recorded, refused

pytest.importorskip("fastapi", reason="the service's packages are not installed")

AGAIN = "write them anew: python -m tests.service.recorded_examples"
LONG = {"describe_estimator"}
"""Answers without an example: docs/manifest.md says what a manifest holds."""
IN_TROUBLE = {
    "busy", "deadline-exceeded", "internal-error", "loopback-only", "no-explanation", "not-ready",
    "reload-failed", "reload-running", "slow-body",
}  # fmt: skip
"""Problems of servers that are busy, broken or without tokens, and of estimators without a map."""


@pytest.fixture(scope="module")
def client():
    with demo_client() as client:
        yield client


@pytest.fixture(scope="module")
def described(client):
    return client.get("/openapi.json").json()


@pytest.fixture(scope="module")
def kept():
    from gantei_service.described_examples import FILE

    return json.loads(FILE.read_text("utf-8"))


@pytest.fixture(scope="module")
def picture(kept):
    """The photograph of the example of a request."""
    return base64.b64decode(kept["requests"]["InferenceRequest"]["inputs"][0]["data"][0])


def operations(described):
    return [each for operations in described["paths"].values() for each in operations.values()]


def test_every_answer_in_json_has_an_example_and_every_problem_that_can_be_asked_for(
    described, kept
):
    from gantei_service.problems import KINDS

    for operation in operations(described):
        name = operation["operationId"]
        for status, answer in operation["responses"].items():
            for media_type, content in answer.get("content", {}).items():
                examples = content.get("examples", {})
                if status == "200":
                    with_one = media_type == "application/json" and name not in LONG
                    assert bool(examples) == with_one, f"{name}: {AGAIN}"
                elif status >= "400":
                    told = {kind for kind in KINDS if f"({kind})" in answer["description"]}
                    assert examples.keys() == told - IN_TROUBLE, f"{name}, {status}: {AGAIN}"
    of_photographs = {"photograph-too-large", "unusable-photograph", "inference-failed"}
    assert kept["problems"].keys() & IN_TROUBLE == set()
    assert KINDS.keys() - IN_TROUBLE - of_photographs - kept["problems"].keys() == {
        "client-gone", "method-not-allowed",
    }  # fmt: skip


def test_every_example_is_valid_by_the_schema_beside_it(described):
    jsonschema = pytest.importorskip("jsonschema", reason="the judges are not installed")

    def assert_valid(schema, value):
        resolved = {**schema, "components": described["components"]}
        jsonschema.Draft202012Validator(resolved).validate(value)

    examined = 0
    for operation in operations(described):
        for parameter in operation.get("parameters", ()):
            if "example" in parameter:
                assert_valid(parameter["schema"], parameter["example"])
        for answer in operation["responses"].values():
            for content in answer.get("content", {}).values():
                for example in content.get("examples", {}).values():
                    assert_valid(content["schema"], resolve(described, example)["value"])
                    examined += 1
    for schema in described["components"]["schemas"].values():
        for example in schema.get("examples", ()):
            assert_valid(schema, example)
    assert examined > 50


def resolve(described, node):
    for key in node.get("$ref", "#").split("/")[1:]:
        described = described[key]
    return described if "$ref" in node else node


def shape(value):
    """Names and types of what a value holds; versions of packages are of the machine."""
    match value:
        case dict():
            return {name: shape(each) for name, each in value.items() if name != "versions"}
        case list():
            return [shape(each) for each in value]
        case bool() | str() | None:
            return type(value).__name__
    return "number"


def test_the_examples_are_what_the_server_answers(client, kept, picture):
    answers = {name: each.json() for name, each in answered(client, picture).items()}
    assert shape(answers) == shape(kept["answers"]), AGAIN
    problems = {kind: each.json() for kind, each in refused(client, picture).items()}
    assert shape(problems) == shape(kept["problems"]), AGAIN
    for kind, problem in problems.items():
        assert problem["type"].endswith(kind)
        of_request = {"request_id": kept["problems"][kind]["request_id"]}
        assert problem | of_request == kept["problems"][kind], AGAIN


def test_the_example_of_a_request_gets_the_example_of_an_answer(client, kept):
    request = kept["requests"]["InferenceRequest"]
    answer = client.post("/v2/models/demo-age/infer", json=request).json()
    age, *others = answer["outputs"]
    expected, *texts = kept["answers"]["infer"]["outputs"]
    assert others == texts
    assert age["data"] == pytest.approx(expected["data"], abs=1e-3)
    (estimated, _) = kept["answers"]["predict"]["photographs"]
    value = estimated["estimates"]["demo-age"]["values"]["age"]["value"]
    assert value == pytest.approx(age["data"][0], abs=1e-3)


def test_the_file_is_as_it_is_written_and_small(kept):
    from gantei_service.described_examples import FILE

    assert shape(recorded()) == shape(kept), AGAIN
    assert FILE.read_text("utf-8") == json.dumps(kept, ensure_ascii=False, indent=1) + "\n"
    assert FILE.stat().st_size < 20_000
