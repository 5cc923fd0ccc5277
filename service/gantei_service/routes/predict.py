"""`POST /v1/predict`: photographs in, an entry for each, in their order."""

import asyncio
from collections.abc import Coroutine, Sequence
from functools import partial
from typing import Any, TypeVar

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from gantei.errors import ExplanationError
from gantei.estimator import Estimator

from ..answers import Answer
from ..estimation import examine
from ..guard import RECORD
from ..journal import Record
from ..openapi import told
from ..problems import Problem
from ..state import State
from ..upload import Order, read_order

T = TypeVar("T")

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
                            "description": "Answered in this order.",
                        },
                        "estimators": {"type": "array", "items": {"type": "string"}},
                        "explain": _CHOICES[1]["schema"],
                    },
                }
            },
            "image/*": {"schema": _PICTURE},
        },
    },
}


ANSWERS = told(
    Answer, "malformed-body", "unknown-estimator", "too-many-parts", "unsupported-media-type",
    "invalid-request", "no-explanation", "deadline-exceeded", "not-ready",
)  # fmt: skip


def router(state: State) -> APIRouter:
    """Make the route."""

    async def predict(request: Request) -> JSONResponse:
        """Estimate for each photograph; one that is bad has a problem and harms no other."""
        state.refuse_unready()
        settings = state.settings
        order = await read_order(request, settings.photographs, settings.held_limit)
        return await answered(state, request, order)

    routes = APIRouter()
    routes.add_api_route(
        "/v1/predict", predict, methods=["POST"], openapi_extra=OPENAPI, responses=ANSWERS
    )
    return routes


async def answered(state: State, request: Request, order: Order) -> JSONResponse:
    """Answer an order, whichever route has read it.

    Raises:
        Problem: what is asked for cannot be given, or not in time.
    """
    record: Record = request.scope[RECORD]
    estimators = _chosen(state, order)
    record.photographs = len(order.uploads)
    jobs = [
        partial(examine, upload, estimators, order.explain, record.id) for upload in order.uploads
    ]
    try:
        async with asyncio.timeout(state.settings.deadline):
            entries = await _unless_gone(request, state.pool.run_all(jobs))
    except TimeoutError as error:
        raise Problem("deadline-exceeded", headers={"retry-after": "5"}) from error
    refused = [entry["problem"]["type"] for entry in entries if "problem" in entry]
    record.refused = len(refused)
    for kind in refused:
        state.metrics.problems.labels(kind.rpartition(":")[2]).inc()
    return JSONResponse({"photographs": entries})


def _chosen(state: State, order: Order) -> list[Estimator]:
    chosen = [state.served_as(name) for name in order.estimators] or list(state.served.values())
    estimators = [each.estimator for each in chosen]
    if order.explain != "none":
        _refuse_unexplained(estimators)
    return estimators


def _refuse_unexplained(estimators: Sequence[Estimator]) -> None:
    try:
        for each in estimators:
            each.explainer.outputs("map")
    except ExplanationError as error:
        raise Problem("no-explanation", str(error)) from error


async def _unless_gone(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """Do the work while the client is there; of one that has gone, what has not begun is dropped.

    Raises:
        Problem: `client-gone`, or what the work raises.
    """
    task = asyncio.create_task(work)
    gone = asyncio.create_task(_gone(request))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        raise Problem("client-gone")
    finally:
        for each in (task, gone):
            each.cancel()
        await asyncio.gather(task, gone, return_exceptions=True)


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
