"""What pages and methods call the base of an adapted estimator, which may be a file of weights."""

from dataclasses import dataclass

from gantei.catalogue.entries import Entry
from gantei.pages.bilingual import Bilingual

from ..adapting.adapted_provenance import is_of_weights_file


@dataclass(frozen=True)
class BaseWords:
    """A base in words.

    Attributes:
        name: of the estimator, or of the architecture.
        ja_kind: what it is, before its name in Japanese.
        hashed: what the digest is of.
        sha256: of the estimator's weights, or of the file of weights.
    """

    name: str
    ja_kind: str
    hashed: Bilingual
    sha256: str


def base_words(base: Entry) -> BaseWords:
    """Call an estimator by its name, and weights by their architecture and their own file's digest.

    Raises:
        ManifestError: the provenance of the base cannot be read.
    """
    manifest = base.manifest
    if is_of_weights_file(base):
        of_file = ("the file of its weights", "重みファイル")
        return BaseWords(manifest.architecture, "", of_file, manifest.source.original_sha256)
    weights = manifest.weights.sha256 if manifest.weights else ""
    return BaseWords(base.name, "推定器 ", ("its weights", "重み"), weights)
