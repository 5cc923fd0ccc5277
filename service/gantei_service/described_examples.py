"""The examples in /openapi.json: what demo-age was asked and answered, all in one file."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("examples.json")
COMPONENTS = "#/components/examples/"


@cache
def recorded() -> Mapping[str, Mapping[str, Any]]:
    """Read the file.

    Returns:
        `parameters` by their names, `requests` by their schema's, `answers` by the operation's,
        `problems` by their kind.
    """
    read: Mapping[str, Mapping[str, Any]] = json.loads(FILE.read_text("utf-8"))
    return read


def add_examples(operation: dict[str, Any]) -> None:
    """Put the examples of an operation's parameters and of its answer where OpenAPI has them."""
    found, name = recorded(), operation["operationId"]
    for parameter in operation.get("parameters", ()):
        if parameter["name"] in found["parameters"]:
            parameter["example"] = found["parameters"][parameter["name"]]
    if name in found["answers"]:
        (content,) = operation["responses"]["200"]["content"].values()
        content["examples"] = {"demo-age": {"value": found["answers"][name]}}


def add_shared_examples(components: dict[str, Any]) -> None:
    """Put those of problems, to which answers refer, and of requests, beside their schemas."""
    problems = recorded()["problems"]
    components["examples"] = {kind: {"value": problem} for kind, problem in problems.items()}
    for name, request in recorded()["requests"].items():
        components["schemas"][name]["examples"] = [request]


def problem_example(kind: str) -> dict[str, Any]:
    """Refer to the example of a kind of problem, where there is one."""
    if kind not in recorded()["problems"]:
        return {}
    return {"examples": {kind: {"$ref": COMPONENTS + kind}}}
