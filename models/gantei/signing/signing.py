"""Signing a folder: an estimator's, or one that another check knows."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..errors import AlreadyInstalledError, SignatureError, WeightsError
from ..findings.finding import Finding
from ..manifests.file import FILE_NAME, read_manifest
from ..system.files import atomic_write
from .contents import SIGNATURE_FILE, Contents, contents, read_signature
from .keys import is_signature, key_id, pem_of, read_private_key, signed
from .signature_file import Envelope, read_bundle, signed_bytes, write_bundle
from .statement import read_statement, write_statement


@dataclass(frozen=True)
class NewSignature:
    """A signature just made: the key that made it, and the files that it covers."""

    key_id: str
    files: tuple[str, ...]


def check_estimator(folder: Path, found: Contents) -> None:
    """See that a folder holds the weights that its manifest describes.

    Raises:
        ManifestError: the manifest breaks the schema.
        WeightsError: the weights are not those that the manifest describes.
    """
    weights = read_manifest(folder / FILE_NAME).weights
    if weights is None or found.digests.get(weights.file) != weights.sha256:
        raise WeightsError(f"{folder}: holds no weights, or others than {FILE_NAME} describes")


def sign_folder(
    folder: Path,
    key: Path,
    password: bytes | None = None,
    *,
    replace: bool = False,
    check: Callable[[Path, Contents], None] = check_estimator,
) -> NewSignature:
    """Sign every file of a folder, into `model.sig` beside them.

    Args:
        folder: an estimator's, or one that `check` knows.
        key: a private ECDSA key in PEM.
        password: of the key, where it is encrypted.
        replace: put it in the place of another signature.
        check: refuses a folder that does not hold what it should.

    Raises:
        GanteiError: what `check` raises.
        SignatureError: the folder holds what is not signed: links, hidden files, empty folders.
        AlreadyInstalledError: it is signed, and `replace` is not set.
        SettingError: the key cannot be used.
        MissingExtraError: `cryptography` is not installed.
        OutputError: the signature cannot be written.
    """
    private = read_private_key(key, password)
    if read_signature(folder) is not None and not replace:
        raise AlreadyInstalledError(
            f"{folder / SIGNATURE_FILE} is there; --replace puts another there"
        )
    digests = _signable(folder, check)
    payload = write_statement(folder.resolve().name, digests)
    pem = pem_of(private.public_key())
    signature = signed(private, signed_bytes(payload))
    content = write_bundle(Envelope(key_id(pem), payload, signature))
    written = read_bundle(content)
    if read_statement(written.payload) != digests or not is_signature(
        pem, signed_bytes(written.payload), written.signature
    ):
        raise SignatureError(f"{folder}: the signature made does not hold; nothing was written")
    with atomic_write(folder / SIGNATURE_FILE) as file:
        file.write(content)
    return NewSignature(key_id(pem), tuple(digests))


def _signable(folder: Path, check: Callable[[Path, Contents], None]) -> dict[str, str]:
    """Return the digests of a folder that holds what it should, and no stray file."""
    found = contents(folder)
    hidden = [
        name for name in found.digests if any(part.startswith(".") for part in name.split("/"))
    ]
    if refused := found.others | dict.fromkeys(hidden, "file-hidden"):
        files = [{"file": name, "change": what} for name, what in sorted(refused.items())]
        raise SignatureError(Finding("files-not-signable", folder=str(folder), changes=files))
    check(folder, found)
    return found.digests
