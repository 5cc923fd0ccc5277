"""The calibrations that a client asks for, against those that a server was started with."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..calibrations.site_names import site_key
from ..errors import CalibrationError, SettingError, TransferError
from ..inference.prediction import CalibratedValue, PhotographResult
from ..wire.schemas import Estimate

Sites = Mapping[str, str]
"""The site of each estimator whose calibrated values are asked for, by the estimator's name."""


def requested_sites(calibration: str | Sites | None, names: Sequence[str]) -> Sites:
    """Give the sites by estimator; one site alone is asked of all of them.

    Raises:
        SettingError: one is of an estimator that is not among the names.
    """
    sites = calibration or {}
    sites = dict.fromkeys(names, sites) if isinstance(sites, str) else sites
    if stray := [name for name in sites if name not in names]:
        raise SettingError(f"a calibration of {', '.join(stray)}, which is not asked")
    return sites


def check_served(url: str, served: Mapping[str, str | None], sites: Sites) -> None:
    """See that a server has the calibrations that are asked for.

    Args:
        url: of the server.
        served: the site of each of its estimators; None: it serves that one uncalibrated.
        sites: those that are asked for.

    Raises:
        CalibrationError: it has others, or none; says which.
    """
    for name, site in sites.items():
        there = served.get(name)
        if there is None:
            raise CalibrationError(
                f"{url} serves {name} without a calibration, not with that of {site!r}: leave "
                "--calibration out, or have it started with one (gantei serve --calibration)"
            )
        if site_key(there) != site_key(site):
            raise CalibrationError(
                f"{url} serves {name} with the calibration of {there!r}, not with that of {site!r}"
            )


def with_calibrations(
    result: PhotographResult, estimates: Mapping[str, Estimate], sites: Sites
) -> PhotographResult:
    """Add the calibrated values of an answer, with what is to be known of them.

    Args:
        result: without them.
        estimates: the answer's, by their estimators' names, in the order of the result.
        sites: those that were asked for; of others nothing is taken.

    Raises:
        TransferError: they are those of another site, or not there: the server was changed.
        ValueError: a finding, or what is calibrated, makes no sense.
    """
    if not sites:
        return result
    for name, site in sites.items():
        _check_applied(estimates[name], name, site)
    asked = [(name in sites, estimate) for name, estimate in estimates.items()]
    return replace(
        result,
        findings=tuple(
            (*said, *(each.finding() for each in estimate.calibration_warnings)) if here else said
            for said, (here, estimate) in zip(result.findings, asked, strict=True)
        ),
        calibrated=tuple(_values(estimate) if here else {} for here, estimate in asked),
        distances=tuple(estimate.distance if here else None for here, estimate in asked),
    )


def _values(estimate: Estimate) -> dict[str, CalibratedValue]:
    if estimate.calibrated is None or estimate.calibrated.keys() - estimate.values.keys():
        raise ValueError("calibrated values of other names")
    for each in estimate.calibrated.values():
        if (each.low is None) != (each.high is None):
            raise ValueError("an interval with one end")
        if each.low is not None and each.high is not None and each.low > each.high:
            raise ValueError("an interval that ends below where it begins")
    return {
        key: CalibratedValue(each.value, each.low, each.high)
        for key, each in estimate.calibrated.items()
    }


def _check_applied(estimate: Estimate, name: str, site: str) -> None:
    applied = estimate.calibrated_by
    if applied is None or site_key(applied.site) != site_key(site):
        now = f"at {applied.site!r}" if applied else "nowhere"
        raise TransferError(
            f"the server answers {name} calibrated {now}, not at {site!r}: it was started anew "
            "with another calibration"
        )
