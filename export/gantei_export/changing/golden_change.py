"""Other golden photographs for an installed estimator, answered by its original or by itself."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from gantei.catalogue import entries
from gantei.errors import ConversionError, SettingError, UnsettledError
from gantei.signing.admission import admit
from gantei.system.files import sha256_of

from ..estimator_folder.golden_photographs import GoldenChoice, Original, golden_paths
from ..file_kinds.downloaded_file import downloaded_file
from ..importing.file_conversion import convert_file, original_answers
from ..manifest_draft.user_claims import UserClaims
from .change_estimator import install_changed, provenance_in, target_of


def set_golden(
    name: str,
    photographs: Sequence[Path],
    *,
    original: Path | None = None,
    new_name: str | None = None,
) -> entries.Entry:
    """Make photographs golden, in place of those that are; copies of them go into the estimator.

    Args:
        name: an installed estimator, or its folder.
        photographs: files, and folders with nothing else; none: those that are golden are
            answered anew.
        original: the publisher's file, whose framework answers on pixels that gantei prepared;
            None: the estimator itself answers, and the manifest says so.
        new_name: change a copy of this name, and leave the estimator as it is.

    Raises:
        UnknownEstimatorError, NotInstalledError, SignatureError: as `gantei.load`.
        UnsettledError: a fact is unknown that changes the numbers.
        SettingError: a photograph cannot be golden, a file is not the one that the estimator was
            made from, or a copy needs a name.
        PhotographError: a photograph cannot be read.
        ConversionError: the original cannot be run, or answers otherwise.
        AlreadyInstalledError: the copy's name is taken.
        MissingExtraError: onnx, tomli-w, ONNX Runtime, or what runs the original is missing.
    """
    entry, weights = entries.find_installed(name)
    admit(entry, weights)
    target = target_of(entry, new_name)
    if unsettled := entry.manifest.unsettled():
        keys = ", ".join(fact.key for fact in unsettled)
        raise UnsettledError(
            f"{entry.name} answers nothing yet: {keys} unknown. {entry.manifest.settling_command()}"
        )
    paths = tuple(golden_paths(photographs))
    provenance = provenance_in(entry.folder)
    change = {"golden": [path.name for path in paths] or "answered anew"}
    provenance["changed"] = [*provenance.get("changed", []), change]
    if original is None:
        choice = GoldenChoice(paths)
        return install_changed(entry, target, entry.manifest.tables(), provenance, golden=choice)
    claims = UserClaims.from_dict(provenance.get("stated", {}))
    with downloaded_file(original) as file:
        choice = GoldenChoice(paths, _original(entry, file, claims))
        return install_changed(entry, target, entry.manifest.tables(), provenance, golden=choice)


def _original(entry: entries.Entry, file: Path, claims: UserClaims) -> Original:
    """Give what answers as the publisher's file does, in the framework that wrote it."""
    manifest = entry.manifest
    if manifest.adapted or sha256_of(file) != manifest.source.original_sha256:
        raise SettingError(
            f"{file.name}: is not the file that {entry.name} was made from (sha256 "
            f"{manifest.source.original_sha256})"
        )
    size = manifest.input.size
    known = None if isinstance(size, str) else (size[0], size[1])
    conversion = convert_file(file, replace(claims, input_size=known))
    if conversion.verification is not None:
        raise ConversionError(
            f"{file.name}: no other program is at hand that answers as its network does. Leave out "
            "--original: the estimator itself answers, and the manifest says so"
        )
    return partial(original_answers, file, manifest, conversion, asked_by="--original")
