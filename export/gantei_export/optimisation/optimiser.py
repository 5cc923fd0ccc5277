"""From an installed estimator to a lighter variant: make, measure, and install within limits."""

import hashlib
import json
import platform
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from gantei import __version__
from gantei.catalogue import entries
from gantei.catalogue.store import installing, refuse_taken
from gantei.errors import SettingError
from gantei.estimator.estimator import Estimator, load
from gantei.estimator.folder_files import PROVENANCE
from gantei.inference.session import open_session
from gantei.manifests.file import parse_manifest
from gantei.manifests.manifest import Manifest, Variant, Weights
from gantei.photographs.listing import PhotographList
from gantei.photographs.photograph import open_photograph
from gantei.photographs.stored_photograph import PhotographPlace

from ..estimator_folder.folder_writing import WEIGHTS, write_folder
from .calibration_split import CalibrationSplit, split_photographs
from .limits import limits_for
from .measurement import compare, costs_of_files
from .precision import METHODS, Precision, eight_bits, half_precision, versions

if TYPE_CHECKING:
    import onnx


@dataclass(frozen=True)
class OptimiseResult:
    """What an optimisation came to; `entry` is None where a limit was broken."""

    name: str
    variant: Variant
    entry: entries.Entry | None
    left_out: tuple[tuple[str, str], ...]


def optimise(
    name: str,
    precision: Precision,
    listing: PhotographList,
    *,
    limits: Mapping[str, float] | None = None,
    allow_grey: bool = False,
    replace: bool = False,
    advance: Callable[[int], object] = lambda _: None,
) -> OptimiseResult:
    """Make a variant, measure it, and install it as `NAME-fp16` or `NAME-int8` within its limits.

    Args:
        name: a settled estimator whose weights are here, or its folder.
        precision: fp16, or int8, which some of the photographs calibrate.
        listing: photographs like those it will be used on.
        limits: the largest drift allowed, by value and in its unit; by default 0.02 in a
            probability and 0.5 years.
        allow_grey: let pictures without colour pass.
        replace: take the place of an installed variant of that name.
        advance: called with 1 twice for each photograph.

    Raises:
        UnknownEstimatorError, NotInstalledError, UnsettledError: as `gantei.load`.
        SettingError: it is a variant itself, a limit makes no sense, or there are too few
            photographs.
        AlreadyInstalledError: the variant's name is taken and `replace` is not set.
        ConversionError: ONNX Runtime's tools cannot convert it.
        WeightsError: the variant answers no finite number; nothing is installed.
        MissingExtraError: onnx or ONNX Runtime is not installed.
    """
    made_with = versions()
    original = load(name, "cpu", threads=1)
    entry, weights = entries.find_installed(name)
    if entry.manifest.variant:
        raise SettingError(
            f"{entry.name} is a variant itself: optimise {entry.manifest.variant.of}"
        )
    allowed = limits_for(entry.manifest, limits or {})
    target = f"{entry.name}-{precision}"
    refuse_taken(target, replace=replace)
    parts = split_photographs(
        listing, original, calibrate=precision == "int8", allow_grey=allow_grey, advance=advance
    )
    prepared = partial(_prepared, original, allow_grey, advance)
    with tempfile.TemporaryDirectory(prefix="gantei-") as temporary:
        path = Path(temporary, WEIGHTS)
        source, calibration = entry.folder / weights.file, prepared(parts.calibration)
        path.write_bytes(_lighter(precision, source, entry.manifest, calibration, path.parent))
        variant = _measured(path, precision, entry, weights, parts, prepared, original, allowed)
        if not all(each.kept for each in variant.drift):
            return OptimiseResult(target, variant, None, parts.left_out)
        tables = variant_tables(entry.manifest, variant, path.read_bytes())
        with installing(target, replace=replace) as folder:
            shutil.copyfile(path, folder / WEIGHTS)
            provenance = _provenance(entry, variant, parts, made_with)
            write_folder(folder, tables, parse_manifest(tables, target), provenance)
    return OptimiseResult(target, variant, entries.find(target), parts.left_out)


