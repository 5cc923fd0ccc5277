"""Ask with openapi-generator's client for Python; writes what came, read from its types."""

import base64
import json
import os
import sys
from pathlib import Path

import gantei_client as gantei

configuration = gantei.Configuration(os.environ["SERVER"], access_token=os.environ.get("TOKEN"))
photographs = [Path(each).read_bytes() for each in sys.argv[1:]]
api = gantei.ApiClient(configuration)
estimates, served = gantei.EstimatesApi(api), gantei.EstimatorsApi(api)
models, running = gantei.OpenInferenceApi(api), gantei.OperationApi(api)


def entry_of(entry):
    if isinstance(entry, gantei.RefusedPhotograph):
        return {"name": entry.name, "problem": entry.problem.code, "status": entry.problem.status}
    estimate = entry.estimates["demo-age"]
    return {
        "name": entry.name,
        "age": estimate.values["age"].value,
        "unit": estimate.values["age"].unit,
        "eye": [entry.eye.value, entry.eye_from.value],
        "findings": [[each.code, each.text] for each in (*estimate.warnings, *entry.findings)],
        "map": [len(estimate.map.rows), estimate.map.box.left],
    }


def problem_of(call):
    try:
        call()
    except gantei.ApiException as error:
        problem = error.data
        assert isinstance(problem, gantei.ProblemDocument)
        return [problem.status, problem.code, problem.values, bool(problem.request_id)]
    raise AssertionError("no problem")


answer = estimates.predict(
    [(str(number), each) for number, each in enumerate(photographs)],
    estimators=["demo-age"],
    eyes=["right"] * len(photographs),
    explain="map",
)
request = gantei.InferenceRequest(
    id="7",
    inputs=[
        gantei.InferenceInput(
            name="photograph",
            datatype="BYTES",
            shape=[len(photographs)],
            data=[base64.b64encode(each).decode() for each in photographs],
            parameters=gantei.InputParameters(content_type="base64"),
        )
    ],
)
inferred = models.infer("demo-age", request)
by_name = {each.actual_instance.name: each.actual_instance for each in inferred.outputs}
assert isinstance(by_name["age"], gantei.NumberOutput)
assert isinstance(by_name["problem"], gantei.TextOutput)
described = models.model_info("demo-age")
told = {
    "estimators": {each.name: each.values for each in served.list_estimators().estimators},
    "manifest": served.describe_estimator("demo-age").manifest["name"],
    "card": served.show_card("demo-age"),
    "file": served.download("demo-age", "estimator.toml").decode(),
    "part": served.download("demo-age", "estimator.toml", range="bytes=0-9").decode(),
    "entries": [entry_of(each.actual_instance) for each in answer.photographs],
    "refused": problem_of(lambda: estimates.predict([b"no picture"], estimators=["nobody"])),
    "v2": {"id": inferred.id, "age": by_name["age"].data, "problems": by_name["problem"].data},
    "v2 version": inferred.model_version,
    "v2 model": [described.inputs[0].name, described.outputs[0].datatype],
    "v2 config": models.model_config("demo-age").output[0].data_type,
    "v2 models": [[each.name, each.state] for each in models.list_models()],
    "v2 refused": problem_of(lambda: models.infer("nobody", request)),
    "ready": [
        running.livez().alive, running.readyz().ready, models.server_live().live,
        models.server_ready().ready, models.model_ready("demo-age").ready,
    ],
    "server": models.server_metadata().name,
    "metrics": "gantei_requests_total" in running.metrics(),
}  # fmt: skip
json.dump(told, sys.stdout)
