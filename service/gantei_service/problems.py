"""What went wrong, in one shape everywhere: RFC 9457 problem details."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from gantei.findings.finding import Finding
from gantei.findings.wording import title_of

from .logs import RequestRecord

MEDIA_TYPE = "application/problem+json"
PREFIX = "urn:problem-type:gantei:"

KINDS: dict[str, int] = {
    "malformed-body": 400,
    "malformed-header": 400,
    "token-required": 401,
    "loopback-only": 403,
    "cross-origin": 403,
    "reload-not-allowed": 403,
    "not-found": 404,
    "unknown-estimator": 404,
    "method-not-allowed": 405,
    "slow-body": 408,
    "reload-failed": 409,
    "body-too-large": 413,
    "too-many-parts": 413,
    "photograph-too-large": 413,
    "unsupported-media-type": 415,
    "range-not-satisfiable": 416,
    "invalid-request": 422,
    "unusable-photograph": 422,
    "no-explanation": 422,
    "client-gone": 499,
    "internal-error": 500,
    "inference-failed": 500,
    "busy": 503,
    "deadline-exceeded": 503,
    "not-ready": 503,
    "reload-running": 503,
}
"""The kinds of problems, with the status of each; their titles stand in `findings/en.json`."""
_OF_STATUS = {400: "malformed-header", 404: "not-found", 405: "method-not-allowed",
              416: "range-not-satisfiable", 500: "internal-error"}  # fmt: skip


LONGEST_QUOTE = 60


class Problem(Exception):  # noqa: N818 - the word of RFC 9457
    """A request, or one photograph of it, that is not answered.

    Attributes:
        kind: a key of `KINDS`.
        detail: what is wrong exactly, where the kind does not say all.
    """

    def __init__(
        self,
        kind: str,
        detail: Finding | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(kind)
        self.kind = kind
        self.status = KINDS[kind]
        self.title = title_of(kind)
        self.detail = detail
        self.headers = dict(headers or {})

    def details(self) -> dict[str, Any]:
        """Give the members of the problem, `detail` where there is one."""
        finding = self.detail or Finding(self.kind)
        members = {
            "type": PREFIX + self.kind,
            "title": self.title,
            "status": self.status,
            "code": finding.code,
            "values": dict(finding.values),
        }
        return members | ({"detail": self.detail.text()} if self.detail else {})

    def document(self, record: RequestRecord) -> dict[str, Any]:
        """Give the members of the problem document of a whole request."""
        members = self.details() | {"request_id": record.id}
        if record.open_inference:
            members["error"] = ": ".join(filter(None, (self.title, members.get("detail"))))
        return members

    def body(self, record: RequestRecord) -> bytes:
        """Write the problem document of a whole request."""
        return json.dumps(self.document(record)).encode()


class PlainProblem(Problem):
    """An error that a library answered with a status alone."""

    def __init__(self, status: int) -> None:
        super().__init__(_OF_STATUS.get(status, "internal-error"))
        self._unnamed = status not in _OF_STATUS
        if self._unnamed:
            self.kind = "about:blank"
            self.status = status
            self.title = (
                HTTPStatus(status).phrase if status in set(HTTPStatus) else f"Status {status}"
            )

    def details(self) -> dict[str, Any]:
        """Give the members, of type `about:blank` where the status says all."""
        of_status = {"type": self.kind, "code": "other-status"} if self._unnamed else {}
        return super().details() | of_status


def quoted(sent: object) -> str:
    """Give what a client sent, such as a name that is not known, in a length to be said back."""
    return str(sent)[:LONGEST_QUOTE].encode("utf-8", "backslashreplace").decode()
