"""For BentoML's own client: the description that it asks for first, and where it then sends to.

It writes every field that is no file as JSON, which a form's fields are not, so it has an address
of its own. Photographs that it gives as a URL are refused: nothing is fetched.
"""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from ..context import ServiceContext
from ..predict_request import read_predict_request
from .predict import answered

ADDRESS = "/bentoml/predict"
DESCRIPTION: dict[str, Any] = {
    "name": "gantei",
    "type": "service",
    "routes": [
        {
            "name": "predict",
            "route": ADDRESS,
            "doc": "Estimate for each photograph, as POST /v1/predict does.",
            "input": {
                "type": "object",
                "properties": {
                    "photographs": {"type": "array", "items": {"type": "file"}},
                    "estimators": {"type": "array", "items": {"type": "string"}},
                    "explain": {"type": "string", "enum": ["none", "map", "overlay"]},
                    "eyes": {"type": "array", "items": {"type": "string"}},
                },
                "required": ["photographs"],
            },
            "output": {"type": "object"},
        }
    ],
}


def router(context: ServiceContext) -> APIRouter:
    """Make the routes; they are BentoML's dialect and no part of the description for others."""

    async def description() -> JSONResponse:
        """Tell BentoML's client what there is."""
        return JSONResponse(DESCRIPTION)

    async def predict(request: Request) -> Response:
        """Answer as /v1/predict does."""
        context.refuse_unready()
        settings = context.settings
        wanted = await read_predict_request(
            request, settings.photographs, settings.memory_limit, json_fields=True
        )
        return await answered(context, request, wanted)

    routes = APIRouter(include_in_schema=False)
    routes.add_api_route("/schema.json", description)
    routes.add_api_route(ADDRESS, predict, methods=["POST"])
    return routes
