"""What /openapi.json says: each route's own answers, and what the guard adds to all of them.

A route names its answer and its problems: `responses=responses(Answer, "unknown-estimator")`.
"""

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

from gantei.findings.wording import title_of
from gantei.wire.schemas import ProblemDocument

from .guard import OPEN_TO_ALL
from .problems import KINDS, MEDIA_TYPE

Responses = dict[int | str, dict[str, Any]]

OF_ALL = ("body-too-large", "internal-error")
OF_GUARDED = ("token-required", "loopback-only")
OF_BODIES = ("slow-body", "busy")
_PROBLEM = {"$ref": "#/components/schemas/ProblemDocument"}


def responses(answer: type[BaseModel] | str, *kinds: str) -> Responses:
    """Describe what a route answers.

    Args:
        answer: the shape of its JSON, or the media type of what else it sends.
        kinds: the problems of its own, keys of `KINDS`.
    """
    if isinstance(answer, str):
        content: dict[str, Any] = {"content": {answer: {"schema": {"type": "string"}}}}
        described = "The answer"
    else:
        content, described = {"model": answer}, answer.__doc__ or ""
    return {200: {"description": described} | content} | _problems(kinds)


class DescribedApp(FastAPI):
    """An application whose description tells of the guard, and of one shape of problems."""

    def openapi(self) -> dict[str, Any]:
        """Write the description, once."""
        if self.openapi_schema is None:
            made = super().openapi()
            for path, operations in made["paths"].items():
                for method, operation in operations.items():
                    _describe(operation, guarded=path not in OPEN_TO_ALL, body=method == "post")
            components = made.setdefault("components", {})
            schemas = components.setdefault("schemas", {})
            for name in ("HTTPValidationError", "ValidationError"):  # FastAPI's; never answered
                schemas.pop(name, None)
            schemas["ProblemDocument"] = ProblemDocument.model_json_schema()
            components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        return self.openapi_schema or {}


def _describe(operation: dict[str, Any], *, guarded: bool, body: bool) -> None:
    responses = operation["responses"]
    if "HTTPValidationError" in str(responses.get("422")):
        del responses["422"]
    kinds = OF_ALL + (OF_GUARDED if guarded else ()) + (OF_BODIES if body else ())
    for status, problem in _problems(kinds).items():
        there = responses.setdefault(str(status), problem)
        if there is not problem:
            there["description"] += f"; {problem['description']}"
    operation["responses"] = dict(sorted(responses.items()))
    operation["security"] = [{"token": []}, {}] if guarded else []


def _problems(kinds: tuple[str, ...]) -> Responses:
    found: Responses = {}
    for kind in kinds:
        status = KINDS[kind]
        text = f"{title_of(kind)} ({kind})"
        if status in found:
            found[status]["description"] += f"; {text}"
        else:
            found[status] = {
                "description": text,
                "content": {MEDIA_TYPE: {"schema": _PROBLEM}},
            }
    return found
