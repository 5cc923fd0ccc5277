"""One photograph, from its bytes to its entry in the answer; runs in a worker."""

import base64
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Literal

from gantei.errors import GanteiError, PhotographError
from gantei.estimator import Estimator
from gantei.explanation import Explanation
from gantei.inference import Answer, answer_one
from gantei.manifest import Manifest
from gantei.overlay import draw_overlay
from gantei.photograph import Photograph, open_photograph
from gantei.prediction import shortest

from .journal import failure, log
from .problems import Problem

Explain = Literal["none", "map", "overlay"]


@dataclass(frozen=True)
class Upload:
    """A photograph as it was sent."""

    name: str | None
    data: bytes


def examine(
    upload: Upload, estimators: Sequence[Estimator], explain: Explain, request_id: str
) -> dict[str, Any]:
    """Estimate one photograph; what is wrong with it stands in its own entry and harms no other."""
    entry: dict[str, Any] = {"name": upload.name, "sha256": None, "size": None}
    try:
        photograph = open_photograph(upload.data)
        height, width = photograph.size
        entry |= {"sha256": photograph.sha256, "size": {"height": height, "width": width}}
        answer = answer_one(photograph, estimators, explain=None if explain == "none" else "map")
        if answer.error is not None:
            raise answer.error
        return entry | {"estimates": _estimates(photograph, answer, estimators, explain)}
    except PhotographError as error:
        entry["sha256"] = entry["sha256"] or error.sha256
        problem = Problem("unusable-photograph", str(error).removeprefix("<bytes>: "))
    except (GanteiError, MemoryError) as error:
        log("inference failed", logging.ERROR, request=request_id, **failure(error))
        problem = Problem("inference-failed")
    return entry | {"problem": problem.details()}


def units(manifest: Manifest) -> dict[str, str]:
    """The unit of each value that an estimator gives."""
    return {
        value: spec.unit if spec.kind == "regression" else "probability"
        for name, spec in manifest.output.items()
        for value in spec.value_names(name)
    }


def _estimates(
    photograph: Photograph, answer: Answer, estimators: Sequence[Estimator], explain: Explain
) -> dict[str, Any]:
    estimates: dict[str, Any] = {}
    for index, estimator in enumerate(estimators):
        unit = units(estimator.manifest)
        prediction = answer.prediction(index)
        estimates[estimator.name] = {
            "values": {
                name: {"value": value, "unit": unit[name]}
                for name, value in prediction.values.items()
            },
            "warnings": list(prediction.warnings),
        }
        if explanation := prediction.explanation:
            value = prediction.values[explanation.of]
            estimates[estimator.name]["map"] = _map(explanation)
            if explain == "overlay":
                image = draw_overlay(
                    photograph, explanation, value, estimator.manifest, prediction.warnings
                )
                file = BytesIO()
                image.save(file, "PNG")
                estimates[estimator.name]["overlay"] = {
                    "media_type": "image/png",
                    "base64": base64.b64encode(file.getvalue()).decode(),
                }
    return estimates


def _map(explanation: Explanation) -> dict[str, Any]:
    left, top, right, bottom = explanation.box
    return {
        "of": explanation.of,
        "unit": explanation.unit,
        "bias": explanation.bias,
        "rows": [[shortest(number) for number in row] for row in explanation.map],
        "embedding": [shortest(number) for number in explanation.embedding],
        "box": {"left": left, "top": top, "right": right, "bottom": bottom},
    }
