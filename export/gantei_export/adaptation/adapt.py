"""`adapt`: what `gantei adapt` does, from Python."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypedDict, Unpack

from gantei.evaluation.given_arguments import check_columns, checked_labels
from gantei.inference.session import Device
from gantei.labels.label_table import LabelOptions
from gantei.photographs.persons import person_rule
from gantei.study.collecting import GivenPhotographs, collect

from ..adapting.target_choice import TargetKind, TargetOptions
from .adapt_options import AdaptOptions
from .adapted import AdaptedEstimator, embedded, install, learn
from .before_adapting import check_before_adapting

_TARGET = ("kind", "classes", "unit", "output")
_COLUMNS = ("person", "age", "sex", "visit", "encoding", "photograph")


class AdaptArguments(TypedDict, total=False):
    """What else `adapt` can be told; all of it may be left out."""

    kind: TargetKind
    """`number` or `classes`, where the target holds numbers and is no age."""
    classes: Sequence[str]
    """In their order, of two the negative one first; else as `classes_of` orders them."""
    unit: str
    """Of a number; `years` says that it is an age."""
    output: str
    """The name of the new output; else that of the column."""
    trials: int
    """How many times people are split to measure it; 10; 0: it is not measured."""
    curve: bool
    """Measure it with fewer people as well."""
    reach: float
    """The error, or the accuracy, for which the curve says how many more people it takes."""
    augment: bool
    """Learn from changed copies of the photographs, too."""
    seed: int
    """Of the splits."""
    persons: str
    """How names or folders tell persons, as `--persons`."""
    photograph: str
    """The labels' column of photographs."""
    person: str
    """That of persons."""
    visit: str
    """That of visits."""
    age: str
    """That of ages."""
    sex: str
    """That of sexes."""
    sex_coding: str | Mapping[str, str]
    """What codes of sexes mean, as `1=male,0=female`."""
    encoding: str
    """Of CSV without a byte order mark; else UTF-8."""
    one_photograph_per_person: bool
    """State that no two photographs are of one person."""
    allow_grey: bool
    """Accept pictures without colour."""
    embeddings: str | os.PathLike[str]
    """File in which embeddings are kept, and from which they are taken again."""
    device: Device
    """On which embeddings are computed."""
    workers: int
    """Photographs that are decoded at the same time; else one per core."""
    replace: bool
    """Take the place of an installed estimator of that name."""


def adapt(
    base: str | os.PathLike[str],
    photographs: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    labels: Any,
    *,
    target: str,
    name: str,
    **more: Unpack[AdaptArguments],
) -> AdaptedEstimator:
    """Make an estimator from an installed one and labelled photographs, and install it.

    Args:
        base: the estimator to begin from, by name or folder.
        photographs: paths of photographs, and folders of them.
        labels: a table of known labels, as `gantei.evaluate` takes it.
        target: the column to learn.
        name: what the new estimator is called.
        more: see `AdaptArguments`.

    Returns:
        What was learnt and measured; `gantei.load(name)` opens the estimator.

    Raises:
        GanteiError: of the kind that says why nothing was made.

    >>> from gantei_export.adaptation.adapt import adapt
    >>> adapt("demo-sex", "demo", "demo/labels.csv", target="eye", name="my-eye")
    Traceback (most recent call last):
    gantei.errors.SettingError: eye: 1 people have photographs of 'left'; 10 at least are needed ...
    """
    given: dict[str, Any] = dict(more)
    of_target = {key: given.pop(key) for key in _TARGET if key in given}
    of_columns = {key: given.pop(key) for key in _COLUMNS if key in given}
    check_columns(target=target, **of_columns)
    of_target["classes"] = tuple(of_target.get("classes", ()))
    _, coding = checked_labels(None, given.pop("sex_coding", None))
    rule, keep = given.pop("persons", None), given.pop("embeddings", None)
    options = AdaptOptions(
        os.fspath(base), name, TargetOptions(target, **of_target),
        keep=None if keep is None else Path(keep), **given,
    )  # fmt: skip
    paths = (
        [Path(photographs)]
        if isinstance(photographs, str | os.PathLike)
        else [Path(each) for each in photographs]
    )
    listing = collect(GivenPhotographs(paths, persons=None if rule is None else person_rule(rule)))
    columns = LabelOptions("", sex_coding=coding, **of_columns)
    prepared = check_before_adapting(options, listing, labels, columns)
    made = learn(prepared, embedded(prepared))
    install(made)
    return made
