"""What is served: the list, the manifests, the cards, and the files for other machines."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response

from gantei.card import as_markdown, as_page, composed_of
from gantei.card.calibrated_here import with_calibrations
from gantei.errors import ExplanationError
from gantei.findings.finding import Finding
from gantei.system.environment import environment
from gantei.wire.schemas import DescribedEstimator, EstimatorList

from ..accept_header import prefers
from ..calibrated_members import served_calibration
from ..context import LiveContext, ServiceContext
from ..loaded import LoadedEstimator
from ..openapi import ESTIMATORS, responses
from ..problems import Problem, quoted

CARD_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

_CARD = responses("text/markdown", "unknown-estimator")
_BYTES = "application/octet-stream"
_DOWNLOAD: dict[str, Any] = {
    "response_class": Response,
    "openapi_extra": {
        "parameters": [
            {"name": name, "in": "header", "schema": {"type": "string"}}
            for name in ("Range", "If-Range", "If-None-Match")
        ]
    },
    "responses": responses(
        _BYTES, "malformed-header", "unknown-estimator", "not-found", "range-not-satisfiable",
        "not-ready",
    )
    | {
        206: responses(_BYTES)[200] | {"description": "The requested range"},
        304: {"description": "The client has the file already"},
    },
}  # fmt: skip


def router(live: LiveContext) -> APIRouter:
    """Make the routes."""

    async def list_estimators() -> JSONResponse:
        """List the estimators served, the versions of the software, and what a request may hold."""
        return JSONResponse(estimator_list(live.now))

    async def describe_estimator(name: str) -> JSONResponse:
        """Give all that is known of an estimator."""
        loaded = live.now.find(name)
        described = {"manifest": loaded.entry.manifest.tables()}
        if calibration := loaded.estimator.calibration:
            described["calibration_record"] = calibration.described()
        return JSONResponse(_listed(loaded) | described)

    async def show_card(name: str, request: Request) -> Response:
        """Give an estimator's card, as Markdown, or as a page where HTML is preferred."""
        accept = request.headers.get("accept", "")
        html = prefers(accept, "text/html", "text/markdown")
        return _card(live.now.find(name), html=html)

    async def download(name: str, file: str, request: Request) -> Response:
        """Give a file of the estimator's folder; its ETag is its sha256."""
        files = live.now.find(name).files
        served_file = files.get(file)
        if served_file is None:
            detail = Finding("file-not-offered", file=quoted(file), estimator=name, known=[*files])
            raise Problem("not-found", detail)
        if not served_file.unchanged():
            raise Problem("not-ready", Finding("file-replaced"))
        tag = f'"{served_file.sha256}"'
        headers = {"etag": tag, "cache-control": "no-cache"}
        if _matches(request.headers.get("if-none-match", ""), tag):
            return Response(status_code=304, headers=headers)
        return FileResponse(
            served_file.path, headers=headers, media_type="application/octet-stream", filename=file
        )

    routes = APIRouter(tags=[ESTIMATORS])
    top = "/v1/estimators"
    routes.add_api_route(top, list_estimators, responses=responses(EstimatorList))
    routes.add_api_route(
        top + "/{name}",
        describe_estimator,
        responses=responses(DescribedEstimator, "unknown-estimator"),
    )
    routes.add_api_route(top + "/{name}/card", show_card, response_class=Response, responses=_CARD)
    for method in ("GET", "HEAD"):
        routes.add_api_route(
            top + "/{name}/files/{file}", download, methods=[method],
            include_in_schema=method == "GET", **_DOWNLOAD,
        )  # fmt: skip
    return routes


def estimator_list(context: ServiceContext) -> dict[str, Any]:
    """Give an `EstimatorList`, whichever route it is for."""
    limits = {
        "body_bytes": context.settings.body_limit,
        "photographs": context.settings.photographs,
    }
    listed = [_listed(each) for each in context.loaded.values()]
    return {**environment(), "limits": limits, "estimators": listed}


def _listed(loaded: LoadedEstimator) -> dict[str, Any]:
    manifest = loaded.entry.manifest
    return {
        "name": manifest.name,
        "title": manifest.title,
        "title_ja": manifest.title_ja,
        "notice": manifest.notice,
        "notice_ja": manifest.notice_ja,
        "task": manifest.task,
        "state": loaded.state,
        "device": loaded.estimator.device,
        "values": manifest.units(),
        "complements": manifest.complements(),
        "warnings": [each.as_dict() for each in loaded.estimator.findings],
        "remarks": [each.as_dict() for each in loaded.estimator.remarks],
        "needs_eye": manifest.input.mirror == "left-eyes",
        "no_map": _why_no_map(loaded),
        **served_calibration(loaded.estimator),
        "files": {
            name: {"bytes": file.stat.st_size, "sha256": file.sha256}
            for name, file in loaded.files.items()
        },
    }


def _why_no_map(loaded: LoadedEstimator) -> dict[str, Any] | None:
    try:
        loaded.estimator.require_map()
    except ExplanationError as error:
        return error.finding.as_dict()
    return None


def _card(loaded: LoadedEstimator, *, html: bool) -> Response:
    """Give a card; the one in Markdown goes along with the estimator, without calibrations."""
    card, vary = composed_of(loaded.entry), {"vary": "accept"}
    if not html:
        return Response(as_markdown(card), media_type="text/markdown", headers=vary)
    applied = loaded.estimator.calibration
    page = as_page(with_calibrations(card, [applied] if applied else []))
    return HTMLResponse(page, headers=vary | {"content-security-policy": CARD_POLICY})


def _matches(header: str, tag: str) -> bool:
    tags = [each.strip().removeprefix("W/") for each in header.split(",")]
    return tag in tags or tags == ["*"]
