"""Which figures a group has too few people for: they are not computed, and say why."""

from dataclasses import replace

import numpy as np

from ..statistics.measure import Measure
from ..statistics.units import Units

LEAST_PEOPLE = 10
"""In a group, and of each class that a figure of a group needs."""
FEW_PEOPLE, FEW_OF_A_CLASS = "few-people-in-group", "few-people-of-a-class-in-group"
_NEED_BOTH = frozenset(
    {"auc", "average_precision", "balanced_accuracy", "calibration_intercept", "calibration_slope"}
)
_NEED_POSITIVES = frozenset({"sensitivity", "f1"})
_NEED_NEGATIVES = frozenset({"specificity"})
_MACRO = "macro_"


class ClassCounts:
    """How many people a group has, and how many with a unit of each class."""

    def __init__(self, units: Units) -> None:
        """Count the persons; where nothing tells persons, the units."""
        self._regression = units.kind == "regression"
        persons = np.arange(len(units)) if units.persons is None else units.persons
        self.people = len(np.unique(persons))
        classes = 0 if self._regression else _classes(units)
        self._of_class = [len(np.unique(persons[units.truths == each])) for each in range(classes)]
        self._of_others = [len(np.unique(persons[units.truths != each])) for each in range(classes)]

    def lacking(self, metric: str, label: int | None) -> str:
        """Say by a code why a figure cannot be had of so few; empty where it can."""
        if self.people < LEAST_PEOPLE:
            return FEW_PEOPLE
        if self._regression:
            return ""
        if metric.startswith(_MACRO):
            counts = [*self._of_class, *self._of_others]
        elif label is None and len(self._of_class) > 2:
            counts = self._of_class if metric in _NEED_BOTH else []
        else:
            positive = 1 if label is None else label
            counts = [self._of_class[positive]] * (metric in _NEED_BOTH | _NEED_POSITIVES)
            counts += [self._of_others[positive]] * (metric in _NEED_BOTH | _NEED_NEGATIVES)
        return FEW_OF_A_CLASS if min(counts, default=LEAST_PEOPLE) < LEAST_PEOPLE else ""

    def checked(self, measure: Measure) -> Measure:
        """Give a figure of the group, or that there is none, and why."""
        if why := self.lacking(measure.metric, measure.label):
            return replace(measure, value=None, low=None, high=None, why=why)
        return measure


def _classes(units: Units) -> int:
    return 2 if units.estimates.ndim == 1 else int(units.estimates.shape[1])
