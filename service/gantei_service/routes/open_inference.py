"""The Open Inference Protocol v2 (KServe, Triton): who answers, with what, and whether."""

import json

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

import gantei
from gantei.findings.finding import Finding
from gantei.wire.open_inference_schemas import Live, ModelIndex, ServerMetadata
from gantei.wire.schemas import Ready

from ..context import LiveContext
from ..model_index import indexed_models
from ..openapi import OPEN_INFERENCE, responses
from ..problems import Problem

EXTENSIONS = ["binary_tensor_data", "model_configuration"]
NOT_OFFERED = {
    "model_repository": (
        "/repository/models/{name}/load", "/repository/models/{name}/unload",
    ),
    "statistics": (
        "/models/stats", "/models/{name}/stats", "/models/{name}/versions/{version}/stats",
    ),
    "trace": ("/trace/setting", "/models/{name}/trace/setting"),
    "logging": ("/logging",),
    "system_shared_memory": ("/systemsharedmemory/{rest:path}",),
    "cuda_shared_memory": ("/cudasharedmemory/{rest:path}",),
    "generate": ("/models/{name}/generate", "/models/{name}/generate_stream"),
}  # fmt: skip
"""Triton's other extensions, whose clients are told so.

Statistics are in /metrics: Triton's have times of each model that are not measured here.
"""
LONGEST_ASKED = 1000
"""Bytes of a request for the list of models."""


def router(live: LiveContext) -> APIRouter:
    """Make the routes."""

    async def server_metadata() -> JSONResponse:
        """Name the server, and what it can do beside JSON."""
        about = {"name": "gantei", "version": gantei.__version__, "extensions": EXTENSIONS}
        return JSONResponse(about)

    async def server_live() -> JSONResponse:
        """Answer as long as the process does."""
        return JSONResponse({"live": True})

    async def server_ready() -> JSONResponse:
        """Answer 200 once every estimator has passed its check."""
        live.now.refuse_unready()
        return JSONResponse({"ready": True})

    async def list_models(request: Request) -> JSONResponse:
        """List the models, and whether each is ready; the command that serves chooses them."""
        only_ready = _only_ready(await request.body())
        listed = indexed_models(live.now, only_ready=only_ready)
        return JSONResponse([each._asdict() for each in listed])

    routes = APIRouter(prefix="/v2", tags=[OPEN_INFERENCE])
    routes.add_api_route("", server_metadata, responses=responses(ServerMetadata))
    routes.add_api_route("/health/live", server_live, responses=responses(Live))
    routes.add_api_route("/health/ready", server_ready, responses=responses(Ready, "not-ready"))
    routes.add_api_route(
        "/repository/index", list_models, methods=["POST"],
        responses=responses(ModelIndex, "malformed-body", "invalid-request"),
    )  # fmt: skip
    for what, paths in NOT_OFFERED.items():
        for path in paths:
            _refuse_under(routes, path, what)
    return routes


def _refuse_under(routes: APIRouter, path: str, what: str) -> None:
    async def not_offered() -> None:
        raise Problem(
            "not-found", Finding("extension-not-offered", extension=what, known=EXTENSIONS)
        )

    routes.add_api_route(path, not_offered, methods=["GET", "POST"], include_in_schema=False)


def _only_ready(body: bytes) -> bool:
    """Read a request for the list: nothing, or an object that may say `ready`."""
    if not body:
        return False
    try:
        asked = json.loads(body[:LONGEST_ASKED])
    except (ValueError, RecursionError) as error:
        raise Problem("malformed-body", Finding("not-json")) from error
    if not isinstance(asked, dict):
        raise Problem("invalid-request", Finding("not-an-object", where="body"))
    ready = asked.get("ready", False)
    if not isinstance(ready, bool):
        raise Problem("invalid-request", Finding("flag-invalid", member="ready"))
    return ready
