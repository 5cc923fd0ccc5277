"""`gantei federate report`: what the last round of an evaluation says, and its calibration."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from gantei.calibrating.calibration_options import checked_level, checked_place
from gantei.calibrations.calibration import (
    CalibratedPeople,
    Calibration,
    LineCalibration,
    facts_of,
)
from gantei.calibrations.calibration_store import save_calibration
from gantei.errors import SettingError
from gantei.signing.trust import PublisherKey
from gantei.statistics.metric_names import METRICS
from gantei.system.version import __version__
from gantei.terminal.text_table import text_table

from .evaluated_estimates import evaluated_estimator
from .evaluation_figures import EvaluationFound, evaluation_found
from .evaluation_steps import evaluation_state
from .federation_errors import FederationError
from .federation_files import FederationMessage
from .kept_rounds import kept_round
from .message_records import FederationPlan, RoundMessage
from .round_checks import Participant, participants
from .round_steps import FINAL_STEP
from .starting_evaluation import facts_digest
from .succession import check_follows


@dataclass(frozen=True)
class FederatedReport:
    """What several sites found together.

    Attributes:
        plan: of the federation.
        digest: of its last round.
        sites: who took part.
        found: figures and calibration.
        level: share of people that the interval of a number is to cover.
    """

    plan: FederationPlan
    digest: str
    sites: tuple[Participant, ...]
    found: EvaluationFound
    level: float

    @property
    def people(self) -> int:
        """Of all sites; each gave one photograph."""
        return sum(each.people for each in self.sites)


def federated_report(
    message: FederationMessage[RoundMessage], keys: Mapping[str, PublisherKey], level: float
) -> FederatedReport:
    """Read the last round of an evaluation.

    Args:
        message: as `read_round` reads it.
        keys: of the coordinator and of all sites.
        level: of intervals, 0.5 to 0.999.

    Raises:
        FederationError: it is not the last round of an evaluation, or does not follow from the
            answers that it carries.
        SettingError: the level makes no sense.
    """
    record, plan = message.record, message.record.plan
    if plan.purpose != "evaluation":
        raise FederationError(
            f"{message.folder}: is of a federation that learns {plan.target.output}; install what "
            "was learnt: gantei federate install"
        )
    if record.step != FINAL_STEP:
        raise FederationError(
            f"{message.folder}: is round {record.round}, and not the last one, which says that it "
            "has converged"
        )
    if kept_round(plan.federation, record.previous or "", keys):  # else nothing to check it by
        check_follows(message, keys)
    found = evaluation_found(
        plan.target.learning_target(), evaluation_state(message), checked_level(level)
    )
    return FederatedReport(plan, message.digest, participants(message, keys), found, level)


def save_federated_calibration(
    report: FederatedReport, site: str, *, name: str | None = None, replace: bool = False
) -> Calibration:
    """Keep the calibration that all sites made together, for `gantei predict --calibration`.

    Args:
        report: of the evaluation.
        site: what its people have in common.
        name: the estimator, where it is called otherwise here than planned.
        replace: take the place of an earlier one of that site.

    Raises:
        SettingError: nothing can be calibrated; says why.
        FederationError: the estimator here is another one.
        AlreadyInstalledError: there is a calibration of that site.
    """
    plan, found = report.plan, report.found
    if found.calibration is None:
        raise SettingError(f"{plan.estimator}.{plan.target.output} is not calibrated: {found.why}")
    entry, weights = evaluated_estimator(name or plan.estimator)
    if (weights.sha256, facts_digest(entry.manifest)) != (plan.weights_sha256, plan.facts_sha256):
        raise FederationError(
            f"{entry.name}: has other weights, or another fact that changes its numbers, than the "
            f"{plan.estimator} that was evaluated"
        )
    calibration = Calibration(
        site=checked_place(entry.name, site, replace=replace),
        estimator=entry.name,
        weights_sha256=weights.sha256,
        facts=facts_of(entry.manifest),
        date=datetime.now(UTC).date().isoformat(),
        gantei=__version__,
        level=report.level,
        labels_sha256=report.digest,
        people=CalibratedPeople(
            people=report.people, photographs=report.people, ages=None, sexes={}, cameras={}
        ),
        outputs={plan.target.output: found.calibration},
        embeddings=None,
    )
    save_calibration(calibration, replace=replace)
    return calibration


def report_json(report: FederatedReport) -> dict[str, Any]:
    """Give a report as JSON's tables and lists."""
    found = report.found
    return {
        "federation": report.plan.federation,
        "estimator": report.plan.estimator,
        "weights_sha256": report.plan.weights_sha256,
        "output": report.plan.target.output,
        "people": report.people,
        "sites": [{"name": each.name, "people": each.people} for each in report.sites],
        "figures": [
            {"metric": each.metric, "value": each.value, "low": each.low, "high": each.high}
            for each in found.measures
        ],
        "auc_bounds": found.auc_bounds,
        "bin_width": found.bin_width,
        "level": report.level,
        "calibration": None if found.calibration is None else found.calibration.model_dump(),
        "not_calibrated": found.why,
    }


def report_text(report: FederatedReport) -> str:
    """Write a report for people: a table of figures, and what the calibration says."""
    plan, found = report.plan, report.found
    rows = [
        (METRICS[each.metric].english, _number(each.value), _interval(each.low, each.high))
        for each in found.measures
    ]
    names = ", ".join(f"{each.name} ({each.people})" for each in report.sites)
    lines = [
        f"{plan.estimator}.{plan.target.output}: {report.people} people of {len(report.sites)} "
        f"sites, one photograph of each: {names}",
        "",
        text_table(("figure", "value", "95 % interval"), rows),
        "",
    ]
    if found.auc_bounds:
        low, high = found.auc_bounds
        lines.append(f"AUC of the very estimates: between {low:.4f} and {high:.4f}")
    lines += _calibration_lines(report)
    return "\n".join(lines) + "\n"


def _calibration_lines(report: FederatedReport) -> list[str]:
    found, unit = report.found, report.plan.target.unit
    if found.calibration is None:
        return [f"Not calibrated: {found.why}"]
    if not isinstance(found.calibration, LineCalibration):
        (intercept,) = found.calibration.intercepts
        return [f"Calibrated logit: {intercept:.4g} + {found.calibration.slope:.4g} * logit"]
    line = found.calibration
    (band,) = line.bands
    lines = [f"Calibrated value: {line.intercept:.4g} + {line.slope:.4g} * estimate ({unit})"]
    if band.down is None or band.up is None:
        return [*lines, f"No interval of {100 * report.level:g} %: too few people"]
    return [
        *lines,
        f"{100 * report.level:g} % interval of a new person: {band.down:.4g} below to "
        f"{band.up:.4g} above the calibrated value, each end rounded outward to "
        f"{found.bin_width:.2g}",
    ]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _interval(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{low:.4f} to {high:.4f}"
