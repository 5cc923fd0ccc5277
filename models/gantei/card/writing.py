"""From an estimator to its card."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..catalogue.entries import Entry
from ..manifests.manifest import Manifest
from .document import Card
from .front_matter import front_matter
from .markdown import as_markdown
from .measured_here import MeasuredHere, read_measured
from .provenance import read_provenance
from .sections import sections
from .summary import summary


def composed(
    manifest: Manifest,
    provenance: Mapping[str, Any] | None = None,
    measured: Sequence[MeasuredHere] = (),
) -> Card:
    """Put an estimator's card together; `unknown` stands where nobody has said it.

    Args:
        manifest: of the estimator.
        provenance: what its `provenance.json` holds, where there is one.
        measured: what its `measured.json` holds.
    """
    return Card(
        manifest.name,
        front_matter(manifest),
        summary(manifest, measured),
        sections(manifest, provenance, measured),
    )


def card(manifest: Manifest, provenance: Mapping[str, Any] | None = None) -> str:
    """Write an estimator's card in Markdown, from the same as `composed`."""
    return as_markdown(composed(manifest, provenance))


def composed_of(entry: Entry) -> Card:
    """Put together the card of an estimator of the catalogue or the store.

    Raises:
        ManifestError: its `provenance.json` or `measured.json` cannot be read.
    """
    return composed(entry.manifest, read_provenance(entry.folder), read_measured(entry.folder))
