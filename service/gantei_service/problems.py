"""What went wrong, in one shape everywhere: RFC 9457 problem details."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from .logs import RequestRecord

MEDIA_TYPE = "application/problem+json"
PREFIX = "urn:problem-type:gantei:"

KINDS: dict[str, tuple[int, str]] = {
    "malformed-body": (400, "The body cannot be read as what its content type says"),
    "malformed-header": (400, "A header of the request cannot be read"),
    "token-required": (401, "A bearer token that this server knows is required"),
    "loopback-only": (403, "Without tokens, only clients on the server's own machine are answered"),
    "not-found": (404, "There is nothing at this address"),
    "unknown-estimator": (404, "This server does not serve that estimator"),
    "method-not-allowed": (405, "This address does not take that method"),
    "slow-body": (408, "The body did not arrive in time"),
    "body-too-large": (413, "The body is larger than this server takes"),
    "too-many-parts": (413, "The body has more parts than this server takes"),
    "unsupported-media-type": (415, "This address does not take a body of that content type"),
    "range-not-satisfiable": (416, "The file has no such range"),
    "invalid-request": (422, "The request is not one that this address takes"),
    "unusable-photograph": (422, "The photograph cannot be estimated"),
    "no-explanation": (422, "The estimator has no map"),
    "client-gone": (499, "The client went away"),
    "internal-error": (500, "The server failed; its log has the request id"),
    "inference-failed": (500, "The network could not be run on this photograph"),
    "busy": (503, "Too much is waiting; try again later"),
    "deadline-exceeded": (503, "The photographs could not be estimated in time; try again later"),
    "not-ready": (503, "The estimators have not all passed their check"),
}
_OF_STATUS = {400: "malformed-header", 404: "not-found", 405: "method-not-allowed",
              416: "range-not-satisfiable", 500: "internal-error"}  # fmt: skip


class Problem(Exception):  # noqa: N818 - the word of RFC 9457
    """A request, or one photograph of it, that is not answered; `kind` is a key of `KINDS`."""

    def __init__(
        self, kind: str, detail: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(kind)
        self.kind = kind
        self.status, self.title = KINDS[kind]
        self.detail = detail
        self.headers = dict(headers or {})

    def details(self) -> dict[str, Any]:
        """Give the members of the problem: type, title, status and, where there is one, detail."""
        details = {"type": PREFIX + self.kind, "title": self.title, "status": self.status}
        return details | ({"detail": self.detail} if self.detail else {})

    def body(self, record: RequestRecord) -> bytes:
        """Write the problem document of a whole request."""
        members = self.details() | {"request_id": record.id}
        if record.open_inference:
            members["error"] = ": ".join(filter(None, (self.title, self.detail)))
        return json.dumps(members).encode()


class PlainProblem(Problem):
    """An error that a library answered with a status alone."""

    def __init__(self, status: int) -> None:
        super().__init__(_OF_STATUS.get(status, "internal-error"))
        if status not in _OF_STATUS:
            self.kind = "about:blank"
            self.status = status
            self.title = (
                HTTPStatus(status).phrase if status in set(HTTPStatus) else f"Status {status}"
            )

    def details(self) -> dict[str, Any]:
        """Give the members, of type `about:blank` where the status says all."""
        details = super().details()
        return details | ({"type": self.kind} if self.kind == "about:blank" else {})
