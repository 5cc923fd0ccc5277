"""What the Hugging Face Hub reads of a card, as keys and values; nothing in it is guessed."""

import re
from typing import Any

from ..manifests.fields import UNKNOWN
from ..manifests.manifest import Manifest, Reported

HUB_LICENCES = {"apache-2.0", "mit", "bsd-2-clause", "bsd-3-clause", "mpl-2.0"}
HUB_LICENCES |= {"cc0-1.0", "cc-by-4.0", "cc-by-sa-4.0", "cc-by-nc-4.0", "cc-by-nc-sa-4.0"}
HUB_LICENCES |= {"cc-by-nd-4.0", "cc-by-nc-nd-4.0", "gpl-3.0", "lgpl-3.0", "agpl-3.0"}
"""Licences that the Hub knows by these very words; any other is `other` with its name."""
METRICS = {
    "mean absolute error": "mae",
    "root mean square error": "rmse",
    "AUC": "roc_auc",
    "accuracy": "accuracy",
}
TAGS = {"age": ["age-estimation"], "sex": ["sex-estimation"]}


def front_matter(manifest: Manifest) -> dict[str, Any]:
    """Give the keys that `huggingface_hub.ModelCardData` has, as plain values.

    A variant has no `model-index`: the figures in its manifest are its original's.
    """
    numeric = all(output.kind == "regression" for output in manifest.output.values())
    keys: dict[str, Any] = {
        "language": ["en", "ja"],
        **_licence(manifest.source.licence),
        "library_name": "gantei",
        # The Hub has no word for a number estimated from a picture.
        "pipeline_tag": "other" if numeric else "image-classification",
        "tags": _tags(manifest),
    }
    if manifest.reported and manifest.variant is None:
        task = "image-regression" if numeric else "image-classification"
        keys["model-index"] = [
            {
                "name": manifest.name,
                "results": [_result(figure, task) for figure in manifest.reported],
            }
        ]
    return keys


def _licence(licence: str) -> dict[str, str]:
    if licence in HUB_LICENCES:
        return {"license": licence}
    return {"license": "other", "license_name": licence}


def _tags(manifest: Manifest) -> list[str]:
    tags = ["onnx", "ophthalmology", "fundus", "retina", "research-use-only"]
    tags += TAGS.get(manifest.task, [])
    if manifest.architecture != UNKNOWN:
        tags.append(re.sub(r"[^a-z0-9]+", "-", manifest.architecture.lower()).strip("-"))
    return tags


def _result(figure: Reported, task: str) -> dict[str, Any]:
    kind = METRICS.get(figure.metric) or re.sub(r"\W+", "_", figure.metric.lower())
    return {
        "task": {"type": task},
        "dataset": {"type": "other", "name": figure.data},
        "metrics": [
            {
                "type": kind,
                "value": figure.value,
                "name": f"{figure.metric}, {figure.unit}; source: {figure.source}",
            }
        ],
    }
