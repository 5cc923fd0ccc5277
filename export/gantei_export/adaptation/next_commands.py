"""What to do with a new estimator, as commands that run as they are printed."""

import shlex
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from gantei.labels.label_table import LabelOptions

from ..adapting.labelled_photographs import LabelledPhotographs
from ..learning.learning_target import LearningTarget
from .adapt_options import AdaptOptions


def next_commands(options: AdaptOptions, folder: Path, labelled: LabelledPhotographs) -> list[str]:
    """Say what to do now, in commands, whose capitals stand for what only the user knows.

    Labels of other people are taken to stand in columns called like those here.

    Args:
        options: how the estimator was made.
        folder: in which it is installed.
        labelled: what it was made from.
    """
    name, base = options.name, options.base
    told = " ".join(_of_labels(labelled, options.one_photograph_per_person))
    said = [
        f"to use it: gantei predict PHOTOGRAPHS --with {name} --out results.csv",
        f"to measure it on OTHER people: gantei evaluate PHOTOGRAPHS --with {name} {told} "
        "--out report",
        f"to fit its values to a site: gantei calibrate {name} PHOTOGRAPHS {told} --site SITE",
        f"to pass it on, if the terms of {base} allow it: gantei sign {shlex.quote(str(folder))} "
        "--key KEY.pem",
    ]
    if _eyes_differ(labelled):
        said.insert(3, (
            f"note: both take one {labelled.target.output} per person and visit, and leave out "
            "people whose eyes have different ones"
        ))  # fmt: skip
    return said


def _of_labels(labelled: LabelledPhotographs, once: bool) -> Iterator[str]:
    """Give the options by which labels are read."""
    options, target = labelled.table.options, labelled.target
    yield "--labels LABELS"
    for role, column in options.named.items():
        if column is not None and column.casefold() != role:
            yield f"--{role} {shlex.quote(column)}"
    for output, column in _columns(options, target).items():
        yield f"--label {shlex.quote(f'{output}={column}')}"
    if coding := options.sex_coding:
        if not isinstance(coding, str):
            coding = ",".join(f"{code}={sex}" for code, sex in coding.items())
        yield f"--sex-coding {shlex.quote(coding)}"
    if options.encoding:
        yield f"--encoding {shlex.quote(options.encoding)}"
    if once:
        yield "--one-photograph-per-person"


def _columns(options: LabelOptions, target: LearningTarget) -> dict[str, str]:
    """Give the columns of labels that are no ages and sexes, by output."""
    if options.labels:
        return dict(options.labels)
    return {target.output: "eye"} if {*target.classes} == {"left", "right"} else {}


def _eyes_differ(labelled: LabelledPhotographs) -> bool:
    """Whether somebody's photographs have several classes."""
    if labelled.target.kind == "regression":
        return False
    pairs = np.unique(np.stack((labelled.persons, labelled.truths)), axis=1)
    return int(pairs.shape[1]) > labelled.people
