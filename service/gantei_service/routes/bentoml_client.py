"""For BentoML's own client: the description that it asks for first, and where it then sends to.

Photographs that it gives as a URL are refused: nothing is fetched.
"""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from gantei.findings.finding import Finding

from ..bentoml_schema import ESTIMATORS, PREDICT, description
from ..context import LiveContext
from ..predict_request import read_predict_request
from ..problems import Problem
from .estimators import estimator_list
from .predict import answered


def router(live: LiveContext) -> APIRouter:
    """Make the routes; they are BentoML's dialect and no part of the description for others."""
    described = description()

    async def describe_methods() -> JSONResponse:
        """Tell BentoML's client what there is."""
        return JSONResponse(described)

    async def predict_for_bentoml(request: Request) -> Response:
        """Answer as /v1/predict does."""
        context = live.now
        context.refuse_unready()
        settings = context.settings
        wanted = await read_predict_request(
            request, settings.photographs, settings.body_limit, json_fields=True
        )
        return await answered(context, request, wanted)

    async def list_for_bentoml(request: Request) -> JSONResponse:
        """Answer as /v1/estimators does."""
        if (await request.body()).strip() not in (b"", b"{}"):
            raise Problem("invalid-request", Finding("body-unexpected"))
        return JSONResponse(estimator_list(live.now))

    routes = APIRouter(include_in_schema=False)
    routes.add_api_route("/schema.json", describe_methods)
    routes.add_api_route(PREDICT, predict_for_bentoml, methods=["POST"])
    routes.add_api_route(ESTIMATORS, list_for_bentoml, methods=["POST"])
    return routes
