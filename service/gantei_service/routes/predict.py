"""`POST /v1/predict`: photographs in, an entry for each, in their wanted."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from gantei.errors import ExplanationError
from gantei.estimator.estimator import Estimator
from gantei.wire.schemas import PredictAnswer

from ..context import ServiceContext
from ..dispatch import estimate_all
from ..openapi import responses
from ..predict_request import PredictRequest, read_predict_request
from ..problems import Problem

_PICTURE = {"type": "string", "format": "binary"}
_CHOICES: list[dict[str, Any]] = [
    {
        "name": "estimators",
        "in": "query",
        "description": "Names; a form may have it as a field. None: all that are served.",
        "schema": {"type": "array", "items": {"type": "string"}},
    },
    {
        "name": "explain",
        "in": "query",
        "description": "A form's field of this name comes before it.",
        "schema": {"type": "string", "enum": ["none", "map", "overlay"]},
    },
    {
        "name": "eyes",
        "in": "query",
        "description": "Which eye each photograph shows, in their order, for estimators that take "
        "left eyes mirrored (needs_eye); detect: by the optic disc, once for all of them. None: "
        "the names that a form gives the files may tell. Form fields come before the query.",
        "schema": {
            "type": "array",
            "items": {"type": "string", "enum": ["right", "left", "unknown", "detect"]},
        },
    },
]
OPENAPI: dict[str, Any] = {
    "parameters": _CHOICES,
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["photographs"],
                    "additionalProperties": False,
                    "properties": {
                        "photographs": {
                            "type": "array",
                            "minItems": 1,
                            "items": _PICTURE,
                            "description": "Answered in this wanted.",
                        },
                        "estimators": {"type": "array", "items": {"type": "string"}},
                        "explain": _CHOICES[1]["schema"],
                        "eyes": _CHOICES[2]["schema"],
                    },
                }
            },
            "image/*": {"schema": _PICTURE},
            "application/dicom": {"schema": _PICTURE},
        },
    },
}


ANSWERS = responses(
    PredictAnswer, "malformed-body", "unknown-estimator", "too-many-parts",
    "unsupported-media-type", "invalid-request", "no-explanation", "deadline-exceeded", "not-ready",
)  # fmt: skip


def router(context: ServiceContext) -> APIRouter:
    """Make the route."""

    async def predict(request: Request) -> Response:
        """Estimate for each photograph; one that is bad has a problem and harms no other."""
        context.refuse_unready()
        settings = context.settings
        wanted = await read_predict_request(request, settings.photographs, settings.memory_limit)
        return await answered(context, request, wanted)

    routes = APIRouter()
    routes.add_api_route(
        "/v1/predict", predict, methods=["POST"], openapi_extra=OPENAPI, responses=ANSWERS
    )
    return routes


async def answered(context: ServiceContext, request: Request, wanted: PredictRequest) -> Response:
    """Answer a request, whichever route has read it.

    Raises:
        Problem: the request cannot be answered, or not in time.
    """
    estimators = _chosen(context, wanted)
    entries = await estimate_all(request, context, wanted.uploads, estimators, wanted.explain)
    return Response(await _written(entries), media_type="application/json")


async def _written(entries: Sequence[dict[str, Any]]) -> bytes:
    """Write the answer an entry at a time: with overlays it may have 200 MB, and others wait."""
    written = []
    for entry in entries:
        text = json.dumps(entry, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        written.append(text.encode())
        await asyncio.sleep(0)
    return b'{"photographs":[' + b",".join(written) + b"]}"


def _chosen(context: ServiceContext, wanted: PredictRequest) -> list[Estimator]:
    chosen = [context.find(name) for name in wanted.estimators] or list(context.loaded.values())
    estimators = [each.estimator for each in chosen]
    if wanted.explain != "none":
        _refuse_unexplained(estimators)
    return estimators


def _refuse_unexplained(estimators: Sequence[Estimator]) -> None:
    try:
        for each in estimators:
            each.explainer.outputs("map")
    except ExplanationError as error:
        raise Problem("no-explanation", error.finding) from error
