"""The manifest of what was evaluated, where these very weights are known here."""

from ..catalogue.entries import find
from ..errors import GanteiError
from ..labels.estimated_output import EstimatedOutput
from ..manifests.manifest import Manifest


def published_name(output: EstimatedOutput) -> str:
    """Give the estimator's own name, without that of a table before it, as in `first:demo-sex`."""
    return output.estimator.rpartition(":")[2]


def known_manifest(output: EstimatedOutput) -> Manifest | None:
    """Give the manifest of the estimator; None where it, or these weights of it, are not here."""
    try:
        manifest = find(published_name(output)).manifest
    except GanteiError:  # results of another machine
        return None
    weights = manifest.weights
    return manifest if weights and weights.sha256 == output.weights_sha256 else None
