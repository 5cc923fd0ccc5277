"""How well a head does on people it has not seen: repeated splits, and what to make of them."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from gantei.errors import SettingError
from gantei.statistics.differences import difference
from gantei.statistics.draws import DRAWS, PersonDraws
from gantei.statistics.measure import Measure
from gantei.statistics.metric_replicates import MetricReplicates
from gantei.statistics.study_extra import require_study_extra

from .head_fitting import STRENGTHS
from .held_out import HeldOut, repeated_splits
from .held_out_figures import FIGURES, drawn_figures, split_figures
from .labelled_embeddings import LabelledEmbeddings
from .learning_target import LearningTarget

SHARE = 0.2
MOST_TRIALS = 1000


@dataclass(frozen=True, slots=True)
class TrialFigure:
    """A figure over the trials.

    Attributes:
        metric: its code in `gantei.statistics.metric_names.METRICS`.
        mean: over the trials where it is defined; None where it is in none.
        sd: standard deviation over them, with n - 1; None with fewer than two. It says how much one
            trial differs from another, not how sure the mean is.
        trials: in how many it is defined.
        low, high: 95 % interval of the mean over new people; None where there is none.
        why: code of the reason for a missing interval, in `gantei.statistics.reasons`; else empty.
        naive: the mean of the same figure of what is estimated without any photograph; None where
            it is not defined.
        gain: the mean less the naive one, with its interval and p-value.
    """

    metric: str
    mean: float | None
    sd: float | None
    trials: int
    low: float | None
    high: float | None
    why: str
    naive: float | None
    gain: Measure


@dataclass(frozen=True, slots=True)
class TrialSplit:
    """What one trial was made of.

    Attributes:
        training_people, training_photographs: that were learnt from.
        test_people, test_photographs: that judged.
        strength: that was chosen inside the training people; None where none was to choose.
        at_edge: whether it is the least or the greatest that was tried.
        figures: by code; None where it is not defined in this trial.
    """

    training_people: int
    training_photographs: int
    test_people: int
    test_photographs: int
    strength: float | None
    at_edge: bool
    figures: dict[str, float | None]


@dataclass(frozen=True)
class Trials:
    """Repeated splits by person, judged.

    Attributes:
        target: what was learnt.
        share: of the people that were held out in each trial.
        seed: of the splits.
        people, photographs: of all.
        judging_people: how many were held out once or more.
        splits: of each trial.
        figures: in the order of `FIGURES`.
        drawn: the figures in draws of people, by which `gain_over` compares trials.
    """

    target: LearningTarget
    share: float
    seed: int
    people: int
    photographs: int
    judging_people: int
    splits: tuple[TrialSplit, ...]
    figures: tuple[TrialFigure, ...]
    drawn: MetricReplicates = field(repr=False, compare=False)

    def figure(self, metric: str) -> TrialFigure:
        """Give a figure by its code.

        Raises:
            KeyError: there is none of this code.
        """
        return {each.metric: each for each in self.figures}[metric]

    def as_json(self) -> dict[str, Any]:
        """Give everything but the draws in values that JSON has."""
        names = ("share", "seed", "people", "photographs", "judging_people")
        return {
            "output": self.target.output,
            "kind": self.target.kind,
            **{name: getattr(self, name) for name in names},
            "trials": len(self.splits),
            "figures": [asdict(each) for each in self.figures],
            "splits": [asdict(each) for each in self.splits],
        }


def run_trials(
    data: LabelledEmbeddings,
    trials: int,
    seed: int = 0,
    *,
    share: float = SHARE,
    strengths: Sequence[float] = STRENGTHS,
    draws: int = DRAWS,
    advance: Callable[[int], object] = lambda _: None,
) -> Trials:
    """Learn from some people and judge by the others, again and again.

    Each trial chooses its strength anew inside its training people.

    Args:
        data: all photographs, of `LEAST_PEOPLE` people of each class at least.
        trials: how many, 1 to `MOST_TRIALS`.
        seed: of splits and folds.
        share: of the people, to judge by, above 0 and below 1.
        strengths: to choose from.
        draws: of people, for the intervals.
        advance: called with 1 after each trial.

    Raises:
        SettingError: a number that makes no sense, or too few people.
        MissingExtraError: a library of the extra `study` is missing.
    """
    if not 1 <= trials <= MOST_TRIALS:
        raise SettingError(f"trials is {trials}; give 1 to {MOST_TRIALS}")
    require_study_extra("trials")
    splits = repeated_splits(data, trials, seed, share=share, strengths=strengths, advance=advance)
    return judged(data.target, splits, share=share, seed=seed, draws=draws, of=data)


def judged(
    target: LearningTarget,
    splits: Sequence[HeldOut],
    *,
    share: float,
    seed: int,
    of: LabelledEmbeddings,
    draws: int = DRAWS,
) -> Trials:
    """Judge what was estimated of people who were held out, by whatever was learnt."""
    present, renumbered = np.unique(
        np.concatenate([each.persons for each in splits]), return_inverse=True
    )
    ends = np.cumsum([len(each.persons) for each in splits])[:-1]
    own = [
        replace(each, persons=persons)
        for each, persons in zip(splits, np.split(renumbered, ends), strict=True)
    ]
    people = PersonDraws(len(present), draws)
    drawn, naive = drawn_figures(own, people), drawn_figures(own, people, naive=True)
    by_split = split_figures(own)
    return Trials(
        target, share, seed, len(np.unique(of.persons)), len(of), len(present),
        tuple(_split(each, place, by_split) for place, each in enumerate(own)),
        tuple(_figure(code, by_split[code], drawn, naive) for code in FIGURES[target.kind]),
        drawn,
    )  # fmt: skip


def gain_over(trials: Trials, other: Trials, metric: str) -> Measure:
    """Compare a figure of two sets of trials of the same splits: `trials` less `other`.

    Such as with changed copies of photographs, and without. What a draw of people does to both
    cancels.

    Raises:
        SettingError: the splits are not the same.
    """
    same = ("seed", "share", "people", "photographs", "judging_people", "target")
    if any(getattr(trials, name) != getattr(other, name) for name in same):
        raise SettingError("only trials of the same splits of the same people can be compared")
    return difference(trials.drawn, other.drawn, (metric, None))


def _figure(
    code: str, by_split: Any, drawn: MetricReplicates, naive: MetricReplicates
) -> TrialFigure:
    known = by_split[np.isfinite(by_split)]
    measure, without = drawn.measure((code, None)), naive.figures[code, None].value
    return TrialFigure(
        code, measure.value, float(known.std(ddof=1)) if len(known) > 1 else None, len(known),
        measure.low, measure.high, measure.why, _known(without),
        difference(drawn, naive, (code, None)),
    )  # fmt: skip


def _split(each: HeldOut, place: int, by_split: dict[str, Any]) -> TrialSplit:
    figures = {code: _known(values[place]) for code, values in by_split.items()}
    return TrialSplit(
        each.training_people, each.training_photographs, each.people, len(each.persons),
        each.strength, each.at_edge, figures,
    )  # fmt: skip


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
