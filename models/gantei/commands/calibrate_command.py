"""`gantei calibrate`: fit an estimator's values to the people of a site, with intervals."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from .calibrate_summary import write_calibrated
from .evaluate_options import add_labels, label_options
from .given_photographs import files_of, folders_of
from .local_estimators import local_backend
from .options import add_device, add_memory, share, whole_number
from .photograph_options import add_persons, add_photographs, listing_of
from .predict_summary import write_every_row, write_summary

if TYPE_CHECKING:
    from ..calibrating.calibration_options import CalibrationOptions
    from ..calibrating.fitted_calibration import FittedCalibration
    from ..evaluation.report_folder import ResultsOfReport
    from ..labels.label_table import LabelTable

ALL_GOOD, SOME_LEFT_OUT = 0, 1
TABLES = (".csv", ".tsv", ".xlsx", ".parquet", ".jsonl")
"""Endings of a table of results; everything else is photographs."""
EMBEDDINGS = "results.csv.embeddings.npy"
"""Beside the estimates of photographs."""


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    calibrate = commands.add_parser(
        "calibrate",
        help="fit an estimator to people with known ages or sexes, with intervals",
        description="Fit a straight line to an estimator's numbers, and a logistic line to its "
        "probabilities, on people of one site with known labels, with intervals for new people. "
        "gantei predict --calibration applies it. Takes a table that gantei predict wrote, or "
        "photographs, which it estimates first.",
        epilog="Exit code: 0 all photographs and outputs took part, 1 some were left out, 2 "
        "nothing could be calibrated.",
    )
    calibrate.add_argument("name", metavar="NAME", help="the estimator")
    add_photographs(
        calibrate,
        paths="a table of results that gantei predict wrote, or photographs and folders of them",
        can_be_anonymous=False,
    )
    add_persons(calibrate)
    add_labels(calibrate)
    _add_calibration(calibrate)
    add_device(calibrate)
    add_memory(calibrate)
    calibrate.add_argument(
        "--workers",
        type=whole_number,
        metavar="N",
        help="photographs to decode at once, default: cores",
    )
    calibrate.set_defaults(run=_run, by=[])


def _add_calibration(calibrate: argparse.ArgumentParser) -> None:
    group = calibrate.add_argument_group("calibration")
    group.add_argument(
        "--site",
        metavar="NAME",
        required=True,
        help="what the people have in common, such as the name of a hospital; --calibration of "
        "gantei predict finds it by that name",
    )
    group.add_argument(
        "--level",
        metavar="SHARE",
        type=share,
        default=0.9,
        help="share of people whose real number an interval is to hold; default: 0.9",
    )
    group.add_argument(
        "--camera",
        metavar="COLUMN",
        help="column of the labels or the results that tells the camera; default: camera, where "
        "there is one",
    )
    group.add_argument(
        "--embeddings",
        metavar="FILE",
        type=Path,
        help="embeddings beside a table of results, as --embeddings of the same run wrote them; "
        "with them, new photographs that are unlike these are marked",
    )
    group.add_argument(
        "--one-photograph-per-person",
        action="store_true",
        help="where no column tells persons: state that no two photographs are of the same person",
    )
    group.add_argument(
        "--out", metavar="DIR", type=Path, help="also write a report into this new folder"
    )
    group.add_argument(
        "--overwrite",
        action="store_true",
        help="replace an earlier report, if nothing else is in its folder",
    )
    group.add_argument(
        "--replace",
        action="store_true",
        help="replace the calibration that this site has",
    )


def _run(chosen: argparse.Namespace) -> int:
    from ..calibrating.calibration_options import (
        CalibrationOptions,
        checked_level,
        checked_place,
    )
    from ..calibrations.calibration_store import calibration_folder, save_calibration
    from ..catalogue.entries import find
    from ..signing.contents import SIGNATURE_FILE
    from ..statistics.study_extra import require_study_extra

    require_study_extra("gantei calibrate")
    name = find(chosen.name).name
    tables = files_of(chosen.paths, TABLES)
    _check(chosen, tables)
    options = CalibrationOptions(
        name,
        checked_place(name, chosen.site, replace=chosen.replace),
        checked_level(chosen.level),
        chosen.camera,
        chosen.embeddings,
        chosen.one_photograph_per_person,
    )
    with _folder(chosen, tables) as folder:
        fitted = _fitted(chosen, tables, options, folder)
        names = _report(fitted, folder) if chosen.out else ()
    was_signed = (calibration_folder(name, options.site) / SIGNATURE_FILE).exists()
    place = save_calibration(fitted.calibration, replace=chosen.replace)
    write_calibrated(fitted, place, chosen.out, names, was_signed=was_signed)
    left_out = fitted.joined.flow.excluded or any(each.exclusions for each in fitted.outputs)
    return SOME_LEFT_OUT if fitted.left or left_out else ALL_GOOD


@contextmanager
def _folder(chosen: argparse.Namespace, tables: Sequence[Path]) -> Iterator[Path]:
    """Give the folder of the report, or one that is removed at the end."""
    from ..evaluation.report_folder import report_folder

    if chosen.out is None:
        with TemporaryDirectory(prefix="gantei-calibrate-") as folder:
            yield Path(folder)
        return
    results = _results_of(chosen.out, tables)
    with report_folder(
        chosen.out, overwrite=chosen.overwrite, results=results, command="calibrate"
    ) as folder:
        yield folder


def _results_of(out: Path, tables: Sequence[Path]) -> "ResultsOfReport":
    from ..evaluation.report_folder import RESULTS

    if not tables:
        return "made"
    return "kept" if (out / RESULTS).resolve() == tables[0].resolve() else "none"


def _check(chosen: argparse.Namespace, tables: Sequence[Path]) -> None:
    """Refuse what cannot go together, before any work.

    Raises:
        SettingError: tables of results beside photographs, or options of the one for the other.
        OutputError: the report lies among the photographs, and its figures would be some.
    """
    from ..errors import OutputError, SettingError

    if not tables:
        if chosen.embeddings:
            raise SettingError(
                "--embeddings belongs to a table of results; photographs are estimated with them"
            )
        for path in folders_of(chosen.paths):
            if chosen.out and chosen.out.resolve().is_relative_to(path.resolve()):
                raise OutputError(
                    f"{chosen.out}: lies in {path}, whose pictures are read as photographs; choose "
                    "a folder outside"
                )
        return
    if len(chosen.paths) > 1:
        raise SettingError(f"{tables[0]}: give one table of results, or photographs, not both")
    given = {
        "--from": chosen.list, "--root": chosen.root, "--eyes": chosen.eyes,
        "--persons": chosen.persons, "--allow-grey": chosen.allow_grey,
        "--device": chosen.device != "auto", "--workers": chosen.workers,
        "--memory": chosen.memory,
    }  # fmt: skip
    if unread := [option for option, value in given.items() if value]:
        raise SettingError(
            f"{tables[0]}: {', '.join(unread)}: for photographs, not for a table of results, whose "
            "run had them; persons of results are named by --person, a column of the labels"
        )


def _fitted(
    chosen: argparse.Namespace,
    tables: Sequence[Path],
    options: "CalibrationOptions",
    folder: Path,
) -> "FittedCalibration":
    from dataclasses import replace

    from ..calibrating.fitted_calibration import fit_calibration
    from ..labels.label_table import read_labels
    from ..terminal.progress import step

    labels = read_labels(label_options(chosen))
    table = tables[0] if tables else _estimated(chosen, options, labels, folder)
    if not tables and (folder / EMBEDDINGS).exists():
        options = replace(options, embeddings=folder / EMBEDDINGS)
    with step("fitting the calibration"):
        return fit_calibration(table, labels, options)


def _estimated(
    chosen: argparse.Namespace,
    options: "CalibrationOptions",
    labels: "LabelTable",
    folder: Path,
) -> Path:
    """Estimate the photographs with their embeddings, as `gantei predict` does."""
    from ..calibrating.before_calibrating import check_before_calibrating
    from ..errors import ExplanationError
    from ..evaluation.report_folder import RESULTS
    from ..study.definition import Study
    from ..study.described_outputs import described_outputs
    from ..study.run import run_study
    from ..terminal.progress import progress

    name = options.estimator
    listing = listing_of(chosen)
    backend = local_backend(chosen, [name])
    (estimator,) = backend.estimators
    described = described_outputs(name, estimator.manifest)
    check_before_calibrating(listing, described, labels, options)
    embeddings: Path | None = folder / EMBEDDINGS
    try:
        estimator.embedding_width()
    except ExplanationError:  # the report says what is not known for it
        embeddings = None
    study = Study(listing, backend, folder / RESULTS, embeddings=embeddings).without_own_files()
    with progress(len(listing.photographs), "photograph") as bar:
        # What another run has left under the hidden name is nobody's.
        summary = run_study(study, overwrite=True, advance=bar.update)
    write_summary(summary, study.listing.passed_by)
    write_every_row(backend.estimators)
    sys.stderr.flush()
    return study.table


def _report(fitted: "FittedCalibration", folder: Path) -> tuple[str, ...]:
    from ..calibrating.calibration_report import calibration_report
    from ..pages.report_files import write_study_report

    return write_study_report(calibration_report(fitted), folder)
