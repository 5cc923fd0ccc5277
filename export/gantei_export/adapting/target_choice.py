"""What is to be learnt from a column of labels: told by its name and by options, never guessed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from gantei.errors import OutputError, SettingError
from gantei.labels.ages import age_of, number_of
from gantei.labels.gap_columns import refuse_gap_as_label
from gantei.labels.given_labels import NAME
from gantei.labels.label_columns import USUAL, place_of
from gantei.labels.label_table import LabelOptions, LabelTable, read_labels
from gantei.labels.rows_in_memory import table_in_memory
from gantei.labels.sexes import UNKNOWN_WORDS, WORDS, plain_word
from gantei.manifests.fields import OutputName
from gantei.manifests.output_kinds import is_age
from gantei.table_files.list_reading import read_table_file
from gantei.table_files.table_read import ReadTable
from gantei.table_files.text_lines import STANDARD_INPUT

from ..learning.learning_target import LearningTarget
from .class_choice import classes_of, refuse_none

TargetKind = Literal["number", "classes"]
SIDES = ("left", "right")
SEXES = ("female", "male")
AGE_UNIT = "years"


@dataclass(frozen=True)
class TargetOptions:
    """Which column is to be learnt, and what it holds where its name does not say so.

    Attributes:
        column: of the labels.
        kind: whether it holds a number or classes; None: its name or its words say so.
        classes: in their order, of two the negative one first; empty: as they are sorted.
        unit: of a number; `years` says that it is an age.
        output: the name of the new output; None: that of the column, if it makes one.
    """

    column: str
    kind: TargetKind | None = None
    classes: tuple[str, ...] = ()
    unit: str | None = None
    output: str | None = None


def read_target(
    labels: Any, options: LabelOptions, given: TargetOptions
) -> tuple[LearningTarget, LabelTable]:
    """Read a table of labels, and what is to be learnt from one of its columns.

    A column `age`, or one of the unit `years`, is a number of years; a column of sexes, or of the
    words for them, are sexes; `eye` is right or left. Other words are classes. Other numbers are
    amounts or codes of classes, which is asked for.

    Args:
        labels: a path, `-`, records by columns, or a frame.
        options: what the other columns mean; its `file` is taken from `labels`.
        given: what is to be learnt.

    Raises:
        SettingError: it would have to be guessed what the column holds, or options contradict it.
        OutputError: the table cannot be read, or lacks the column.

    >>> from gantei.labels.label_table import LabelOptions
    >>> from gantei_export.adapting.target_choice import TargetOptions, read_target
    >>> rows = [{"photograph": f"{n}.jpg", "person": n, "cataract": w}
    ...         for n, w in enumerate(["yes", "no", "no"])]
    >>> target, table = read_target(rows, LabelOptions(""), TargetOptions("cataract"))
    >>> target.kind, target.classes
    ('binary', ('no', 'yes'))
    """
    in_memory = not isinstance(labels, str) and not hasattr(labels, "__fspath__")
    options = replace(options, file=NAME if in_memory else str(labels))
    telling = [given.column, *filter(None, options.named.values()), *USUAL]
    table = (
        table_in_memory(labels, NAME)
        if in_memory
        else read_table_file(options.file, encoding=options.encoding, telling=telling)
    )
    target, options = chosen_target(table, options, given)
    kept = table if in_memory or options.file == STANDARD_INPUT else None
    return target, read_labels(options, kept)


def chosen_target(
    table: ReadTable, options: LabelOptions, given: TargetOptions
) -> tuple[LearningTarget, LabelOptions]:
    """Tell what is to be learnt, and the options by which labels of it are read.

    Raises:
        SettingError, OutputError: as `read_target`.
    """
    refuse_gap_as_label("--target", given.column)
    place = place_of(given.column, table.columns, options.file, "--target")
    column = table.columns[place]
    cells = [row.cells[place].strip() for row in table.rows]
    known = [cell for cell in dict.fromkeys(cells) if plain_word(cell) not in UNKNOWN_WORDS]
    if not known:
        raise OutputError(f"{options.file}: no row says anything in the column {column}")
    role = _role(column, known, table.columns, options, given)
    match role:
        case "age":
            target = _age(column, given)
            return target, replace(options, age=column)
        case "sex":
            classes = _named_classes(given, SEXES, sexes=True)
            target = LearningTarget(_output(given, "sex"), "binary", classes)
            return target, replace(options, sex=column)
        case "eye":
            target = LearningTarget(_output(given, "eye"), "binary", _named_classes(given, SIDES))
            return target, options
    return options_for(_other(column, cells, known, given), column, options)


def options_for(
    target: LearningTarget, column: str, options: LabelOptions
) -> tuple[LearningTarget, LabelOptions]:
    """Give the options by which labels of a known target are read from a column.

    Args:
        target: such as that of a federation.
        column: that has its labels here.
        options: what the other columns mean.
    """
    if is_age(target.output, target.unit) and target.kind == "regression":
        return target, replace(options, age=column)
    if {WORDS.get(plain_word(each)) for each in target.classes} == {*SEXES}:
        return target, replace(options, sex=column)
    if is_of_eyes(target, column):
        return target, options
    return target, replace(options, labels={target.output: column})


def is_of_eyes(target: LearningTarget, column: str) -> bool:
    """Whether the labels are the eyes that photographs show, which the column `eye` tells."""
    return {*target.classes} == {*SIDES} and column.casefold() == "eye"


def _role(
    column: str,
    known: Sequence[str],
    columns: Sequence[str],
    options: LabelOptions,
    given: TargetOptions,
) -> Literal["age", "sex", "eye", "other"]:
    named = {role: name.casefold() for role, name in options.named.items() if name}
    small = column.casefold()
    for role in ("photograph", "sha256", "person", "visit"):
        if small == named.get(role, role):
            raise SettingError(
                f"--target {column}: this column tells {role}s apart; there is nothing to learn"
            )
    if small == named.get("age", "age"):
        return "age"
    if given.unit == AGE_UNIT:
        other = named.get("age") or next((each for each in columns if each.casefold() == "age"), "")
        if other:
            raise SettingError(
                f"--unit years: says that {column} is the age, which is in {other}; if it is, name "
                f"it by --age {column}; of a number that is no age, say the unit in other words, "
                "such as 'years of disease'"
            )
        return "age"
    if small == named.get("sex", "sex"):
        return "sex"
    if small == "eye":
        return "eye"
    has_sexes = any(each.casefold() == named.get("sex", "sex") for each in columns)
    if not has_sexes and not given.classes and given.kind is None:
        coded = options.sex_coding is not None
        if coded or all(plain_word(each) in WORDS for each in known):
            return "sex"
    return "other"


def _age(column: str, given: TargetOptions) -> LearningTarget:
    if given.kind == "classes" or given.classes:
        raise SettingError(f"--target {column}: an age is a number; it has no classes")
    if given.unit not in (None, AGE_UNIT):
        raise SettingError(f"--target {column} --unit {given.unit}: ages are in years")
    return LearningTarget(_output(given, "age"), "regression", unit=AGE_UNIT)


def _named_classes(
    given: TargetOptions, usual: tuple[str, ...], *, sexes: bool = False
) -> tuple[str, ...]:
    """Give the order of two classes that everybody knows."""
    if given.kind == "number" or given.unit:
        raise SettingError(f"--target {given.column}: {' and '.join(usual)} are no numbers")
    if not given.classes:
        return usual
    spelt = [WORDS.get(plain_word(each), each) if sexes else each for each in given.classes]
    if sorted(spelt) != sorted(usual):
        raise SettingError(
            f"--classes {','.join(given.classes)}: of {given.column} they are {','.join(usual)}, "
            "in the order that you choose"
        )
    return tuple(given.classes)


def _other(
    column: str, cells: Sequence[str], known: Sequence[str], given: TargetOptions
) -> LearningTarget:
    if given.unit and (given.kind == "classes" or given.classes):
        raise SettingError("--unit is for a number; classes have no unit")
    if given.kind == "number" and given.classes:
        raise SettingError("--classes is for classes, not for --as number")
    is_of_numbers = given.kind == "number" or bool(given.unit)
    if not is_of_numbers and given.kind is None and not given.classes and _are_numbers(known):
        raise SettingError(
            f"--target {column}: holds numbers, such as {known[0]}; say --unit years where they "
            "are ages, --as number --unit UNIT where they are other amounts, or --as classes where "
            "they are codes"
        )
    if not is_of_numbers:
        refuse_none(column, cells, given.classes)
        classes = classes_of(column, known, given.classes)
        kind: Literal["binary", "categorical"] = "binary" if len(classes) == 2 else "categorical"
        return LearningTarget(_output(given, column), kind, classes)
    if not given.unit:
        raise SettingError(
            f"--target {column} --as number: say its unit by --unit, such as mmHg; 1 of a count"
        )
    return LearningTarget(_output(given, column), "regression", unit=given.unit)


def _are_numbers(known: Sequence[str]) -> bool:
    """Whether all cells are numbers, perhaps with a unit that means years."""
    try:
        for each in known:
            if number_of(each) is None:
                return False
    except SettingError:
        try:
            return all(age_of(each, impossible=True) is not None for each in known)
        except SettingError:
            return False
    return True


def _output(given: TargetOptions, name: str) -> str:
    """Name the new output."""
    made = given.output or re.sub(r"[\s.\-]+", "_", plain_word(name))
    try:
        return TypeAdapter(OutputName).validate_python(made)
    except ValidationError as error:
        raise SettingError(
            f"{'--output' if given.output else '--target'} {given.output or name}: makes no name "
            "of an output, which has small letters a to z, digits and _, at most 40; give one by "
            "--output, such as cataract"
        ) from error
