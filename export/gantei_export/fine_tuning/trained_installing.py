"""From a trained network to an installed estimator: saved, imported, compared, renamed once."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gantei.catalogue import entries
from gantei.catalogue.store import installing
from gantei.errors import ConversionError
from gantei.manifests.file import parse_manifest
from gantei.manifests.publication import Reported
from gantei.manifests.tables import Weights

from ..adapting.adapted_provenance import adapted_provenance
from ..adapting.inherited_tables import adapted_tables
from ..adapting.installing_adapted import adapted_table, check_name
from ..adapting.made_of import MadeOf
from ..estimator_folder.folder_writing import convert_into, write_folder
from ..estimator_folder.golden_photographs import add_golden
from ..importing.file_conversion import convert_file, verify_file
from ..learning.learning_target import LearningTarget
from ..manifest_draft.draft_tables import Tables
from ..manifest_draft.user_claims import UserClaims
from .network_training import TrainableNetwork

if TYPE_CHECKING:
    from ..onnx_graph.conversion import Conversion

_TRANSFORMS = {"binary": "sigmoid", "categorical": "softmax"}
_LINEAR = "the trained network ends linearly, and was trained so"
_OF_THE_FORMER_WEIGHTS = "first_normalization"


def install_trained(
    base: entries.Entry,
    weights: Weights,
    network: TrainableNetwork,
    name: str,
    made: MadeOf,
    *,
    reported: Sequence[Reported] = (),
    replace: bool = False,
) -> entries.Entry:
    """Save a trained network, convert it as `gantei import` does, and install it.

    The ONNX file is compared with what Keras, or timm, answers from the saved file, on drawn
    photographs, and only then appears under its name. The facts of the input, rights and notices
    are the base's.

    Args:
        base: the estimator whose publisher's file was trained on.
        weights: what its manifest says of its ONNX file.
        network: the trained network.
        name: the new estimator's.
        made: what made it.
        reported: its figures on people held out.
        replace: take the place of an installed estimator of that name.

    Raises:
        SettingError: the name makes no sense or is taken by the catalogue or the base.
        ConversionError: the ONNX file answers otherwise than the trained network.
        AlreadyInstalledError: the name is taken and `replace` is not set.
    """
    check_name(name, base.name)
    adapted = adapted_table(base, weights, made)
    tables = adapted_tables(base.manifest, network.target, name, adapted, made, reported)
    with tempfile.TemporaryDirectory(prefix="gantei-") as scratch:
        file = Path(scratch, f"network{network.suffix}")
        network.save(file)
        conversion = convert_file(file, UserClaims(input_size=network.size))
        _check_architecture(base, conversion)
        if network.framework == "PyTorch":
            _apply_after(tables, network.target)
        with installing(name, replace=replace) as folder:
            manifest = convert_into(folder, conversion, tables)
            checked = verify_file(file, folder, manifest, conversion)
            add_golden(folder, tables, checked)
            provenance = adapted_provenance(base, adapted, network.target, made, checked)
            provenance.pop(_OF_THE_FORMER_WEIGHTS, None)
            write_folder(folder, tables, parse_manifest(tables, name), provenance)
    return entries.find(name)


def _check_architecture(base: entries.Entry, conversion: "Conversion") -> None:
    """See that training changed numbers and nothing else."""
    found, expected = conversion.facts.architecture, base.manifest.architecture
    if found is not None and found != expected:
        raise ConversionError(
            f"the trained network is read as {found}, and {base.name} is of {expected}; nothing "
            "was installed"
        )


def _apply_after(tables: Tables, target: LearningTarget) -> None:
    """Say which function is applied to the linear answers of a network of PyTorch's."""
    if target.kind in _TRANSFORMS:
        output: dict[str, Any] = tables["output"][target.output]
        output["transform"] = _TRANSFORMS[target.kind]
        key = f"output.{target.output}.transform"
        tables["basis"][key] = {"origin": "stated", "evidence": _LINEAR}
