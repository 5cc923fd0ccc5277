"""Golden photographs of an estimator: whether it still answers as on the day they were made golden.

They are drawn ones, the demo estimators' own, unless somebody gives others. The original answers
them where it is at hand; else the estimator does, and that is said.
"""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gantei import __version__
from gantei.catalogue.entries import SHIPPED
from gantei.errors import ConversionError, SettingError
from gantei.estimator.estimator import Estimator
from gantei.inference.onnx_runtime import onnx_runtime
from gantei.inference.pipeline import estimate_one
from gantei.inference.postprocessing import values_of
from gantei.inference.session import open_session
from gantei.manifests.fields import UNKNOWN
from gantei.manifests.file import parse_manifest
from gantei.manifests.manifest import Manifest
from gantei.photographs.folder_walk import files_below
from gantei.photographs.photograph import Photograph, open_photograph
from gantei.photographs.preprocessing import prepare_photograph

Original = Callable[[NDArray[np.float32]], tuple[NDArray[np.float32], dict[str, str]]]
"""Answers a batch (n, height, width, 3) as the original does: float32 (n, units), and versions."""
DRAWN = SHIPPED / "demo-age"
EYES = {"golden-1.jpg": "left", "golden-2.jpg": "right", "golden-3.jpg": "left"}
"""What a network that mirrors left eyes is told of each picture: it has to mirror, and not to."""
MOST = 20
"""Photographs. All are answered whenever the estimator is pulled, verified or published."""
YEARS, PROBABILITY, RELATIVE = 0.01, 0.0005, 0.001
"""How far another machine's arithmetic and JPEG decoder may move a value."""


@dataclass(frozen=True)
class GoldenChoice:
    """Which photographs are golden, and whose answers are kept.

    Attributes:
        photographs: 1 to 20, which take the place of those that are golden; none: these stay.
        original: answers them; None: the estimator itself does.
    """

    photographs: Sequence[Path] = ()
    original: Original | None = None


def golden_paths(given: Sequence[Path]) -> list[Path]:
    """List photographs: files as given, those of folders in the order of their names.

    Raises:
        SettingError: a path leads nowhere, or a folder holds something else, or no photograph.
    """
    found: list[Path] = []
    for path in given:
        if not path.is_dir():
            if not path.is_file():
                raise SettingError(f"{path}: no such photograph or folder")
            found.append(path)
            continue
        inside = sorted(files_below(str(path)))
        if strange := [name for name, why in inside if why is not None]:
            names = ", ".join(Path(name).name for name in strange)
            raise SettingError(
                f"{path}: holds what is no photograph ({names}): name its photographs instead"
            )
        if not inside:
            raise SettingError(f"{path}: holds no photograph")
        found += [Path(name) for name, _ in inside]
    return found


SAME_PHOTOGRAPHS = GoldenChoice()
"""Those that are golden already, or drawn ones; the estimator answers them."""


def add_golden(
    folder: Path,
    tables: dict[str, Any],
    verification: Mapping[str, Any] | None = None,
    choice: GoldenChoice = SAME_PHOTOGRAPHS,
) -> None:
    """Write the answers to golden photographs into the tables of an estimator.

    Photographs are copied into its folder as they are. Those that its tables name already stay,
    unless others are chosen; where there are none, drawn ones are copied. While a fact is unknown
    that changes the numbers, there are none.

    Args:
        folder: the estimator's, with its ONNX file.
        tables: of its manifest.
        verification: what `provenance.json` keeps of a comparison with the original: then the
            estimator's own values say how far from it they are.
        choice: of photographs, and of who answers.

    Raises:
        SettingError: more than 20 photographs are chosen, a DICOM file, or one whose name does not
            tell the eye where the network needs it.
        WeightsError: the network is not the one that the tables describe, or answers no finite
            number.
        InferenceError: it cannot be run.
        PhotographError: a photograph cannot be read, or its eye is needed and unknown.
        ConversionError: the original cannot be run, or answers otherwise.
        MissingExtraError: ONNX Runtime, or what runs the original, is not installed.
    """
    rows = tables["golden"] = list(tables.get("golden", []))
    manifest = parse_manifest(tables | {"golden": []}, tables["name"])
    if manifest.unsettled() or manifest.weights is None:
        for name in {row["photograph"] for row in rows}:
            (folder / name).unlink(missing_ok=True)
        rows.clear()
        return
    if choice.photographs:
        for row in rows:
            (folder / row["photograph"]).unlink(missing_ok=True)
        rows[:] = _taken(folder, choice.photographs, manifest)
    elif not rows:
        rows += [{"photograph": name} for name in EYES]
        for name in EYES:
            shutil.copyfile(DRAWN / name, folder / name)
    content = (folder / manifest.weights.file).read_bytes()
    estimator = Estimator(manifest, open_session(content, "cpu", None, manifest.name))
    if manifest.input.mirror == "left-eyes":
        for row in (each for each in rows if _is_drawn(folder / each["photograph"])):
            row["eye"] = EYES[row["photograph"]]
    photographs = [_opened(folder, row) for row in rows]
    answers = [_values(estimator, photograph) for photograph in photographs]
    source = _source(verification)
    if choice.original:
        answers, source = _of_original(choice.original, estimator, photographs, answers)
    for row, values in zip(rows, answers, strict=True):
        row |= {"values": values, "tolerance": _tolerance(estimator, values), "source": source}


