"""The Open Inference Protocol v2 (KServe, Triton): each estimator is a model of one input."""

from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

import gantei
from gantei.estimator.estimator import Estimator
from gantei.findings.finding import Finding
from gantei.manifests.manifest import Manifest
from gantei.wire.open_inference_schemas import (
    InferenceAnswer,
    Live,
    ModelMetadata,
    ModelReady,
    ServerMetadata,
)
from gantei.wire.schemas import Ready

from ..context import ServiceContext
from ..dispatch import estimate_all
from ..openapi import responses
from ..photograph_job import UploadedPhotograph
from ..predict_request import with_eyes
from ..problems import Problem, quoted
from ..tensors import (
    EYE,
    EYE_FROM,
    FINDINGS,
    INPUT,
    PROBLEM,
    TensorColumn,
    datatype,
    read_request,
    write_answer,
)

HEAD_LENGTH = "inference-header-content-length"
_PARAMETERS = {"type": "object"}
_TENSOR = {
    "type": "object",
    "required": ["name", "datatype", "shape"],
    "additionalProperties": False,
    "properties": {
        "name": {"enum": [INPUT, EYE]},
        "datatype": {"const": "BYTES"},
        "shape": {"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 1},
        "data": {"type": "array", "items": {"type": "string", "format": "byte"}},
        "parameters": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "content_type": {"const": "base64"},
                "binary_data_size": {"type": "integer"},
            },
        },
    },
}
_OUTPUT = {
    "type": "object",
    "required": ["name"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string"},
        "parameters": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"binary_data": {"type": "boolean"}},
        },
    },
}
_REQUEST = {
    "type": "object",
    "required": ["inputs"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "string"},
        "inputs": {"type": "array", "items": _TENSOR, "minItems": 1, "maxItems": 2},
        "outputs": {"type": "array", "items": _OUTPUT},
        "parameters": _PARAMETERS,
    },
}
OPENAPI: dict[str, Any] = {
    "parameters": [
        {
            "name": "Inference-Header-Content-Length",
            "in": "header",
            "description": "Bytes of the JSON before binary data, where there is any.",
            "schema": {"type": "integer", "minimum": 0},
        }
    ],
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": _REQUEST},
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
        },
    },
}

ANSWERS = responses(
    InferenceAnswer, "malformed-body", "malformed-header", "unknown-estimator", "too-many-parts",
    "unsupported-media-type", "invalid-request", "deadline-exceeded", "not-ready",
)  # fmt: skip
ANSWERS[200]["content"] = {"application/octet-stream": {"schema": {"type": "string"}}}


def router(context: ServiceContext) -> APIRouter:
    """Make the routes."""

    async def server() -> JSONResponse:
        """Name the server, and what it can do beside JSON."""
        extensions = ["binary_tensor_data"]
        named = {"name": "gantei", "version": gantei.__version__, "extensions": extensions}
        return JSONResponse(named)

    async def live() -> JSONResponse:
        """Answer as long as the process does."""
        return JSONResponse({"live": True})

    async def ready() -> JSONResponse:
        """Answer 200 once every estimator has passed its check."""
        context.refuse_unready()
        return JSONResponse({"ready": True})

    async def model(name: str) -> JSONResponse:
        """Describe an estimator's inputs and outputs."""
        estimator = context.find(name).estimator
        manifest = estimator.manifest
        inputs = [
            {"name": each, "datatype": "BYTES", "shape": [-1]}
            for each in (INPUT, *((EYE,) if _needs_eye(manifest) else ()))
        ]
        outputs = [
            {"name": each, "datatype": datatype(each), "shape": [-1]} for each in _outputs(manifest)
        ]
        platform = {"name": name, "platform": "onnxruntime_onnx"}
        about = {"inputs": inputs, "outputs": outputs, "parameters": _parameters(estimator)}
        return JSONResponse(platform | about)

    async def model_ready(name: str) -> JSONResponse:
        """Answer 200 once an estimator can be asked."""
        context.find(name)
        context.refuse_unready()
        return JSONResponse({"name": name, "ready": True})

    async def infer(name: str, request: Request) -> Response:
        """Estimate for each photograph; one that is bad has a problem and harms no other."""
        context.refuse_unready()
        return await _inferred(context, context.find(name).estimator, request)

    routes = APIRouter(prefix="/v2")
    known = "unknown-estimator"
    routes.add_api_route("", server, responses=responses(ServerMetadata))
    routes.add_api_route("/health/live", live, responses=responses(Live))
    routes.add_api_route("/health/ready", ready, responses=responses(Ready, "not-ready"))
    routes.add_api_route("/models/{name}", model, responses=responses(ModelMetadata, known))
    routes.add_api_route(
        "/models/{name}/ready", model_ready, responses=responses(ModelReady, known, "not-ready")
    )
    routes.add_api_route(
        "/models/{name}/infer", infer, methods=["POST"], openapi_extra=OPENAPI, responses=ANSWERS
    )
    return routes


async def _inferred(context: ServiceContext, estimator: Estimator, request: Request) -> Response:
    if request.headers.get("content-encoding", "identity") != "identity":
        raise Problem("unsupported-media-type", Finding("body-compressed"))
    body, length = await request.body(), request.headers.get(HEAD_LENGTH)
    wanted = await context.pool.run(
        partial(read_request, body, length, context.settings.photographs)
    )
    known = _outputs(estimator.manifest)
    for output in wanted.outputs.keys() - {*known}:
        detail = Finding("output-unknown", output=quoted(output), known=[*known])
        raise Problem("invalid-request", detail)
    uploads = with_eyes(
        [UploadedPhotograph(None, data) for data in wanted.photographs], wanted.eyes
    )
    entries = await estimate_all(request, context, uploads, [estimator])
    columns = _columns(estimator, entries)
    content, head = write_answer(estimator.name, wanted, columns, _parameters(estimator))
    if head is None:
        return Response(content, media_type="application/json")
    headers = {HEAD_LENGTH: str(head)}
    return Response(content, media_type="application/octet-stream", headers=headers)


def _parameters(estimator: Estimator) -> dict[str, str]:
    """Give what to know before using any result, one per line: parameters are no lists."""
    findings = estimator.findings
    return {
        "warnings": "\n".join(finding.text() for finding in findings),
        "codes": " ".join(finding.code for finding in findings),
    }


def _needs_eye(manifest: Manifest) -> bool:
    return manifest.input.mirror == "left-eyes"


def _outputs(manifest: Manifest) -> tuple[str, ...]:
    """Names of a model's outputs."""
    eye = (EYE, EYE_FROM) if _needs_eye(manifest) else ()
    return (*manifest.units(), *eye, FINDINGS, PROBLEM)


def _columns(estimator: Estimator, entries: list[dict[str, Any]]) -> dict[str, TensorColumn]:
    """Turn the photographs' entries into the model's outputs."""
    found = [
        entry["estimates"][estimator.name]["values"] if "estimates" in entry else {}
        for entry in entries
    ]
    columns: dict[str, TensorColumn] = {
        value: [each[value]["value"] if each else None for each in found]
        for value in estimator.manifest.units()
    }
    if _needs_eye(estimator.manifest):
        columns |= {key: [entry[key] or "" for entry in entries] for key in (EYE, EYE_FROM)}
    codes = [[each["code"] for each in entry.get("findings", ())] for entry in entries]
    columns[FINDINGS] = [" ".join(dict.fromkeys(each)) for each in codes]
    problems = [entry.get("problem") for entry in entries]
    return columns | {
        PROBLEM: [each.get("detail", each["title"]) if each else "" for each in problems]
    }
