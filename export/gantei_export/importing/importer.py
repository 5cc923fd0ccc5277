"""From a downloaded file to an installed estimator: convert, settle, check, rename once."""

import dataclasses
import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gantei.catalogue import entries, store
from gantei.catalogue.store import installing
from gantei.errors import MissingExtraError, SettingError, UnknownEstimatorError
from gantei.estimator.estimator import Estimator
from gantei.estimator.folder_files import PROVENANCE
from gantei.estimator.published_answers import (
    BESIDE,
    Comparison,
    compare_with_published,
    find_named_pictures,
    find_pictures,
)
from gantei.inference.session import open_session
from gantei.manifests.fields import NAME, UNKNOWN
from gantei.manifests.file import FILE_NAME, parse_manifest, read_manifest
from gantei.manifests.manifest import Manifest, PublishedAnswer

from ..estimator_folder.folder_writing import (
    COMPARED,
    WEIGHTS,
    convert_into,
    provenance_of,
    write_folder,
)
from ..estimator_folder.golden_photographs import GoldenChoice, add_golden
from ..file_kinds.downloaded_file import downloaded_file
from ..file_kinds.trusted_file import digest_and_size, trusted_file
from ..manifest_draft.draft_tables import (
    TASKS,
    fill_in,
    keep_stated,
    known_tables,
    new_tables,
)
from ..manifest_draft.user_claims import UserClaims
from ..manifest_draft.user_settings import apply_settings, size_of
from .file_conversion import convert_file, original_answers, verify_file

if TYPE_CHECKING:
    from ..onnx_graph.conversion import Conversion


@dataclass(frozen=True)
class Checks:
    """What an import is compared with before it is installed."""

    verify: bool = False
    """With the framework that wrote the file, which must be installed, on 8 drawn photographs."""
    samples: Path | None = None
    """A folder with pictures of the publisher whose published answers the catalogue holds; None:
    those that lie beside the file, if any do."""
    golden: Sequence[Path] | None = ()
    """Photographs whose answers are kept for later comparison, by the original where it is asked to
    verify; none: three drawn ones, by the estimator itself; None: no photographs."""


@dataclass(frozen=True)
class ImportResult:
    """What an import came to."""

    entry: entries.Entry
    provenance: Mapping[str, Any]
    unproven: bool = False
    """Nothing but the user says that the file is its publisher's: no digest of it is published."""
    compared: tuple[Comparison, ...] = ()
    """Our answers to pictures of the publisher, beside the published ones, which they meet."""
    kept: tuple[str, ...] = ()
    """Facts that were stated of the same file before, and stay."""


def import_estimator(
    name: str,
    file: Path,
    *,
    task: str | None = None,
    settings: Mapping[str, str] | None = None,
    because: str | None = None,
    claims: UserClaims | None = None,
    checks: Checks = Checks(),
    replace: bool = False,
) -> ImportResult:
    """Convert a file of Keras, PyTorch or ONNX and install it as the estimator `name`.

    Args:
        name: an estimator of the catalogue, or a new name together with `task`.
        file: a Keras model or Keras weights alone (HDF5, `.keras`), a PyTorch state dict (`.pth`,
            `.pt`, `.bin`, `.safetensors`), an ONNX file, or a `.zip` that holds one.
        task: age, sex, binary, categorical or regression; needed for a new name.
        settings: facts that the user states, `{"input.scale": "-1..1"}`.
        because: who said so, and where; goes into the manifest as the facts' basis.
        claims: what is said of a file that holds weights alone (the photographs' size is taken
            over from `settings`), or that a file's maker is trusted: then TensorFlow opens it, a
            SavedModel or a Lambda too, and runs the code in it.
        checks: what else to compare the estimator with.
        replace: take the place of an installed estimator of that name; what was stated of the
            same file before stays claims.

    Raises:
        UnknownEstimatorError: the name is not in the catalogue and there is no task.
        SettingError: the name, the task or a setting makes no sense.
        ConversionError: the file cannot be converted, or is not that estimator's.
        ManifestError: a stated value is none that a manifest can hold.
        WeightsError: the publisher's own answer to one of the pictures is another.
        AlreadyInstalledError: the name is taken and `replace` is not set.
        MissingExtraError: h5py, onnx or, to verify, Keras is not installed.
    """
    claims, settings = claims or UserClaims(), settings or {}
    previous = _previous(name)
    tables = _tables(name, task or (previous.task if previous else None))
    unproven = _is_unproven(tables)
    opening = trusted_file(file) if claims.trusted else downloaded_file(file)
    with installing(name, replace=replace) as folder, opening as weights:
        size = size_of(settings) or _known_size(tables, previous, weights)
        claims = _earlier_claims(claims, name, weights)
        conversion = convert_file(weights, dataclasses.replace(claims, input_size=size))
        fill_in(tables, conversion.facts, file.name)
        kept = _settle(tables, conversion, previous, settings, because)
        manifest = convert_into(folder, conversion, tables)
        provenance = provenance_of(conversion, file.name) | {"stated": claims.as_dict()}
        if checks.verify and conversion.verification is None:  # else it has been compared
            provenance["verification"] = verify_file(weights, folder, manifest, conversion)
        compared = _compared(folder, manifest, checks.samples, file.parent)
        provenance[COMPARED] = [asdict(each) for each in compared]
        if checks.golden is not None:
            original = partial(original_answers, weights, manifest, conversion)
            asked = checks.golden and checks.verify and conversion.verification is None
            choice = GoldenChoice(checks.golden, original if asked else None)
            manifest = _with_golden(folder, tables, provenance["verification"], choice)
        write_folder(folder, tables, manifest, provenance)
    return ImportResult(entries.find(name), provenance, unproven, compared, kept)


