"""What a calibration adds to the service's answers: to an estimate, and to a listed estimator."""

from collections.abc import Mapping, Sequence
from typing import Any

from gantei.calibrations.calibration import Calibration
from gantei.calibrations.finding_codes import OF_CALIBRATIONS
from gantei.estimator.estimator import Estimator
from gantei.findings.finding import Finding
from gantei.inference.prediction import Prediction


def split_findings(
    findings: Sequence[Finding],
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Part what is to be known of the values from what is to be known of calibrated ones."""
    found: tuple[list[dict[str, Any]], list[dict[str, Any]]] = ([], [])
    for finding in findings:
        found[finding.code in OF_CALIBRATIONS].append(finding.as_dict())
    return found


def calibrated_members(
    prediction: Prediction, calibration: Calibration | None, warnings: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Give the members that an estimate has where its estimator is calibrated; else none."""
    if calibration is None:
        return {}
    distance = {} if prediction.distance is None else {"distance": prediction.distance}
    return {
        "calibrated": {
            name: {"value": each.value, "low": each.low, "high": each.high}
            for name, each in prediction.calibrated.items()
        },
        "calibrated_by": _applied(calibration),
        **distance,
        "calibration_warnings": [*warnings],
    }


def served_calibration(estimator: Estimator) -> dict[str, Any]:
    """Give the member that a listed estimator has where it is calibrated; else none."""
    if (calibration := estimator.calibration) is None:
        return {}
    outputs = estimator.manifest.output
    people = calibration.people
    told = {
        "photographs": people.photographs,
        "ages": people.ages and [*people.ages],
        "sexes": dict(people.sexes),
        "cameras": dict(people.cameras),
        "sha256": estimator.calibration_sha256,
        "values": [key for name in calibration.outputs for key in outputs[name].value_names(name)],
        "distance": estimator.measures_distance,
    }
    return {"calibration": _applied(calibration) | told}


def _applied(calibration: Calibration) -> dict[str, Any]:
    return {
        "site": calibration.site,
        "date": calibration.date,
        "level": calibration.level,
        "people": calibration.people.people,
    }
