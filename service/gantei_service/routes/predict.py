"""`POST /v1/predict`: photographs in, an entry for each, in their order."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from gantei.errors import ExplanationError
from gantei.estimator import Estimator

from ..answering import answer_all
from ..problems import Problem
from ..state import State
from ..upload import Order, read_order

_PICTURE = {"type": "string", "format": "binary"}
_CHOICES: list[dict[str, Any]] = [
    {
        "name": "estimators",
        "in": "query",
        "description": "Of a raw picture; a form has fields of these names.",
        "schema": {"type": "array", "items": {"type": "string"}},
    },
    {
        "name": "explain",
        "in": "query",
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
                        "photographs": {"type": "array", "minItems": 1, "items": _PICTURE},
                        "estimators": {"type": "array", "items": {"type": "string"}},
                        "explain": _CHOICES[1]["schema"],
                    },
                }
            },
            "image/*": {"schema": _PICTURE},
        },
    },
}


def router(state: State) -> APIRouter:
    """Make the route."""

    async def predict(request: Request) -> JSONResponse:
        """Estimate for each photograph; one that is bad has a problem and harms no other."""
        state.refuse_unready()
        settings = state.settings
        order = await read_order(request, settings.photographs, settings.held_limit)
        estimators = _chosen(state, order)
        entries = await answer_all(request, state, order.uploads, estimators, order.explain)
        return JSONResponse({"photographs": entries})

    routes = APIRouter()
    routes.add_api_route("/v1/predict", predict, methods=["POST"], openapi_extra=OPENAPI)
    return routes


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