def _is_unproven(tables: Mapping[str, Any]) -> bool:
    """Whether the publisher is known, but no digest of the file."""
    source = tables["source"]
    return bool(source["publisher"] != UNKNOWN and source["original_sha256"] == UNKNOWN)


def _settle(
    tables: dict[str, Any],
    conversion: "Conversion",
    previous: Manifest | None,
    settings: Mapping[str, str],
    because: str | None,
) -> tuple[str, ...]:
    """Settle what the user states, and stated of the same file before; return the latter."""
    kept: tuple[str, ...] = ()
    # What was fitted to an adapted estimator's people is true of its own head alone.
    whole = previous is not None and previous.adapted is None
    if previous and whole and previous.source.original_sha256 == conversion.facts.sha256:
        kept = keep_stated(tables, previous)
    settled = apply_settings(tables, settings, because)
    _hold_against_statistics(tables, conversion)
    return tuple(key for key in kept if key not in settled)


def _with_golden(
    folder: Path,
    tables: dict[str, Any],
    verification: Mapping[str, Any] | None,
    choice: GoldenChoice,
) -> Manifest:
    manifest = parse_manifest(tables, tables["name"])
    if choice.photographs and (unknown := manifest.unsettled()):
        raise SettingError(
            f"--golden: nothing is answered before every fact is settled ({unknown[0].key} is "
            "unknown): state it with --set, or do it afterwards, with gantei golden "
            f"{manifest.name}"
        )
    try:
        add_golden(folder, tables, verification, choice)
    except MissingExtraError:  # a converter may do without ONNX Runtime
        if choice.photographs:
            raise
    return parse_manifest(tables, tables["name"])


def _hold_against_statistics(tables: dict[str, Any], conversion: "Conversion") -> None:
    if known := conversion.facts.first_normalization:
        from ..estimator_folder.scale_check import note_doubt

        note_doubt(tables, conversion.model, conversion.weights, known)


def _compared(
    folder: Path, manifest: Manifest, samples: Path | None, beside: Path
) -> tuple[Comparison, ...]:
    """Answer the publisher's own pictures, where they are here and the estimator predicts."""
    if manifest.unsettled():
        if samples is not None:
            raise SettingError("--samples: nothing is answered before every fact is settled")
        return ()
    if samples is not None:
        return _answers(folder, manifest, find_named_pictures(manifest, samples))
    with suppress(SettingError, MissingExtraError):  # nobody asked: no list, no ONNX Runtime
        if pictures := find_pictures(manifest, beside, BESIDE):
            return _answers(folder, manifest, pictures)
    return ()


def _answers(
    folder: Path, manifest: Manifest, pictures: Sequence[tuple[PublishedAnswer, Path]]
) -> tuple[Comparison, ...]:
    content = (folder / WEIGHTS).read_bytes()
    estimator = Estimator(manifest, open_session(content, "cpu", None, manifest.name))
    return tuple(compare_with_published(estimator, pictures))


def _tables(name: str, task: str | None) -> dict[str, Any]:
    known = {entry.name: entry.manifest for entry in entries.shipped()}
    if name not in known:
        if task is None:
            entries.refuse_never_published(name)
            raise UnknownEstimatorError(
                f"{name!r} is not in the catalogue ({', '.join(known)}); for a new estimator "
                f"add --task, one of {', '.join(TASKS)}"
            )
        if not re.fullmatch(NAME, name):
            raise SettingError(f"{name!r}: a name is words of a-z and 0-9 joined by hyphens")
        return new_tables(name, task)
    manifest = known[name]
    if manifest.weights is not None:
        raise SettingError(f"{name} is shipped with gantei; choose another name")
    if task not in (None, manifest.task):
        raise SettingError(f"{name} is of the task {manifest.task}, not {task}")
    return known_tables(manifest)


def _previous(name: str) -> Manifest | None:
    folder = store.installed().get(name)
    return read_manifest(folder / FILE_NAME) if folder else None


def _known_size(
    tables: Mapping[str, Any], previous: Manifest | None, weights: Path
) -> tuple[int, int] | None:
    """Give the photographs' size that was stated of the same file before, or is published."""
    if previous and previous.source.original_sha256 == digest_and_size(weights)[0]:
        size = previous.input.size
    else:
        size = tables["input"]["size"]
    return None if isinstance(size, str) else (size[0], size[1])


def _earlier_claims(claims: UserClaims, name: str, weights: Path) -> UserClaims:
    """Add what was stated of the same weights alone before, where nothing is stated now."""
    folder = store.installed().get(name)
    path = folder / PROVENANCE if folder else None
    if claims != UserClaims() or path is None or not path.is_file():
        return claims
    kept = json.loads(path.read_bytes())
    same = kept.get("original", {}).get("sha256") == digest_and_size(weights)[0]
    return UserClaims.from_dict(kept.get("stated", {})) if same else claims
