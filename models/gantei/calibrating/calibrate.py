"""`gantei.calibrate`: fit an estimator's values to the people of a site, and keep that."""

import dataclasses
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..calibrations.calibration import Calibration
from ..calibrations.calibration_store import save_calibration
from ..evaluation.given_arguments import check_columns, checked_labels
from ..labels.given_labels import given_labels
from ..labels.label_table import LabelOptions, LabelTable
from ..statistics.study_extra import require_study_extra
from .calibration_options import LEVEL, CalibrationOptions, checked_level, checked_place
from .fitted_calibration import fit_calibration


def calibrate(  # noqa: PLR0913 - as many as the tables have columns to name
    name: str,
    results: str | os.PathLike[str],
    labels: Any,
    *,
    site: str,
    level: float = LEVEL,
    embeddings: str | os.PathLike[str] | None = None,
    camera: str | None = None,
    photograph: str | None = None,
    person: str | None = None,
    visit: str | None = None,
    age: str | None = None,
    sex: str | None = None,
    label: Mapping[str, str] | None = None,
    sex_coding: str | Mapping[str, str] | None = None,
    encoding: str | None = None,
    one_photograph_per_person: bool = False,
    replace: bool = False,
) -> Calibration:
    """Calibrate an estimator on a site's people, and keep that: `pip install "gantei[study]"`.

    Args:
        name: of the estimator, as it is installed here.
        results: a table of its estimates that `gantei predict` wrote, with its `.run.json` beside.
        labels: a table of known labels, as `evaluate` takes it.
        site: what the people have in common; `gantei.load(name, calibration=site)` finds it.
        level: share of people that an interval of a number is to cover, 0.5 to 0.999.
        embeddings: those that the same run wrote; None: no photograph's distance will be told.
        camera: the column of cameras; None: `camera`, if it is there.
        photograph: the labels' column of photographs, as in `evaluate`.
        person: that of persons.
        visit: that of visits.
        age: that of ages.
        sex: that of sexes.
        label: of other outputs, the columns with their labels, by the outputs' names.
        sex_coding: what codes of sexes mean, as `1=male,0=female`.
        encoding: of CSV without a byte order mark; None is UTF-8.
        one_photograph_per_person: where nothing tells persons: each photograph is another's.
        replace: put it in the place of an earlier one of that site.

    Raises:
        GanteiError: of the kind that says why: a table (`OutputError`), too few people, or nobody
            tells whose a photograph is (`SettingError`), a site that has a calibration already.

    >>> gantei.calibrate("demo-age", "results.csv", "demo/labels.csv", site="hospital")
    Traceback (most recent call last):
    gantei.errors.SettingError: demo-age.age: 1 person with a label; a calibration takes 50 at least
    """
    check_columns(photograph=photograph, person=person, visit=visit, age=age, sex=sex)
    check_columns(encoding=encoding, camera=camera)
    require_study_extra("calibrate")
    vectors = None if embeddings is None else Path(embeddings)
    options = CalibrationOptions(name, site, level, camera, vectors, one_photograph_per_person)
    columns = (person, age, sex, visit, *checked_labels(label, sex_coding), encoding, photograph)
    return _calibrated(options, Path(results), labels, columns, replace=replace)


def _calibrated(
    given: CalibrationOptions,
    results: Path,
    labels: Any,
    columns: tuple[Any, ...],
    *,
    replace: bool,
) -> Calibration:
    site = checked_place(given.estimator, given.site, replace=replace)
    options = dataclasses.replace(given, site=site, level=checked_level(given.level))
    fitted = fit_calibration(results, _labels(labels, columns), options)
    save_calibration(fitted.calibration, replace=replace)
    return fitted.calibration


def _labels(labels: Any, columns: tuple[Any, ...]) -> LabelTable:
    person, age, sex, visit, of_outputs, coding, encoding, photograph = columns
    named = (person, age, sex, visit, of_outputs, (), coding, encoding, photograph)
    return given_labels(labels, LabelOptions("labels", *named))
