"""What the demo estimators answer, for the examples of /openapi.json.

`python -m tests.service.recorded_examples` asks them and writes the file anew.
"""

import base64
import io
import json
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

from gantei.catalogue.entries import find

from .conftest import digest

REQUEST = {
    "id": "1",
    "inputs": [
        {
            "name": "photograph",
            "datatype": "BYTES",
            "shape": [1],
            "data": [],  # the photograph
            "parameters": {"content_type": "base64"},
        }
    ],
    "outputs": [{"name": "age"}, {"name": "findings"}, {"name": "problem"}],
}
PARAMETERS = {
    "name": "demo-age",
    "file": "estimator.toml",
    "estimators": ["demo-age"],
    "explain": "none",
    "eyes": ["right"],
}
"""Of paths and queries."""
ONE = "/v1/estimators/demo-age"
MODEL = "/v2/models/demo-age"
WARD = {"Authorization": "Bearer ward"}
ADMINISTRATOR = {"Authorization": "Bearer administrator"}


def answered(client, picture):
    """The responses of the operations that answer JSON, by their names, but of long ones."""
    return {
        "predict": predict(client, picture, b"text", estimators="demo-age", eyes=["right"] * 2),
        "list_estimators": client.get("/v1/estimators"),
        "server_metadata": client.get("/v2"),
        "server_live": client.get("/v2/health/live"),
        "server_ready": client.get("/v2/health/ready"),
        "list_models": client.post("/v2/repository/index"),
        "model_info": client.get(MODEL),
        "model_config": client.get(f"{MODEL}/config"),
        "model_ready": client.get(f"{MODEL}/ready"),
        "infer": client.post(f"{MODEL}/infer", json=request_for(picture)),
        "livez": client.get("/livez"),
        "readyz": client.get("/readyz"),
        "reload": client.post("/v1/reload", headers=ADMINISTRATOR),
    }


def refused(client, picture):
    """The responses of requests that are refused, by the kind of their problem."""
    card = f"{ONE}/files/card.md"
    damaged = {"Content-Type": "multipart/form-data; boundary=1"}
    large = {"Content-Length": "70000000"}
    return {
        "token-required": client.get(ONE, headers={"Authorization": ""}),
        "cross-origin": client.post("/v1/predict", headers={"Origin": "https://elsewhere.example"}),
        "unknown-estimator": client.get("/v1/estimators/nobody"),
        "not-found": client.get(f"{ONE}/files/nothing"),
        "range-not-satisfiable": client.get(
            f"{ONE}/files/card.md", headers={"Range": "bytes=9999999-"}
        ),
        "malformed-header": client.get(card, headers={"Range": "bytes=x"}),
        "malformed-body": client.post("/v1/predict", content=b"damaged", headers=damaged),
        "unsupported-media-type": client.post("/v1/predict", content=b"text"),
        "too-many-parts": predict(client, *[b""] * 101),
        "body-too-large": client.post("/v1/predict", content=b"", headers=large),
        "invalid-request": predict(client, picture, explain="everything"),
        "reload-not-allowed": client.post("/v1/reload"),
    }


def predict(client, *pictures, **fields):
    files = [("photographs", (str(number), each)) for number, each in enumerate(pictures, 1)]
    return client.post("/v1/predict", files=files, data=fields)


def request_for(picture):
    (photographs,) = REQUEST["inputs"]
    return REQUEST | {"inputs": [photographs | {"data": [base64.b64encode(picture).decode()]}]}


def small_photograph():
    """A drawn eye as a JPEG of about 1 kB."""
    file = io.BytesIO()
    drawn = Image.open(find("demo-age").folder / "golden-1.jpg")
    drawn.resize((64, 64)).save(file, "JPEG", quality=60)
    return file.getvalue()


@contextmanager
def demo_client():
    """A client of a service of demo-age, with the token of a ward unless another one is given."""
    from starlette.testclient import TestClient

    from gantei_service.app import create_app
    from gantei_service.settings import Settings

    with tempfile.TemporaryDirectory() as folder:
        tokens = Path(folder) / "tokens"
        tokens.write_text(f"{digest('ward')} ward\nreload {digest('administrator')} it\n")
        settings = Settings(("demo-age",), token_file=tokens, reload_address=True, workers=1)
        with TestClient(create_app(settings), "http://localhost", headers=WARD) as client:
            while client.get("/readyz").status_code != 200:
                time.sleep(0.02)
            yield client


def recorded():
    """All examples, as the file has them."""
    picture = small_photograph()
    with demo_client() as client:
        answers = answered(client, picture)
        problems = refused(client, picture)
    assert {each.status_code for each in answers.values()} == {200}
    return {
        "parameters": PARAMETERS,
        "requests": {"InferenceRequest": request_for(picture)},
        "answers": {name: each.json() for name, each in answers.items()},
        "problems": {name: each.json() for name, each in problems.items()},
    }


if __name__ == "__main__":
    from gantei_service.described_examples import FILE

    FILE.write_text(json.dumps(recorded(), ensure_ascii=False, indent=1) + "\n", "utf-8")
