"""What /openapi.json says: each route's own answers, and what the guard adds to all of them.

A route names its answer and its problems: `responses=responses(Answer, "unknown-estimator")`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from gantei.findings.wording import title_of
from gantei.wire.predict_lines import LastLine, PhotographLine
from gantei.wire.schemas import ProblemDocument

from .described_examples import add_examples, add_shared_examples, problem_example
from .guard import OPEN_TO_ALL
from .problems import KINDS, MEDIA_TYPE
from .request_schemas import InferenceRequest, PredictForm

Responses = dict[int | str, dict[str, Any]]
Parameters = Sequence[Mapping[str, Any]]

ESTIMATES, ESTIMATORS, OPEN_INFERENCE, OPERATION = (
    "estimates", "estimators", "open inference", "operation",
)  # fmt: skip
"""The tags, by which generated clients are parted."""
TAGS = [
    {"name": ESTIMATES, "description": "Photographs in, estimates out."},
    {"name": ESTIMATORS, "description": "What is served."},
    {"name": OPEN_INFERENCE, "description": "The protocol of KServe and Triton, version 2."},
    {"name": OPERATION, "description": "For whoever runs the server."},
]
SERVERS = [{"url": ".", "description": "The server that gave this description."}]
"""Relative to the description, so that a proxy may give the service a path of its own."""

OF_ALL = ("body-too-large", "internal-error")
OF_GUARDED = ("token-required", "loopback-only")
OF_BODIES = ("cross-origin", "slow-body", "unsupported-media-type", "busy")
OF_NO_MODEL = (ProblemDocument, PredictForm, InferenceRequest, PhotographLine, LastLine)
"""Shapes that FastAPI does not find by itself: no route returns them or parses by them."""
_SCHEMA = "#/components/schemas/{model}"


def responses(answer: type[BaseModel] | str, *kinds: str) -> Responses:
    """Describe what a route answers.

    Args:
        answer: the shape of its JSON, or the media type of what else it sends.
        kinds: the problems of its own, keys of `KINDS`.
    """
    if isinstance(answer, str):
        content: dict[str, Any] = {"content": {answer: {"schema": dict(_of_type(answer))}}}
        described = "The answer"
    else:
        content, described = {"model": answer}, answer.__doc__ or ""
    return {200: {"description": described} | content} | _problems(kinds)


def body_of(media_type: str, shape: type[BaseModel], parameters: Parameters = ()) -> dict[str, Any]:
    """Describe what a route takes, for its `openapi_extra`.

    There is one media type: generators take the first of several, and drop the others silently.

    Args:
        media_type: of the body.
        shape: of the body, one of `OF_NO_MODEL`.
        parameters: of the query and the headers, as OpenAPI has them.
    """
    content = {media_type: {"schema": {"$ref": _SCHEMA.format(model=shape.__name__)}}}
    return {
        "parameters": [*parameters],
        "requestBody": {"required": True, "content": content},
    }


class DescribedApp(FastAPI):
    """An application whose description tells of the guard, and of one shape of problems."""

    def openapi(self) -> dict[str, Any]:
        """Write the description, once."""
        if self.openapi_schema is None:
            made = super().openapi()
            for path, operations in made["paths"].items():
                for method, operation in operations.items():
                    _describe(operation, guarded=path not in OPEN_TO_ALL, body=method == "post")
            components = made.setdefault("components", {})
            schemas = components.setdefault("schemas", {})
            for name in ("HTTPValidationError", "ValidationError"):  # FastAPI's; never answered
                schemas.pop(name, None)
            schemas |= _schemas_of(OF_NO_MODEL)
            for union in (each for each in schemas.values() if "anyOf" in each):
                # Its members exclude each other; of `anyOf`, clients make one type of them all.
                union["oneOf"] = union.pop("anyOf")
            add_shared_examples(components)
            components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        return self.openapi_schema or {}


def _describe(operation: dict[str, Any], *, guarded: bool, body: bool) -> None:
    responses = operation["responses"]
    if "HTTPValidationError" in str(responses.get("422")):
        del responses["422"]
    kinds = OF_ALL + (OF_GUARDED if guarded else ()) + (OF_BODIES if body else ())
    for status, problem in _problems(kinds).items():
        own = responses.get(str(status))
        responses[str(status)] = _both(own, problem) if own else problem
    operation["responses"] = dict(sorted(responses.items()))
    operation["security"] = [{"token": []}, {}] if guarded else []
    add_examples(operation)


def _problems(kinds: Sequence[str]) -> Responses:
    found: Responses = {}
    for kind in kinds:
        text, status = f"{title_of(kind)} ({kind})", KINDS[kind]
        schema = {"schema": {"$ref": _SCHEMA.format(model="ProblemDocument")}}
        content = {MEDIA_TYPE: schema | problem_example(kind)}
        problem = {"description": text, "content": content}
        found[status] = _both(found[status], problem) if status in found else problem
    return found


def _both(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Describe problems of one status; nothing that stands elsewhere is changed."""
    contents = one["content"][MEDIA_TYPE], other["content"][MEDIA_TYPE]
    examples = {"examples": {**contents[0].get("examples", {}), **contents[1].get("examples", {})}}
    return {
        "description": f"{one['description']}; {other['description']}",
        "content": {MEDIA_TYPE: contents[0] | (examples if examples["examples"] else {})},
    }


def _schemas_of(shapes: Sequence[type[BaseModel]]) -> dict[str, Any]:
    """Describe shapes, and those that they name, by their names."""
    modes: list[tuple[type[BaseModel], JsonSchemaMode]] = [(each, "validation") for each in shapes]
    described: dict[str, Any] = models_json_schema(modes, ref_template=_SCHEMA)[1]["$defs"]
    return described


def _of_type(media_type: str) -> dict[str, str]:
    """The schema of what is no JSON."""
    return {"type": "string"} | ({} if media_type.startswith("text/") else {"format": "binary"})
