"""The keys of signatures: ECDSA on the NIST curves, as Model Signing has them."""

import base64
import hashlib
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import MissingExtraError, SettingError
from ..system.files import read_bounded
from ..system.install_command import how_to_add

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import (
        EllipticCurvePrivateKey,
        EllipticCurvePublicKey,
    )

CURVES = {"secp256r1": "SHA256", "secp384r1": "SHA384", "secp521r1": "SHA512"}
"""The curves that Model Signing knows, each with its hash."""
_BEFORE_POINT = {
    "3059301306072a8648ce3d020106082a8648ce3d03010703420004": 64,
    "3076301006072a8648ce3d020106052b8104002203620004": 96,
    "30819b301006072a8648ce3d020106052b810400230381860004": 132,
}
"""How the DER of a public key on each curve begins (RFC 5480), and the bytes of its x and y."""
LARGEST_KEY = 20_000
"""Bytes of a PEM file; the largest in use has some hundred."""
MAKE_ONE = "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -aes256 -out KEY.pem"


def key_id(pem: str) -> str:
    """Give the id of a public key: sha256 of its PEM text, which a signature carries as its hint.

    Of the file that `openssl pkey -pubout` writes, `sha256sum` prints the same.
    """
    return hashlib.sha256(pem.encode()).hexdigest()


def is_in_one_form(pem: str) -> bool:
    """Whether a PEM text is as `pem_of` writes it: in another, a key would have another id."""
    try:
        der = base64.b64decode("".join(pem.splitlines()[1:-1]), validate=True)
    except ValueError:
        return False
    lines = textwrap.wrap(base64.b64encode(der).decode(), 64)
    whole = ["-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----", ""]
    known = any(
        der.hex().startswith(before) and len(der) == len(before) // 2 + point
        for before, point in _BEFORE_POINT.items()
    )
    return known and pem == "\n".join(whole)


def read_public_key(path: Path) -> str:
    """Read a public key and give its PEM text as OpenSSL writes it.

    Raises:
        SettingError: it cannot be read, or is no public ECDSA key.
        MissingExtraError: `cryptography` is not installed.
    """
    load = _cryptography().serialization.load_pem_public_key
    content = read_bounded(path, LARGEST_KEY, SettingError)
    if b"PRIVATE KEY" in content:
        raise SettingError(
            f"{path}: is a private key, which stays with its owner: "
            "openssl pkey -in KEY.pem -pubout -out PUBLIC.pem gives the public one"
        )
    try:
        key = load(content)
    except Exception as error:  # each of its versions and backends raises its own
        raise SettingError(f"{path}: is no public key in PEM: {error}") from error
    return pem_of(_checked(key, str(path)))


def read_private_key(path: Path, password: bytes | None) -> "EllipticCurvePrivateKey":
    """Read a private key.

    Raises:
        SettingError: it cannot be read or opened with that password, or is no ECDSA key.
        MissingExtraError: `cryptography` is not installed.
    """
    load = _cryptography().serialization.load_pem_private_key
    content = read_bounded(path, LARGEST_KEY, SettingError)
    if b"ENCRYPTED" in content and password is None:
        raise SettingError(f"{path}: is encrypted; name a --password-file")
    try:
        key = load(content, password)
    except Exception as error:  # as above
        raise SettingError(f"{path}: cannot be opened as a private key: {error}") from error
    _checked(key.public_key(), str(path))
    return key  # type: ignore[no-any-return]


def pem_of(key: "EllipticCurvePublicKey") -> str:
    """Give a public key's PEM text, as OpenSSL writes it."""
    from cryptography.hazmat.primitives import serialization

    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ).decode()


def signed(key: "EllipticCurvePrivateKey", message: bytes) -> bytes:
    """Sign a message: ECDSA with the curve's hash, in DER."""
    return key.sign(message, _algorithm(key.public_key()))


def is_signature(pem: str, message: bytes, signature: bytes) -> bool:
    """Tell whether it is that key's signature of the message.

    Raises:
        SettingError: the PEM text is no public ECDSA key.
        MissingExtraError: `cryptography` is not installed.
    """
    load = _cryptography().serialization.load_pem_public_key
    from cryptography.exceptions import InvalidSignature

    try:
        key = load(pem.encode())
    except Exception as error:  # as above
        raise SettingError(f"key {key_id(pem)}: is no public key in PEM: {error}") from error
    _checked(key, f"key {key_id(pem)}")
    try:
        key.verify(signature, message, _algorithm(key))
    except InvalidSignature:
        return False
    return True


def _cryptography() -> Any:
    try:
        from cryptography.hazmat import primitives
        from cryptography.hazmat.primitives import serialization  # noqa: F401
    except ImportError as error:
        raise MissingExtraError(f"signatures need cryptography: {how_to_add('sign')}") from error
    return primitives


def _algorithm(key: "EllipticCurvePublicKey") -> Any:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.ECDSA(getattr(hashes, CURVES[key.curve.name])())


def _checked(key: Any, where: str) -> "EllipticCurvePublicKey":
    curve = getattr(getattr(key, "curve", None), "name", type(key).__name__)
    if curve not in CURVES:
        raise SettingError(
            f"{where}: is {curve}; the Model Signing format takes ECDSA on P-256, P-384 or P-521, "
            f"and no Ed25519 or RSA: {MAKE_ONE}"
        )
    return key  # type: ignore[no-any-return]
