"""The page at `/` and the documentation at `/docs`: files of this package, the same for everybody.

They hold no data, so they need no token; the page asks for one when an answer says so.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import Response

from gantei.explanations import colour_scale, overlay
from gantei.findings.wording import FOLDER as WORDINGS
from gantei.photographs.dicom import dicom_picture
from gantei.photographs.dicom import recognition as dicom
from gantei.photographs.eye_names import RULES_FILE
from gantei.photographs.formats import heif
from gantei.photographs.formats.known_formats import (
    names,
    signatures,
    suffixes,
    suffixes_drawn_by_browsers,
)
from gantei.photographs.other_names import names_passed_by

from ..docs_page import docs_page
from ..problems import Problem

FOLDER = Path(__file__).parents[1] / "page"
MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Nothing from outside, nothing inline; thumbnails are drawn in the browser, as blobs."""
EXTRAS = {heif.FORMAT.name: heif.is_installed, dicom_picture.FORMAT: dicom_picture.is_installed}
"""Formats that an extra brings, and whether it is here."""


@dataclass(frozen=True)
class Asset:
    """A file of the page in memory; its ETag is its sha256."""

    content: bytes
    media_type: str

    @property
    def tag(self) -> str:
        """The ETag."""
        return f'"{hashlib.sha256(self.content).hexdigest()}"'


@cache
def assets() -> Mapping[str, Asset]:
    """Read the page's files, and those it shares with the library: colours, rules, wordings."""
    files = {
        path.name: Asset(path.read_bytes(), MEDIA_TYPES[path.suffix])
        for path in sorted(FOLDER.iterdir())
        if path.suffix in MEDIA_TYPES
    }
    colours = {
        "diverging": colour_scale.diverging().tolist(),
        "sequential": colour_scale.sequential().tolist(),
        "darkest": overlay.DARKEST,
        "brightest": overlay.BRIGHTEST,
    }
    formats = {
        "names": [
            each
            for each in (*names(), dicom_picture.FORMAT)
            if each not in EXTRAS or EXTRAS[each]()
        ],
        "suffixes": [*suffixes(), *dicom.SUFFIXES],
        "drawn": suffixes_drawn_by_browsers(),
        "signatures": [*signatures(), dicom.signature()],
        "passedBy": {
            part: {
                name: {"code": why.code, "values": dict(why.values)} for name, why in names.items()
            }
            for part, names in names_passed_by().items()
        },
    }
    shared = {
        "colours.json": json.dumps(colours).encode(),
        "formats.json": json.dumps(formats).encode(),
        "names.json": RULES_FILE.read_bytes(),
        **{
            f"findings.{each}.json": (WORDINGS / f"{each}.json").read_bytes()
            for each in ("en", "ja")
        },
    }
    return files | {name: Asset(each, MEDIA_TYPES[".json"]) for name, each in shared.items()}


def router() -> APIRouter:
    """Make the routes; none of them is part of the described interface."""
    files = assets()

    async def page(request: Request) -> Response:
        """Give the page."""
        return _answer(request, files["index.html"])

    async def docs(request: Request) -> Response:
        """Give the description of the interface, for people."""
        described = docs_page(request.app.openapi()).encode()
        return _answer(request, Asset(described, MEDIA_TYPES[".html"]))

    async def asset(file: str, request: Request) -> Response:
        """Give a file that the page loads."""
        if file not in files:
            raise Problem("not-found")
        return _answer(request, files[file])

    routes = APIRouter(include_in_schema=False)
    for path, endpoint in (("/", page), ("/docs", docs), ("/page/{file}", asset)):
        routes.add_api_route(path, endpoint, methods=["GET", "HEAD"])
    return routes


def _answer(request: Request, asset: Asset) -> Response:
    # The files belong together, so each is requested again, and mostly answered with a 304.
    headers = {
        "etag": asset.tag,
        "cache-control": "no-cache",
        "content-security-policy": POLICY,
    }
    if asset.tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(asset.content, headers=headers, media_type=asset.media_type)
