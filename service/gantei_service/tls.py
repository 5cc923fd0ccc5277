"""TLS of the service itself: what is offered, and errors before anything listens."""

import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gantei.errors import SettingError

CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""Of TLS 1.2: forward secrecy and authenticated encryption only. TLS 1.3 has nothing else."""


@dataclass(frozen=True)
class Certificate:
    """What the server shows, and whom it lets in.

    Attributes:
        certfile: PEM file of the certificate, with those between it and the authority.
        keyfile: PEM file of its private key.
        password_file: holds the key's password in its first line; None: the key has none.
        client_ca: PEM file of authorities; every client must show a certificate of one of them.
    """

    certfile: Path
    keyfile: Path
    password_file: Path | None = None
    client_ca: Path | None = None


def tls_context(certificate: Certificate, protocols: Sequence[str] = ()) -> ssl.SSLContext:
    """Load certificate and key, for TLS 1.2 and later.

    Args:
        certificate: the files.
        protocols: names of what is spoken over it, for clients that want to know (ALPN).

    Raises:
        SettingError: a file cannot be read, the key needs another password, or it is not the
            certificate's.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    if protocols:
        context.set_alpn_protocols([*protocols])
    for path in (certificate.certfile, certificate.keyfile):
        _read(path)
    password = _password(certificate)
    try:
        # Always with a password: without one, OpenSSL asks for it on the terminal.
        context.load_cert_chain(certificate.certfile, certificate.keyfile, password=password)
    except ssl.SSLError as error:
        raise SettingError(_why(error, certificate)) from error
    if certificate.client_ca:
        _read(certificate.client_ca)
        try:
            context.load_verify_locations(certificate.client_ca)
        except ssl.SSLError as error:
            raise SettingError(f"{certificate.client_ca}: holds no certificates (PEM)") from error
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def _why(error: ssl.SSLError, certificate: Certificate) -> str:
    files = f"{certificate.certfile}, {certificate.keyfile}"
    if error.reason == "KEY_VALUES_MISMATCH":
        return f"{files}: the key is not that of the certificate"
    if certificate.password_file:
        return (
            f"{files}: not a certificate and its key (PEM), or {certificate.password_file} does "
            "not hold the key's password"
        )
    return (
        f"{files}: not a certificate and its key (PEM), or the key has a password: name the file "
        "that holds it by --ssl-keyfile-password-file"
    )


def _password(certificate: Certificate) -> str:
    if certificate.password_file is None:
        return ""
    try:
        return _read(certificate.password_file).decode().splitlines()[0]
    except (UnicodeDecodeError, IndexError) as error:
        raise SettingError(f"{certificate.password_file}: holds no password") from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SettingError(f"{path}: cannot be read: {error.strerror or error}") from error
