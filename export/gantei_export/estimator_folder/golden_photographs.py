"""Golden photographs of an imported estimator: whether it still answers as on the day it came.

The pictures are the demo estimators' own, drawn ones, so that they are here in any case.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gantei import __version__
from gantei.catalogue.entries import SHIPPED
from gantei.estimator.estimator import Estimator
from gantei.inference.onnx_runtime import onnx_runtime
from gantei.inference.pipeline import estimate_one
from gantei.inference.session import open_session
from gantei.manifests.fields import UNKNOWN
from gantei.manifests.file import parse_manifest
from gantei.photographs.photograph import open_photograph

DRAWN = SHIPPED / "demo-age"
EYES = {"golden-1.jpg": "left", "golden-2.jpg": "right", "golden-3.jpg": "left"}
"""What a network that mirrors left eyes is told of each picture: it has to mirror, and not to."""
YEARS, PROBABILITY, RELATIVE = 0.01, 0.0005, 0.001
"""How far another machine's arithmetic and JPEG decoder may move a value."""


def add_golden(
    folder: Path, tables: dict[str, Any], verification: Mapping[str, Any] | None = None
) -> None:
    """Write golden photographs into an estimator's folder, and its own answers into the tables.

    Photographs that its tables name already stay, and get new values. While a fact is unknown
    that changes the numbers, there are none. `verification` is what `provenance.json` keeps of a
    comparison with the original: then the values say how far from it they are.

    Raises:
        WeightsError: the network is not the one that the tables describe, or answers no finite
            number.
        InferenceError: it cannot be run.
        MissingExtraError: ONNX Runtime is not installed.
    """
    rows = tables["golden"] = list(tables.get("golden", []))
    manifest = parse_manifest(tables | {"golden": []}, tables["name"])
    if manifest.unsettled() or manifest.weights is None:
        for name in {row["photograph"] for row in rows}:
            (folder / name).unlink(missing_ok=True)
        rows.clear()
        return
    if not rows:
        rows += [{"photograph": name} for name in EYES]
        for name in EYES:
            shutil.copyfile(DRAWN / name, folder / name)
    content = (folder / manifest.weights.file).read_bytes()
    estimator = Estimator(manifest, open_session(content, "cpu", None, manifest.name))
    source = _source(verification)
    for row in rows:
        if manifest.input.mirror == "left-eyes" and row["photograph"] in EYES:
            row["eye"] = EYES[row["photograph"]]
        eye = row.get("eye", UNKNOWN)
        values = _values(estimator, folder / row["photograph"], None if eye == UNKNOWN else eye)
        row |= {"values": values, "tolerance": _tolerance(estimator, values), "source": source}


def _source(verification: Mapping[str, Any] | None) -> str:
    """Say who answers: the original did not, but its network may have been compared."""
    ours = f"gantei {__version__} on ONNX Runtime {onnx_runtime().__version__}"
    if not verification:
        return f"{ours}, not the original"
    judge, its_version = next(iter(verification["judge"].items()))
    return (
        f"{ours}, whose network was within {verification['largest_difference']:.1e} of {judge} "
        f"{its_version} on {verification['pictures']} pictures"
    )


def _values(estimator: Estimator, path: Path, eye: str | None) -> dict[str, float]:
    answer = estimate_one(open_photograph(path, allow_grey=True, eye=eye), [estimator])
    if answer.error:
        raise answer.error
    return answer.values[0]


def _tolerance(estimator: Estimator, values: dict[str, float]) -> float:
    """Give the tolerance of a photograph's values: that of probabilities, of years, or of each."""
    kinds = {(spec.kind, getattr(spec, "unit", "")) for spec in estimator.manifest.output.values()}
    if all(kind != "regression" for kind, _ in kinds):
        return PROBABILITY
    if kinds == {("regression", "years")}:
        return YEARS
    return RELATIVE * max(1.0, *map(abs, values.values()))