def _measured(
    path: Path,
    precision: Precision,
    entry: entries.Entry,
    weights: Weights,
    parts: CalibrationSplit,
    prepared: Callable[[Iterable[PhotographPlace]], Iterator[NDArray[np.float32]]],
    original: Estimator,
    allowed: Mapping[str, float],
) -> Variant:
    """Compare the variant in the file `path` with its original, and describe both."""
    session = open_session(path.read_bytes(), "cpu", 1, f"{entry.name}-{precision}")
    lighter = Estimator(entry.manifest, session)
    drift, latency = compare(original, lighter, prepared(parts.evaluation), allowed)
    size = cast("tuple[int, int]", entry.manifest.input.size)  # an unsettled one did not load
    return Variant(
        of=entry.name,
        of_sha256=weights.sha256,
        precision=precision,
        calibrated_on=len(parts.calibration),
        measured_on=len(parts.evaluation),
        drift=drift,
        cost=[latency, *costs_of_files(entry.folder / weights.file, path, size)],
    )


def variant_tables(manifest: Manifest, variant: Variant, weights: bytes) -> dict[str, Any]:
    """Give the manifest of a variant: its original's, with what does not hold for it taken out.

    Golden values are the original's answers and go; published figures stay and say whose they are.
    """
    tables = manifest.tables()
    tables["name"] = f"{variant.of}-{variant.precision}"
    tables["title"] = f"{manifest.title} ({variant.precision})"
    tables["title_ja"] = f"{manifest.title_ja}({variant.precision})"
    tables["golden"] = []
    for figure in tables["reported"]:
        figure["source"] = f"{figure['source']}; of {variant.of} in float32, not of this variant"
    tables["weights"] = {
        "file": WEIGHTS,
        "sha256": hashlib.sha256(weights).hexdigest(),
        "bytes": len(weights),
    }
    tables["variant"] = _plain(variant)
    return tables


def _plain(variant: Variant) -> dict[str, Any]:
    plain: dict[str, Any] = variant.model_dump(exclude_none=True)
    return plain


def _prepared(
    estimator: Estimator,
    allow_grey: bool,
    advance: Callable[[int], object],
    paths: Iterable[PhotographPlace],
) -> Iterator[NDArray[np.float32]]:
    """Read photographs one after the other, each as a batch of one, float32 (1, h, w, 3)."""
    for path in paths:
        yield estimator.prepare(open_photograph(path, allow_grey=allow_grey))[np.newaxis]
        advance(1)


def _lighter(
    precision: Precision,
    source: Path,
    manifest: Manifest,
    calibration: Iterable[NDArray[np.float32]],
    folder: Path,
) -> bytes:
    """Make the variant's ONNX file; `folder` takes what is in between."""
    content = source.read_bytes()
    if precision == "int8":
        model = eight_bits(content, calibration, manifest.output, folder)
    else:
        model = half_precision(content)
    return _described(model, manifest, precision)


def _described(model: "onnx.ModelProto", manifest: Manifest, precision: Precision) -> bytes:
    """Give the bytes of a variant that says what it is, and keeps what its original says."""
    from onnx import helper

    from ..estimator_folder.metadata import metadata

    described = {each.key: each.value for each in model.metadata_props}
    described |= metadata(manifest.model_copy(update={"name": f"{manifest.name}-{precision}"}))
    described["gantei.variant"] = f"{precision} of {manifest.name}"
    helper.set_model_props(model, dict(sorted(described.items())))
    content: bytes = model.SerializeToString(deterministic=True)
    return content


def _provenance(
    entry: entries.Entry, variant: Variant, parts: CalibrationSplit, made_with: Mapping[str, str]
) -> dict[str, Any]:
    """Tell what `provenance.json` keeps: the measured table, what made it, and the original's."""
    kept = entry.folder / PROVENANCE
    return {
        "variant": _plain(variant),
        "method": METHODS[variant.precision],
        "left_out": len(parts.left_out),
        "made_with": {"gantei": __version__, "python": platform.python_version(), **made_with},
        "original": json.loads(kept.read_bytes()) if kept.is_file() else None,
    }
