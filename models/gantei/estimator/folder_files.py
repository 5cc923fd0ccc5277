"""The files that an estimator's folder holds, and how large each may be."""

from dataclasses import dataclass
from unicodedata import normalize

from ..errors import ManifestError
from ..manifests.file import FILE_NAME
from ..manifests.file import LARGEST_FILE as LARGEST_MANIFEST
from ..manifests.manifest import Manifest
from ..signing.contents import SIGNATURE_FILE
from ..system.windows_devices import WINDOWS_DEVICES

CARD = "card.md"
PROVENANCE = "provenance.json"
MEASURED = "measured.json"
"""What `gantei evaluate --into-card` measured."""
BESIDE = (CARD, PROVENANCE, MEASURED, SIGNATURE_FILE)
"""What may stand beside the manifest, the weights and the golden photographs: card, provenance,
what its owner has measured, and signature."""
LARGEST_BESIDE = 4_000_000
LARGEST_WEIGHTS = 2 * 1024**3
"""Bytes; no ONNX file that holds its own weights is larger."""
LARGEST_GOLDEN = 50_000_000
MOST_GOLDEN = 100


@dataclass(frozen=True)
class FolderFile:
    """One file of an estimator's folder.

    Attributes:
        name: without a folder.
        largest: bytes that it may have.
        bytes: that it must have, where that is known.
        sha256: of its content, where that is known.
        needed: whether the folder is of no use without it.
    """

    name: str
    largest: int
    bytes: int | None = None
    sha256: str | None = None
    needed: bool = True


MANIFEST = FolderFile(FILE_NAME, LARGEST_MANIFEST)


def files_of(manifest: Manifest) -> tuple[FolderFile, ...]:
    """List the files of an estimator's folder, the manifest first.

    Raises:
        ManifestError: it describes no weights, weights larger than any, too many photographs, two
            files of one name, or one of a name that Windows does not store.
    """
    if (weights := manifest.weights) is None:
        raise ManifestError(f"{manifest.name}: its manifest describes no weights")
    if weights.bytes > LARGEST_WEIGHTS:
        raise ManifestError(
            f"{manifest.name}: weights of {weights.bytes} bytes; no ONNX file has more than "
            f"{LARGEST_WEIGHTS}"
        )
    if len(manifest.golden) > MOST_GOLDEN:
        raise ManifestError(f"{manifest.name}: more than {MOST_GOLDEN} golden photographs")
    golden = dict.fromkeys(each.photograph for each in manifest.golden)
    names = [FILE_NAME, *BESIDE, weights.file, *golden]
    if strange := [
        n for n in names if n.endswith(".") or n.partition(".")[0].lower() in WINDOWS_DEVICES
    ]:
        raise ManifestError(f"{manifest.name}: Windows stores no file called {', '.join(strange)}")
    # A Mac or Windows knows no other case, and a Mac one way only to write a letter.
    if len({normalize("NFKC", name).casefold() for name in names}) < len(names):
        raise ManifestError(f"{manifest.name}: two of its files have one name: {', '.join(names)}")
    return (
        MANIFEST,
        FolderFile(weights.file, weights.bytes, weights.bytes, weights.sha256),
        *(FolderFile(name, LARGEST_GOLDEN) for name in golden),
        *(FolderFile(name, LARGEST_BESIDE, needed=False) for name in BESIDE),
    )
