"""What the units of an evaluation are called: visits only where something tells them apart."""

from ..evaluation.evaluation import Evaluation
from ..labels.cohort import Level
from ..pages.bilingual import Bilingual, level_name


def level_of(evaluation: Evaluation, level: Level) -> Bilingual:
    """Name a level of these people: `per person`, or `per person and visit`."""
    return level_name(level, visits=evaluation.has_visits)
