"""Changing an installed estimator: its copy is changed, and takes its place by one rename.

A signed estimator, and one that is not in the store, is never changed: its copy gets another name.
"""

import hashlib
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gantei.card.provenance import read_provenance
from gantei.catalogue import entries, store
from gantei.catalogue.store import installing
from gantei.errors import (
    AlreadyInstalledError,
    ManifestError,
    MissingExtraError,
    SettingError,
    WeightsError,
)
from gantei.manifests.fields import NAME, UNKNOWN
from gantei.manifests.file import parse_manifest
from gantei.manifests.manifest import Manifest, Weights
from gantei.signing.admission import admit
from gantei.signing.contents import SIGNATURE_FILE
from gantei.system.files import sha256_of
from gantei.system.install_command import how_to_add

from ..estimator_folder.folder_writing import COMPARED, write_folder
from ..estimator_folder.golden_photographs import SAME_PHOTOGRAPHS, GoldenChoice, add_golden
from ..estimator_folder.metadata import rewrite_metadata
from ..manifest_draft.draft_tables import Tables
from ..manifest_draft.user_settings import apply_settings

if TYPE_CHECKING:
    import onnx


def set_facts(
    name: str, settings: Mapping[str, str], because: str | None, *, new_name: str | None = None
) -> entries.Entry:
    """State facts of an installed estimator; without its publisher's file.

    The ONNX file's own metadata are written anew, so its sha256 changes, and variants made of the
    estimator are refused until they are made anew. Golden values are computed anew.

    Args:
        name: an installed estimator, or its folder.
        settings: as `import_estimator` takes them.
        because: who said so, and where.
        new_name: change a copy of this name, and leave the estimator as it is.

    Raises:
        UnknownEstimatorError, NotInstalledError, SignatureError: as `gantei.load`.
        SettingError: a setting makes no sense or contradicts the file, or a copy needs a name.
        ManifestError: a value is none that a manifest can hold, or the provenance is damaged.
        WeightsError: the weights are not those of the manifest, or do not fit what was stated.
        AlreadyInstalledError: the copy's name is taken.
        MissingExtraError: onnx, tomli-w or ONNX Runtime is not installed.
    """
    entry, weights = entries.find_installed(name)
    admit(entry, weights)
    target = target_of(entry, new_name)
    tables = entry.manifest.tables()
    apply_settings(tables, settings, because)
    refuse_other_input(entry.manifest, tables)
    provenance = provenance_in(entry.folder)
    model = network_of(entry, weights)
    check_labels(parse_manifest(tables, entry.name), model)
    doubt_scale(tables, model, provenance)
    changed = [key for key in tables["basis"] if tables["basis"][key] != _basis(entry, key)]
    note_change(provenance, {"facts": changed})
    return install_changed(entry, target, tables, provenance)


def target_of(entry: entries.Entry, new_name: str | None) -> str:
    """Give the name under which a changed estimator is installed.

    Raises:
        SettingError: it must not be changed, or the name is none; the message says what to do.
        AlreadyInstalledError: the copy's name is taken.
    """
    if entry.manifest.variant:
        of = entry.manifest.variant.of
        raise SettingError(f"{entry.name} is a variant: change {of}, and optimise it again")
    if new_name is not None:
        if not re.fullmatch(NAME, new_name):
            raise SettingError(f"{new_name!r}: a name is words of a-z and 0-9 joined by hyphens")
        if new_name in {each.name for each in entries.shipped()}:
            raise SettingError(f"{new_name} is a name of the catalogue; choose another")
        if new_name in store.installed():
            raise AlreadyInstalledError(
                f"{new_name} is installed already; choose another --name, or remove it: gantei "
                f"remove {new_name}"
            )
        return new_name
    copy = f"; name a copy to change, with --name {entry.name}-changed"
    if (entry.folder / SIGNATURE_FILE).exists():
        raise SettingError(f"{entry.name} is signed, and is not changed{copy}")
    if store.installed().get(entry.name) != entry.folder:
        raise SettingError(f"{entry.folder} is not in the store, and is not changed{copy}")
    return entry.name


def refuse_other_input(manifest: Manifest, tables: Tables) -> None:
    """Refuse another value of a fact of the input to an adapted estimator, which learnt under it.

    Raises:
        SettingError: there is one; says how the estimator is made anew.
    """
    if manifest.adapted is None:
        return
    before, of = manifest.tables()["input"], manifest.adapted.of
    if changed := [key for key in before if tables["input"][key] != before[key]]:
        facts = {fact.key: fact.text for fact in manifest.facts()}
        learnt = ", ".join(f"input.{key} = {facts[f'input.{key}']}" for key in changed)
        again = f"change {of} (gantei set), and adapt that again"
        if manifest.adapted.began_with == "weights-file":
            again = "adapt the file of its weights again (gantei adapt --architecture --set)"
        raise SettingError(
            f"{manifest.name} was fitted to photographs under {learnt}, and is wrong under "
            f"another: {again}"
        )


