"""Schemathesis makes requests of the description, good and bad; every answer must be described."""

import hashlib
from collections import Counter

import pytest

from .conftest import wait_until

pytest.importorskip("fastapi", reason="the service's packages are not installed")
schemathesis = pytest.importorskip("schemathesis", reason="the judges are not installed")

pytestmark = pytest.mark.reference
EXAMPLES = 40
"""Of each route, beside those that schemathesis makes of every parameter."""
TOKEN = "secret"


@pytest.fixture
def application(tmp_path):
    from starlette.testclient import TestClient

    from gantei_service.app import create_app
    from gantei_service.settings import Settings

    tokens = tmp_path / "tokens"
    tokens.write_text(hashlib.sha256(TOKEN.encode()).hexdigest())
    app = create_app(Settings(estimators=("demo-age", "demo-sex"), token_file=tokens, workers=2))
    with TestClient(app, raise_server_exceptions=False) as client:
        wait_until(lambda: client.get("/readyz").status_code == 200)
        yield app


def filter_case(context, case):
    """JSON Schema cannot say that there are as many eyes as photographs, or one `detect`, or none.

    Requests that are wrong in another way may have any. Several ranges at once come as parts, which
    no generated client could read.
    """
    if "," in (case.headers or {}).get("Range", ""):
        return False
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return True
    body = case.body if isinstance(case.body, dict) else {}
    photographs = body.get("photographs", [None])
    eyes = body.get("eyes") or (case.query or {}).get("eyes") or []
    return eyes == ["detect"] or len(eyes) in (0, len(photographs))


def test_every_answer_is_described(application):
    """All of schemathesis' checks, in all of its phases, as its command runs them."""
    from schemathesis.engine import events, from_schema

    headers = {"authorization": f"Bearer {TOKEN}"}
    chosen = {
        "headers": headers,
        "seed": 1,
        # As it has them, and 413.
        "checks": {"negative_data_rejection": {"expected-statuses": ["4xx", "5xx"]}},
        "generation": {"max-examples": EXAMPLES, "database": "none"},
        # JSON Schema cannot say that the shape is the number of pictures, and that they are base64;
        # nor how long a file is, of which a range is wanted.
        "operations": [
            {
                "include-path": path,
                "checks": {"positive_data_acceptance": {"enabled": False}},
            }
            for path in ("/v2/models/{name}/infer", "/v1/estimators/{name}/files/{file}")
        ],
    }
    schema = schemathesis.openapi.from_asgi(
        "/openapi.json",
        application,
        config=schemathesis.Config.from_dict(chosen),
        headers=headers,
    )
    schema.hook(filter_case)
    found, answers = [], Counter()
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            recorder = event.recorder
            for interaction in recorder.interactions.values():
                answers[interaction.response.status_code] += 1
            found += [
                f"{check.failure_info.failure}\n{check.failure_info.code_sample}"
                for checks in recorder.checks.values()
                for check in checks
                if check.failure_info
            ]
        elif isinstance(event, events.NonFatalError | events.FatalError):
            found.append(str(event))
    assert not found, "\n\n".join(found)
    assert min(answers[200], answers[404], answers[405], answers[422]) > 20, answers
