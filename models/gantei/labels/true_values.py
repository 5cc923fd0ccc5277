"""What is true of each photograph for an output: its number, or the index of its class."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from ..errors import OutputError, SettingError
from ..manifests.output_kinds import is_age
from .ages import number_of
from .estimated_output import EstimatedOutput
from .label_rows import LabelRow, read_cells
from .label_table import LabelTable
from .sexes import UNKNOWN_WORDS, WORDS, plain_code, plain_word

LabelSource = Literal["age", "sex", "label", "column"]
"""Where an output's labels stand: ages, sexes, what --label names, a column of its name."""
_SEXES = {"male", "female"}


@dataclass(frozen=True, slots=True)
class LabelPlace:
    """Where the labels of an output stand: of which kind, and under which name."""

    source: LabelSource
    name: str = ""


def label_place(table: LabelTable, output: EstimatedOutput) -> LabelPlace:
    """Find the labels of an output.

    They are what `--label` names, by the output's name or key; else the ages of an output of an
    age, the sexes of one whose classes are sexes; else the column of the output's name.

    Raises:
        OutputError: there are none; says how to name them.
    """
    for name in (output.key, output.name):
        if name in table.options.labels:
            return LabelPlace("label", name)
    if is_of_age(output) and table.has_ages:
        return LabelPlace("age")
    if sex_classes(output) and table.has_sexes:
        return LabelPlace("sex")
    for column in table.groups:
        if column.casefold() == output.name.casefold():
            return LabelPlace("column", column)
    option = "--age COLUMN" if is_of_age(output) else "--sex COLUMN" if sex_classes(output) else ""
    names = f"{option} or --label" if option else "--label"
    raise OutputError(
        f"{table.name}: has no column with the labels of {output.key}; name it by {names} "
        f"{output.name}=COLUMN; found: {', '.join(table.columns)}"
    )


def is_of_age(output: EstimatedOutput) -> bool:
    """Whether an output is an age in years, by its unit, or its name where that says nothing."""
    return output.kind == "regression" and is_age(output.name, output.unit)


def sex_classes(output: EstimatedOutput) -> dict[str, int]:
    """Give the index of each sex among the classes of an output; empty where they are none.

    >>> from gantei.labels.estimated_output import EstimatedOutput
    >>> from gantei.labels.true_values import sex_classes
    >>> sex_classes(EstimatedOutput("a", "b", "binary", "", ("F", "M"), ("a.M",), ""))
    {'female': 0, 'male': 1}
    """
    sexes = [WORDS.get(plain_word(each)) for each in output.classes]
    found: dict[str, int] = {sex: index for index, sex in enumerate(sexes) if sex}
    return found if found.keys() == _SEXES and len(sexes) == 2 else {}


def true_values(
    rows: Sequence[LabelRow], table: LabelTable, output: EstimatedOutput
) -> list[float | None] | list[int | None]:
    """Give what is true of each row: a number in the output's unit, or the index of a class.

    Args:
        rows: of labels.
        table: that they stand in.
        output: whose labels they are.

    Returns:
        One for each row; None where it is unknown.

    Raises:
        OutputError: the table has no such labels, or one is no number or none of the classes; says
            in which line, and in how many more.
    """
    place = label_place(table, output)
    match place.source:
        case "age":
            return [row.age for row in rows]
        case "sex":
            classes = sex_classes(output)
            return [None if row.sex is None else classes[row.sex] for row in rows]
        case "label":
            cells = [(row.where, row.other[place.name]) for row in rows]
        case "column":
            cells = [(row.where, row.groups[place.name]) for row in rows]
    if output.kind == "regression":
        return read_cells(cells, number_of)
    return read_cells(cells, _class_reader(output))


def _class_reader(output: EstimatedOutput) -> Callable[[str], int | None]:
    known = {plain_code(each): index for index, each in enumerate(output.classes)}
    if len(known) < len(output.classes):  # they differ in case alone
        known = {each: index for index, each in enumerate(output.classes)}
    sexes = sex_classes(output)

    def read(text: str) -> int | None:
        code = text.strip() if text.strip() in known else plain_code(text)
        if code in known:
            return known[code]
        if sex := WORDS.get(code) if sexes else None:
            return sexes[sex]
        if code in UNKNOWN_WORDS:
            return None
        raise SettingError(
            f"{text.strip()[:40]!r} is none of the classes of {output.key}: "
            f"{', '.join(output.classes)}; an unknown class is an empty cell"
        )

    return read
