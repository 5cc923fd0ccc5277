"""TLS of the service: what is offered, what is refused, and errors before anything listens."""

import socket
import ssl

import httpx
import pytest

import gantei
from gantei.command_line import main
from gantei.errors import TransferError

from .certificates import Authority, shaken, trusting
from .conftest import encoded_picture, wait_until
from .running_servers import cut_after, running

pytest.importorskip("fastapi", reason="the service's packages are not installed")
pytest.importorskip("cryptography.x509", reason="cryptography is not installed")


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


@pytest.fixture
def serving(make_estimator, authority):
    """`serving(**options)`: the context manager of a running server; gives its address."""
    from gantei_service.served_certificate import ServedCertificate
    from gantei_service.server import server_of
    from gantei_service.settings import Settings
    from gantei_service.tls import Certificate

    def start(password=None, **options):
        files = authority.sign("server", password)
        server = server_of(
            Settings(estimators=(str(make_estimator()),)),
            ServedCertificate(Certificate(*files, **options)),
        )
        return running(server, "https")

    return start


def test_the_client_and_any_other_are_answered_over_tls(serving, authority):
    with serving() as url:
        with httpx.Client(verify=trusting(authority), trust_env=False) as plain:
            wait_until(lambda: plain.get(f"{url}/readyz").status_code == 200)
        with gantei.Client(url, ca=authority.path) as client:
            assert client.predict(encoded_picture(1))[0]["made"].values


def test_a_certificate_that_is_not_trusted_is_told_with_what_to_do(serving, monkeypatch):
    monkeypatch.setattr("gantei.remote.connection.FIRST_PAUSE", 0.01)
    with serving() as url:
        with gantei.Client(url) as client, pytest.raises(TransferError, match="--ca"):
            client.estimators()
        plain = url.replace("https", "http")
        with gantei.Client(plain) as client, pytest.raises(TransferError, match="https"):
            client.estimators()


def test_only_tls_of_today_is_spoken(serving, authority):
    with serving() as url:
        assert shaken(url, trusting(authority))[0] == "TLSv1.3"
        second = trusting(authority, maximum_version=ssl.TLSVersion.TLSv1_2)
        version, cipher = shaken(url, second)
        assert version == "TLSv1.2"
        assert "GCM" in cipher or "CHACHA20" in cipher
        second.set_ciphers("ECDHE+AES+SHA:@SECLEVEL=0")
        assert "ECDHE-ECDSA-AES128-SHA" in {each["name"] for each in second.get_ciphers()}
        with pytest.raises(ssl.SSLError):
            shaken(url, second)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_tls_1_1_is_refused(serving, authority):
    old = trusting(authority)
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    with serving() as url, pytest.raises((ssl.SSLError, ConnectionError)):
        shaken(url, old)


def test_a_handshake_that_does_not_begin_is_cut(serving, monkeypatch):
    monkeypatch.setattr("gantei_service.server.HANDSHAKE_TIMEOUT", 0.2)
    with serving() as url:
        address = ("127.0.0.1", int(url.rpartition(":")[2]))
        with socket.create_connection(address, timeout=10) as connection:
            assert cut_after(connection) < 5


def test_a_key_with_a_password_is_opened_by_its_file(serving, authority, tmp_path):
    (tmp_path / "password").write_text("long\n")
    with serving(b"long", password_file=tmp_path / "password") as url:
        assert shaken(url, trusting(authority))


def test_with_client_certificates_others_are_not_let_in(serving, authority):
    with serving(client_ca=authority.path) as url:
        known = trusting(authority)
        known.load_cert_chain(*authority.sign("ward"))
        with httpx.Client(verify=known, trust_env=False) as client:
            assert client.get(f"{url}/livez").status_code == 200
        with (
            httpx.Client(verify=trusting(authority), trust_env=False) as client,
            pytest.raises(httpx.TransportError),
        ):
            client.get(f"{url}/livez")


def test_files_that_do_not_fit_are_refused_before_anything_listens(
    authority, make_estimator, tmp_path, capsys
):
    certificate, key = map(str, authority.sign("server"))
    _, other = map(str, authority.sign("other"))
    _, locked = map(str, authority.sign("locked", b"long"))
    (tmp_path / "password").write_text("wrong")
    missing = str(tmp_path / "missing")
    refused = [
        ([certificate], "both"),
        ([certificate, missing], "missing: cannot be read"),
        ([missing, key], "missing: cannot be read"),
        ([certificate, other], "is not that of the certificate"),
        ([key, key], "not a certificate"),
        ([certificate, locked], "--ssl-keyfile-password-file"),
        ([certificate, locked, str(tmp_path / "password")], "does not hold"),
        ([certificate, locked, missing], "missing: cannot be read"),
    ]
    options = ["--ssl-certfile", "--ssl-keyfile", "--ssl-keyfile-password-file"]
    folder = str(make_estimator())
    for files, word in refused:
        pairs = [each for pair in zip(options, files, strict=False) for each in pair]
        assert main(["serve", "--with", folder, *pairs]) == 2
        assert word in capsys.readouterr().err
    pair = ["--ssl-certfile", certificate, "--ssl-keyfile", key]
    assert main(["serve", "--with", folder, *pair, "--ssl-ca-certs", key]) == 2
    assert "no certificates" in capsys.readouterr().err
