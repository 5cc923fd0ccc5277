"""The list of components of a bundle, in CycloneDX 1.6 (ECMA-424, https://cyclonedx.org)."""

import email
import json
import uuid
import zipfile
from collections.abc import Iterable, Sequence
from email.message import Message
from pathlib import Path
from typing import Any

from ..errors import OutputError
from ..manifests.fields import UNKNOWN
from ..manifests.input_output import OutputSpec
from ..manifests.manifest import Binary, Categorical, Manifest
from ..system.files import sha256_of
from ..system.version import __version__

LONGEST_LICENCE = 120
"""Letters; a longer `License` of a wheel is the licence's text, not its name."""


def components(wheels: Path, manifests: Sequence[Manifest]) -> str:
    """Write the list: a component a wheel and a machine-learning model with its card an estimator.

    It carries no date and its number comes from its content: the same bundle, the same bytes.
    """
    listed = [_library(path) for path in sorted(wheels.iterdir())]
    listed += [_model(manifest) for manifest in manifests]
    content = json.dumps(listed, sort_keys=True)
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, content)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": "bundle",
                "name": "gantei bundle",
                "version": __version__,
            },
        },
        "components": listed,
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _library(wheel: Path) -> dict[str, Any]:
    metadata = _metadata(wheel)
    name, version = metadata["Name"], metadata["Version"]
    return {
        "type": "library",
        "bom-ref": f"wheels/{wheel.name}",
        "name": name,
        "version": version,
        "hashes": [{"alg": "SHA-256", "content": sha256_of(wheel)}],
        "licenses": _licences(metadata),
        "purl": f"pkg:pypi/{name.lower().replace('_', '-')}@{version}?file_name={wheel.name}",
    }


def _metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if name.count("/") == 1 and name.endswith(".dist-info/METADATA"):
                return email.message_from_bytes(archive.read(name))
    raise OutputError(f"{wheel.name}: has no METADATA, so it is no wheel")


def _licences(stated: Message) -> list[dict[str, Any]]:
    """Give what the wheel itself says: an expression, a name, or its classifiers."""
    if expression := stated["License-Expression"]:
        return [{"expression": expression}]
    name = str(stated["License"] or "")
    classified = [
        each.rpartition(" :: ")[2]
        for each in stated.get_all("Classifier", [])
        if each.startswith("License ::")
    ]
    short = name and len(name) <= LONGEST_LICENCE and "\n" not in name
    names = [name] if short else classified or ["not stated in METADATA"]
    return [{"license": {"name": each}} for each in names]


def _model(manifest: Manifest) -> dict[str, Any]:
    source, weights = manifest.source, manifest.weights
    if weights is None:
        raise OutputError(f"{manifest.name}: has no weights, so it is no component")
    return {
        "type": "machine-learning-model",
        "bom-ref": f"estimators/{manifest.name}",
        "publisher": source.publisher,
        "name": manifest.name,
        "version": weights.sha256[:12],
        "description": f"{manifest.title} / {manifest.title_ja}",
        "hashes": [{"alg": "SHA-256", "content": weights.sha256}],
        "licenses": [{"license": {"name": f"{source.terms}; redistribution: "
                                          f"{source.redistribution}"}}],
        **_pedigree(manifest),
        "modelCard": _model_card(manifest),
    }  # fmt: skip


def _pedigree(manifest: Manifest) -> dict[str, Any]:
    """Name the estimator from which an adapted one was made."""
    if (adapted := manifest.adapted) is None:
        return {}
    ancestor = {
        "type": "machine-learning-model",
        "name": adapted.of,
        "hashes": [{"alg": "SHA-256", "content": adapted.of_sha256}],
    }
    return {"pedigree": {"ancestors": [ancestor]}}


def _model_card(manifest: Manifest) -> dict[str, Any]:
    source, use = manifest.source, manifest.use
    limits = [finding.text() for finding in manifest.findings()]
    limits += [f"{fact.key} is unknown: it does not predict" for fact in manifest.unsettled()]
    return {
        "modelParameters": {
            "task": manifest.task,
            "modelArchitecture": manifest.architecture,
            "datasets": [
                {"type": "dataset", "name": "training set", "description": source.training_set}
            ],
            "inputs": [{"format": f"photograph of a fundus, {_size(manifest)}"}],
            "outputs": [{"format": _output(*each)} for each in manifest.output.items()],
        },
        "quantitativeAnalysis": {"performanceMetrics": list(_figures(manifest))},
        "considerations": {
            "useCases": [use.intended],
            "technicalLimitations": limits or ["none is recorded"],
            "ethicalConsiderations": [{"name": f"Not for: {use.not_intended}"}],
        },
    }


def _size(manifest: Manifest) -> str:
    size = manifest.input.size
    return "size unknown" if size == UNKNOWN else f"seen at {size[0]} x {size[1]} px"


def _output(name: str, spec: OutputSpec) -> str:
    match spec:
        case Binary():
            return f"{name}: probability of {spec.positive}"
        case Categorical():
            return f"{name}: a probability a class"
    return f"{name}: number, in {spec.unit}"


def _figures(manifest: Manifest) -> Iterable[dict[str, str]]:
    for figure in manifest.reported:
        yield {
            "type": figure.metric,
            "value": f"{figure.value:g} {figure.unit}",
            "slice": f"{figure.data} (reported: {figure.source})",
        }
