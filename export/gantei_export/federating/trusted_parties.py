"""Whose messages count in a federation: the keys that are named, and nobody else's."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from gantei.errors import SettingError
from gantei.signing.keys import key_id, pem_of, read_private_key, read_public_key
from gantei.signing.trust import PublisherKey, trusted_keys

from .federation_files import SigningKey


def parties(files: Iterable[Path]) -> Mapping[str, PublisherKey]:
    """Read the public keys of those who take part.

    The trust file's keys are publishers' of estimators, so they do not count here by themselves;
    but a key that it has revoked counts nowhere.

    Args:
        files: public keys in PEM, one per party.

    Returns:
        Each key by its id, called as its file is.

    Raises:
        SettingError: a file is none, or no public key, a key is named twice, or was revoked.
        MissingExtraError: `cryptography` is not installed.
    """
    known = trusted_keys()
    found: dict[str, PublisherKey] = {}
    for file in files:
        if file.exists() and not file.is_file():  # a pipe would wait for ever
            raise SettingError(f"--trust {file}: is no plain file; save the public key in one")
        pem = read_public_key(file)
        identity = key_id(pem)
        if identity in found:
            raise SettingError(f"--trust {file}: is the same key as {found[identity].publisher}")
        if identity in known and (why := known[identity].revoked):
            raise SettingError(f"--trust {file}: key {identity[:16]}… is revoked here: {why}")
        found[identity] = PublisherKey(id=identity, publisher=file.name, pem=pem)
    return found


def own_party(key: SigningKey) -> PublisherKey:
    """Give the public key that belongs to a private one.

    Raises:
        SettingError: it cannot be read or opened.
        MissingExtraError: `cryptography` is not installed.
    """
    pem = pem_of(read_private_key(key.file, key.password).public_key())
    return PublisherKey(id=key_id(pem), publisher=key.file.name, pem=pem)
