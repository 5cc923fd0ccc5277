"""Ask with openapi-python-client's client; writes what came, read from its types."""

import base64
import json
import os
import sys
from io import BytesIO
from pathlib import Path

from gantei_client import AuthenticatedClient, Client, models
from gantei_client.api.estimates import predict
from gantei_client.api.estimators import describe_estimator, download, list_estimators, show_card
from gantei_client.api.open_inference import (
    infer,
    list_models,
    model_config,
    model_info,
    model_ready,
    server_live,
    server_metadata,
    server_ready,
)
from gantei_client.api.operation import livez, metrics, readyz
from gantei_client.types import File

server, token = os.environ["SERVER"], os.environ.get("TOKEN")
client = AuthenticatedClient(server, token) if token else Client(server)
photographs = [Path(each).read_bytes() for each in sys.argv[1:]]


def form(*pictures):
    files = [File(BytesIO(each), str(number)) for number, each in enumerate(pictures)]
    return models.PredictForm(photographs=files)


def entry_of(entry):
    if isinstance(entry, models.RefusedPhotograph):
        return {"name": entry.name, "problem": entry.problem.code, "status": entry.problem.status}
    estimate = entry.estimates["demo-age"]
    return {
        "name": entry.name,
        "age": estimate.values["age"].value,
        "unit": estimate.values["age"].unit,
        "eye": [entry.eye.value, entry.eye_from.value],
        "findings": [[each.code, each.text] for each in (*estimate.warnings, *entry.findings)],
        "map": [len(estimate.map_.rows), estimate.map_.box.left],
    }


def problem_of(problem):
    assert isinstance(problem, models.ProblemDocument)
    return [problem.status, problem.code, problem.values.to_dict(), bool(problem.request_id)]


answer = predict.sync(
    client=client,
    body=form(*photographs),
    estimators=["demo-age"],
    eyes=[models.PredictEyesItem.RIGHT] * len(photographs),
    explain=models.PredictExplain.MAP,
)
request = models.InferenceRequest(
    id="7",
    inputs=[
        models.InferenceInput(
            name=models.InferenceInputName.PHOTOGRAPH,
            datatype="BYTES",
            shape=[len(photographs)],
            data=[base64.b64encode(each).decode() for each in photographs],
            parameters=models.InputParameters(content_type="base64"),
        )
    ],
)
age, toml = ("demo-age",), ("demo-age", "estimator.toml")
inferred = infer.sync(*age, client=client, body=request)
by_name = {each.name: each for each in inferred.outputs}
assert isinstance(by_name["age"], models.NumberOutput)
assert isinstance(by_name["problem"], models.TextOutput)
described = model_info.sync(*age, client=client)
listed = list_estimators.sync(client=client).estimators
nobody = predict.sync(client=client, body=form(b"no picture"), estimators=["nobody"])
told = {
    "estimators": {each.name: each.values.to_dict() for each in listed},
    "manifest": describe_estimator.sync(*age, client=client).manifest["name"],
    "card": show_card.sync(*age, client=client),
    "file": download.sync(*toml, client=client).payload.read().decode(),
    "part": download.sync(*toml, client=client, range_="bytes=0-9").payload.read().decode(),
    "entries": [entry_of(each) for each in answer.photographs],
    "refused": problem_of(nobody),
    "v2": {"id": inferred.id, "age": by_name["age"].data, "problems": by_name["problem"].data},
    "v2 version": inferred.model_version,
    "v2 model": [described.inputs[0].name, described.outputs[0].datatype],
    "v2 config": model_config.sync(*age, client=client).output[0].data_type,
    "v2 models": [[each.name, each.state] for each in list_models.sync(client=client)],
    "v2 refused": problem_of(infer.sync("nobody", client=client, body=request)),
    "ready": [
        livez.sync(client=client).alive, readyz.sync(client=client).ready,
        server_live.sync(client=client).live, server_ready.sync(client=client).ready,
        model_ready.sync(*age, client=client).ready,
    ],
    "server": server_metadata.sync(client=client).name,
    "metrics": "gantei_requests_total" in metrics.sync(client=client),
}  # fmt: skip
json.dump(told, sys.stdout)
