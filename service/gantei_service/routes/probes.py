"""For whoever watches the service: is it alive, is it ready, how is it doing."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from gantei.wire.schemas import Alive, Ready

from ..context import LiveContext
from ..guard import METRICS
from ..openapi import OPERATION, responses


def router(live: LiveContext) -> APIRouter:
    """Make the routes."""

    async def livez() -> JSONResponse:
        """Answer as long as the process does."""
        return JSONResponse({"alive": True})

    async def readyz() -> JSONResponse:
        """Answer 200 once every estimator has answered its golden photographs as it should."""
        live.now.refuse_unready()
        return JSONResponse({"ready": True})

    async def metrics() -> Response:
        """Give what is counted, in Prometheus' text format."""
        return Response(live.now.metrics.text(), media_type="text/plain; version=0.0.4")

    routes = APIRouter(tags=[OPERATION])
    for method in ("GET", "HEAD"):  # some balancers ask with HEAD
        shown = method == "GET"
        routes.add_api_route(
            "/livez", livez, methods=[method], include_in_schema=shown, responses=responses(Alive)
        )
        routes.add_api_route(
            "/readyz", readyz, methods=[method], include_in_schema=shown,
            responses=responses(Ready, "not-ready"),
        )  # fmt: skip
    routes.add_api_route(
        METRICS, metrics, response_class=Response, responses=responses("text/plain")
    )
    return routes
