"""The items of TRIPOD+AI (doi 10.1136/bmj-2023-078378) in our own few words."""

from dataclasses import dataclass
from typing import Literal

Applies = Literal["D", "E", "D;E"]
"""To the development of a model, to its evaluation, or to both."""


@dataclass(frozen=True, slots=True)
class TripodItem:
    """One item of the checklist.

    Attributes:
        number: such as `5a`.
        topic: under which it stands.
        applies: to development, evaluation or both.
        asks: what it asks for, in our words.
    """

    number: str
    topic: str
    applies: Applies
    asks: str


_ROWS: tuple[tuple[str, str, Applies, str], ...] = (
    ("1", "title", "D;E", "a title that names the kind of study, the people and the outcome"),
    ("2", "abstract", "D;E", "an abstract by its own checklist"),
    ("3a", "background", "D;E", "the setting in care, why the study, and earlier models"),
    ("3b", "background", "D;E", "for whom and for what the model is meant, and who uses it"),
    ("3c", "background", "D;E", "health inequalities that are known between groups"),
    ("4", "objectives", "D;E", "the aims, and whether a model is made or tested"),
    ("5a", "data", "D;E", "where the data come from, why these, and whom they represent"),
    ("5b", "data", "D;E", "from when to when people were recruited and followed"),
    ("6a", "participants", "D;E", "kind, number and place of the centres"),
    ("6b", "participants", "D;E", "who could take part"),
    ("6c", "participants", "D;E", "treatments, where they matter"),
    ("7", "data preparation", "D;E", "how data were prepared and checked, alike in all groups"),
    ("8a", "outcome", "D;E", "what is predicted, and how and when it was established"),
    ("8b", "outcome", "D;E", "who judged the outcome, where it takes judgement"),
    ("8c", "outcome", "D;E", "whether those who judged the outcome were blinded"),
    ("9a", "predictors", "D", "how predictors were picked before modelling"),
    ("9b", "predictors", "D;E", "every predictor, and how and when it was measured"),
    ("9c", "predictors", "D;E", "who judged predictors, where it takes judgement"),
    ("10", "sample size", "D;E", "how the number of people was decided, and whether it is enough"),
    ("11", "missing data", "D;E", "what was missing, and what was done about it"),
    ("12a", "analysis", "D", "how the data were divided for making and testing"),
    ("12b", "analysis", "D", "in which form predictors entered"),
    ("12c", "analysis", "D", "kind of model, how it was built, tuned and internally validated"),
    ("12d", "analysis", "D;E", "differences between clusters such as hospitals"),
    ("12e", "analysis", "D;E", "measures and plots of performance, and comparisons"),
    ("12f", "analysis", "E", "whether the model was updated after the test"),
    ("12g", "analysis", "E", "how predictions were computed"),
    ("13", "class imbalance", "D;E", "what was done about rare classes"),
    ("14", "fairness", "D;E", "what was done to see whether the model is fair to all groups"),
    ("15", "model output", "D", "what the model gives, and where thresholds come from"),
    (
        "16",
        "training and evaluation",
        "D;E",
        "how these data differ from those of the training",
    ),
    ("17", "ethics", "D;E", "who approved the study, and consent"),
    ("18a", "open science", "D;E", "funding"),
    ("18b", "open science", "D;E", "conflicts of interest"),
    ("18c", "open science", "D;E", "where the protocol is"),
    ("18d", "open science", "D;E", "registration"),
    ("18e", "open science", "D;E", "whether the data are available"),
    ("18f", "open science", "D;E", "whether the code is available"),
    ("19", "patients and public", "D;E", "how patients and the public were involved"),
    ("20a", "participants", "D;E", "the flow of participants, with and without the outcome"),
    ("20b", "participants", "D;E", "who the participants are"),
    ("20c", "participants", "E", "how they compare with those of the training"),
    ("21", "model development", "D;E", "how many people and events each analysis has"),
    ("22", "model specification", "D", "the whole model, so that others can use it"),
    ("23a", "performance", "D;E", "figures with intervals, also of groups"),
    ("23b", "performance", "D;E", "how performance differs between clusters"),
    ("24", "model updating", "E", "the updated model and its figures"),
    ("25", "interpretation", "D;E", "what the results mean, with fairness and earlier work"),
    ("26", "limitations", "D;E", "what limits the study"),
    ("27a", "use in care", "D", "what to do about poor or missing input"),
    ("27b", "use in care", "D", "what users must do and know"),
    ("27c", "use in care", "D;E", "what should be studied next"),
)
TRIPOD_ITEMS = tuple(TripodItem(*row) for row in _ROWS)
"""All 52, in their order."""
