"""From checked photographs to an estimator: embedded, learnt from, measured, installed."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from gantei.catalogue.entries import Entry
from gantei.estimator.estimator import load
from gantei.labels.exclusions import REASONS, Exclusion
from gantei.manifests.publication import ReportedEvaluation

from ..adapting.embedding import EmbeddedPhotographs, embed
from ..adapting.installing_adapted import install_adapted
from ..adapting.kept_embeddings import kept_embeddings
from ..adapting.made_of import MadeOf
from ..adapting.people_digest import people_digest
from ..adapting.training_range import training_range
from ..learning.head_fitting import STRENGTHS, FittedHead, fit_head
from ..learning.held_out import HeldOut, repeated_splits
from ..learning.learning_curve import REPEATS, LearningCurve, run_curve
from ..learning.people_split import require_people
from ..learning.trials import SHARE, Trials, judged, run_trials
from .adapt_options import AdaptOptions
from .before_adapting import PreparedAdapting
from .trial_texts import reported_figures


@dataclass(frozen=True)
class AdaptedEstimator:
    """A head that was learnt from photographs, and what it is worth on people it has not seen.

    Attributes:
        prepared: what was to be learnt, from which estimator.
        embedded: the photographs that were learnt from.
        fitted: the head that goes into the estimator, learnt from all people.
        splits: what was estimated of people held out, in each trial.
        trials: what that is worth; None: no trial was asked for.
        without: the same splits, without changed copies; None: copies were not learnt from.
        curve: measurements with fewer people; None: it was not asked for.
    """

    prepared: PreparedAdapting
    embedded: EmbeddedPhotographs
    fitted: FittedHead
    splits: Sequence[HeldOut] = ()
    trials: Trials | None = None
    without: Trials | None = None
    curve: LearningCurve | None = None

    @property
    def leaves_out(self) -> bool:
        """Whether a photograph was left out."""
        return any(REASONS[each.code].what != "label" for each in self.embedded.labelled.exclusions)


def embedded(
    prepared: PreparedAdapting, advance: Callable[[int], object] = lambda _: None
) -> EmbeddedPhotographs:
    """Embed the photographs, and see that enough people are left.

    Args:
        prepared: what is to be learnt from what.
        advance: called with the number of photographs that are finished, copies counted too.

    Raises:
        SettingError: too many photographs cannot be read.
        OutputError: no photograph can be read, or the file cannot be used.
        InferenceError: the network fails.
    """
    options = prepared.options
    # One thread per inference: as many photographs as there are cores go through at once.
    estimator = load(prepared.base.folder, options.device, threads=1)
    width = estimator.embedding_width()
    with kept_embeddings(options.keep, estimator.manifest, width) as kept:
        found = embed(
            estimator, prepared.labelled, augment=options.augment, allow_grey=options.allow_grey,
            workers=options.workers, kept=kept, advance=advance,
        )  # fmt: skip
    left = found.labelled
    require_people(left.target, left.truths, left.persons)
    return found


def learn(
    prepared: PreparedAdapting,
    found: EmbeddedPhotographs,
    advance: Callable[[int], object] = lambda _: None,
) -> AdaptedEstimator:
    """Learn from all people, and measure on people held out.

    Args:
        prepared: what is to be learnt from what.
        found: its embeddings.
        advance: called with 1 after each trial, of `learning_steps`.

    Raises:
        SettingError: too few people.
    """
    options, data = prepared.options, found.data
    made = AdaptedEstimator(prepared, found, fit_head(data, seed=options.seed))
    if options.trials:
        made = _measured(made, advance)
    if options.curve:
        made = replace(made, curve=run_curve(data, options.seed, advance=advance))
    return made


def _measured(made: AdaptedEstimator, advance: Callable[[int], object]) -> AdaptedEstimator:
    options, data = made.prepared.options, made.embedded.data
    splits = repeated_splits(
        data, options.trials, options.seed, share=SHARE, strengths=STRENGTHS, advance=advance
    )
    trials = judged(data.target, splits, share=SHARE, seed=options.seed, of=data)
    without = None
    if data.augmented is not None:
        plain = replace(data, augmented=None)
        without = run_trials(plain, options.trials, options.seed, advance=advance)
    return replace(made, splits=splits, trials=trials, without=without)


def learning_steps(options: AdaptOptions) -> int:
    """Count the steps of which `learn` tells."""
    trials = options.trials * (2 if options.augment else 1)
    return trials + (REPEATS if options.curve else 0)


def install(made: AdaptedEstimator) -> Entry:
    """Install what was learnt.

    Raises:
        GanteiError: as `install_adapted`.
    """
    options = made.prepared.options
    return install_adapted(
        made.prepared.base,
        made.fitted.head,
        options.name,
        made_of(made),
        reported=[*reported_figures(made.trials)] if made.trials else (),
        replace=options.replace,
    )


def made_of(made: AdaptedEstimator) -> MadeOf:
    """Say what made it, without anybody's name."""
    labelled, options = made.embedded.labelled, made.prepared.options
    numbers = labelled.target.kind == "regression"
    truths = np.asarray(labelled.truths, np.float64)
    return MadeOf(
        "ridge" if numbers else "logistic",
        people=labelled.people,
        photographs=len(labelled),
        people_digest=people_digest(labelled.names),
        strength=made.fitted.strength,
        augmented=options.augment,
        settings={"trials": options.trials, "seed": options.seed},
        range=training_range(truths, labelled.persons) if numbers else None,
        evaluation=_evaluation(made),
    )


def _evaluation(made: AdaptedEstimator) -> ReportedEvaluation:
    if made.trials is None:
        return ReportedEvaluation()
    return ReportedEvaluation(
        split="repeated random splits by person: four fifths to learn from, one fifth to test on",
        place="internal: the test people are from the same source as the training people",
        **({} if made.embedded.data.target.kind == "regression" else {"threshold": "0.5"}),
    )


def adapted_record(made: AdaptedEstimator) -> dict[str, Any]:
    """Give the numbers for programs: no name of a photograph or a person."""
    labelled, options = made.embedded.labelled, made.prepared.options
    target = labelled.target
    record: dict[str, Any] = {
        "name": options.name,
        "base": made.prepared.base.name,
        "output": target.output,
        "kind": target.kind,
        "classes": list(target.classes),
        "unit": target.unit,
        "people": labelled.people,
        "photographs": len(labelled),
        "excluded": _counted(labelled.exclusions),
        "not_read": made.embedded.failed,
        "penalty": made.fitted.strength,
        "at_edge": made.fitted.at_edge,
        "augmented": options.augment,
        "trials": made.trials.as_json() if made.trials else None,
        "trials_without_copies": made.without.as_json() if made.without else None,
        "curve": made.curve.as_json() if made.curve else None,
    }
    if made.curve is not None and options.reach is not None:
        error = options.reach if target.kind == "regression" else 1 - options.reach
        record["to_reach"] = asdict(made.curve.to_reach(error))
    return record


def _counted(exclusions: Sequence[Exclusion]) -> dict[str, int]:
    counts = Counter(each.code for each in exclusions)
    return {code: counts[code] for code in REASONS if counts[code]}
