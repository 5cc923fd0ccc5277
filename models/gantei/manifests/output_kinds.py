"""What an output tells: which classes apart, or an age."""

from .fields import UNKNOWN
from .input_output import Binary, Categorical, Regression

_OTHER_SEX = {"male": "female", "female": "male"}


def output_classes(spec: Regression | Binary | Categorical) -> list[str]:
    """Give the classes of an output: of a binary one the negative one first, of a number none."""
    match spec:
        case Binary(labels=tuple() as labels, positive=positive):
            return [*(label for label in labels if label != positive), positive]
        case Binary(positive=positive):  # nobody has said how the other is called
            return [_OTHER_SEX.get(positive.casefold(), f"not {positive}"), positive]
        case Categorical(classes=tuple() as classes):
            return [*classes]
        case Categorical():
            return [*spec.value_names("")]
    return []


def is_age(name: str, unit: str) -> bool:
    """Whether a number is an age in years, by its unit, or its name where that says nothing."""
    return unit == "years" or (name == "age" and unit == UNKNOWN)
