"""The manifest of what was evaluated, where these very weights are known here."""

from collections.abc import Iterable, Iterator

from ..catalogue.entries import find
from ..errors import GanteiError
from ..labels.estimated_output import EstimatedOutput
from ..manifests.manifest import Manifest
from .bilingual import Bilingual


def published_name(output: EstimatedOutput) -> str:
    """Give the estimator's own name, without that of a table before it, as in `first:demo-sex`."""
    return output.estimator.rpartition(":")[2]


def notices_of(outputs: Iterable[EstimatedOutput]) -> Iterator[Bilingual]:
    """Give what the publishers say before anything else, such as of a demo, each once."""
    seen = set()
    for output in outputs:
        manifest = known_manifest(output)
        if manifest and manifest.notice.strip() and manifest.notice not in seen:
            seen.add(manifest.notice)
            yield manifest.notice, manifest.notice_ja.strip() or manifest.notice


def known_manifest(output: EstimatedOutput) -> Manifest | None:
    """Give the manifest of the estimator; None where it, or these weights of it, are not here."""
    try:
        manifest = find(published_name(output)).manifest
    except GanteiError:  # results of another machine
        return None
    weights = manifest.weights
    return manifest if weights and weights.sha256 == output.weights_sha256 else None
