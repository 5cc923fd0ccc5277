"""Decoding large JPEGs at reduced size: permitted to an estimator by a measurement on photographs.

It moves the answers of one network by nothing that matters and those of another by 3 %. So each
photograph is answered both ways, and the permission, with what was measured, is written into the
estimator only if no difference is above its limit.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from gantei import __version__
from gantei.catalogue import entries
from gantei.errors import PhotographError, SettingError
from gantei.estimator.estimator import Estimator, load
from gantei.manifests.manifest import ReducedDecoding
from gantei.photographs.listing import PhotographList
from gantei.photographs.network_view import reduction, view_spec
from gantei.photographs.photograph import Photograph, open_photograph
from gantei.photographs.preprocessing import prepare_photograph
from gantei.photographs.resampling import ANTIALIASED

from ..changing.change_estimator import install_changed, note_change, provenance_in, target_of
from .calibration_split import LEAST
from .limits import limits_for
from .measurement import Answers, drift_of

REDUCED_DEFAULTS = {"probability": 0.005, "years": 0.1}
"""The largest change that is let pass, by unit: a quarter and a fifth of a variant's."""


@dataclass(frozen=True)
class DecodingResult:
    """What a measurement came to; `entry` is None where a limit was broken."""

    name: str
    measured: ReducedDecoding
    entry: entries.Entry | None
    left_out: tuple[tuple[str, str], ...]


def permit_reduced_decoding(
    name: str,
    listing: PhotographList,
    *,
    limits: Mapping[str, float] | None = None,
    allow_grey: bool = False,
    new_name: str | None = None,
    described: str = "photographs of whoever measured it",
    advance: Callable[[int], object] = lambda _: None,
) -> DecodingResult:
    """Measure what decoding at reduced size changes, and permit it within the limits.

    Args:
        name: a settled estimator whose weights are here, or its folder.
        listing: photographs like those it will be used on.
        limits: the largest change allowed, by value and in its unit; by default 0.005 in a
            probability and 0.1 years.
        allow_grey: let pictures without colour pass.
        new_name: permit it to a copy of this name; a signed estimator is never changed.
        described: what the photographs are, for the manifest.
        advance: called with 1 for each photograph.

    Raises:
        UnknownEstimatorError, NotInstalledError, UnsettledError: as `gantei.load`.
        SettingError: it never decodes at reduced size, there are fewer than 32 photographs large
            enough, a limit makes no sense, or a copy needs a name.
        AlreadyInstalledError: the copy's name is taken.
    """
    estimator = load(name, "cpu", threads=1)
    entry, _ = entries.find_installed(name)
    target = target_of(entry, new_name)
    allowed = limits_for(entry.manifest, limits or {}, REDUCED_DEFAULTS)
    measured, left_out = measure(estimator, listing, allowed, described, allow_grey, advance)
    if not all(each.kept for each in measured.drift):
        return DecodingResult(target, measured, None, left_out)
    tables = entry.manifest.tables()
    tables["reduced_decoding"] = measured.model_dump(exclude_none=True)
    provenance = provenance_in(entry.folder)
    change = {"reduced_decoding": tables["reduced_decoding"], "gantei": __version__}
    note_change(provenance, change)
    # The golden photographs are too small to be reduced.
    return DecodingResult(
        target,
        measured,
        install_changed(entry, target, tables, provenance, golden=None),
        left_out,
    )


def measure(
    estimator: Estimator,
    listing: PhotographList,
    limits: Mapping[str, float],
    described: str,
    allow_grey: bool = False,
    advance: Callable[[int], object] = lambda _: None,
) -> tuple[ReducedDecoding, tuple[tuple[str, str], ...]]:
    """Answer each photograph decoded in full and at reduced size.

    Returns:
        The measured table, and name and reason of each photograph that could not be used.

    Raises:
        SettingError: as `permit_reduced_decoding`.
    """
    _refuse_never_reduced(estimator)
    full: Answers = []
    reduced: Answers = []
    left_out = []
    for listed in listing.photographs:
        try:
            photograph = open_photograph(listed.source, allow_grey=allow_grey)
            if reduction(photograph, view_spec(estimator.manifest.input, reduced=True)) == 1:
                left_out.append((listed.name, "no JPEG that is large enough to be reduced"))
            else:
                full.append(_answer(estimator, photograph, reduced=False))
                reduced.append(_answer(estimator, photograph, reduced=True))
        except PhotographError as error:
            left_out.append((listed.name, error.worded(source="")))
        advance(1)
    if len(full) < LEAST:
        raise SettingError(
            f"{len(full)} of the photographs are decoded at reduced size ({len(left_out)} are "
            f"not); {LEAST} are needed to measure on"
        )
    drift = drift_of(full, reduced, estimator.manifest, limits)
    return (
        ReducedDecoding(measured_on=len(full), photographs=described, drift=drift),
        tuple(left_out),
    )


def _refuse_never_reduced(estimator: Estimator) -> None:
    spec = estimator.manifest.input
    if spec.resampling not in ANTIALIASED or spec.decoder != "pillow":
        raise SettingError(
            f"{estimator.name}: with input.resampling = {spec.resampling} and input.decoder = "
            f"{spec.decoder} every photograph is decoded in full; there is nothing to permit"
        )


def _answer(estimator: Estimator, photograph: Photograph, *, reduced: bool) -> dict[str, float]:
    prepared = prepare_photograph(photograph, estimator.manifest.input, reduced=reduced)
    return estimator.predict_array(prepared[np.newaxis])[0]