def install_changed(
    entry: entries.Entry,
    target: str,
    tables: Tables,
    provenance: Mapping[str, Any],
    *,
    golden: GoldenChoice | None = SAME_PHOTOGRAPHS,
) -> entries.Entry:
    """Install an estimator with other tables, all or nothing.

    `golden`: how the golden values are computed anew; None: the answers to them are the same.
    """
    before = entry.manifest
    with installing(target, replace=target == entry.name) as folder:
        if entries.find(entry.folder).manifest != before:
            raise ManifestError(f"{entry.name}: was replaced meanwhile; try again")
        for name in {each.photograph for each in before.golden}:
            shutil.copyfile(entry.folder / name, folder / name)
        tables = tables | {"name": target}
        _copy_weights(entry, folder, tables)
        if golden:
            add_golden(folder, tables, provenance.get("verification"), golden)
        write_folder(folder, tables, parse_manifest(tables, target), provenance)
    return entries.find(target)


def note_change(provenance: dict[str, Any], change: Mapping[str, Any]) -> None:
    """Add a change of the answers; what the publisher's pictures were answered before goes."""
    provenance["changed"] = [*provenance.get("changed", []), change]
    provenance.pop(COMPARED, None)


def provenance_in(folder: Path) -> dict[str, Any]:
    """Read `provenance.json`; nothing where there is none."""
    return dict(read_provenance(folder) or {})


def _copy_weights(entry: entries.Entry, folder: Path, tables: Tables) -> None:
    _, weights = entries.find_installed(entry.folder)
    source, path = entry.folder / weights.file, folder / weights.file
    if sha256_of(source) != weights.sha256:
        raise _not_described(entry, source)
    after: Manifest = parse_manifest(tables, tables["name"])
    digest = rewrite_metadata(source, path, entry.manifest, after)
    tables["weights"] = {"file": weights.file, "sha256": digest, "bytes": path.stat().st_size}


def network_of(entry: entries.Entry, weights: Weights) -> "onnx.ModelProto":
    """Parse the weights, once they are known to be those of the manifest.

    Raises:
        WeightsError: they are not, or are no ONNX file of one piece.
    """
    import onnx
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

    path = entry.folder / weights.file
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != weights.sha256:
        raise _not_described(entry, path)
    try:
        model = onnx.load_model_from_string(content)
    except DecodeError as error:
        raise WeightsError(f"{path}: is no ONNX file ({error})") from error
    external = onnx.TensorProto.EXTERNAL
    if any(one.data_location == external for one in model.graph.initializer):
        raise WeightsError(f"{path}: its values lie in another file, which is never opened")
    return model


def _not_described(entry: entries.Entry, path: Path) -> WeightsError:
    return WeightsError(f"{entry.name}: {path} is not the file that its manifest describes")


def check_labels(manifest: Manifest, model: "onnx.ModelProto") -> None:
    """See that as many labels are stated as the network has values, where it tells.

    Raises:
        SettingError: it has another number of them.
    """
    for output in model.graph.output:
        spec = manifest.output.get(output.name)
        sides = output.type.tensor_type.shape.dim
        labels = spec.value_names(output.name) if spec else (UNKNOWN,)
        units = sides[-1].dim_value if sides else 0
        if labels != (UNKNOWN,) and units and len(labels) != units:
            raise SettingError(
                f"{output.name}: {len(labels)} labels ({', '.join(labels)}), and the network gives "
                f"{units} values"
            )


def doubt_scale(tables: Tables, model: "onnx.ModelProto", provenance: Mapping[str, Any]) -> None:
    """Hold the scale against the first batch normalisation's statistics, where they were kept."""
    from ..estimator_folder.scale_check import note_doubt, read_kept

    if known := read_kept(provenance):
        note_doubt(tables, model, (), known)


def _basis(entry: entries.Entry, key: str) -> dict[str, Any] | None:
    basis = entry.manifest.basis.get(key)
    return basis.model_dump(exclude_none=True) if basis else None


def check_extra(doing: str = "changing") -> None:
    """Miss what is needed before any work.

    Args:
        doing: what is done to an estimator, for the message.

    Raises:
        MissingExtraError: onnx or tomli-w is not installed.
    """
    try:
        import onnx  # noqa: F401
        import tomli_w  # noqa: F401
    except ImportError as error:
        raise MissingExtraError(
            f"{doing} an estimator needs onnx and tomli-w ({error}): {how_to_add('convert')}"
        ) from error
