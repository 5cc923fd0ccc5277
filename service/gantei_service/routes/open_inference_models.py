"""The Open Inference Protocol v2 (KServe, Triton): each estimator is a model of photographs."""

from dataclasses import asdict
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from gantei.estimator.estimator import Estimator
from gantei.wire.open_inference_schemas import (
    InferenceAnswer,
    ModelConfiguration,
    ModelMetadata,
    ModelReady,
)

from ..context import LiveContext, ServiceContext
from ..dispatch import unless_gone
from ..guard import RECORD
from ..logs import RequestRecord
from ..open_protocol import (
    PLATFORM,
    VERSION,
    answer,
    find_model,
    input_tensors,
    model_parameters,
    output_tensors,
    refuse_other_outputs,
)
from ..openapi import OPEN_INFERENCE, body_of, responses
from ..request_schemas import InferenceRequest
from ..tensors import read_request, write_answer

HEAD_LENGTH = "inference-header-content-length"
OPENAPI = body_of("application/json", InferenceRequest)
DATA_TYPES = {"BYTES": "TYPE_STRING", "FP32": "TYPE_FP32"}
"""What Triton's configurations call the protocol's datatypes."""

ANSWERS = responses(
    InferenceAnswer, "malformed-body", "malformed-header", "unknown-estimator", "too-many-parts",
    "invalid-request", "deadline-exceeded", "not-ready",
)  # fmt: skip


def router(live: LiveContext) -> APIRouter:
    """Make the routes, each with and without a version; only those without are described."""

    async def model_info(name: str, request: Request) -> JSONResponse:
        """Describe an estimator's inputs and outputs."""
        return _described(_asked(live.now, name, request))

    async def model_config(name: str, request: Request) -> JSONResponse:
        """Describe an estimator as Triton's configurations do."""
        return _configured(_asked(live.now, name, request))

    async def model_ready(name: str, request: Request) -> JSONResponse:
        """Answer 200 once an estimator can be asked."""
        context = live.now
        _asked(context, name, request)
        context.refuse_unready()
        return JSONResponse({"name": name, "ready": True})

    async def infer(name: str, request: Request) -> Response:
        """Estimate each photograph; a bad one has a problem and changes nothing for the others.

        Photographs and outputs may also be binary data behind the JSON, as Triton's clients send
        and ask for them.
        """
        context = live.now
        context.refuse_unready()
        return await _inferred(context, _asked(context, name, request), request)

    routes = APIRouter(prefix="/v2/models", tags=[OPEN_INFERENCE])
    known = "unknown-estimator"
    for path in ("/{name}", "/{name}/versions/{version}"):
        shown = "{version}" not in path
        routes.add_api_route(
            path, model_info, include_in_schema=shown, responses=responses(ModelMetadata, known)
        )
        routes.add_api_route(
            f"{path}/config", model_config, include_in_schema=shown,
            responses=responses(ModelConfiguration, known),
        )  # fmt: skip
        routes.add_api_route(
            f"{path}/ready", model_ready, include_in_schema=shown,
            responses=responses(ModelReady, known, "not-ready"),
        )  # fmt: skip
        routes.add_api_route(
            f"{path}/infer", infer, methods=["POST"], include_in_schema=shown,
            openapi_extra=OPENAPI, responses=ANSWERS,
        )  # fmt: skip
    return routes


def _asked(context: ServiceContext, name: str, request: Request) -> Estimator:
    return find_model(context, name, request.path_params.get("version"))


def _described(estimator: Estimator) -> JSONResponse:
    described = {
        "name": estimator.name,
        "versions": [VERSION],
        "platform": PLATFORM,
        "inputs": [asdict(each) for each in input_tensors(estimator.manifest)],
        "outputs": [asdict(each) for each in output_tensors(estimator.manifest)],
        "parameters": model_parameters(estimator),
    }
    return JSONResponse(described)


def _configured(estimator: Estimator) -> JSONResponse:
    manifest = estimator.manifest
    sides = {"input": input_tensors(manifest), "output": output_tensors(manifest)}
    configured: dict[str, Any] = {
        "name": estimator.name,
        "platform": PLATFORM,
        "backend": "onnxruntime",
        "version_policy": {"specific": {"versions": [int(VERSION)]}},
        "max_batch_size": 0,
    }
    for side, tensors in sides.items():
        configured[side] = [
            {"name": each.name, "data_type": DATA_TYPES[each.datatype], "dims": [*each.shape]}
            for each in tensors
        ]
    return JSONResponse(configured)


async def _inferred(context: ServiceContext, estimator: Estimator, request: Request) -> Response:
    body, length = await request.body(), request.headers.get(HEAD_LENGTH)
    wanted = await context.pool.run(
        partial(read_request, body, length, context.settings.photographs)
    )
    refuse_other_outputs(estimator.manifest, wanted.outputs)
    record: RequestRecord = request.scope[RECORD]
    outputs = await unless_gone(request.receive, answer(context, record, estimator, wanted.inputs))
    content, head = write_answer(estimator.name, wanted, outputs, model_parameters(estimator))
    if head is None:
        return Response(content, media_type="application/json")
    headers = {HEAD_LENGTH: str(head)}
    return Response(content, media_type="application/octet-stream", headers=headers)
