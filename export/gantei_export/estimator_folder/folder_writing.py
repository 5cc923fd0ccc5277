"""Writes an estimator's folder: its ONNX file, manifest, card and provenance."""

import json
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gantei import __version__
from gantei.card import card
from gantei.estimator.folder_files import CARD, PROVENANCE
from gantei.manifests.file import FILE_NAME, parse_manifest
from gantei.manifests.manifest import Manifest

from ..manifest_draft.draft_tables import check_labels, output_name
from ..manifest_draft.normalization_statistics import FirstNormalization
from .manifest_text import manifest_text

if TYPE_CHECKING:
    from ..onnx_graph.conversion import Conversion

WEIGHTS = "model.onnx"
COMPARED = "published_answers"
"""The key under which provenance.json keeps what the publisher's pictures were answered."""


def convert_into(folder: Path, conversion: "Conversion", tables: dict[str, Any]) -> Manifest:
    """Write the ONNX file into an estimator's folder and its digest into the tables.

    Raises:
        ManifestError, ConversionError: the tables break the schema, or do not fit the network.
    """
    from .metadata import metadata  # onnx, which is an extra

    manifest = parse_manifest(tables, tables["name"])
    check_labels(manifest, conversion.facts.outputs[0])
    path = folder / WEIGHTS
    digest = conversion.write(path, metadata(manifest), [output_name(tables)])
    tables["weights"] = {"file": WEIGHTS, "sha256": digest, "bytes": path.stat().st_size}
    return parse_manifest(tables, tables["name"])


def provenance_of(conversion: "Conversion", file_name: str) -> dict[str, Any]:
    """Tell what `provenance.json` keeps: the original file and what converted it."""
    facts = conversion.facts
    return {
        "original": {
            "file": file_name,
            "sha256": facts.sha256,
            "bytes": facts.bytes,
            **({"keras_version": facts.keras_version} if facts.framework == "Keras" else {}),
            **facts.file_notes,
        },
        "converter": {
            "gantei": __version__,
            "opset": conversion.model.opset_import[0].version,
            "ir_version": conversion.model.ir_version,
            **{name: version(name) for name in ("h5py", "numpy", "onnx")},
        },
        **({"assumed": list(facts.assumed)} if facts.assumed else {}),
        **_kept_statistics(facts.first_normalization),
        "verification": conversion.verification,
    }


def _kept_statistics(known: FirstNormalization | None) -> dict[str, Any]:
    return {"first_normalization": known.as_dict()} if known else {}


def write_folder(
    folder: Path, tables: dict[str, Any], manifest: Manifest, provenance: Mapping[str, Any]
) -> None:
    """Write an estimator's manifest, card and provenance into its folder."""
    (folder / FILE_NAME).write_text(manifest_text(tables), "utf-8")
    (folder / CARD).write_text(card(manifest, provenance), "utf-8")
    (folder / PROVENANCE).write_text(json.dumps(provenance, indent=2) + "\n", "utf-8")
