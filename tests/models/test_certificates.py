"""Certificates: an unknown one is refused, a site's own is believed when it is named."""

import datetime
import ipaddress
import ssl

import pytest

from gantei.errors import SettingError, TransferError
from gantei.pull.fetching import pull_estimator
from gantei.pull.http_session import NetworkOptions

pytest.importorskip("cryptography", reason="makes the certificate of the server")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A PEM file with a key and a certificate for 127.0.0.1 that nobody signed but itself."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "the ward")])
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + datetime.timedelta(1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("certificate") / "ward.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def source(hub, make_estimator, certificate):
    """The address of an estimator's folder, behind that certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    hub.server.socket = context.wrap_socket(
        hub.server.socket, server_side=True, do_handshake_on_connect=False
    )
    hub.offer(make_estimator("my-age"))
    return f"https://127.0.0.1:{hub.port}/files/my-age"


def test_a_certificate_that_is_not_known_is_refused_with_what_to_do(source):
    with pytest.raises(TransferError, match=r"certificate.*--ca or SSL_CERT_FILE.*By hand"):
        pull_estimator("my-age", source)


def test_a_certificate_that_is_named_is_believed(source, certificate, monkeypatch):
    pull_estimator("my-age", source, network=NetworkOptions(ca=certificate))
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    pull_estimator("my-age", source, replace=True)


def test_what_holds_no_certificate_is_said(source, tmp_path, monkeypatch):
    (tmp_path / "empty.pem").write_text("nothing")
    for path in (tmp_path / "empty.pem", tmp_path / "none.pem"):
        with pytest.raises(SettingError, match="--ca"):
            pull_estimator("my-age", source, network=NetworkOptions(ca=path))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    with pytest.raises(SettingError, match="SSL_CERT_FILE"):
        pull_estimator("my-age", source)


def test_a_redirect_from_https_to_http_is_not_followed(source, hub, certificate):
    hub.redirect = "http://127.0.0.1:9"
    address = source.replace("/files/my-age", f"/org/eyes/resolve/{'c' * 40}/")
    with pytest.raises(TransferError, match="https to http"):
        pull_estimator("my-age", address, network=NetworkOptions(ca=certificate))
