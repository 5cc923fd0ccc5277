"""How many people a calibration takes at least, and below how many it says so.

Chosen by simulation (benchmarks/calibrate.py). Of 50 people, logits 1.6 times too steep lose 0.012
after calibrating, and 0.026 before; but in 24 of 100 samples more than before, of 30 people in 43,
and of 20 in 60. From 100 people on it is 7 of 100.
"""

from ..labels.estimated_output import EstimatedOutput
from ..statistics.units import Units

LEAST_PEOPLE = 50
"""Of a calibration, and of a band of intervals."""
LEAST_OF_A_CLASS = 10
FEW_PEOPLE, FEW_OF_A_CLASS = 100, 30
"""Below, a calibration is made, and says so."""


def people_of_classes(units: Units) -> list[int]:
    """Count the persons with a photograph of each class."""
    count = units.estimates.shape[1] if units.kind == "categorical" else 2
    persons = units.persons
    if persons is None:
        return [0] * count
    return [len(set(persons[units.truths == each].tolist())) for each in range(count)]


def too_few_words(people: int) -> str:
    """Say that so many people are too few.

    >>> from gantei.calibrating.smallest_calibrations import too_few_words
    >>> too_few_words(1)
    '1 person with a label; a calibration takes 50 at least'
    """
    counted = f"{people} {'person' if people == 1 else 'people'}"
    return f"{counted} with a label; a calibration takes {LEAST_PEOPLE} at least"


def too_few(output: EstimatedOutput, units: Units) -> str:
    """Say why these are too few people to calibrate an output on; empty where they are enough."""
    people = units.present() or 0
    if people < LEAST_PEOPLE:
        return too_few_words(people)
    if output.kind != "regression":
        for name, count in zip(output.classes, people_of_classes(units), strict=True):
            if count < LEAST_OF_A_CLASS:
                return f"{count} people are {name}; it takes {LEAST_OF_A_CLASS} of each class"
    return ""
