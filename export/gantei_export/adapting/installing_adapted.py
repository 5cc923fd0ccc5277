"""From a base and a new head to an installed estimator: written, checked, renamed once."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gantei.catalogue import entries
from gantei.catalogue.store import installing
from gantei.errors import SettingError
from gantei.estimator.estimator import Estimator
from gantei.inference.session import open_session
from gantei.manifests.fields import NAME
from gantei.manifests.file import parse_manifest
from gantei.manifests.manifest import Weights
from gantei.manifests.publication import Reported
from gantei.manifests.tables import Adapted

from ..estimator_folder.folder_writing import WEIGHTS, write_folder
from ..estimator_folder.golden_photographs import add_golden
from ..learning.linear_head import LinearHead
from ..manifest_draft.draft_tables import Tables
from .adapted_provenance import adapted_provenance, is_of_weights_file
from .checking_base import base_network
from .inherited_tables import adapted_tables
from .made_of import MadeOf

if TYPE_CHECKING:
    import onnx


def install_adapted(
    base: entries.Entry,
    head: LinearHead,
    name: str,
    made: MadeOf,
    *,
    reported: Sequence[Reported] = (),
    replace: bool = False,
) -> entries.Entry:
    """Install an estimator with the base's network and a new head.

    It is written beside the others, its answers to drawn photographs are compared with those of the
    head itself, and only then it appears under its name. The base stays as it is.

    Args:
        base: the estimator whose embeddings the head was fitted on.
        head: the new head, on embeddings as the network gives them.
        name: the new estimator's.
        made: what made it, for its manifest and provenance.
        reported: its figures on people held out, for its manifest and card.
        replace: take the place of an installed estimator of that name.

    Raises:
        SettingError: the name makes no sense or is taken by the catalogue or the base, the head's
            output cannot be called so, or the base cannot be one; see `check_base`.
        ManifestError: the labels or the name of the output are none that a manifest can hold, or
            the base was replaced meanwhile.
        ConversionError: the head does not fit the network, or is not finite.
        WeightsError: the network with the head answers something else than the head.
        AlreadyInstalledError: the name is taken and `replace` is not set.
        MissingExtraError: onnx, tomli-w or ONNX Runtime is not installed.
    """
    check_name(name, base.name)
    found, weights, model = base_network(str(base.folder))
    if found.manifest != base.manifest:
        raise SettingError(f"{base.name}: was replaced meanwhile; adapt it again")
    from .head_graph import with_head

    (output,) = base.manifest.output
    with_head(model, output, head)
    adapted = adapted_table(found, weights, made)
    tables = adapted_tables(base.manifest, head.target, name, adapted, made, reported)
    parse_manifest(tables, name)
    with installing(name, replace=replace) as folder:
        _write_network(folder, model, tables)
        del model  # a large one is not held while sessions open its file
        checked = _checked(folder, tables, head)
        add_golden(folder, tables)
        provenance = adapted_provenance(found, adapted, head.target, made, checked)
        write_folder(folder, tables, parse_manifest(tables, name), provenance)
    return entries.find(name)


def check_name(name: str, base: str) -> None:
    """See that a new estimator may be called so.

    Raises:
        SettingError: it may not.
    """
    if not re.fullmatch(NAME, name):
        raise SettingError(f"{name!r}: a name is words of a-z and 0-9 joined by hyphens")
    if name in {each.name for each in entries.shipped()}:
        raise SettingError(f"{name} is a name of the catalogue; choose another")
    if name == base:
        raise SettingError(f"{name} is the name of the estimator itself; choose another")


def adapted_table(base: entries.Entry, weights: Weights, made: MadeOf) -> Adapted:
    """Give the table of the manifest that tells what an estimator was made from."""
    of_file = is_of_weights_file(base)
    return Adapted(
        of=base.name,
        of_sha256=base.manifest.source.original_sha256 if of_file else weights.sha256,
        began_with="weights-file" if of_file else "estimator",
        method=made.method,
        people=made.people,
        photographs=made.photographs,
        sites=made.sites,
        people_digest=made.people_digest,
    )


def _write_network(folder: Path, model: "onnx.ModelProto", tables: Tables) -> None:
    from onnx import helper

    from ..estimator_folder.metadata import metadata
    from ..onnx_graph.serialisation import write_atomically

    told = {each.key: each.value for each in model.metadata_props}
    adapted = tables["adapted"]
    told["gantei.adapted"] = f"{adapted['method']} of {adapted['of']} {adapted['of_sha256']}"
    told |= metadata(parse_manifest(tables, tables["name"]))
    helper.set_model_props(model, dict(sorted(told.items())))
    content: bytes = model.SerializeToString(deterministic=True)
    digest = write_atomically(folder / WEIGHTS, [content])
    tables["weights"] = {"file": WEIGHTS, "sha256": digest, "bytes": len(content)}


def _checked(folder: Path, tables: Tables, head: LinearHead) -> dict[str, Any]:
    from .head_checks import check_answers

    content = (folder / WEIGHTS).read_bytes()
    manifest = parse_manifest(tables, tables["name"])
    session = open_session(content, "cpu", None, manifest.name)
    return check_answers(Estimator(manifest, session), head).as_dict()
