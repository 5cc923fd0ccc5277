"""`POST /v1/reload`: certificates, tokens and estimators are read again. `gantei serve` only."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from gantei.findings.finding import Finding
from gantei.wire.schemas import Reloaded

from ..guard import RECORD
from ..logs import RequestRecord
from ..openapi import OPERATION, responses
from ..problems import Problem
from ..reloading import Reloader

ADDRESS = "/v1/reload"


def router(reloader: Reloader) -> APIRouter:
    """Make the route."""

    async def reload(request: Request) -> JSONResponse:
        """Read certificate, tokens and estimators again; where one fails, all is as it was."""
        record: RequestRecord = request.scope[RECORD]
        if not record.may_reload:
            raise Problem("reload-not-allowed", Finding("token-without-reload"))
        await _refuse_arguments(request)
        told = await reloader.asked(record.token or "")
        return JSONResponse(told.model_dump())

    routes = APIRouter(tags=[OPERATION])
    routes.add_api_route(
        ADDRESS, reload, methods=["POST"],
        responses=responses(
            Reloaded, "reload-not-allowed", "invalid-request", "reload-failed", "reload-running"
        ),
    )  # fmt: skip
    return routes


async def _refuse_arguments(request: Request) -> None:
    """See that the request chooses nothing: what is read, the command that started it says.

    Raises:
        Problem: `invalid-request`: it has a query or a body.
    """
    problem = Problem("invalid-request", Finding("reload-with-argument"))
    if request.url.query:
        raise problem
    async for piece in request.stream():
        if piece:
            raise problem
