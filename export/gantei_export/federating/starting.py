"""`gantei federate start`: what is to be learnt, from which estimator, with which settings."""

import datetime
import math
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gantei.errors import SettingError
from gantei.estimator.estimator import load
from gantei.system.version import __version__

from ..adapting.checking_base import check_base
from ..adapting.target_choice import SEXES, SIDES
from ..learning.head_fitting import STRENGTHS
from ..learning.learning_target import LearningTarget
from ..learning.people_split import FOLDS
from .federation_files import SigningKey, refuse_existing, write_message
from .kept_rounds import keep_own
from .message_records import FederationPlan, HeadSettings, PlannedTarget, RoundMessage
from .trusted_parties import own_party

JOIN_STEP = "join"
_KNOWN_CLASSES = {"sex": SEXES, "eye": SIDES}


@dataclass(frozen=True)
class TargetWords:
    """What `start` is told of a target, of which it sees no label.

    Attributes:
        output: the name of the new output, such as `age`.
        classes: in their order, of two the negative one first; empty: not told.
        unit: of a number; empty: not told.
    """

    output: str
    classes: Sequence[str] = ()
    unit: str = ""


def planned_target(words: TargetWords) -> LearningTarget:
    """Tell what is to be learnt.

    Raises:
        SettingError: it would have to be guessed, or words contradict each other.

    >>> from gantei_export.federating.starting import TargetWords, planned_target
    >>> planned_target(TargetWords("sex")).classes
    ('female', 'male')
    >>> planned_target(TargetWords("pressure", unit="mmHg")).kind
    'regression'
    """
    output, classes = words.output, tuple(words.classes)
    if classes and words.unit:
        raise SettingError("--unit is for a number, --classes for classes; give one of them")
    if output == "age":
        if classes or words.unit not in ("", "years"):
            raise SettingError("--target age: an age is a number of years")
        return LearningTarget(output, "regression", unit="years")
    if not classes and not words.unit:
        classes = _KNOWN_CLASSES.get(output, ())
    if classes:
        if len(classes) < 2 or len({each.casefold() for each in classes}) < len(classes):
            raise SettingError(f"--classes {','.join(classes)}: name two or more different ones")
        return LearningTarget(output, "binary" if len(classes) == 2 else "categorical", classes)
    if not words.unit:
        raise SettingError(
            f"--target {output}: say what it is, since there are no labels here: --classes no,yes "
            "for classes, --unit mmHg for a number, --unit 1 for a count"
        )
    return LearningTarget(output, "regression", unit=words.unit)


def head_settings(
    seed: int = 0, projected: int | None = None, strengths: str | None = None
) -> HeadSettings:
    """Give the settings of a head.

    Args:
        seed: of folds and projection.
        projected: to how many numbers embeddings are projected at most; None: as many as may leave.
        strengths: with commas between; None: the usual ones.

    Raises:
        SettingError: one makes no sense.

    >>> from gantei_export.federating.starting import head_settings
    >>> head_settings(strengths="100,10").strengths
    (10.0, 100.0)
    """
    wrong = f"--penalties {strengths}: write numbers above 0, separated by commas"
    try:
        chosen = sorted({float(each) for each in strengths.split(",")}) if strengths else STRENGTHS
    except ValueError:
        raise SettingError(wrong) from None
    if not all(0 < each < math.inf for each in chosen):
        raise SettingError(wrong)
    try:
        return HeadSettings(strengths=tuple(chosen), folds=FOLDS, seed=seed, projected=projected)
    except ValueError as error:
        raise SettingError(f"these settings make no sense: {plan_fault(error)}") from error


def start(
    estimator: str,
    target: LearningTarget,
    settings: HeadSettings,
    sites: int,
    key: SigningKey,
    out: Path,
) -> RoundMessage:
    """Plan a federation and ask the sites to join.

    Args:
        estimator: an installed one, whose embeddings are learnt from.
        target: what is to be learnt.
        settings: how.
        sites: how many take part, the coordinator's own among them if it has photographs.
        key: the coordinator's.
        out: the folder to write, round 0.

    Returns:
        What was written.

    Raises:
        SettingError: the estimator cannot be a base, as `check_base`; or a setting makes no sense.
        OutputError: `out` is there already, or cannot be written.
    """
    refuse_existing(out)
    entry, weights = check_base(estimator)
    return write_first_round(
        key,
        out,
        purpose="head",
        estimator=entry.name,
        weights_sha256=weights.sha256,
        width=load(str(entry.folder), device="cpu").embedding_width(),
        target=PlannedTarget.of(target),
        settings=settings,
        sites=sites,
    )


def write_first_round(key: SigningKey, out: Path, **planned: Any) -> RoundMessage:
    """Write round 0 of a new federation, which asks the sites to join.

    Args:
        key: the coordinator's.
        out: the folder to write.
        planned: what `FederationPlan` holds of the estimator, the target and the sites.

    Raises:
        SettingError: a setting makes no sense.
        OutputError: `out` is there already, or cannot be written.
    """
    own = own_party(key)
    try:
        plan = FederationPlan(
            federation=secrets.token_hex(16),
            coordinator=own.id,
            gantei=__version__,
            date=datetime.datetime.now(datetime.UTC).date().isoformat(),
            **planned,
        )
    except ValueError as error:
        raise SettingError(f"this cannot be planned: {plan_fault(error)}") from error
    record = RoundMessage(
        plan=plan, round=0, attempt=1, previous=None, answers={}, step=JOIN_STEP, arrays=()
    )
    write_message(out, record, {}, key, keep=lambda folder: keep_own(folder, own))
    return record


def plan_fault(error: ValueError) -> str:
    """Say what of a plan breaks its form."""
    from pydantic import ValidationError

    from gantei.signing.json_text import first_break

    return first_break(error) if isinstance(error, ValidationError) else str(error)
