"""`gantei federate evaluate`: which estimator is to be evaluated, by how many sites."""

from pathlib import Path

from gantei.calibrations.calibration import facts_of
from gantei.manifests.manifest import Manifest
from gantei.study.definition import digest_of

from .evaluated_estimates import evaluated_estimator, evaluated_target
from .federation_files import SigningKey, refuse_existing
from .message_records import PlannedTarget, RoundMessage
from .starting import write_first_round


def start_evaluation(estimator: str, sites: int, key: SigningKey, out: Path) -> RoundMessage:
    """Plan an evaluation and ask the sites to join.

    Args:
        estimator: an installed one of one output, a number or two classes.
        sites: how many take part.
        key: the coordinator's.
        out: the folder to write, round 0.

    Raises:
        GanteiError: the estimator cannot be evaluated together, as `evaluated_estimator`.
        SettingError: a setting makes no sense.
        OutputError: `out` is there already, or cannot be written.
    """
    refuse_existing(out)
    entry, weights = evaluated_estimator(estimator)
    return write_first_round(
        key,
        out,
        purpose="evaluation",
        estimator=entry.name,
        weights_sha256=weights.sha256,
        facts_sha256=facts_digest(entry.manifest),
        width=1,
        target=PlannedTarget.of(evaluated_target(entry.manifest)),
        settings=None,
        sites=sites,
    )


def facts_digest(manifest: Manifest) -> str:
    """Digest the facts of a manifest that change its estimator's numbers."""
    return digest_of(facts_of(manifest))
