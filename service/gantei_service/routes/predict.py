"""`POST /v1/predict`: photographs in, an entry for each, in their order."""

import asyncio
import json
from collections.abc import Sequence
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from gantei.errors import ExplanationError
from gantei.estimator.estimator import Estimator
from gantei.wire.schemas import PredictAnswer

from ..accept_header import prefers
from ..context import LiveContext, ServiceContext
from ..dispatch import estimate_all, estimate_each, unless_gone
from ..guard import RECORD
from ..logs import RequestRecord
from ..openapi import ESTIMATES, body_of, responses
from ..photograph_lines import MEDIA_TYPE as LINES
from ..photograph_lines import PhotographLines
from ..predict_request import PredictRequest, read_predict_request
from ..problems import Problem
from ..request_schemas import PredictForm

# A form may have them as fields, which come before the query; described twice, generated clients
# would declare each name twice.
_CHOICES: list[dict[str, Any]] = [
    {
        "name": "estimators",
        "in": "query",
        "description": "Names; without any, all that are served.",
        "schema": {"type": "array", "items": {"type": "string"}},
    },
    {
        "name": "explain",
        "in": "query",
        "description": "map: its numbers, its place and the embedding; overlay: also a PNG.",
        "schema": {"type": "string", "enum": ["none", "map", "overlay"]},
    },
    {
        "name": "eyes",
        "in": "query",
        "description": "Which eye each photograph shows, in their order, for estimators that take "
        "left eyes mirrored (needs_eye); detect: by the optic disc, once for all of them. Without "
        "any, the names that a form gives the files may tell.",
        "schema": {
            "type": "array",
            "items": {"type": "string", "enum": ["right", "left", "unknown", "detect"]},
        },
    },
]
OPENAPI = body_of("multipart/form-data", PredictForm, _CHOICES)
ANSWERS = responses(
    PredictAnswer, "malformed-body", "unknown-estimator", "too-many-parts",
    "invalid-request", "no-explanation", "deadline-exceeded", "not-ready",
)  # fmt: skip
JSON = "application/json"


def router(live: LiveContext) -> APIRouter:
    """Make the route."""

    async def predict(request: Request) -> Response:
        """Estimate each photograph; a bad one has a problem and changes nothing for the others.

        One picture may also be the whole body, of type image/… or application/dicom; then the
        choices stand in the query. A client that accepts application/x-ndjson gets a PhotographLine
        for each photograph as soon as it is done, and at the end a LastLine.
        """
        context = live.now
        context.refuse_unready()
        settings = context.settings
        wanted = await read_predict_request(request, settings.photographs, settings.body_limit)
        return await answered(context, request, wanted)

    routes = APIRouter(tags=[ESTIMATES])
    routes.add_api_route(
        "/v1/predict", predict, methods=["POST"], openapi_extra=OPENAPI, responses=ANSWERS
    )
    return routes


async def answered(context: ServiceContext, request: Request, wanted: PredictRequest) -> Response:
    """Answer a request, whichever route has read it.

    Raises:
        Problem: the request cannot be answered, or not in time.
    """
    record: RequestRecord = request.scope[RECORD]
    in_use = context.pool.memory.bodies
    asked = (record, context, wanted.uploads, _chosen(context, wanted), wanted.explain)
    if prefers(request.headers.get("accept", ""), LINES, JSON):
        work = partial(estimate_each, *asked)
        patience, tidy_after = context.settings.body_timeout, context.pool.tidy_after
        return PhotographLines(work, in_use, patience, tidy_after)
    with in_use.answering() as hold:
        entries = await unless_gone(request.receive, estimate_all(*asked, hold))
        return Response(await _written(entries), media_type=JSON, headers={"vary": "accept"})


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
