"""docs/service.md names every route of the description, and shows an answer as it is."""

import io
import json
import re
from pathlib import Path

import pytest

from gantei.demo import draw_photograph, person

from .conftest import encoded_picture, form

pytest.importorskip("fastapi", reason="the service's packages are not installed")

PAGE = (Path(__file__).parents[2] / "docs/service.md").read_text("utf-8")


def test_every_route_of_the_description_stands_in_the_page(ask, token_file):
    client = ask(token_file=token_file, reload_address=True)
    answer = client.get("/openapi.json", headers={"authorization": "Bearer secret"})
    described = answer.json()["paths"]
    routes = {
        f"{method.upper()} {path}" for path, methods in described.items() for method in methods
    }
    missing = sorted(route for route in routes if f"`{route}`" not in PAGE)
    assert not missing, f"docs/service.md, Addresses, lacks a line for: {', '.join(missing)}"
    named = set(re.findall(r"`((?:GET|POST) /(?:v1|v2|livez|readyz)[^`]*)`", PAGE))
    assert named == {route for route in routes if route != "GET /metrics"}


def keys(value):
    """Names of members, and what they hold; names of estimators and values are left out."""
    if isinstance(value, dict):
        return {name: keys(inner) for name, inner in value.items()}
    return [keys(value[0])] if isinstance(value, list) and value else None


def test_the_answer_in_the_page_has_the_members_of_a_real_one(ask):
    (shown,) = re.findall(r"```json\n(.*?)```", PAGE, re.S)
    who, drawn = person(7, 1), io.BytesIO()
    draw_photograph(7, who, who.eyes[0], scale=0.3).image.save(drawn, "JPEG")
    grey = encoded_picture(1, mode="L")
    files = [("left.jpg", drawn.getvalue()), ("right.jpg", grey)]
    answer = ask("demo-age").post("/v1/predict", **form(*files)).json()
    for one, other in zip(json.loads(shown)["photographs"], answer["photographs"], strict=True):
        if "problem" in one:
            assert (one["problem"]["code"], one["problem"]["values"]) == (
                other["problem"]["code"], other["problem"]["values"],
            )  # fmt: skip
        one.pop("size"), other.pop("size")
        assert keys(one) == keys(other)