def _taken(folder: Path, paths: Sequence[Path], manifest: Manifest) -> list[dict[str, Any]]:
    """Copy photographs into the folder, and give a row for each."""
    if len(paths) > MOST:
        raise SettingError(f"{len(paths)} photographs; {MOST} at most can be golden")
    rows = []
    for number, path in enumerate(paths, 1):
        photograph = open_photograph(path, allow_grey=True)
        if photograph.format == "DICOM":
            raise SettingError(
                f"{path}: a DICOM file names its patient, and golden photographs are passed on "
                "with the estimator. Export it as a picture"
            )
        row = {"photograph": f"golden-{number}{path.suffix.lower()}"}
        if manifest.input.mirror == "left-eyes":
            if photograph.eye is None:
                raise SettingError(
                    f"{path}: {manifest.name} has left eyes mirrored, and the file's name does not "
                    "say which eye it shows. Put left or right into it"
                )
            row["eye"] = photograph.eye.side
        shutil.copyfile(path, folder / row["photograph"])
        rows.append(row)
    return rows


def _is_drawn(path: Path) -> bool:
    return path.name in EYES and path.read_bytes() == (DRAWN / path.name).read_bytes()


def _opened(folder: Path, row: Mapping[str, Any]) -> Photograph:
    eye = row.get("eye", UNKNOWN)
    return open_photograph(
        folder / row["photograph"], allow_grey=True, eye=None if eye == UNKNOWN else eye
    )


def _source(verification: Mapping[str, Any] | None) -> str:
    """Say who answers: the original did not, but its network may have been compared."""
    ours = f"gantei {__version__} on ONNX Runtime {onnx_runtime().__version__}"
    if not verification:
        return f"{ours}, not the original"
    judge, its_version = next(iter(verification["judge"].items()))
    return (
        f"{ours}, whose network was within {verification['largest_difference']:.1e} of {judge} "
        f"{its_version} on {verification['pictures']} pictures"
    )


def _values(estimator: Estimator, photograph: Photograph) -> dict[str, float]:
    answer = estimate_one(photograph, [estimator])
    if answer.error:
        raise answer.error
    return answer.values[0]


def _of_original(
    original: Original,
    estimator: Estimator,
    photographs: Sequence[Photograph],
    ours: Sequence[dict[str, float]],
) -> tuple[list[dict[str, float]], str]:
    """Have the original answer pixels that gantei prepared, and hold our answers against its."""
    manifest = estimator.manifest
    batch = np.stack([prepare_photograph(each, manifest.input) for each in photographs])
    answers, judge = original(batch)
    (output,) = manifest.output
    theirs = [values_of({output: row}, manifest) for row in answers]
    for photograph, one, other in zip(photographs, ours, theirs, strict=True):
        most = _tolerance(estimator, other)
        for name, value in other.items():
            if abs(one[name] - value) > most:
                raise ConversionError(
                    f"{photograph.name}: the original answers {name} = {value:g}, the estimator "
                    f"{one[name]:g}; no more than {most:g} may lie between them"
                )
    who, its_version = next(iter(judge.items()))
    return theirs, f"the original in {who} {its_version}, on pixels that gantei prepared"


def _tolerance(estimator: Estimator, values: dict[str, float]) -> float:
    """Give the tolerance of a photograph's values: that of probabilities, of years, or of each."""
    kinds = {(spec.kind, getattr(spec, "unit", "")) for spec in estimator.manifest.output.values()}
    if all(kind != "regression" for kind, _ in kinds):
        return PROBABILITY
    if kinds == {("regression", "years")}:
        return YEARS
    return RELATIVE * max(1.0, *map(abs, values.values()))
